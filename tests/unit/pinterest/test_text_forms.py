from __future__ import annotations

import pytest
from hypothesis import given

from edgee_py.pinterest.text_forms import ascii_digits, fold, words
from tests.unit.pinterest.strategies import texts


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Côte d’Ivoire", "cotedivoire"),
        ("U.S.A.", "usa"),
        ("日本", "日本"),
        ("Großbritannien", "grossbritannien"),
        ("ŁÓDŹ", "lodz"),
        ("Mısır", "misir"),
        ("İstanbul", "istanbul"),
        ("한국", "한국"),
    ],
)
def test_fold_leaves_letters_and_digits(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words() -> None:
    assert words("St. Kitts & Nevis") == ["st", "kitts", "nevis"]


def test_digits() -> None:
    assert ascii_digits("１２-٣") == "12-3"


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
