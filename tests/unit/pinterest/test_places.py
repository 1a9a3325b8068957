from __future__ import annotations

import pytest
from hypothesis import given

from edgee_py.pinterest.country_names import COUNTRIES
from edgee_py.pinterest.places import country_code, country_codes, state_code
from edgee_py.pinterest.state_names import STATES
from edgee_py.pinterest.text_forms import fold
from tests.unit.pinterest.strategies import texts


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
        ("United Kingdom (UK)", "gb"),
        ("GB (United Kingdom)", "gb"),
        ("Germany (+49)", "de"),
        ("Großbritannien", "gb"),
        ("Grande-Bretagne", "gb"),
        ("Gran Bretaña", "gb"),
        ("İNGİLTERE", "gb"),
        ("Vereinigte Staaten von Amerika", "us"),
        ("EE.UU.", "us"),
        ("EE. UU.", "us"),
        ("Estados Unidos de América", "us"),
        ("Stany Zjednoczone Ameryki", "us"),
        ("США", "us"),
        ("アメリカ", "us"),
        ("Hollande", "nl"),
        ("Suiza", "ch"),
        ("Autriche", "at"),
        ("Oesterreich", "at"),
        ("Suède", "se"),
        ("Grèce", "gr"),
        ("Česká republika", "cz"),
        ("Mexique", "mx"),
        ("Südkorea", "kr"),
        ("한국", "kr"),
        ("Korea, South", "kr"),
        ("Korea, North", "kp"),
        ("Korea (North)", "kp"),
        ("Korea, Republic of", "kr"),
        ("Korea, Democratic People's Republic of", "kp"),
        ("ドイツ", "de"),
        ("フランス", "fr"),
        ("Германия", "de"),
        ("德国", "de"),
        ("भारत", "in"),
        ("St. Kitts and Nevis", "kn"),
        ("Saint Kitts & Nevis", "kn"),
        ("Trinidad & Tobago", "tt"),
        ("Isle of Man", "im"),
        ("Bahamas, The", "bs"),
        ("Iran (Islamic Republic of)", "ir"),
        ("Federal Republic of Germany", "de"),
        ("Congo, The Democratic Republic of the", "cd"),
        ("Congo (Kinshasa)", "cd"),
        ("Republic of the Congo", "cg"),
        ("Republic of China", "tw"),
        ("People's Republic of China", "cn"),
        ("Guinea, Equatorial", "gq"),
        ("Samoa (American)", "as"),
        ("Virgin Islands, U.S.", "vi"),
        ("Ireland (Northern)", "gb"),
        ("Republic of Ireland", "ie"),
        ("Macau (China)", "mo"),
        ("Macedonia, the former Yugoslav Republic of", "mk"),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text", ["", "Narnia", "xx", "the", "republic of", "(", ",", "EU", "Korea (Mars)"]
)
def test_no_country(text: str) -> None:
    assert country_code(text) == ""


@pytest.mark.parametrize("code", sorted(country_codes()))
def test_every_countrys_codes_and_names_name_it(code: str) -> None:
    rows = [row.split() for row in COUNTRIES.split("\n")]
    names = [name for row in rows if row[0] == code for name in row]
    assert {country_code(name) for name in names} == {code}
    assert len(names) == len(set(names)) + sum(row[0] == code for row in rows) - 1


def test_names_are_folded_as_what_is_looked_up() -> None:
    for rows in (COUNTRIES, *STATES.values()):
        assert all(fold(name) == name for name in rows.split())


@given(texts)
def test_nothing_but_codes_comes_out(text: str) -> None:
    assert country_code(text) in {"", *country_codes()}
    assert all(len(state_code(text, each)) in (0, 2, 3) for each in ("", "us", "fr"))


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
        ("Tex.", "", "tx"),
        ("Cal", "", "ca"),
        ("Calif.", "us", "ca"),
        ("Mass.", "", "ma"),
        ("Penn.", "", "pa"),
        ("N. Carolina", "", "nc"),
        ("N.Y.", "", "ny"),
        ("Wash.", "", "wa"),
        ("W. Va.", "", "wv"),
        ("nsw", "", "nsw"),
        ("P.E.I.", "", "pe"),
        ("Ont.", "ca", "on"),
        ("State of California", "", "ca"),
        ("Commonwealth of Massachusetts", "us", "ma"),
        ("Washington State", "us", "wa"),
        ("Freistaat Bayern", "de", "by"),
        ("California, USA", "", "ca"),
        ("CA, US", "", "ca"),
        ("CA, US", "us", "ca"),
        ("California (CA)", "", "ca"),
        ("Washington, DC", "", "dc"),
        ("Ontario, Canada", "", "on"),
        ("Victoria, Australia", "", "vic"),
        ("Newfoundland & Labrador", "", "nl"),
        ("Newfoundland and Labrador", "ca", "nl"),
    ],
)
def test_states(text: str, country: str, code: str) -> None:
    assert state_code(text, country) == code


@pytest.mark.parametrize(
    ("text", "country"),
    [("Ontario", "us"), ("zz", "us"), ("Île-de-France", "fr"), ("somewhere", ""), ("abc", "")],
)
def test_no_state(text: str, country: str) -> None:
    assert state_code(text, country) == ""
