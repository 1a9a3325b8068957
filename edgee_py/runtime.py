"""The life of a call on the device, without I/O: taken, mapped, queued, posted, answered.

A driver feeds it calls, storage changes, the clock and the relay's answers, posts the batches it asks
for, and carries out the effects it leaves behind. The worker in the browser and `Edgee` in Python are
such drivers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from edgee_py.call import MAX_AGE_MS, MAX_CALLS, Call, InvalidCall
from edgee_py.event import Event
from edgee_py.outgoing import Batch, Outgoing, Waiting, read_journal_id
from edgee_py.pinterest.mapping import Mapped, map_event, remarks
from edgee_py.pipeline import Outcome, Surroundings, consent_of, settle, take
from edgee_py.refusal import Reason, Refusal
from edgee_py.retry import Verdict, judge
from edgee_py.state import STATE_KEY, Stored, adopt, is_newer, read_state
from edgee_py.trace import Trace, trace_of, unread_trace

__all__ = ["Batch", "Effects", "Runtime", "map_all"]

#: Ids of so many calls are remembered, so that a call handed over twice is taken once.
_REMEMBERED = 10_000
#: So many of our own writes to a key are recognised when they come back as storage changes.
_ECHOES = 32


@dataclass(slots=True)
class Effects:
    """What the driver has to carry out, in this order: store, keep, strike, then tell.

    store: strings by storage key (None removes it). keep: journal records to put in place of what the
    journal has under that id. strike: ids of calls to take out of the journal. tell: what became of
    calls, for the page that made them. trace: what a developer is shown of calls, where one looks on.
    """

    store: Stored = field(default_factory=dict)
    keep: dict[str, dict[str, Any]] = field(default_factory=dict)
    strike: list[str] = field(default_factory=list)
    tell: list[dict[str, Any]] = field(default_factory=list)
    trace: list[Trace] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.store or self.keep or self.strike or self.tell or self.trace)

    def to_json(self) -> dict[str, Any]:
        """Only what there is to do."""
        parts: dict[str, Any] = {
            "store": self.store,
            "keep": self.keep,
            "strike": self.strike,
            "tell": self.tell,
            "trace": self.trace,
        }
        return {name: part for name, part in parts.items() if part}


class Runtime:
    """One visitor's data layer at work.

    Times are Unix milliseconds. `chance` is a random number in [0, 1) for the back-off's jitter.
    `traced` says that a developer looks on.
    """

    def __init__(self, stored: Mapping[str, str | None]) -> None:
        self.traced = False
        self.state = read_state(stored)
        self._is_frozen = is_newer(stored)
        self._written: Stored = {**self.state.write(), **stored}
        self._echoes: dict[str, list[str | None]] = {
            key: [text] for key, text in stored.items() if text is not None
        }
        self._outgoing = Outgoing()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._is_denied = False
        #: Why the relay takes nothing now, in words; empty where it does.
        self.failure = ""
        self.effects = Effects()
        self.counts = {"delivered": 0, "refused": 0, "duplicates": 0}

    # What comes in

    def restore(self, records: Iterable[object], around: Surroundings, now: int) -> None:
        """Take up what an earlier page left in the journal; what is older than seven days goes."""
        for record in records:
            id_, at = read_journal_id(record)
            if not id_ or not isinstance(record, Mapping):
                continue
            if id_ in self._seen:
                self._repeat(id_, record)
            elif now - at > MAX_AGE_MS:
                self._finish(id_, [Refusal(id_, Reason.TOO_OLD)], _method(record))
            elif "queued" in record:
                self._restore_queued(id_, record)
            else:
                self.take_record(record, around)
        self._drop_if_denied(around)

    def take_record(self, record: object, around: Surroundings) -> None:
        """Take a journal record: a call as the facade wrote it, or one held for consent."""
        try:
            call = Call.from_json(record)
        except InvalidCall as error:
            id_, _ = read_journal_id(record)
            if id_ not in self._seen:
                refusal = Refusal(id_, error.reason, str(error))
                self._remember(id_)
                self._finish(id_, [refusal], _method(record))
                if self.traced and isinstance(record, Mapping):
                    consent = consent_of(self.state, around)
                    self.effects.trace.append(unread_trace(record, refusal, consent=consent))
        else:
            self.take(call, around)

    def take(self, call: Call, around: Surroundings) -> None:
        """Take one call; one that was taken already changes nothing."""
        if call.id in self._seen:
            return
        self._remember(call.id)
        taken = take(self.state, call, around)
        self.state = taken.state
        for problem in taken.problems:
            self._tell(call.id, call.method, "problem", message=problem)
        self._settle(taken.outcomes, around, taken.problems)

    def stored_changed(self, changes: Mapping[str, str | None], around: Surroundings) -> None:
        """Somebody wrote to the device's storage.

        Our own writes coming back late are no news; what they say of the storage is, so that what we
        know better is stored again.
        """
        foreign = {key: text for key, text in changes.items() if text != self._written.get(key)}
        self._written.update(foreign)
        fresh = {k: t for k, t in foreign.items() if t is None or t not in self._echoes.get(k, ())}
        if not fresh:
            return
        if STATE_KEY in fresh:
            self._is_frozen = is_newer(fresh)
        for key in fresh:
            self._echoes.pop(key, None)
        self.state = adopt(self.state, fresh)
        self.state, outcomes = settle(self.state, around)
        self._settle(outcomes, around)

    def found(self, stored: Mapping[str, str | None], around: Surroundings) -> None:
        """A page says what the device stores: one that has just come, or could not store what it was told.

        What it has not found it may have looked for before we wrote, or before another tab's write has
        come through to it, and the page that was to write it may be gone: what is missing is no change,
        and is stored again.
        """
        missing = {key: text for key, text in stored.items() if text is None}
        self._written.update(missing)
        self.stored_changed({k: text for k, text in stored.items() if text is not None}, around)

    def evict(self, ids: Sequence[str]) -> None:
        """The journal had no room for these calls any more: those that still wait go, with that reason."""
        gone = set(ids)
        held = [call for call in self.state.held if call.id in gone]
        self.state = replace(
            self.state, held=tuple(call for call in self.state.held if call.id not in gone)
        )
        for call in held:
            self._finish(call.id, [Refusal(call.id, Reason.JOURNAL_FULL)], call.method)
        self._refuse(self._outgoing.withdraw(ids), Reason.JOURNAL_FULL)

    # What goes out

    def next_batch(self, now: int) -> Batch | None:
        """The next request to post, if there is one and the back-off allows it."""
        return self._outgoing.next_batch(now)

    def answered(
        self, batch: Batch, status: int, body: object, *, now: int, chance: float, after: str = ""
    ) -> None:
        """The relay's answer to a batch; status 0 means that none came. after is its Retry-After."""
        verdict = judge(status, is_relays=_is_relays(body))
        self._outgoing.landed()
        self.failure = _failure(status, body) if verdict is Verdict.RETRY else ""
        if verdict is Verdict.RETRY:
            self._outgoing.pause(now, chance, after)
        if verdict is Verdict.RETRY or (verdict is Verdict.SPLIT and self._outgoing.shrink(batch)):
            self._drop_denied()
            if self._outgoing.is_failing:
                self._make_room()
                self._keep(self._outgoing.unkept)
            return
        self._outgoing.recover()
        answer = body if isinstance(body, Mapping) else {}
        duplicates = answer.get("duplicates")
        self.counts["duplicates"] += duplicates if isinstance(duplicates, int) else 0
        refused = None if verdict is Verdict.ACCEPTED else _relay_refusal(status, answer)
        rejected = _rejections(answer)
        for waiting in self._outgoing.remove(batch.ids):
            self._close(waiting, rejected, refused)

    @property
    def idle(self) -> bool:
        """Whether everything taken is answered for or held."""
        return not self._outgoing

    @property
    def is_failing(self) -> bool:
        """Whether the last request got no answer that counts."""
        return self._outgoing.is_failing

    def due_in(self, now: int) -> int | None:
        """Milliseconds until there is something to post; None where nothing waits."""
        return self._outgoing.due_in(now)

    def hurry(self) -> None:
        """Forget our own back-off: somebody asks for delivery now, or the device is back online."""
        self._outgoing.hurry()

    @property
    def asked(self) -> int:
        """The Unix time in ms before which the relay asks not to be troubled; 0 where it has not."""
        return self._outgoing.asked

    def summary(self) -> dict[str, Any]:
        """Counts of events since the start, and what waits: the answer to `edgee.flush()`."""
        held = len(self.state.held)
        return {**self.counts, "held": held, "waiting": self._outgoing.events}

    def stored(self) -> Stored:
        """What the device should store; nothing where a later version's state is there."""
        return {} if self._is_frozen else self.state.write()

    def drain(self) -> Effects:
        """The effects since the last time, with the state's changes; they are the driver's now."""
        for key, text in self.stored().items():
            if text != self._written.get(key):
                self._store(key, text)
        effects, self.effects = self.effects, Effects()
        return effects

    # Inside

    def _store(self, key: str, text: str | None) -> None:
        self.effects.store[key] = self._written[key] = text
        echoes = self._echoes.setdefault(key, [])
        echoes.append(text)
        del echoes[:-_ECHOES]

    def _settle(
        self, outcomes: Sequence[Outcome], around: Surroundings, problems: Sequence[str] = ()
    ) -> None:
        """problems are of the last outcome's call; those before it were held until now."""
        for number, outcome in enumerate(outcomes, 1):
            if self.traced:
                its = problems if number == len(outcomes) else ()
                consent = consent_of(self.state, around)
                trace = trace_of(outcome, around.settings, consent=consent, problems=its)
                self.effects.trace.append(trace)
            self._settle_one(outcome, around)
        self._drop_if_denied(around)
        self._make_room()

    def _make_room(self) -> None:
        """Of more calls that wait than a device keeps the oldest go; what is merely on its way does not wait."""
        going = self._outgoing if self._outgoing.is_failing else ()
        over = len(self.state.held) + len(going) - MAX_CALLS
        if over > 0:
            oldest = sorted((*self.state.held, *going), key=lambda each: each.at)
            self.evict([each.id for each in oldest[:over]])

    def _drop_if_denied(self, around: Surroundings) -> None:
        self._is_denied = consent_of(self.state, around) == "denied"
        self._drop_denied()

    def _drop_denied(self) -> None:
        if self._is_denied:
            self._refuse(self._outgoing.withdraw(), Reason.CONSENT_DENIED)

    def _refuse(self, withdrawn: Iterable[Waiting], reason: Reason) -> None:
        for waiting in withdrawn:
            refusals = [Refusal(event["event_id"], reason) for event in waiting.events]
            self._finish(waiting.id, refusals, waiting.method)

    def _settle_one(self, outcome: Outcome, around: Surroundings) -> None:
        call = outcome.call
        if outcome.held:
            self.effects.keep[call.id] = outcome.held.to_json()
            self._tell(call.id, call.method, "held")
            return
        mapped, refusals = map_all(outcome.events, around)
        refusals = [*outcome.refusals, *refusals]
        if not mapped:
            self._finish(call.id, refusals, call.method)
            return
        for refusal in refusals:
            self._tell_refusal(call.id, call.method, refusal)
        for message in remarks(mapped):
            self._tell(call.id, call.method, "problem", message=message)
        waiting = Waiting(call.id, call.at, call.method, [each.event for each in mapped])
        self._outgoing.add(waiting)
        if self._outgoing.is_failing:
            self._keep([waiting])

    def _restore_queued(self, id_: str, record: Mapping[str, Any]) -> None:
        self._remember(id_)
        waiting = Waiting.from_json(record)
        if waiting:
            self._outgoing.add(waiting)
        else:
            refusal = Refusal(id_, Reason.INVALID_CALL, "The journal's record cannot be read.")
            self._finish(id_, [refusal], _method(record))

    def _close(
        self,
        waiting: Waiting,
        rejected: Mapping[str, dict[str, Any]],
        refused: dict[str, Any] | None,
    ) -> None:
        self._strike(waiting.id)
        for event in waiting.events:
            refusal = rejected.get(event["event_id"], refused)
            named = {"event_id": event["event_id"], "event_name": event["event_name"]}
            outcome = "refused" if refusal else "delivered"
            self.counts[outcome] += 1
            self._tell(waiting.id, waiting.method, outcome, **named, **(refusal or {}), event=event)

    def _keep(self, waiting: Iterable[Waiting]) -> None:
        """What cannot be posted now goes into the journal mapped and hashed, in place of the raw call."""
        for each in waiting:
            each.kept = True
            self.effects.keep[each.id] = each.to_json()

    def _repeat(self, id_: str, record: Mapping[str, Any]) -> None:
        """What was to be done in the journal for a call may not have been: the page was gone."""
        held = next((call for call in self.state.held if call.id == id_), None)
        waiting = self._outgoing.get(id_)
        if held and record.get("held") is not True:
            self.effects.keep[id_] = held.to_json()
        elif waiting and waiting.kept and "queued" not in record:
            self._keep([waiting])
        elif not held and not waiting:
            self._strike(id_)

    def _strike(self, id_: str) -> None:
        if id_:
            self.effects.keep.pop(id_, None)
            self.effects.strike.append(id_)

    def _finish(self, id_: str, refusals: Iterable[Refusal], method: str) -> None:
        self._strike(id_)
        for refusal in refusals:
            self._tell_refusal(id_, method, refusal)

    def _tell_refusal(self, id_: str, method: str, refusal: Refusal) -> None:
        self.counts["refused"] += 1
        self._tell(id_, method, "refused", **refusal.to_json())

    def _tell(self, id_: str, method: str, outcome: str, **more: Any) -> None:
        self.effects.tell.append({"id": id_, "method": method, "outcome": outcome, **more})

    def _remember(self, id_: str) -> None:
        self._seen[id_] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


def map_all(events: Iterable[Event], around: Surroundings) -> tuple[list[Mapped], list[Refusal]]:
    """Map events to Pinterest; the refused ones apart."""
    mapped: list[Mapped] = []
    refusals: list[Refusal] = []
    for event in events:
        result = map_event(event, around.settings)
        if isinstance(result, Mapped):
            mapped.append(result)
        else:
            refusals.append(result)
    return mapped, refusals


def _method(record: object) -> str:
    method = record.get("method") if isinstance(record, Mapping) else ""
    return method if isinstance(method, str) else ""


def _rejections(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    rejected = answer.get("rejected")
    return {
        each["event_id"]: {"reason": each.get("reason"), "message": each.get("message", "")}
        for each in (rejected if isinstance(rejected, list) else [])
        if isinstance(each, dict) and isinstance(each.get("event_id"), str)
    }


def _is_relays(body: object) -> bool:
    """Whether an answer is the relay's own: what it accepted, or its error."""
    return isinstance(body, Mapping) and ("accepted" in body or "error" in body)


def _failure(status: int, body: object) -> str:
    if not status:
        return "cannot be reached"
    doubt = (
        ""
        if status >= 500 or _is_relays(body)
        else ", and not as a relay does; is the address right?"
    )
    return f"answers {status}{doubt}"


def _relay_refusal(status: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    error = answer.get("error")
    said = error.get("message") if isinstance(error, Mapping) else ""
    message = f"The relay answered {status}. {said or ''}".strip()
    return {"reason": Reason.RELAY_REFUSED.value, "message": message}
