from __future__ import annotations

from typing import Any

import pytest

from edgee_py.pinterest.settings import InvalidSettings, PinterestSettings, parse_bool


def test_edgees_switches_are_booleans_or_words() -> None:
    for value in (False, "false", "FALSE", "0", "off"):
        settings = PinterestSettings.from_mapping({"edgee_track_event_enabled": value})
        assert settings.edgee_track_event_enabled is False
    assert parse_bool("is_test", "True") is True


def test_what_is_said_survives_the_way_to_the_browser() -> None:
    given = {
        "edgee_user_event_enabled": False,
        "event_names": "standard",
        "event_map": {"My event": "lead"},
        "identification": "email",
        "partner_name": "ss-edgee",
    }
    settings = PinterestSettings.from_mapping(given)
    assert settings.to_json() == given
    assert PinterestSettings.from_mapping(settings.to_json()) == settings
    assert PinterestSettings().to_json() == {}


def test_others_settings_are_left_to_them() -> None:
    given = {"pinterest_access_token": "secret", "is_test": True}
    assert PinterestSettings.from_mapping(given) == PinterestSettings()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"edgee_page_event_enabled": "maybe"}, "edgee_page_event_enabled"),
        ({"event_names": "mine"}, "edgee, standard"),
        ({"identification": ["email"]}, "identification"),
        ({"edgee_default_consent": "yes"}, "edgee_default_consent"),
        ({"event_map": {"a": "buy"}}, "'buy'"),
        ({"event_map": {"a": ["lead"]}}, "event_map"),
        ({"event_map": "a=lead"}, "event_map"),
        ({"partner_name": 5}, "partner_name"),
    ],
)
def test_an_impossible_value_is_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named):
        PinterestSettings.from_mapping(given)
