"""docs/from-….md: what they say that other tools' calls and files become."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edgee_py.datalayer import parse_data_layer
from edgee_py.event import Context, Event
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.pinterest.names import standard_name
from edgee_py.pinterest.normalise import hashed
from edgee_py.pinterest.personal import user_data_of
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.relay import RelaySettings
from tests.demo_server import ROOT
from tests.document import fenced


def block(page: str, language: str, heading: str) -> str:
    [found] = [b.text for b in fenced(page) if (b.language, b.heading) == (language, heading)]
    return found


def literal(javascript: str) -> Any:
    """An object as the pages write it in JavaScript, with bare names and trailing commas."""
    quoted = re.sub(r"(?<=[{,\s])(\w+): ", r'"\1": ', javascript)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", quoted))


def mapped(track: dict[str, Any]) -> Mapped:
    event = Event("id", 1_700_000_000_000, "track", track, Context())
    result = map_event(event, PinterestSettings(event_names="standard"))
    assert isinstance(result, Mapped)
    return result


def test_a_file_of_edgees_is_read(tmp_path: Path) -> None:
    file = tmp_path / "edgee.toml"
    text = (ROOT / "docs/from-edgee.md").read_text()
    [toml] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    file.write_text(re.sub(r"^    ", "", toml, flags=re.MULTILINE))
    settings = RelaySettings.load(file, {})
    settings.require_account()
    assert settings.is_test
    assert settings.consent_default == "pending"


def test_an_order_of_segments_becomes_what_is_shown() -> None:
    call = block("from-segment.md", "js", "Events keep their names")
    result = mapped(literal(call.removeprefix("edgee.track(").rstrip("\n);")))
    assert result.event["event_name"] == "checkout"
    shown = json.loads(block("from-segment.md", "json", "Events keep their names"))
    assert result.event["custom_data"] == shown
    assert {"coupon", "affiliation"} <= set(result.dropped)


def test_segments_traits_are_read_under_their_names() -> None:
    call = block("from-segment.md", "js", "Traits")
    user = literal(call.removeprefix("edgee.user(").rstrip("\n);"))
    assert user_data_of(user["properties"]) == {
        field: [hashed(field, text, "pt")]
        for field, text in {
            "em": "jane@example.com",
            "fn": "jane",
            "ln": "doe",
            "ph": "351912345678",
            "db": "19901225",
            "ct": "lisbon",
            "zp": "1100-048",
            "country": "pt",
        }.items()
    }


def test_the_tags_order_is_read_and_keeps_its_id() -> None:
    code = block("from-pinterest-tag.md", "js", "Counted once")
    order = literal(code[code.index("{") : code.index(";")])
    [call] = re.findall(r"edgee\.track\((.*)\);", code)
    result = mapped(literal(call.replace("order }", "null }")) | {"properties": order})
    assert result.dropped == []
    assert (result.event["event_name"], result.event["event_id"]) == ("checkout", "order-1001")
    assert result.event["custom_data"] == {
        "order_id": "1001",
        "value": "119.8",
        "num_items": 2,
        "currency": "EUR",
        "content_ids": ["lamp-1"],
        "contents": [{"id": "lamp-1", "item_name": "Dune", "item_price": "59.9", "quantity": 2}],
    }


@pytest.mark.parametrize(
    ("tag", "ours"),
    re.findall(
        r'`pintrk\("track", "(\w+)"\)` \| `edgee\.track\("(\w+)"\)`',
        (ROOT / "docs/from-pinterest-tag.md").read_text(),
    ),
)
def test_the_tags_names_mean_the_same(tag: str, ours: str) -> None:
    assert standard_name(tag) == ours


def test_a_declared_page_visit_has_the_tags_id() -> None:
    html = block("from-pinterest-tag.md", "html", "Counted once")
    [layer] = re.findall(r'json">(.*?)</script>', html, re.DOTALL)
    [given] = re.findall(r'event_id: "([^"]+)"', html)
    declared = parse_data_layer(layer)
    assert declared.problems == declared.remarks == ()
    [visit] = declared.events
    event = Event("id", 1_700_000_000_000, visit.type, visit.data, Context())
    result = map_event(event, PinterestSettings())
    assert isinstance(result, Mapped)
    assert (result.event["event_name"], result.event["event_id"]) == ("page_visit", given)
