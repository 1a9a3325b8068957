"""Who may set consent, and which word counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.consent import CONSENTS, Choice, Consent, default_of, parse_consent

consents = st.sampled_from(CONSENTS)
maybe = st.one_of(st.none(), consents)


@pytest.mark.parametrize("value", ["Granted", " granted", "", None, True, 1, ["granted"], {}])
def test_only_edgees_three_words_are_consent(value: Any) -> None:
    assert parse_consent(value) is None


@given(consents, consents, st.booleans())
def test_what_was_said_beats_the_default_and_global_privacy_control(
    said: Consent, default: Consent, gpc: bool
) -> None:
    assert Choice(said).effective(default, gpc=gpc) == said


def test_global_privacy_control_beats_the_default() -> None:
    assert Choice().effective("granted", gpc=True) == "denied"
    assert Choice().effective("granted", gpc=False) == "granted"


@given(maybe, maybe, maybe)
def test_a_later_data_layer_beats_an_earlier_one(
    kept: Consent | None, first: Consent | None, second: Consent | None
) -> None:
    choice = Choice(kept).declared(first, 1).declared(second, 2)
    assert choice.value == (second or first or kept)


@given(consents, maybe)
def test_no_data_layer_undoes_an_explicit_choice(chosen: Consent, declared: Consent | None) -> None:
    explicit = Choice(chosen, explicit=True, at=1)
    assert explicit.declared(declared, 2) == explicit


def test_a_data_layer_that_says_the_same_again_makes_no_new_choice() -> None:
    choice = Choice().declared("granted", 1)
    assert choice.declared("granted", 2) == Choice("granted", at=1)


@pytest.mark.parametrize("unsaid", [None, ""])
def test_a_tag_that_says_nothing_leaves_the_default(unsaid: Any) -> None:
    assert default_of(unsaid, "denied") == "denied"


@pytest.mark.parametrize("word", ["deny", "Granted", "true", 1, {}])
def test_a_misspelt_default_holds_calls_back_and_lets_none_go(word: Any) -> None:
    assert default_of(word, "granted") == "pending"
