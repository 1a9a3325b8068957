from __future__ import annotations

import time

import pytest

from edgee_py.relay.bots import is_bot
from tests.relay.conftest import BROWSER


@pytest.mark.parametrize(
    "user_agent",
    [
        BROWSER,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Mobile/15E148 [Pinterest/iOS]",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "python-httpx2/2.16",
        "curl/8.14.1",
        "",
    ],
)
def test_people_and_programs_of_ones_own_are_no_bots(user_agent: str) -> None:
    assert not is_bot(user_agent, "on")


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Pinterestbot/1.0 (+http://www.pinterest.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 Chrome/136 Mobile Safari/537.36 Chrome-Lighthouse",
    ],
)
def test_crawlers_are_bots_unless_the_filter_is_off(user_agent: str) -> None:
    assert is_bot(user_agent, "on")
    assert is_bot(user_agent, "crawlers")
    assert not is_bot(user_agent, "off")


def test_a_headless_browser_is_one_only_where_all_are_meant() -> None:
    headless = BROWSER.replace("Chrome/", "HeadlessChrome/")

    assert is_bot(headless, "on")
    assert not is_bot(headless, "crawlers")


def test_a_hostile_user_agent_takes_no_time() -> None:
    is_bot("warm up", "on")
    started = time.perf_counter()

    is_bot("a" * 60_000, "on")

    assert time.perf_counter() - started < 1  # whole, it would take minutes
