"""From the outbox to Pinterest: batches, results, and what to do when it does not work.

One request is under way at a time: a thousand events a request is far more than a site produces, and
order and back-off stay simple. Nothing is ever dropped here: an event is delivered, waits, or is parked
with Pinterest's own words.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum

import msgspec

from edgee_py.pinterest.contract import MAX_EVENTS_PER_REQUEST
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.refusal import ADVICE, Reason
from edgee_py.relay.choice import choose
from edgee_py.relay.clock import ClockWatch, now_ms
from edgee_py.relay.feed import Feed, State
from edgee_py.relay.metrics import Metrics
from edgee_py.relay.outbox import Leased, Outbox, OutboxUnavailable, Settlement
from edgee_py.relay.pinterest_api import DEADLINE, Answer, PinterestApi, Result, Verdict
from edgee_py.relay.reminder import REMIND_EVERY, Reminder
from edgee_py.relay.secret import Secret
from edgee_py.relay.tasks import end

logger = logging.getLogger("edgee.relay")

#: An event waits at most this long (seconds) for others to share its request.
GATHER = 0.2
#: The outbox is looked at this often (seconds) though it has no news: another process may queue events.
IDLE = 5.0
#: The first pause after a failure and the longest, in seconds; each doubles the last. A request a minute
#: harms nobody, and so neither new events nor `edgee outbox retry` wait for long. Pinterest may ask for more.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: How often (seconds) a refused token is tried again, with one event.
PROBE_EVERY = 60.0
#: A lease outlasts any request; what it does not outlast is not sent under it.
_LEASE_MS = 10 * 60_000
#: A request begun must be answered within this time (ms) of its lease.
_MARGIN_MS = int(DEADLINE * 1000) + 5_000
#: So many events refused one after another are no accident of theirs.
REFUSALS = 20
#: How long (seconds) a stop waits for the answer that is under way.
STOP_WAIT = 4.0
_AGE_LIMIT = 7 * 24 * 3600
#: Said by something on the way, these may be the fault of what one event holds, or of a batch's size.
_STUMBLED = (400, 413, 422)
_ASKS_TO_WAIT = (408, 425, 429)

_SEE_PARKED = "What does not go out is parked: `edgee outbox list` shows why"
_LOST_OFFLINE = (
    "Pinterest's answer was lost. Offline events are not deduplicated, so this one is not sent twice; "
    "`edgee outbox retry` sends it all the same."
)


class Health(StrEnum):
    """How the forwarder is; the values are what readyz says."""

    STOPPED = "the forwarder is not running"
    ELSEWHERE = "another process forwards"
    FORWARDING = "forwarding"
    WAITING = "Pinterest does not take events at the moment; they are kept and sent again"
    UNAUTHORISED = "Pinterest refuses the access token or the ad account; events are kept until it accepts them"
    REFUSING = (
        "Pinterest refuses one event after another; the others are kept and tried one at a time"
    )
    BLOCKED = "the outbox cannot be written, so that nothing is sent; the log says why"


class _Kind(msgspec.Struct):
    action_source: str


_KIND = msgspec.json.Decoder(_Kind)


class Forwarder:
    """Forwards while `run` runs."""

    def __init__(
        self,
        outbox: Outbox,
        api: PinterestApi,
        read_token: Callable[[], Secret],
        feed: Feed,
        metrics: Metrics,
        *,
        chance: Callable[[], float] = random.random,
        first_pause: float = FIRST_PAUSE,
        probe_every: float = PROBE_EVERY,
        gather: float = GATHER,
        remind_every: float = REMIND_EVERY,
    ) -> None:
        self._health = Health.STOPPED
        self._outbox = outbox
        self._api = api
        self._read_token = read_token
        self._token = Secret()
        self._feed = feed
        self._metrics = metrics
        self._chance = chance
        self._first_pause = first_pause
        self._probe_every = probe_every
        self._gather = gather
        self._failures = 0
        self._limit = MAX_EVENTS_PER_REQUEST
        self._halt = asyncio.Event()
        self._lease_ends = 0
        self._refusals = 0
        self._clock = ClockWatch()
        self._reminder = Reminder(remind_every)
        # What Pinterest has said and the outbox could not take down: nothing is sent before it has.
        self._owed: list[Settlement] = []

    @property
    def health(self) -> Health:
        """How it is."""
        return self._health

    @health.setter
    def health(self, health: Health) -> None:
        if health is not self._health:
            self._feed.tell_health(now_ms(), health.value, ok=health is Health.FORWARDING)
        self._health = health

    def stop(self) -> None:
        """Send nothing more; `run` ends once the answer under way is recorded."""
        self._halt.set()

    async def run(self) -> None:
        """Forward until stopped or cancelled."""
        self.health = Health.FORWARDING
        try:
            await self._release()
            while not self._halt.is_set():
                pause = await self._turn()
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._halt.wait()
            with suppress(OutboxUnavailable):
                await self._settle([])
        finally:
            self.health = Health.STOPPED
            await self._api.close()

    async def _release(self) -> None:
        try:
            await self._outbox.release()
        except OutboxUnavailable as error:
            logger.error("outbox: %s", error)

    async def _turn(self) -> float:
        """Send one batch, or wait for one; the seconds to pause before the next turn."""
        self._reminder.look("" if self.health is Health.FORWARDING else self.health.value)
        try:
            pause = await self._forward()
            if self.health is Health.BLOCKED:
                logger.info("the outbox can be written again")
                self.health = Health.FORWARDING
            return pause
        except OutboxUnavailable as error:
            logger.error("outbox: %s", error)
            self.health = Health.BLOCKED
        except Exception as error:
            # Whatever it was, events are safe in the outbox and the next turn may do better. Its text
            # is not logged: it might hold a value of an event.
            logger.error("forwarder: %s", type(error).__name__)
        return self._pause()

    async def _forward(self) -> float:
        await self._settle([])
        limit = 1 if self.health is Health.UNAUTHORISED else self._limit
        now = now_ms()
        self._lease_ends = now + _LEASE_MS
        batch = await self._outbox.lease(limit, now, self._lease_ends)
        if not batch:
            return self._gather if await self._something_new() else 0.0
        fresh = await self._park_offline(await self._park_old(batch), abandoned=True)
        send = self._send_one if self.health is Health.REFUSING else self._send
        pause = await send(fresh) if fresh else 0.0
        # Where more than a batch waits there is nothing to gather.
        return pause or (0.0 if len(batch) == limit else self._gather)

    async def _something_new(self) -> bool:
        """Wait until something is due; whether that is because something new came."""
        news = asyncio.ensure_future(self._outbox.wait(IDLE))
        halt = asyncio.ensure_future(self._halt.wait())
        try:
            await asyncio.wait((news, halt), return_when=asyncio.FIRST_COMPLETED)
            return news.done() and news.result()
        finally:
            for each in (news, halt):
                await end(each)

    async def _park_old(self, batch: Sequence[Leased]) -> list[Leased]:
        oldest = now_ms() // 1000 - _AGE_LIMIT
        old = [each for each in batch if each.event_time < oldest]
        if old:
            told = "Events that have grown older than the seven days Pinterest takes: %d. "
            logger.warning(told + _SEE_PARKED, len(old))
            await self._park(old, ADVICE[Reason.TOO_OLD], attempted=False)
        return [each for each in batch if each.event_time >= oldest]

    async def _send(self, batch: Sequence[Leased]) -> float:
        """Send a batch and settle it; the seconds to pause."""
        if self._halt.is_set() or now_ms() + _MARGIN_MS > self._lease_ends:
            await self._return(batch, 0.0, attempted=False)
            return 0.0
        answer = await self._ask(batch)
        if answer.verdict is Verdict.ANSWERED:
            self._recovered()
            await self._settle_results(batch, answer.results)
            return 0.0
        if answer.verdict is Verdict.FAULTY:
            return await self._isolate(batch, answer)
        if answer.verdict is Verdict.UNAUTHORISED:
            return await self._stop(batch, answer)
        return await self._later(batch, answer)

    async def _ask(self, batch: Sequence[Leased]) -> Answer:
        try:
            if not self._token:
                self._token = self._read_token()
        except InvalidSettings as error:
            logger.error("%s", error)
            return Answer(Verdict.UNAUTHORISED, 0)
        started, asked_at = time.monotonic(), now_ms()
        answer = await self._api.send([each.body for each in batch], self._token)
        self._metrics.asked(answer.status, time.monotonic() - started)
        if answer.date:
            behind = answer.date - (asked_at + now_ms()) / 2000
            self._clock.compare(behind)
            self._metrics.clock(behind)
        return answer

    async def _settle_results(self, batch: Sequence[Leased], results: Sequence[Result]) -> None:
        pairs = list(zip(batch, results, strict=True))
        await self._settle(
            [
                Settlement(each.key, "delivered" if result.processed else "parked", result.words)
                for each, result in pairs
            ]
        )
        failed = sum(not result.processed for result in results)
        now = now_ms()
        for state, taken in (("delivered", True), ("parked", False)):
            self._metrics.settled(
                state,
                [now - each.received_at for each, result in pairs if result.processed is taken],
            )
        if self._feed.on:
            for each, result in pairs:
                self._tell(
                    each,
                    "delivered" if result.processed else "parked",
                    result.words,
                    msgspec.to_builtins(result),
                )
        if failed:
            told = "Pinterest refused %d of %d events. " + _SEE_PARKED
            logger.warning(told, failed, len(batch))

    async def _isolate(self, batch: Sequence[Leased], answer: Answer) -> float:
        """Find what is wrong by halves; an event that is refused alone is parked."""
        if len(batch) == 1:
            return await self._park_refused(batch, answer)
        if answer.partly:
            batch = await self._park_offline(batch)
        if self.health is Health.REFUSING:
            return await self._refusing(batch, answer)
        middle = len(batch) // 2
        pause = await self._send(batch[:middle]) if middle else 0.0
        if pause:
            await self._return(batch[middle:], pause, attempted=False)
            return pause
        return await self._send(batch[middle:]) if batch else 0.0

    async def _park_refused(self, batch: Sequence[Leased], answer: Answer) -> float:
        """Park an event that was refused alone, unless one after another is."""
        self._refusals += 1
        if self._refusals > REFUSALS:
            return await self._refusing(batch, answer)
        logger.warning("Pinterest refused an event (HTTP %d). " + _SEE_PARKED, answer.status)
        if self.health is not Health.REFUSING:
            self._recovered(taken=False)
        await self._park(batch, answer.words or f"HTTP {answer.status}")
        return 0.0

    async def _refusing(self, batch: Sequence[Leased], answer: Answer) -> float:
        """It is not the events: keep them, and try one now and then until one is taken."""
        if self.health is not Health.REFUSING:
            logger.error(
                "Pinterest has refused %d events one after another (HTTP %d): the others are kept, and"
                " one is tried now and then. `edgee outbox list` shows its words; `edgee outbox retry`"
                " sends the refused ones again.",
                self._refusals,
                answer.status,
            )
        self.health = Health.REFUSING
        pause = self._pause()
        # Others come first next time: one of them may be taken.
        await self._return(batch, LONGEST_PAUSE)
        return pause

    async def _send_one(self, batch: Sequence[Leased]) -> float:
        """Try one event of a batch; the others wait behind those that have not been looked at."""
        one, others = choose(batch, self._chance)
        pause = await self._send([one])
        await self._return(others, 2 * pause, attempted=False)
        return pause

    async def _stop(self, batch: Sequence[Leased], answer: Answer) -> float:
        if self.health is not Health.UNAUTHORISED:
            logger.error(
                "Pinterest refuses the access token or the ad account (HTTP %d): forwarding stops, all"
                " events are kept, and one is tried every %d s. Check pinterest_access_token,"
                " pinterest_ad_account_id and PINTEREST_API_BASE; `edgee check` shows Pinterest's words.",
                answer.status,
                self._probe_every,
            )
        self.health = Health.UNAUTHORISED
        self._metrics.authorised(False)
        self._token = Secret()  # it may have been replaced in its file by the next try
        await self._return(batch, self._probe_every)
        return self._probe_every

    async def _later(self, batch: Sequence[Leased], answer: Answer) -> float:
        pause = max(self._pause(), answer.retry_after)
        if self.health is Health.FORWARDING:
            logger.warning("%s; next try in %.0f s", _why_later(answer), pause)
            self.health = Health.WAITING
        if answer.verdict is Verdict.UNKNOWN or answer.status in _STUMBLED:
            # Should one event be what Pinterest stumbles over, smaller batches let the others pass it.
            self._limit = max(1, len(batch) // 2)
        if answer.verdict is Verdict.UNKNOWN:
            batch = await self._park_offline(batch)
        await self._return(batch, pause)
        return pause

    async def _park_offline(
        self, batch: Sequence[Leased], *, abandoned: bool = False
    ) -> list[Leased]:
        """Park the offline events that may have been taken; the others, which may go out again.

        abandoned: only those that a process which is gone was sending; else the whole batch was sent.
        """
        lost = [each for each in batch if (each.abandoned or not abandoned) and _is_offline(each)]
        if lost:
            told = "Offline events to which Pinterest's answer was lost: %d. "
            logger.warning(told + _SEE_PARKED, len(lost))
            await self._park(lost, _LOST_OFFLINE)
        keys = {each.key for each in lost}
        return [each for each in batch if each.key not in keys]

    async def _return(
        self, batch: Sequence[Leased], pause: float, *, attempted: bool = True
    ) -> None:
        """Queue a batch again, for after the pause."""
        next_at = now_ms() + int(pause * 1000)
        await self._settle(
            [Settlement(each.key, "queued", next_at=next_at, attempted=attempted) for each in batch]
        )

    async def _park(self, batch: Sequence[Leased], words: str, *, attempted: bool = True) -> None:
        await self._settle(
            [Settlement(each.key, "parked", words, attempted=attempted) for each in batch]
        )
        now = now_ms()
        self._metrics.settled("parked", [now - each.received_at for each in batch])
        for each in batch:
            self._tell(each, "parked", words)

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        """Record results, now or, where the outbox cannot be written, before anything else is sent.

        Raises:
            OutboxUnavailable: where they are not recorded yet.
        """
        self._owed = [*self._owed, *settlements]
        if not self._owed:
            return
        await self._outbox.settle(self._owed, now_ms())
        self._owed = []

    def _recovered(self, *, taken: bool = True) -> None:
        """Pinterest judges events again; taken: it took some."""
        if self.health is not Health.FORWARDING:
            logger.info("Pinterest takes events again")
        self.health = Health.FORWARDING
        self._failures = 0
        self._refusals = 0 if taken else self._refusals
        self._limit = min(2 * self._limit, MAX_EVENTS_PER_REQUEST)
        self._metrics.authorised(True)

    def _pause(self) -> float:
        """The next pause: between half and the whole of a doubling span."""
        span = min(self._first_pause * 2.0**self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 20)
        return span / 2 + span / 2 * self._chance()

    def _tell(self, each: Leased, state: State, words: str, response: object = None) -> None:
        self._feed.tell(
            now_ms(),
            each.event_id,
            each.event_name,
            state,
            each.route,
            message=words,
            response=response,
        )


def _why_later(answer: Answer) -> str:
    """What keeps an answer from being a verdict, for the log."""
    if answer.status == 0:
        return f"Pinterest does not answer ({answer.words}): check network and proxy if that lasts"
    if answer.status in _ASKS_TO_WAIT or answer.status >= 500:
        return f"Pinterest asks to wait or fails (HTTP {answer.status})"
    return (
        f"HTTP {answer.status} without results is no answer of Pinterest's: check the proxy and"
        " PINTEREST_API_BASE if that lasts"
    )


def _is_offline(each: Leased) -> bool:
    return _KIND.decode(each.body).action_source == "offline"
