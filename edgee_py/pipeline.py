"""The data layer's one rule book: State + Call → State + events, refusals or a wait for consent.

Pure: no clock, no randomness, no I/O. The worker, the relay and `Edgee` in Python all run it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from edgee_py.call import Call
from edgee_py.campaign import campaign_of, epik_of
from edgee_py.components import components_problems, enabled, read_components
from edgee_py.consent import CONSENTS, Choice, Consent, parse_consent
from edgee_py.context import context_of, known_user, page_data, parameters_of, user_data
from edgee_py.datalayer import DataLayer, parse_data_layer
from edgee_py.declaration import Declaration, data_problems, is_nameless_track, read_data
from edgee_py.event import Context, Event, EventType
from edgee_py.identity import Identity
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.refusal import Reason, Refusal
from edgee_py.session import Session
from edgee_py.state import State


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a call meets: the site's settings and the visitor's browser.

    default_consent is what an unset consent means; gpc is true where Global Privacy Control is set and
    respected; client is `context.client` (locale, timezone, screen, client hints).
    """

    settings: PinterestSettings = field(default_factory=PinterestSettings)
    default_consent: Consent = "granted"
    gpc: bool = False
    client: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call: events to deliver, refusals with reasons, or the call held.

    A call with neither (consent, reset) has done all it does.
    """

    call: Call
    events: tuple[Event, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    held: Call | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The state after a call, and the outcome of it and of every held call it let go."""

    state: State
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()


def take(state: State, call: Call, around: Surroundings, layer: DataLayer | None = None) -> Taken:
    """Take one call. The state of consent at the time of the call decides about it.

    layer is the data layer where it did not come as the page's text.
    """
    layer = layer or parse_data_layer(call.page.data_layer)
    is_load = call.method == "load"
    problems = (*layer.problems, *layer.remarks) if is_load else _problems(call)
    if call.method == "consent":
        value = parse_consent(call.arguments[0] if call.arguments else None)
        if value is None:
            allowed = ", ".join(f'"{each}"' for each in CONSENTS)
            return Taken(state, (_refuse(call, Reason.INVALID_CALL, f"Consent is {allowed}."),))
        state = replace(state, choice=Choice(value, explicit=True, at=call.at))
    else:
        choice = state.choice.declared(layer.consent, call.at)
        state = state if choice is state.choice else replace(state, choice=choice)
    state, settled = settle(state, around)
    if call.method == "consent":
        return Taken(state, (*settled, Outcome(call)), problems)
    state, outcome = _take_under(state, call, layer, around)
    return Taken(state, (*settled, outcome), problems)


def consent_of(state: State, around: Surroundings) -> Consent:
    """The consent that counts now."""
    return state.choice.effective(around.default_consent, gpc=around.gpc)


def settle(state: State, around: Surroundings) -> tuple[State, list[Outcome]]:
    """Let the held calls go or drop them, as consent now stands; without consent, forget the visitor.

    What a page means by an unset consent decides about its own calls. It is no choice of the visitor's:
    calls that another page held back go on waiting for one.
    """
    consent = consent_of(state, around)
    waiting = state.held
    if consent == "granted" and (state.choice.value is None or not waiting):
        return state, []
    if consent == "pending":
        return replace(state.forgotten(), held=waiting), []
    if consent == "denied":
        return state.forgotten(), [_refuse(call, Reason.CONSENT_DENIED) for call in waiting]
    state = replace(state, held=())
    outcomes: list[Outcome] = []
    for call in waiting:
        layer = parse_data_layer(call.page.data_layer)
        state, outcome = _take_granted(state, replace(call, held=False), layer, around)
        outcomes.append(outcome)
    return state, outcomes


def _take_under(
    state: State, call: Call, layer: DataLayer, around: Surroundings
) -> tuple[State, Outcome]:
    refusal = _check(call)
    if refusal:
        return state, Outcome(call, refusals=(refusal,))
    consent = consent_of(state, around)
    if call.held and consent == "granted" and state.choice.value is None:
        consent = "pending"  # as in `settle`
    if consent == "granted":
        return _take_granted(state, call, layer, around)
    if call.method == "reset" and not state.held:
        return state, Outcome(call)
    if consent == "pending":
        held = scrub_call(call, layer)
        return replace(state, held=(*state.held, held)), Outcome(call, held=held)
    return state, _refuse(call, Reason.CONSENT_DENIED)


def scrub_call(call: Call, layer: DataLayer) -> Call:
    """The call as it is kept on the device until consent is decided: personal fields are hashes."""
    data, *rest = call.arguments or (None,)
    if call.method == "user" or isinstance(data, Mapping):
        data = None if data is None else read_data(_event_type(call), data)
    page = replace(call.page, data_layer=layer.write())
    return replace(call, arguments=(data, *rest), page=page, held=True)


def _take_granted(
    state: State, call: Call, layer: DataLayer, around: Surroundings
) -> tuple[State, Outcome]:
    if call.method == "reset":
        state = replace(state, identity=Identity(), edgee_id="", superseded=layer.user_digest)
        return state, Outcome(call)
    if call.method == "load" and layer.user_digest != state.superseded:
        state = replace(state, superseded="")
    declared = _declared(call, layer)
    for _, each in declared:
        if each.type == "user" and not each.is_withheld:
            identity = known_user(state, layer).merged(each.data).lasting()
            state = replace(state, identity=identity, superseded=layer.user_digest)
    state, session, started = _visit(state, call, layer, around)
    events: list[Event] = []
    refusals: list[Refusal] = []
    for number, (id_, each) in enumerate(declared):
        visit = session.context(start=started and number == 0)
        context = context_of(state, call, layer, around.client, visit)
        its = call if id_ == call.id else replace(call, id=id_)
        made = _make_event(state, its, each, context)
        if isinstance(made, Refusal):
            refusals.append(made)
        else:
            events.append(made)
    return state, Outcome(call, tuple(events), tuple(refusals))


def _declared(call: Call, layer: DataLayer) -> list[tuple[str, Declaration]]:
    """The events a call asks for, each with its id.

    `load` means the declared ones, or one page event if there is none. A declared event's components
    replace the page's; a method's are merged over them (both as in Edgee).
    """
    if call.method == "load":
        if not layer.events:
            return [(call.id, Declaration("page", {}, layer.components))]
        return [
            (f"{call.id}-{number}", _with_components(event, layer))
            for number, event in enumerate(layer.events, 1)
        ]
    data, components = (*call.arguments, None, None)[:2]
    type_ = _event_type(call)
    merged = {**layer.components, **read_components(components)}
    return [(call.id, Declaration(type_, read_data(type_, data), merged))]


def _with_components(event: Declaration, layer: DataLayer) -> Declaration:
    return event if event.components is not None else replace(event, components=layer.components)


def _event_type(call: Call) -> EventType:
    """The type of event a method makes, by its name; `load` makes a page event unless told otherwise."""
    return call.method if call.method in ("track", "user") else "page"


def _check(call: Call) -> Refusal | None:
    """Refuse a call whose arguments mean nothing, with the mend in words."""
    if call.method not in ("page", "track", "user"):
        return None
    data = call.arguments[0] if call.arguments else None
    if data is not None and not isinstance(data, str | Mapping):
        detail = f"edgee.{call.method}() takes an object or a string, not {_kind(data)}."
        return Refusal(call.id, Reason.INVALID_CALL, detail)
    if call.method == "track" and is_nameless_track(data):
        return Refusal(call.id, Reason.MISSING_NAME)
    return None


def _problems(call: Call) -> tuple[str, ...]:
    """Sentences on what is left out of a call's arguments. Of a held one they were told before."""
    if call.method not in ("page", "track", "user") or call.held:
        return ()
    data, components = (*call.arguments, None, None)[:2]
    problems = data_problems(_event_type(call), data)
    # Other libraries have an event's properties there.
    elsewhere = "Properties belong into the first argument."
    problems += [f"{each} {elsewhere}" for each in components_problems(components)]
    if call.is_mended:
        problems.append("JSON has no word for all of it: a reference back to itself was left out.")
    return tuple(problems)


def _kind(value: object) -> str:
    """What JavaScript calls it."""
    if isinstance(value, list | tuple):
        return "an array"
    return "a boolean" if isinstance(value, bool) else "a number"


def _visit(
    state: State, call: Call, layer: DataLayer, around: Surroundings
) -> tuple[State, Session, bool]:
    """The state with this call's visit in it: device id, session, campaign; and if a session began.

    A new device takes the id of its first call: the worker and the relay, which may both be given that
    call, then know it by one id.
    """
    known = state.session
    session = known.at(call.at) if known else Session.first(call.at)
    started = known is None or session.session_id != known.session_id
    parameters = parameters_of(call.page, layer)
    kept = {} if started else state.campaign
    visiting = replace(
        state,
        edgee_id=state.edgee_id or call.id,
        session=session,
        campaign=campaign_of(parameters) or kept,
        epik=epik_of(parameters) or state.epik,
    )
    return visiting, session, started


def _make_event(state: State, call: Call, asked: Declaration, context: Context) -> Event | Refusal:
    components = asked.components or {}
    if asked.is_nameless:
        return Refusal(call.id, Reason.MISSING_NAME)
    if asked.is_withheld:
        return Refusal(call.id, Reason.CONSENT_DENIED, "The event itself declares so.")
    if not enabled(components):
        return Refusal(call.id, Reason.COMPONENT_DISABLED)
    data = asked.data
    if asked.type == "page":
        data = page_data(context.page, data, call.page)
    elif asked.type == "user":
        data = user_data(state, data)
    return Event(
        uuid=call.id,
        timestamp=call.at,
        type=asked.type,
        data=data,
        context=context,
        components=dict(components),
    )


def _refuse(call: Call, reason: Reason, detail: str = "") -> Outcome:
    return Outcome(call, refusals=(Refusal(call.id, reason, detail),))
