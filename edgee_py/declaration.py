"""One event as it was asked for: by a call's arguments, or by an entry in the data layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from edgee_py.components import read_components
from edgee_py.consent import Consent, consent_said
from edgee_py.event import EVENT_TYPES, EventType, Properties
from edgee_py.identity import read_user
from edgee_py.pinterest.left_out import said_unreadable, shown, to_show
from edgee_py.pinterest.personal import scrub, unreadable_personal
from edgee_py.plain import as_text

PAGE_TEXTS: tuple[str, ...] = ("name", "category", "title", "url", "path", "search", "referrer")


@dataclass(frozen=True, slots=True)
class Declaration:
    """Personal fields in `data` are hashed. components and consent are None where nothing is said."""

    type: EventType
    data: Properties
    components: Mapping[str, bool] | None = None
    consent: Consent | None = None

    @classmethod
    def from_json(cls, value: object) -> Declaration | None:
        """Read an entry of the data layer's `events`; None where its type is not one of the three."""
        if not isinstance(value, Mapping) or value.get("type") not in EVENT_TYPES:
            return None
        type_ = cast(EventType, value["type"])
        components = value.get("components")
        return cls(
            type=type_,
            data=read_data(type_, value.get("data")),
            components=read_components(components) if isinstance(components, Mapping) else None,
            consent=consent_said(value.get("consent")),
        )

    def to_json(self) -> dict[str, Any]:
        """The entry again; reading it gives the same declaration."""
        entry: dict[str, Any] = {"type": self.type, "data": self.data}
        if self.components is not None:
            entry["components"] = dict(self.components)
        if self.consent:
            entry["consent"] = self.consent
        return entry

    @property
    def is_withheld(self) -> bool:
        """Whether the event's own consent forbids it."""
        return self.consent not in (None, "granted")

    @property
    def is_nameless(self) -> bool:
        """Whether it is a track event without the name it must have."""
        return self.type == "track" and not self.data.get("name", "").strip()


def is_nameless_track(value: object) -> bool:
    """Whether `edgee.track(value)` lacks the name it must have."""
    return Declaration("track", _read_name(value)).is_nameless


def read_data(type_: EventType, value: object) -> Properties:
    """An event's data by its type; the string forms are a page's name, a track's name, a user's id."""
    if type_ == "page":
        return read_page(value)
    if type_ == "user":
        return read_user(value)
    return read_track(value)


#: What is read of an event's data, by type; for anything else there are `properties`.
FIELDS: dict[EventType, tuple[str, ...]] = {
    "page": (*PAGE_TEXTS, "keywords", "properties"),
    "track": ("name", "properties"),
    "user": ("user_id", "anonymous_id", "edgee_id", "properties"),
}


def data_problems(type_: EventType, value: object) -> list[str]:
    """Sentences on what `read_data` leaves out of an object."""
    if not isinstance(value, Mapping):
        return []
    problems: list[str] = []
    stray = to_show(shown(name) for name in value if name not in FIELDS[type_])
    if stray:
        problems.append(f"Nothing is read from {', '.join(stray)}: put it into properties.")
    for name in FIELDS[type_]:
        given = value.get(name)
        if given is None:
            continue
        if name == "properties":
            if not isinstance(given, Mapping):
                problems.append("properties must be an object; it was left out.")
            elif unreadable := unreadable_personal(given, ambiguous=type_ == "user"):
                problems.append(said_unreadable(unreadable))
        elif name != "keywords" and as_text(given) is None:
            problems.append(f"{name} must be text; it was left out.")
    return problems


def read_track(value: object) -> Properties:
    """A track object's name and properties; a string is its name."""
    track = _read_name(value)
    properties = value.get("properties") if isinstance(value, Mapping) else None
    if isinstance(properties, Mapping):
        track["properties"] = scrub(properties, ambiguous=False)
    return track


def _read_name(value: object) -> Properties:
    if isinstance(value, str):
        return {"name": value}
    return read_texts(value, ("name",)) if isinstance(value, Mapping) else {}


def read_page(value: object) -> Properties:
    """A page object's fields that count; a string is its name, as Edgee documents it."""
    if isinstance(value, str):
        return {"name": value}
    if not isinstance(value, Mapping):
        return {}
    page: Properties = read_texts(value, PAGE_TEXTS)
    if "search" in page:
        page["search"] = as_search(page["search"])
    keywords = value.get("keywords")
    if isinstance(keywords, str):
        keywords = split_keywords(keywords)
    if isinstance(keywords, list):
        page["keywords"] = [word for word in keywords if isinstance(word, str)]
    properties = value.get("properties")
    if isinstance(properties, Mapping):
        page["properties"] = scrub(properties, ambiguous=False)
    return page


def read_texts(value: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of these names that are text, or numbers and become text."""
    return {name: text for name in names if (text := as_text(value.get(name))) is not None}


def split_keywords(text: str) -> list[str]:
    """The words of `<meta name=keywords>`."""
    return [word for part in text.split(",") if (word := part.strip())]


def as_search(query: str) -> str:
    """A query as `location.search` gives it: with its question mark, or empty (as on Edgee's edge)."""
    query = query.strip().removeprefix("?")
    return f"?{query}" if query else ""
