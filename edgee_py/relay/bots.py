"""Which user agents are nobody: crawlers by crawlerdetect's maintained list, and headless browsers."""

from __future__ import annotations

import re
from functools import lru_cache

from crawlerdetect import CrawlerDetect  # type: ignore[import-untyped]

from edgee_py.relay.settings import BotFilter

#: crawlerdetect's patterns take quadratic time over a long word; a real user agent is shorter.
_LOOKED_AT = 300

_HEADLESS = re.compile(r"headless|phantomjs|slimerjs|htmlunit|jsdom", re.IGNORECASE)
#: A plain HTTP library runs no page: its post is a server's or a developer's own, made on purpose.
_LIBRARY = re.compile(
    r"(curl|wget|python|aiohttp|node|undici|axios|got|go-http-client|okhttp|java|apache-httpclient"
    r"|guzzlehttp|php|ruby|faraday|libwww-perl|dart|reqwest|postmanruntime|insomnia|httpie)\b",
    re.IGNORECASE,
)
_detector = CrawlerDetect()
_detector.is_crawler(
    "-"
)  # reads its list now, which takes a fifth of a second, and not for a visitor


def is_bot(user_agent: str, bot_filter: BotFilter) -> bool:
    """Whether events of this user agent are refused under a filter."""
    if bot_filter == "off" or not user_agent:
        return False
    headless, crawler = _judge(user_agent[:_LOOKED_AT])
    return crawler or (headless and bot_filter == "on")


@lru_cache(maxsize=4096)
def _judge(user_agent: str) -> tuple[bool, bool]:
    """(headless browser, crawler)."""
    if _LIBRARY.match(user_agent):
        return False, False
    plain = _HEADLESS.sub("", user_agent)
    return plain != user_agent, bool(_detector.is_crawler(plain))
