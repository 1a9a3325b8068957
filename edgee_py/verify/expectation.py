"""What is expected of an event, and whether one meets it. Tests and `edgee verify` say it alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from edgee_py.pinterest.contract import EVENT_NAMES, ConversionEvent, CustomData, UserData
from edgee_py.pinterest.custom_data import custom_field
from edgee_py.pinterest.names import standard_name
from edgee_py.pinterest.normalise import hashes
from edgee_py.pinterest.personal import personal_field

_ABSENT = object()

#: Every field that an event of Pinterest's can have.
_FIELDS = (
    ConversionEvent.__annotations__ | UserData.__annotations__ | CustomData.__annotations__
).keys()


@dataclass(frozen=True, slots=True)
class Expectation:
    """An event of a name, with some fields.

    name: one of Pinterest's events, else the name that was tracked (the event's `content_name`).
    fields: by Pinterest's names, wherever in the event they are; numbers are compared as numbers, and
    what is personal (`email`, `user_id`, …) by its hash.
    """

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """As it is written in a test; of what is personal the name only."""
        told = (
            f", {name}={'…' if personal_field(name) else repr(value)}"
            for name, value in self.fields.items()
        )
        return f'"{self.name}"{"".join(told)}'

    def is_named(self, event: Mapping[str, Any]) -> bool:
        """Whether the event has the name."""
        if self.name in EVENT_NAMES:
            return event.get("event_name") == self.name
        return bool(event.get("custom_data", {}).get("content_name") == self.name)

    def differences(self, event: Mapping[str, Any]) -> list[str]:
        """What an event of the name lacks, in words; empty where it is as expected."""
        return [
            said for name, value in self.fields.items() if (said := _difference(event, name, value))
        ]

    def is_met(self, event: Mapping[str, Any]) -> bool:
        """Whether the event is as expected."""
        return self.is_named(event) and not self.differences(event)

    def nearest(self, events: Iterable[Mapping[str, Any]]) -> list[str]:
        """The differences of the event of the name that has the fewest; empty where none has the name."""
        found = [self.differences(event) for event in events if self.is_named(event)]
        return min(found, key=len, default=[])

    def misnamed(self, events: Iterable[Mapping[str, Any]]) -> str:
        """Which event is there under its other name, and why, in words; empty where none is."""
        tracks: list[str] = []
        for event in events:
            track = event.get("custom_data", {}).get("content_name", "")
            tracks.append(track)
            if event["event_name"] == "custom" and standard_name(track) == self.name:
                return (
                    f'The track "{track}" is a custom event here; with event_names = "standard"'
                    f" it is {self.name}"
                )
            if self.name not in EVENT_NAMES and event["event_name"] == standard_name(self.name):
                return f'"{self.name}" is {event["event_name"]} here: expect that'
        if self.name in (*EVENT_NAMES, *tracks):
            return ""
        close = get_close_matches(self.name, (*EVENT_NAMES, *tracks), 1, cutoff=0.75)
        return f'Perhaps "{close[0]}" is meant' if close else ""


def _difference(event: Mapping[str, Any], name: str, expected: object) -> str:
    """What is wrong with one field, in words that hold nothing personal; "" where nothing is."""
    user_data: Mapping[str, Any] = event.get("user_data", {})
    personal = "external_id" if name in ("user_id", "anonymous_id") else personal_field(name)
    if personal is not None and personal in user_data:
        hashed = hashes(personal, expected)
        is_same = bool(hashed) and set(hashed) <= set(user_data[personal])
        return "" if is_same else f"{name} is another's"
    for part in (event.get("custom_data", {}), event, user_data):
        if name in part:
            actual = part[name]
            return "" if _is_same(actual, expected) else f"{name} is {actual!r}, not {expected!r}"
    if name in _FIELDS or personal is not None:
        return f"{name} is missing"
    known = custom_field(name)
    return f"{name} is no field of Pinterest's{f': it is {known} there' if known else ''}"


def _is_same(actual: object, expected: object) -> bool:
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        return all(_is_same(actual.get(name, _ABSENT), each) for name, each in expected.items())
    if isinstance(actual, list) and isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(map(_is_same, actual, expected))
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    one, other = _number(actual), _number(expected)
    return one == other if one is not None and other is not None else actual == expected


def _number(value: object) -> Decimal | None:
    if not isinstance(value, str | int | float | Decimal):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
