from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from edgee_py.pinterest.normalise import hash_email, hash_text, hashed
from edgee_py.pinterest.personal import is_personal, personal_field, scrub, user_data_of
from tests.unit.pinterest.strategies import properties

EDGEE_USER = {
    "email": "Jane@Example.com",
    "phone_number": "+1 201 555 0123",
    "first_name": "Jane",
    "last_name": "Doe",
    "gender": "Female",
    "date_of_birth": "1979-12-31",
    "city": "Las Vegas",
    "state": "Nevada",
    "zip_code": "89109-1234",
    "country": "USA",
}
HASHES = {
    "em": [hashed("em", "jane@example.com")],
    "ph": [hashed("ph", "12015550123")],
    "fn": [hashed("fn", "jane")],
    "ln": [hashed("ln", "doe")],
    "ge": [hashed("ge", "f")],
    "db": [hashed("db", "19791231")],
    "ct": [hashed("ct", "lasvegas")],
    "st": [hashed("st", "nv")],
    "zp": [hashed("zp", "891091234")],
    "country": [hashed("country", "us")],
}


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("em", ["email", "Email", "email_address", "emailAddress", "em"]),
        ("ph", ["phone", "phone_number", "phoneNumber", "Phone Number", "telephone", "ph"]),
        ("fn", ["first_name", "firstName", "firstname", "given_name", "fn"]),
        ("ln", ["last_name", "lastName", "family-name", "surname", "ln"]),
        ("db", ["date_of_birth", "birthday", "birth_date", "dob", "db"]),
        ("zp", ["zip", "zip_code", "postal_code", "postalCode", "postcode", "zp"]),
        ("hashed_maids", ["hashed_maids", "idfa", "gaid", "maid"]),
    ],
)
def test_unambiguous_names(field: str, names: list[str]) -> None:
    for name in names:
        assert personal_field(name) == field
        assert personal_field(name, ambiguous=False) == field


@pytest.mark.parametrize(
    "name", ["state", "city", "gender", "country", "name", "region", "external_id"]
)
def test_a_track_may_mean_something_else_by_these(name: str) -> None:
    assert is_personal(name)
    assert not is_personal(name, ambiguous=False)
    assert scrub({name: "Berlin"}, ambiguous=False) == {name: "Berlin"}
    assert scrub({name: "Berlin"}) != {name: "Berlin"}


def test_edgees_fields() -> None:
    assert user_data_of(EDGEE_USER) == HASHES


def test_scrub_puts_hashes_under_the_same_names() -> None:
    scrubbed = scrub({**EDGEE_USER, "plan": "gold", "visits": 3})
    assert scrubbed["email"] == HASHES["em"][0]
    assert scrubbed["state"] == HASHES["st"][0]
    assert (scrubbed["plan"], scrubbed["visits"]) == ("gold", 3)
    assert list(scrubbed) == [*EDGEE_USER, "plan", "visits"]


def test_a_list_stays_a_list() -> None:
    scrubbed = scrub({"email": ["A@example.com", "b@example.com", "a@example.com"]})
    assert scrubbed == {"email": [hash_email("a@example.com"), hash_email("b@example.com")]}


def test_junk_is_left_out() -> None:
    assert scrub({"email": "undefined", "phone": None, "zip": {}, "x": None}) == {"x": None}


def test_a_postcode_is_read_by_the_country_beside_it() -> None:
    assert user_data_of({"country": "us", "zip": "CA 94105"})["zp"] == [hashed("zp", "94105")]
    assert user_data_of({"country": "gb", "zip": "SW1A 1AA"})["zp"] == [
        hashed("zp", "SW1A 1AA", "gb")
    ]


def test_a_hashed_country_counts_too() -> None:
    country = hashed("country", "us")
    assert user_data_of({"country": country, "zip": "CA 94105"})["zp"] == [hashed("zp", "94105")]


def test_a_phone_number_is_read_by_the_country_beside_it_or_in_the_address() -> None:
    international = [hashed("ph", "+44 20 7946 0958")]
    phone = {"phone": "020 7946 0958"}
    for country in ("GB", "United Kingdom", hashed("country", "gb")):
        assert user_data_of({**phone, "country": country})["ph"] == international
        assert user_data_of({**phone, "address": {"country": country}})["ph"] == international
    assert scrub({**phone, "country": "GB"})["phone"] == international[0]
    assert user_data_of({**phone, "shipping_address": {"country": "GB"}})["ph"] != international


def test_an_address_as_segment_writes_it() -> None:
    given_properties = {
        "address": {"city": "New York", "postalCode": "10001", "state": "NY", "country": "US"},
        "city": "Boston",
    }
    user_data = user_data_of(given_properties)
    assert user_data["ct"] == [hashed("ct", "boston")]
    assert user_data["zp"] == [hashed("zp", "10001")]
    assert user_data["st"] == [hashed("st", "ny")]
    in_track = user_data_of(given_properties, ambiguous=False)
    assert in_track["ct"] == [hashed("ct", "newyork")]


def test_a_delivery_address_is_scrubbed_but_tells_nothing_of_the_visitor() -> None:
    given_properties = {"shipping_address": {"city": "Rome", "name": "Jane Doe"}}
    assert user_data_of(given_properties) == {}
    assert scrub(given_properties, ambiguous=False) == {
        "shipping_address": {"city": hashed("ct", "rome"), "name": hash_text("jane doe")}
    }


def test_personal_fields_within_objects_are_scrubbed() -> None:
    scrubbed = scrub({"customer": {"email": "a@example.com", "name": "Shop"}, "tags": ["a", 1]})
    assert scrubbed == {
        "customer": {"email": hash_email("a@example.com"), "name": "Shop"},
        "tags": ["a", 1],
    }


def test_several_names_for_one_field_add_up() -> None:
    both = user_data_of({"email": "a@example.com", "em": hash_email("b@example.com")})
    assert both["em"] == [hash_email("a@example.com"), hash_email("b@example.com")]


def test_a_flag_is_no_phone_number() -> None:
    assert scrub({"mobile": True}, ambiguous=False) == {"mobile": True}


def test_deep_nesting_is_cut_and_does_not_crash() -> None:
    deep: dict[str, Any] = {"email": "a@example.com"}
    for _ in range(500):
        deep = {"inner": deep}
    assert "example.com" not in repr(scrub(deep))


@given(properties)
def test_scrubbing_twice_changes_nothing(given_properties: dict[str, Any]) -> None:
    for ambiguous in (True, False):
        once = scrub(given_properties, ambiguous=ambiguous)
        assert repr(scrub(once, ambiguous=ambiguous)) == repr(once)


@given(properties)
def test_raw_and_scrubbed_give_the_same_user_data(given_properties: dict[str, Any]) -> None:
    for ambiguous in (True, False):
        scrubbed = scrub(given_properties, ambiguous=ambiguous)
        raw_user_data = user_data_of(given_properties, ambiguous=ambiguous)
        assert user_data_of(scrubbed, ambiguous=ambiguous) == raw_user_data
