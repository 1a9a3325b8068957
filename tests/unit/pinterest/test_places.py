from __future__ import annotations

import pytest

from edgee_py.pinterest.places import country_code, fold, state_code


def test_fold_leaves_letters_and_digits() -> None:
    assert fold("Côte d’Ivoire") == "cotedivoire"
    assert fold("U.S.A.") == "usa"
    assert fold("日本") == "日本"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us", "us"),
        ("USA", "us"),
        ("U.S.", "us"),
        ("United States of America", "us"),
        ("the Netherlands", "nl"),
        ("Holland", "nl"),
        ("UK", "gb"),
        ("Great Britain", "gb"),
        ("Scotland", "gb"),
        ("EL", "gr"),
        ("Deutschland", "de"),
        ("Allemagne", "de"),
        ("España", "es"),
        ("Republic of Korea", "kr"),
        ("대한민국", "kr"),
        ("日本", "jp"),
        ("Türkiye", "tr"),
        ("Turkey", "tr"),
        ("Czech Republic", "cz"),
        ("Kosovo", "xk"),
        ("NA", "na"),
        ("Niger", "ne"),
        ("Nigeria", "ng"),
        ("Dominica", "dm"),
        ("Dominican Republic", "do"),
        ("Guinea-Bissau", "gw"),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize("text", ["", "Narnia", "xx", "the", "republic of"])
def test_no_country(text: str) -> None:
    assert country_code(text) == ""


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("New York", "us", "ny"),
        ("new york", "", "ny"),
        ("D.C.", "us", "dc"),
        ("US-TX", "", "tx"),
        ("Puerto Rico", "us", "pr"),
        ("Ontario", "ca", "on"),
        ("ca-on", "", "on"),
        ("Québec", "", "qc"),
        ("New South Wales", "", "nsw"),
        ("WA", "au", "wa"),
        ("Western Australia", "au", "wa"),
        ("São Paulo", "br", "sp"),
        ("Bavaria", "de", "by"),
        ("75", "fr", ""),
        ("IDF", "fr", "idf"),
        ("zz", "", "zz"),
    ],
)
def test_states(text: str, country: str, code: str) -> None:
    assert state_code(text, country) == code


@pytest.mark.parametrize(
    ("text", "country"),
    [("Ontario", "us"), ("zz", "us"), ("Île-de-France", "fr"), ("somewhere", "")],
)
def test_no_state(text: str, country: str) -> None:
    assert state_code(text, country) == ""
