"""The settings of the `pinterest_capi` component, in Edgee's names and ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast

#: The names by which a `components` object means this destination (self-hosted id, hosted slug).
COMPONENT_NAMES: tuple[str, ...] = ("pinterest_capi", "edgee/pinterest-capi")


class InvalidSettings(ValueError):
    """A setting has a value it cannot have. The text names the setting and what it may be."""


def parse_bool(name: str, value: object) -> bool:
    """Read a switch: a boolean, or Edgee's strings "true" and "false" in any case.

    Raises:
        InvalidSettings: for anything else.
    """
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in ("true", "1", "yes", "on"):
        return True
    if text in ("false", "0", "no", "off", ""):
        return False
    raise InvalidSettings(f"{name} must be true or false, not {text[:40]!r}")


def meant(name: str, known: Sequence[str]) -> str:
    """The known name that a slip of the pen was meant to be, as words; empty where there is none."""
    from difflib import get_close_matches  # browsers are not given it

    found = get_close_matches(name, known, 1, 0.8)
    return f" (did you mean {found[0]}?)" if found else ""


def require_no_slip(given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Check that no setting has nearly the name of a known one. Other unknown names are left to others.

    Raises:
        InvalidSettings: where one has.
    """
    for name in sorted(set(given) - set(known)):
        if words := meant(name, known):
            raise InvalidSettings(f"settings.{name} is no setting{words}")


@dataclass(frozen=True, slots=True)
class PinterestSettings:
    """What decides how an event is mapped. Nothing here is secret: the browser is given it.

    Attributes:
        edgee_page_event_enabled: page calls are sent (Edgee's name, as the two that follow).
        edgee_track_event_enabled: track calls are sent.
        edgee_user_event_enabled: user calls are sent; who the visitor is, is remembered in any case.
        edgee_default_consent: what an unset consent means, or empty to leave it to the relay and the tag.
        event_names: "edgee" (page → page_visit, track → custom, user → lead) or "standard" (a track named
            like one of Pinterest's events, or a common alias of it, becomes that event).
        event_map: track name → Pinterest event name; wins over both.
        identification: "any" (Pinterest's own rule) or "email" (Edgee's stricter one).
        partner_name: "ss-…" as Pinterest assigns it, or empty.
    """

    edgee_page_event_enabled: bool = True
    edgee_track_event_enabled: bool = True
    edgee_user_event_enabled: bool = True
    edgee_default_consent: str = ""
    event_names: Literal["edgee", "standard"] = "edgee"
    event_map: Mapping[str, str] = field(default_factory=dict)
    identification: Literal["any", "email"] = "any"
    partner_name: str = ""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Their names."""
        return tuple(each.name for each in fields(cls))

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> PinterestSettings:
        """Read settings as edgee.toml or the facade hands them over; unknown names are left to others.

        Raises:
            InvalidSettings: where a known setting has an impossible value.
        """
        taken: dict[str, Any] = {}
        for name in cls.names():
            if name in given:
                taken[name] = _read(name, given[name])
        return cls(**taken)

    def to_json(self) -> dict[str, Any]:
        """What differs from the defaults."""
        plain = PinterestSettings()
        return {
            f.name: (dict(value) if f.name == "event_map" else value)
            for f in fields(self)
            if (value := getattr(self, f.name)) != getattr(plain, f.name)
        }


_CHOICES: dict[str, tuple[str, ...]] = {
    "event_names": ("edgee", "standard"),
    "identification": ("any", "email"),
    "edgee_default_consent": ("granted", "pending", "denied", ""),
}


def _read(name: str, value: object) -> object:
    if name.endswith("_event_enabled"):
        return parse_bool(name, value)
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            allowed = ", ".join(filter(None, _CHOICES[name]))
            raise InvalidSettings(f"{name} must be one of {allowed}, not {str(value)[:40]!r}")
        return value
    if name == "event_map":
        return _read_event_map(value)
    if not isinstance(value, str):
        raise InvalidSettings(f"{name} must be a string")
    if name == "partner_name" and value and not _is_partner(value):
        raise InvalidSettings(f"partner_name must look like ss-shop, not {value[:40]!r}")
    return value


def _is_partner(value: str) -> bool:
    """Whether Pinterest would have assigned it: `ss-` and lower-case letters, digits, hyphens."""
    rest = value.removeprefix("ss-").replace("-", "").replace("_", "")
    return value.startswith("ss-") and value == value.lower() and rest.isascii() and rest.isalnum()


def _read_event_map(value: object) -> dict[str, str]:
    from edgee_py.pinterest.contract import EVENT_NAMES

    if not isinstance(value, Mapping):
        raise InvalidSettings("event_map must be a table: track name = Pinterest event name")
    for track_name, event_name in value.items():
        if event_name not in EVENT_NAMES:
            raise InvalidSettings(
                f"event_map: {track_name!r} maps to {event_name!r}, which is no Pinterest event; "
                f"use one of {', '.join(EVENT_NAMES)}"
            )
    return cast(dict[str, str], dict(value))
