"""What a developer is shown of a call: its arguments, the events it made, and why others were not made.

For the inspector and the page's console, never for Pinterest, and never kept. It leaves the device, and
so every known personal field is a hash here and e-mail addresses are masked wherever they stand, also
where the event itself would keep a site's own user_id as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from edgee_py.call import Call
from edgee_py.consent import Consent
from edgee_py.datalayer import DataLayer, parse_data_layer
from edgee_py.event import Event
from edgee_py.pinterest.addresses import mask_addresses
from edgee_py.pinterest.mapping import Mapped, map_event, remarks
from edgee_py.pinterest.normalise import hashed
from edgee_py.pinterest.personal import is_personal, scrub
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pipeline import Outcome
from edgee_py.plain import as_text
from edgee_py.refusal import Refusal

Trace = dict[str, Any]

#: Longer texts (characters) and lists are cut: they are for reading.
_LONGEST_TEXT, _LONGEST_LIST = 2_000, 100
#: Further events of one call are named only: each carries the page's whole context.
_SHOWN_EVENTS = 20
_IDS = ("user_id", "anonymous_id", "edgee_id")
_SECRET = re.compile(r"token|authorization|secret|password|passwd", re.IGNORECASE)
_UNUSABLE = "(nothing that could be hashed)"


def trace_of(
    outcome: Outcome,
    settings: PinterestSettings,
    *,
    consent: Consent,
    layer: DataLayer | None = None,
    problems: Iterable[str] = (),
    by: Literal["page", "relay"] = "page",
) -> Trace:
    """A call and what it came to: `{id, at, method, page, by, consent, arguments, outcome, events, refusals,
    notes}`.

    outcome is "mapped", "held", "refused" or, for what makes no event (consent, reset), "done". An event
    is `{event_id, event_name, edgee, payload}`: Edgee's event and Pinterest's. by says who mapped it.

    Args:
        outcome: the pipeline's.
        settings: those it is mapped with.
        consent: the one that counted.
        layer: the data layer where it did not come as the page's text.
        problems: sentences on what was left out of the call.
        by: where this runs.
    """
    call = outcome.call
    layer = layer or parse_data_layer(call.page.data_layer)
    refusals = list(outcome.refusals)
    made: list[dict[str, Any]] = []
    mapped: list[Mapped] = []
    for event in outcome.events:
        result = map_event(event, settings)
        if isinstance(result, Refusal):
            refusals.append(result)
        else:
            mapped.append(result)
            made.append(_made(event, result, whole=len(made) < _SHOWN_EVENTS))
    state = "held" if outcome.held else "mapped" if made else "refused" if refusals else "done"
    return {
        **_head(call, by),
        "consent": consent,
        "arguments": _arguments(call, layer),
        "outcome": state,
        "events": made,
        "refusals": [each.to_json() for each in refusals],
        "notes": [*problems, *remarks(mapped)],
    }


def unread_trace(record: Mapping[str, Any], refusal: Refusal, *, consent: Consent) -> Trace:
    """A record that is no call, with its refusal; of its arguments nothing is said."""
    at, method = record.get("at"), record.get("method")
    return {
        "id": refusal.id,
        "at": int(at) if isinstance(at, int | float) and 0 < at < 1e14 else 0,
        "method": method[:32] if isinstance(method, str) else "",
        "arguments": [],
        "page": "",
        "by": "page",
        "consent": consent,
        "outcome": "refused",
        "events": [],
        "refusals": [refusal.to_json()],
        "notes": [],
    }


def _head(call: Call, by: str) -> dict[str, Any]:
    page = mask_addresses(call.page.url)[:_LONGEST_TEXT]
    return {"id": call.id, "at": call.at, "method": call.method, "page": page, "by": by}


def _made(event: Event, mapped: Mapped, *, whole: bool) -> dict[str, Any]:
    payload = mapped.event
    named = {"event_id": payload["event_id"], "event_name": payload["event_name"]}
    return {**named, "edgee": _plain(event.to_json()), "payload": payload} if whole else named


def _arguments(call: Call, layer: DataLayer) -> list[Any]:
    """The arguments as they were given; `load` has none, and stands for what the page declares."""
    if call.method == "load":
        declared = layer.write()
        return [_plain(json.loads(declared))] if declared else []
    first, *rest = call.arguments or (None,)
    given = [_first(call.method, first), *(_plain(each) for each in rest)]
    while given and given[-1] is None:
        given.pop()
    return given


def _first(method: str, value: Any) -> Any:
    is_user = method == "user"
    if is_user and not isinstance(value, Mapping):
        return _id(value)
    if not isinstance(value, Mapping):
        return _plain(value)
    own = {name: each for name, each in value.items() if name != "properties"}
    shown = _scrubbed(own, ambiguous=is_user)
    properties = value.get("properties")
    if isinstance(properties, Mapping):
        shown["properties"] = _scrubbed(properties, ambiguous=is_user)
    elif properties is not None:
        shown["properties"] = properties
    return _plain(shown)


def _scrubbed(given: Mapping[str, Any], *, ambiguous: bool) -> dict[str, Any]:
    """Hashed, and with a word in the place of what is no value: the developer gave something there."""
    kept = scrub(given, ambiguous=ambiguous)
    return {
        name: kept.get(name, _UNUSABLE)
        for name in given
        if name in kept or is_personal(name, ambiguous=ambiguous)
    }


def _id(value: Any) -> Any:
    """An id of a person as its hash, which is how Pinterest gets it."""
    text = as_text(value)
    return _plain(value) if text is None else hashed("external_id", text) or _UNUSABLE


def _plain(value: Any, name: str = "") -> Any:
    """Fit to be shown: ids hashed, secrets hidden, addresses masked, long things cut."""
    if _SECRET.search(name):
        return "(hidden)"
    if name in _IDS:
        return _id(value)
    if isinstance(value, str):
        text = mask_addresses(value)
        return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        return {
            mask_addresses(str(key))[:200]: _plain(each, str(key)) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        cut = [_plain(each) for each in value[:_LONGEST_LIST]]
        return cut if len(value) <= _LONGEST_LIST else [*cut, "…"]
    return value
