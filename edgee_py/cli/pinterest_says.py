"""An answer of Pinterest's in words: what it means for the site, and how to mend it."""

from __future__ import annotations

from edgee_py.cli.output import Mark
from edgee_py.relay.pinterest_api import Answer, Verdict

Line = tuple[Mark, str, str]


def in_words(answer: Answer, account: str) -> Line:
    """A verdict on the answer to one event, what it says, and the mend (empty where there is none)."""
    one_line = " ".join(answer.words.split())
    words = f" ({one_line})" if one_line else ""
    if answer.verdict is Verdict.ANSWERED:
        return _result(answer)
    if answer.status == 0:
        return (
            "bad",
            f"Pinterest cannot be reached{words}",
            "check network, proxy (HTTPS_PROXY) and PINTEREST_API_BASE",
        )
    said = f"Pinterest answered {answer.status}{words}"
    if answer.status == 401:
        return (
            "bad",
            said,
            "the token is wrong or withdrawn: make a conversion access token in Ads Manager, Conversions",
        )
    if answer.verdict is Verdict.UNAUTHORISED:
        return (
            "bad",
            said,
            f"the token may not write to ad account {account}: compare its number in Ads Manager, and"
            " give the token's owner a role in it",
        )
    if answer.status in (429, 503):
        return "note", said, "nothing is wrong here: try again later"
    if answer.verdict is Verdict.FAULTY:
        return "bad", said, "mend what Pinterest names"
    return "bad", said, "that is no answer of Pinterest's: check the proxy and PINTEREST_API_BASE"


def _result(answer: Answer) -> Line:
    [result] = answer.results
    if not result.processed:
        return "bad", f"Pinterest failed the event: {result.words or result.status}", ""
    if result.words:
        return "note", f"Pinterest took the event, with a warning: {result.words}", ""
    return "good", "Pinterest took the event", ""
