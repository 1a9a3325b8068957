"""What both POST routes share: mend what the relay knows better, refuse what cannot go, keep the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from edgee_py.call import MAX_AGE_MS
from edgee_py.pinterest.addresses import holds_address, leave_out_addresses
from edgee_py.pinterest.contract import MAX_USER_AGENT, ConversionEvent, UserData, identified
from edgee_py.pinterest.normalise import Field, are_hashes
from edgee_py.pinterest.personal import user_data_of
from edgee_py.pinterest.source_url import source_url
from edgee_py.refusal import Reason, Refusal
from edgee_py.relay.bots import is_bot
from edgee_py.relay.clock import now_ms
from edgee_py.relay.feed import Feed
from edgee_py.relay.metrics import Metrics
from edgee_py.relay.outbox import Arrival, Outbox, OutboxUnavailable
from edgee_py.relay.settings import RelaySettings
from edgee_py.relay.validation import Refused

#: Clocks that differ by less (ms) are left alone: the difference may be the network's.
_SKEW_TOLERATED_MS = 60_000
_LONGEST_CLICK_ID = 512
#: What is said of an app. `np` in custom_data is left out too: Pinterest keeps it for itself.
_NOT_A_PAGES = frozenset(("app_id", "app_name", "app_version", "app_info"))
_PAGES_ARE_WEB = "A page sends web events only; send those of apps and shops from a server, without an Origin header."
_HASHED_FIELDS: frozenset[str] = frozenset(get_args(Field))


@dataclass(slots=True)
class Visit:
    """A request's circumstances. now is Unix ms, skew the ms to add to the sender's times.

    charge is told how many events the request brought, and may refuse them. from_page: a browser's page has sent it.
    may_hold_address: whether an e-mail address may stand in a text of the events.
    """

    route: str
    now: int
    skew: int = 0
    ip: str = ""
    user_agent: str = ""
    click_id: str = ""
    charge: Callable[[int], None] = lambda _: None
    from_page: bool = False
    may_hold_address: bool = True


@dataclass(slots=True)
class Taken:
    """What a request came to."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Refusal] = field(default_factory=list)


def skew_of(sent_at: str, now: int) -> int:
    """The ms to add to a sender's times, from its clock (Unix ms, as text) at the time of posting."""
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) < 15):
        return 0
    skew = now - int(sent_at)
    return skew if abs(skew) > _SKEW_TOLERATED_MS else 0


class Intake:
    """The last step before the outbox."""

    def __init__(
        self,
        settings: RelaySettings,
        outbox: Callable[[], Outbox],
        feed: Feed,
        metrics: Metrics,
    ) -> None:
        self._partner_name = settings.pinterest.partner_name
        self._needs_email = settings.pinterest.identification == "email"
        # In test mode Pinterest records nothing, and verifying is what headless browsers are for.
        lenient = settings.is_test and settings.bot_filter == "on"
        self._bot_filter = "crawlers" if lenient else settings.bot_filter
        self._outbox = outbox
        self._feed = feed
        self._metrics = metrics

    async def take(
        self, events: Sequence[ConversionEvent], refused: Sequence[Refused], visit: Visit
    ) -> Taken:
        """Keep events durably.

        Raises:
            OutboxUnavailable: where nothing could be kept.
            RelayError: 429 from `visit.charge`, where they are more than the caller may send.
        """
        if (found := len(events) + len(refused)) > 1:  # a request pays for one event
            visit.charge(found)
        arrivals: list[Arrival] = []
        refused = list(refused)
        bot = is_bot(visit.user_agent, self._bot_filter)
        for event in events:
            refusal = _refusal(event, Reason.BOT) if bot else self._mend(event, visit)
            if refusal is None:
                arrivals.append(Arrival(event, visit.route))
            else:
                refused.append(Refused(refusal, event["event_name"]))
        taken = Taken(rejected=[each.refusal for each in refused])
        for each in refused:
            self._refuse(each, visit)
        if arrivals:
            await self._keep(arrivals, visit, taken)
        return taken

    async def _keep(self, arrivals: Sequence[Arrival], visit: Visit, taken: Taken) -> None:
        try:
            appended = await self._outbox().append(arrivals, visit.now)
        except OutboxUnavailable:
            for event, route in arrivals:
                self._feed.tell(
                    visit.now,
                    event["event_id"],
                    event["event_name"],
                    "received",
                    route,
                    event=event,
                )
            raise
        taken.accepted, taken.duplicates = len(appended.accepted), len(appended.duplicates)
        self._metrics.took([event for event, _ in appended.accepted], taken.duplicates)
        if not self._feed.on:
            return
        for event, route in appended.accepted:
            id_, name = event["event_id"], event["event_name"]
            self._feed.tell(visit.now, id_, name, "received", route, event=event)
            self._feed.tell(now_ms(), id_, name, "queued", route)
        for event, route in appended.duplicates:
            self._feed.tell(visit.now, event["event_id"], event["event_name"], "duplicate", route)

    def _mend(self, event: ConversionEvent, visit: Visit) -> Refusal | None:
        """Set what the relay knows better; the reason why the event cannot go, if there is one."""
        if visit.from_page and (refusal := _judge_page(event)):
            return refusal
        if visit.may_hold_address and holds_address(event["event_id"]):
            return _refusal(event, Reason.INVALID_EVENT, "event_id holds an e-mail address.")
        event["user_data"] = user_data = _hashed(event["user_data"])
        _set(user_data, "client_ip_address", visit.ip)
        _set(user_data, "client_user_agent", visit.user_agent[:MAX_USER_AGENT])
        if visit.click_id and not user_data.get("click_id"):
            user_data["click_id"] = visit.click_id[:_LONGEST_CLICK_ID]
        if visit.may_hold_address or visit.click_id:
            leave_out_addresses(event)
        if "event_source_url" in event:
            event["event_source_url"] = source_url(event["event_source_url"])
            if not event["event_source_url"]:
                del event["event_source_url"]
        if self._partner_name:
            event["partner_name"] = self._partner_name
        else:
            event.pop("partner_name", None)
        event["event_time"] = min(event["event_time"] + visit.skew // 1000, visit.now // 1000)
        if visit.now - event["event_time"] * 1000 > MAX_AGE_MS:
            return _refusal(event, Reason.TOO_OLD)
        if not identified(user_data) or (self._needs_email and not user_data.get("em")):
            return _refusal(event, Reason.NO_IDENTIFIER)
        return None

    def _refuse(self, refused: Refused, visit: Visit) -> None:
        refusal = refused.refusal
        self._metrics.refused(refusal.reason)
        told: dict[str, Any] = {**refusal.to_json()}
        id_ = told.pop("event_id")
        self._feed.tell(visit.now, id_, refused.event_name, "refused", visit.route, **told)


def _judge_page(event: ConversionEvent) -> Refusal | None:
    """Take out what no page has to say; the refusal of an event that did not happen on one."""
    if event["action_source"] != "web":
        return _refusal(event, Reason.INVALID_EVENT, _PAGES_ARE_WEB)
    if not _NOT_A_PAGES.isdisjoint(event):
        for name in _NOT_A_PAGES:
            event.pop(name, None)  # type: ignore[misc]
    if "custom_data" in event:
        event["custom_data"].pop("np", None)
    return None


def _refusal(event: ConversionEvent, reason: Reason, detail: str = "") -> Refusal:
    return Refusal(event["event_id"], reason, detail)


def _hashed(given: UserData) -> UserData:
    """The same with every hash field normalised and hashed where it came raw."""
    for name, value in given.items():
        if name in _HASHED_FIELDS and not (value and are_hashes(cast(list[str], value))):
            break
    else:
        return given
    personal = {name: value for name, value in given.items() if name in _HASHED_FIELDS}
    plain = {name: value for name, value in given.items() if name not in _HASHED_FIELDS}
    return cast(UserData, {**plain, **user_data_of(personal)})


def _set(user_data: UserData, name: str, value: str) -> None:
    """Set a key, or remove it where there is nothing to say."""
    if value:
        user_data[name] = value  # type: ignore[literal-required]
    else:
        user_data.pop(name, None)  # type: ignore[misc]
