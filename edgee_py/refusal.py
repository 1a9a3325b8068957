"""Why a call or an event goes no further, in words a site owner can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edgee_py.pinterest.addresses import holds_address


class Reason(StrEnum):
    """The fixed list of reasons; the value is what machines read (`edgee:refused`, the relay's answers)."""

    INVALID_CALL = "invalid_call"
    MISSING_NAME = "missing_name"
    TOO_LARGE = "too_large"
    CONSENT_DENIED = "consent_denied"
    COMPONENT_DISABLED = "component_disabled"
    EVENT_DISABLED = "event_disabled"
    NO_IDENTIFIER = "no_identifier"
    INVALID_EVENT = "invalid_event"
    TOO_OLD = "too_old"
    BOT = "bot"
    JOURNAL_FULL = "journal_full"
    RELAY_REFUSED = "relay_refused"


ADVICE: dict[Reason, str] = {
    Reason.INVALID_CALL: "The call's arguments cannot be read.",
    Reason.MISSING_NAME: 'Give the event a name: edgee.track("name") or edgee.track({name: "name"}).',
    Reason.TOO_LARGE: "The call is larger than 64 KiB; send fewer or shorter properties.",
    Reason.CONSENT_DENIED: 'The visitor has denied consent; call edgee.consent("granted") once they agree.',
    Reason.COMPONENT_DISABLED: 'The components of this call leave out "pinterest_capi".',
    Reason.EVENT_DISABLED: "This event type is switched off in the component's settings.",
    Reason.NO_IDENTIFIER: (
        "Pinterest needs an e-mail, a mobile advertising id, or IP address and user agent; "
        "call edgee.user({properties: {email}}) first."
    ),
    Reason.INVALID_EVENT: "The event is not valid for Pinterest.",
    Reason.TOO_OLD: "Pinterest takes events of the last seven days only.",
    Reason.BOT: "Crawlers and headless browsers are not reported to Pinterest.",
    Reason.JOURNAL_FULL: "Too many calls wait on this device; the oldest had to go.",
    Reason.RELAY_REFUSED: "The relay refused the request.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: the call's (or event's) id, the reason, and what exactly was wrong."""

    id: str
    reason: Reason
    detail: str = ""

    @property
    def message(self) -> str:
        """The advice for the reason, followed by the detail where there is one."""
        return f"{ADVICE[self.reason]} {self.detail}".strip()

    def to_json(self) -> dict[str, str]:
        """The shape of the relay's `rejected` entries and of `edgee:refused`; no address is an id."""
        id_ = "" if holds_address(self.id) else self.id
        return {"event_id": id_, "reason": self.reason.value, "message": self.message}
