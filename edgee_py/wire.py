"""Edgee's collector format, `{"data_collection": …}`, through the same pipeline as in the browser.

Two senders use it. Edgee's own SDK (and whoever speaks its format) posts events with the page's
context. Our facade posts the calls it recorded: events in the same shape, with the call's `id`, `at`
and `page` beside `type`, `data` and `components`, and the visitor's stored state in
`data_collection.state`. Source of the format: Edgee's server and SDK 1.2.0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from edgee_py.call import MAX_AGE_MS, Call, InvalidCall
from edgee_py.consent import Consent, default_of
from edgee_py.datalayer import DataLayer, read_client, read_data_layer
from edgee_py.event import Event
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.mapping import remarks
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pipeline import Outcome, Surroundings, consent_of, take
from edgee_py.plain import as_mapping, clean
from edgee_py.refusal import Reason, Refusal
from edgee_py.runtime import map_all
from edgee_py.state import STATE_KEY, USER_KEY, State, Stored, is_newer, read_state
from edgee_py.trace import Trace, trace_of

#: More events than this in one body are not read.
MAX_EVENTS = 500
#: Traces (JSON, in characters) are made until they have come to this much; a page's own are far from it.
_TRACED = 256 * 1024
#: More than this it may not come to: each call can stand for a hundred declared events.
MAX_MADE = 1000


class WireError(ValueError):
    """The body is not in Edgee's collector format. The text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the relay knows of a request.

    now: Unix ms at the relay. skew: ms to add to the sender's times. ip, user_agent, accept_language:
    of the visitor. gpc: Global Privacy Control is set and respected.
    """

    now: int
    skew: int = 0
    ip: str = ""
    user_agent: str = ""
    accept_language: str = ""
    gpc: bool = False


@dataclass(slots=True)
class Reception:
    """What a body came to. held are ids of calls that wait for consent: the device keeps them.

    makers are the calls behind the events, one for each. told is what the page should hear of its calls
    but for the fate of those events, as in `Effects.tell`; only our facade (is_ours) reads it. state is
    what the device should store from now on, by storage key (None removes a key). traces are what a
    developer is shown of the calls, where the relay's inspector is on or the page asks_traces.
    """

    events: list[ConversionEvent] = field(default_factory=list)
    makers: list[Call] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    is_ours: bool = False
    traces: list[Trace] = field(default_factory=list)
    asks_traces: bool = False
    state: Stored = field(default_factory=dict)

    def tell(self, call: Call, outcome: str, **more: Any) -> None:
        """Note what became of a call."""
        self.told.append({"id": call.id, "method": call.method, "outcome": outcome, **more})

    def refuse(self, call: Call, refusal: Refusal) -> None:
        """Note a refusal, of a call or of one of its events."""
        self.refusals.append(refusal)
        self.tell(call, "refused", **refusal.to_json())

    def outcomes(self, rejected: Iterable[Refusal]) -> list[dict[str, Any]]:
        """All that the page should hear, once the relay has rejected these of the events."""
        refusals = {each.id: each.to_json() for each in rejected}
        fates = []
        for call, event in zip(self.makers, self.events, strict=True):
            named = {"event_id": event["event_id"], "event_name": event["event_name"]}
            refusal = refusals.get(event["event_id"])
            outcome = "refused" if refusal else "delivered"
            fates.append(
                {"id": call.id, "method": call.method, "outcome": outcome} | named | (refusal or {})
            )
        return [*self.told, *fates]


def receive(
    body: object,
    received: Received,
    settings: PinterestSettings,
    *,
    default_consent: Consent,
    new_id: Callable[[], str],
    traced: bool = False,
    stored: Stored | None = None,
) -> Reception:
    """Run a body through the pipeline and the mapping.

    traced: somebody looks on. stored: what the device stores, where the sender says it beside the body.

    Raises:
        WireError: where the body is no `{"data_collection": {…}}`, or comes to too many events.
    """
    collection = _collection(clean(body))
    around = _surroundings(collection, received, settings, default_consent)
    given = collection.get("state") if stored is None else stored
    stored = _stored(given)
    state = read_state(stored)
    reception = Reception()
    reception.asks_traces = as_mapping(collection.get("config")).get("trace") is True
    left = _TRACED if traced or reception.asks_traces else 0
    for call, layer in _calls(collection, received, new_id, reception):
        taken = take(state, call, around, layer)
        state = taken.state
        if layer is not None:
            state = _refuse_held(state, reception, call)
        for problem in taken.problems:
            reception.tell(call, "problem", message=problem)
        for outcome in taken.outcomes:
            _receive_outcome(reception, outcome, received, around, known=isinstance(given, Mapping))
            if left > 0:
                its = taken.problems if outcome is taken.outcomes[-1] else ()
                own = layer if outcome.call is call else None
                made = trace_of(
                    outcome,
                    around.settings,
                    consent=consent_of(state, around),
                    layer=own,
                    problems=its,
                    by="relay",
                )
                reception.traces.append(made)
                left -= len(json.dumps(made))
        if len(reception.events) + len(reception.refusals) > MAX_MADE:
            raise WireError(f"The body comes to more than {MAX_MADE} events.")
        if consent_of(state, around) == "denied":
            _drop_events(reception)
    reception.held = [call.id for call in state.held]
    if not is_newer(stored):
        reception.state = state.write()
    return reception


def _refuse_held(state: State, reception: Reception, call: Call) -> State:
    """A sender that does not know the call's id cannot keep it until consent is decided."""
    held = tuple(each for each in state.held if each.id != call.id)
    if len(held) < len(state.held):
        detail = "Consent is pending, and this sender keeps nothing back."
        reception.refuse(call, Refusal(call.id, Reason.CONSENT_DENIED, detail))
    return replace(state, held=held)


def _drop_events(reception: Reception) -> None:
    """A denial drops what the relay has not accepted yet, as on the device."""
    for call, event in zip(reception.makers, reception.events, strict=True):
        reception.refuse(call, Refusal(event["event_id"], Reason.CONSENT_DENIED))
    reception.events.clear()
    reception.makers.clear()


def _stored(given: object) -> Stored:
    """The stored strings a facade sends along."""
    if not isinstance(given, Mapping):
        return {}
    texts = {key: given.get(key) for key in (STATE_KEY, USER_KEY)}
    return {key: text for key, text in texts.items() if isinstance(text, str)}


def _collection(body: object) -> Mapping[str, Any]:
    collection = body.get("data_collection") if isinstance(body, dict) else None
    if not isinstance(collection, dict):
        raise WireError('The body must be {"data_collection": {…}}.')
    events = collection.get("events")
    if events is not None and not isinstance(events, list):
        raise WireError("data_collection.events must be a list.")
    if len(events or ()) > MAX_EVENTS:
        raise WireError(f"data_collection.events holds more than {MAX_EVENTS} events.")
    return collection


def _surroundings(
    collection: Mapping[str, Any],
    received: Received,
    settings: PinterestSettings,
    default_consent: Consent,
) -> Surroundings:
    config, context = as_mapping(collection.get("config")), as_mapping(collection.get("context"))
    locale = {"locale": _first_language(received.accept_language)}
    return Surroundings(
        settings=settings,
        default_consent=default_of(config.get("consent"), default_consent),
        gpc=received.gpc or config.get("gpc") is True,
        client=read_client({**locale, **as_mapping(context.get("client"))}),
    )


def _calls(
    collection: Mapping[str, Any],
    received: Received,
    new_id: Callable[[], str],
    reception: Reception,
) -> list[tuple[Call, DataLayer | None]]:
    """The calls in a body, each with the data layer that did not come as its page's text."""
    events = collection.get("events") or []
    ours = [event for event in events if _is_ours(event)]
    theirs = [event for event in events if not _is_ours(event)]
    reception.is_ours = bool(ours)
    calls: list[tuple[Call, DataLayer | None]] = []
    if theirs or not ours:
        layer = read_data_layer({"data_collection": {**collection, "events": theirs}})
        call = _their_call(layer, collection.get("consent"), received, new_id)
        if call:
            calls.append((call, layer))
        if theirs:
            for problem in layer.problems:
                reception.refusals.append(Refusal("", Reason.INVALID_CALL, problem))
    for event in ours:
        try:
            calls.append((_our_call(event, received), None))
        except InvalidCall as error:
            id_ = event.get("id")
            text = id_[:128] if isinstance(id_, str) else ""
            refusal = Refusal(text, error.reason, str(error))
            reception.refusals.append(refusal)
            method = str(event.get("type"))[:32]
            reception.told.append(
                {"id": text, "method": method, "outcome": "refused", **refusal.to_json()}
            )
    return calls


def _their_call(
    layer: DataLayer, consent: object, received: Received, new_id: Callable[[], str]
) -> Call | None:
    """What a body in Edgee's format means: its events, or a consent alone, which is `edgee.consent()`."""
    if layer.events:
        return Call(new_id(), received.now, "load")
    if consent is not None:
        return Call(new_id(), received.now, "consent", (consent,))
    return None


def _is_ours(event: object) -> bool:
    return isinstance(event, dict) and "page" in event and "at" in event


def _our_call(event: Mapping[str, Any], received: Received) -> Call:
    """The call a facade's event stands for, its time corrected and never in the future.

    Raises:
        InvalidCall: where it is none, or too old for Pinterest.
    """
    record = {
        "id": event.get("id"),
        "at": event.get("at"),
        "method": event.get("type"),
        "arguments": [event.get("data"), event.get("components")],
        "page": event.get("page"),
        "error": event.get("error"),
        "held": event.get("held"),
        "mended": event.get("mended"),
    }
    call = Call.from_json(record)
    at = min(call.at + received.skew, received.now)
    if received.now - at > MAX_AGE_MS:
        raise InvalidCall("", Reason.TOO_OLD)
    return replace(call, at=at)


def _receive_outcome(
    reception: Reception, outcome: Outcome, received: Received, around: Surroundings, *, known: bool
) -> None:
    for event in outcome.events:
        _complete(event, received, known=known)
    call = outcome.call
    mapped, refusals = map_all(outcome.events, around)
    reception.events += [each.event for each in mapped]
    reception.makers += [call] * len(mapped)
    for refusal in (*outcome.refusals, *refusals):
        reception.refuse(call, refusal)
    for message in remarks(mapped):
        reception.tell(call, "problem", message=message)
    if outcome.held and known:
        reception.tell(call, "held")


def _complete(event: Event, received: Received, *, known: bool) -> None:
    """Add what the relay knows of the visitor; a device id made just now identifies nobody."""
    event.context.client |= {"ip": received.ip, "user_agent": received.user_agent}
    if not known:
        event.source = "third"
        for user in (event.context.user, event.data if event.type == "user" else {}):
            user.pop("edgee_id", None)


def _first_language(accept_language: str) -> str:
    return accept_language.partition(",")[0].partition(";")[0].strip()[:35]
