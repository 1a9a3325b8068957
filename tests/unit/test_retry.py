"""When to try again, and when not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.retry import FIRST_MS, LONGEST_ASKED_MS, LONGEST_MS, Retry, Verdict, judge

NOW = 1_700_000_000_000


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ACCEPTED),
        (202, Verdict.ACCEPTED),
        (400, Verdict.REFUSED),
        (401, Verdict.REFUSED),
        (403, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (408, Verdict.RETRY),
        (413, Verdict.SPLIT),
        (415, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (425, Verdict.RETRY),
        (429, Verdict.RETRY),
        (500, Verdict.RETRY),
        (502, Verdict.RETRY),
        (503, Verdict.RETRY),
        (504, Verdict.RETRY),
    ],
)
def test_what_the_relay_says_counts(status: int, verdict: Verdict) -> None:
    assert judge(status, is_relays=True) is verdict


@pytest.mark.parametrize("status", [0, 200, 202, 204, 301, 400, 403, 404, 502])
def test_somebody_elses_answer_ends_no_event(status: int) -> None:
    assert judge(status, is_relays=False) is Verdict.RETRY


def test_a_proxy_may_say_that_a_body_is_too_large() -> None:
    assert judge(413, is_relays=False) is Verdict.SPLIT


def test_pauses_double_up_to_the_longest() -> None:
    retry, pauses = Retry(), []
    for _ in range(30):
        retry = retry.later(NOW, 0.0)
        pauses.append(retry.wait(NOW))
    assert pauses[:4] == [500, 1_000, 2_000, 4_000]
    assert pauses[-1] == LONGEST_MS // 2
    assert pauses == sorted(pauses)


@given(st.integers(0, 30), st.floats(0, 1, exclude_max=True))
def test_jitter_stays_in_the_upper_half_of_the_span(failures: int, chance: float) -> None:
    span = min(FIRST_MS * 2**failures, LONGEST_MS)
    pause = Retry(failures).later(NOW, chance).wait(NOW)
    assert span // 2 <= pause <= span


@pytest.mark.parametrize(
    ("after", "pause"),
    [
        ("120", 120_000),
        ("0", 500),
        ("999999", LONGEST_ASKED_MS),
        ("9999999", LONGEST_ASKED_MS),
        ("-5", 500),
        ("1.5", 500),
        ("²", 500),
        (" 7 ", 7_000),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30_000),
        ("Wed, 21 Oct 2026 07:28:00 GMT", LONGEST_ASKED_MS),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 500),
        ("Wed, 31 Feb 2026 07:28:00 GMT", 500),
        ("Wed, 21 Okt 2026 07:28:00 GMT", 500),
        ("Wed, 21 Oct 2026 07:28:00 CEST", 500),
        ("", 500),
    ],
)
def test_retry_after_makes_a_pause_longer_within_reason(after: str, pause: int) -> None:
    assert Retry().later(NOW, 0.0, after).wait(NOW) == pause


def test_nobody_hurries_the_relay() -> None:
    assert Retry().later(NOW, 0.0).hurried().wait(NOW) == 0
    asked = Retry().later(NOW, 0.0, "30").hurried()
    assert asked.wait(NOW) == 30_000
    assert asked.later(NOW + 1_000, 0.0).wait(NOW + 1_000) == 29_000


def test_a_pause_ends() -> None:
    retry = Retry().later(NOW, 0.0)
    assert (retry.wait(NOW + 499), retry.wait(NOW + 500), retry.wait(NOW + 10**9)) == (1, 0, 0)


def test_a_clock_that_was_set_back_does_not_silence_the_device() -> None:
    assert Retry().later(NOW, 0.0).wait(NOW - 365 * 24 * 3600 * 1000) == 0
