"""An Edgee event becomes a conversion event of Pinterest's.

By default as Edgee's component does it: page → `page_visit`, track → `custom`, user → `lead`; the
settings choose Pinterest's other events. What comes out is valid against Pinterest's schema whatever
went in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from edgee_py.event import Event
from edgee_py.pinterest import values
from edgee_py.pinterest.addresses import holds_address, leave_out_addresses
from edgee_py.pinterest.contract import (
    EVENT_NAMES,
    MAX_ID,
    MAX_TEXT,
    MAX_USER_AGENT,
    ConversionEvent,
    CustomData,
    EventName,
    UserData,
    identified,
)
from edgee_py.pinterest.custom_data import (
    LeftOut,
    Properties,
    custom_data_of,
    user_custom_data,
)
from edgee_py.pinterest.left_out import said_unreadable, to_show
from edgee_py.pinterest.names import track_event_name
from edgee_py.pinterest.normalise import hashes
from edgee_py.pinterest.personal import personal_field, user_data_of
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pinterest.source_url import source_url
from edgee_py.pinterest.spelling import folded
from edgee_py.plain import as_mapping
from edgee_py.refusal import Reason, Refusal

__all__ = ["Mapped", "identified", "map_event", "remarks"]

#: Longest textual form of an IPv6 address, with an embedded IPv4 one.
_MAX_IP = 45


@dataclass(slots=True)
class Mapped:
    """A conversion event, and what a developer should know about it.

    dropped: properties Pinterest has no place for, or whose value cannot mean what the name says.
    unreadable: the latter of them.
    notes: sentences on what was sent but will have no effect.
    """

    event: ConversionEvent
    dropped: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def map_event(event: Event, settings: PinterestSettings) -> Mapped | Refusal:
    """Map one event, or say why not.

    Whether an event can be identified at all is decided in the relay, which knows the visitor's
    address and browser (`identified`); only `identification = "email"` can be judged here.
    """
    name = _event_name(event, settings)
    if isinstance(name, Refusal):
        return name
    properties = Properties(as_mapping(event.data.get("properties")))
    known = Properties(as_mapping(event.context.user.get("properties")))
    user_data = _user_data(event, properties, known)
    if settings.identification == "email" and not user_data.get("em"):
        return Refusal(event.uuid, Reason.NO_IDENTIFIER, "The settings ask for an e-mail.")
    mapped: dict[str, Any] = {
        "event_name": name,
        "action_source": "web",
        "event_time": event.timestamp // 1000,
        "event_id": properties.read(_event_id, ("eventid",)) or values.text(event.uuid, MAX_ID),
        "user_data": user_data,
    }
    custom_data, of_products = _custom_data(event, name, properties, known)
    optional = {
        "event_source_url": _event_source_url(event),
        "opt_out": _opt_out(properties, known),
        "partner_name": values.text(settings.partner_name),
        "custom_data": custom_data,
        "language": _language(event, properties),
    }
    mapped.update((key, value) for key, value in optional.items() if value not in ("", None, {}))
    notes = [
        f"{name} looks like an e-mail address and was left out."
        for name in leave_out_addresses(cast(ConversionEvent, mapped))
    ]
    left_out = LeftOut()
    left_out.add(properties, ambiguous=event.type == "user")
    return Mapped(
        event=cast(ConversionEvent, mapped),
        dropped=to_show(left_out.dropped + of_products.dropped),
        unreadable=to_show(left_out.unreadable + of_products.unreadable),
        notes=[*notes, *_notes(custom_data, user_data, properties.empty())],
    )


def remarks(mapped: Iterable[Mapped]) -> list[str]:
    """What a developer should know about a call's events that are sent."""
    found = list(mapped)
    unplaced = [name for each in found for name in each.dropped if name not in each.unreadable]
    said = [f"Pinterest has no place for: {', '.join(unplaced)}."] if unplaced else []
    if unreadable := [name for each in found for name in each.unreadable]:
        said.append(said_unreadable(unreadable))
    return said + [note for each in found for note in each.notes]


def _event_name(event: Event, settings: PinterestSettings) -> EventName | Refusal:
    enabled = {
        "page": settings.edgee_page_event_enabled,
        "track": settings.edgee_track_event_enabled,
        "user": settings.edgee_user_event_enabled,
    }
    if not enabled[event.type]:
        detail = f"edgee_{event.type}_event_enabled is false."
        return Refusal(event.uuid, Reason.EVENT_DISABLED, detail)
    if event.type != "track":
        return "page_visit" if event.type == "page" else "lead"
    track_name = _track_name(event)
    if not track_name:
        return Refusal(event.uuid, Reason.MISSING_NAME)
    name = track_event_name(track_name, settings)
    if name not in EVENT_NAMES:
        detail = "event_map names an event Pinterest does not have."
        return Refusal(event.uuid, Reason.INVALID_EVENT, detail)
    return name


def _track_name(event: Event) -> str:
    return values.text(event.data.get("name"))


def _user_data(event: Event, properties: Properties, known: Properties) -> UserData:
    """What is known of the visitor: the event's own fields before the stored identity's, each alone."""
    context = event.context
    user_data: dict[str, Any] = dict(user_data_of(known.given))
    user_data.update(user_data_of(properties.given, ambiguous=event.type == "user"))
    if properties.read(values.limited_data_processing, ("optouttype",)):
        user_data.update(_residence(properties))
    if "external_id" not in user_data and (external_id := _external_id(event)):
        user_data["external_id"] = external_id
    plain = {
        "client_ip_address": values.text(context.client.get("ip"), _MAX_IP),
        "client_user_agent": values.text(context.client.get("user_agent"), MAX_USER_AGENT),
        "click_id": properties.read(_opaque, ("clickid", "epik"))
        or _opaque(context.campaign.get("epik")),
        "partner_id": known.read(_opaque, ("partnerid",)),
    }
    if event.type == "user":
        plain["partner_id"] = properties.read(_opaque, ("partnerid",)) or plain["partner_id"]
    user_data.update((key, value) for key, value in plain.items() if value)
    return cast(UserData, user_data)


def _residence(properties: Properties) -> dict[str, list[str]]:
    """State and country out of properties in which they are otherwise a product's or a page's.

    Beside `opt_out_type` they can only be the visitor's: without them Pinterest ignores it.
    """
    found: dict[str, list[str]] = {}
    fields = cast(dict[str, list[str]], user_data_of(properties.given))
    for name in properties.given:
        field = personal_field(name)
        if field in ("st", "country") and field in fields:
            properties.place(folded(name))
            found[field] = fields[field]
    return found


def _external_id(event: Event) -> list[str]:
    """The hash of the best id there is: the site's own for the user, then for the visitor, then ours.

    A user event's own ids come before the stored ones, which may still be those of the time before it.
    """
    own = event.data if event.type == "user" else {}
    for name in ("user_id", "anonymous_id", "edgee_id"):
        for source in (own, event.context.user):
            if found := hashes("external_id", source.get(name)):
                return found
    return []


def _event_id(value: object) -> str:
    """An id given by the page; an address of somebody's is none."""
    given = values.identifier(value)
    return "" if holds_address(given) else given


def _opaque(value: object) -> str:
    """An id made by somebody else, who alone knows how long it is."""
    return values.identifier(value, MAX_TEXT)


def _custom_data(
    event: Event, name: EventName, properties: Properties, known: Properties
) -> tuple[CustomData, LeftOut]:
    left_out = LeftOut()
    if event.type == "user":
        custom = user_custom_data(properties)
    else:
        is_standard = event.type == "track" and name != "custom"
        custom, left_out = custom_data_of(properties, is_standard=is_standard)
    for key, value in _said_by_event(event, name, known).items():
        custom.setdefault(key, value)  # type: ignore[misc]
    return custom, left_out


def _said_by_event(event: Event, name: EventName, known: Properties) -> dict[str, str]:
    """What the event itself says about its content, beside its properties.

    A custom track's name has no place of its own in Pinterest's schema; as `content_name` it can at
    least be told apart in audiences and reports.
    """
    data = event.data
    limited: str | None = known.read(values.limited_data_processing, ("optouttype",))
    said = {"opt_out_type": limited or ""}
    if event.type == "page":
        said["content_name"] = values.text(data.get("name")) or values.text(data.get("title"))
        said["content_category"] = values.text(data.get("category"))
    elif event.type == "track" and name == "custom":
        said["content_name"] = _track_name(event)
    return {key: value for key, value in said.items() if value}


def _event_source_url(event: Event) -> str:
    page = event.context.page
    if event.type == "page":
        own = source_url(event.data.get("url"), event.data.get("search"))
        if own:
            return own
    return source_url(page.get("url"), page.get("search"))


def _opt_out(properties: Properties, known: Properties) -> bool | None:
    """Whether the visitor has opted out: said with the event, or once with `edgee.user()`."""
    said = properties.read(values.switch, ("optout",))
    if said is None:
        said = known.read(values.switch, ("optout",))
    return cast("bool | None", said)


def _language(event: Event, properties: Properties) -> str:
    return properties.read(values.language, ("language", "locale")) or values.language(
        event.context.client.get("locale")
    )


def _notes(custom_data: CustomData, user_data: UserData, empty: list[str]) -> list[str]:
    notes = [f"No value, or one that JSON has no word for: {', '.join(empty)}."] if empty else []
    missing = [name for name in ("st", "country") if name not in user_data]
    if custom_data.get("opt_out_type") and missing:
        notes.append(
            f"Limited data processing takes effect only with state and country; "
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known."
        )
    return notes
