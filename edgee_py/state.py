"""What is remembered of a visitor between calls, and how it is written down on the device."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from edgee_py.call import Call
from edgee_py.campaign import CAMPAIGN_FIELDS, MAX_LENGTH
from edgee_py.consent import Choice, parse_consent
from edgee_py.identity import Identity
from edgee_py.plain import NotPlain, loads
from edgee_py.session import Session

#: The version of what is stored. Older is migrated, newer is left alone.
VERSION = 1

STATE_KEY = "_edgee"
USER_KEY = "_edgee_user"
JOURNAL_KEY = "_edgee_journal"

Stored = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class State:
    """One visitor on one device.

    campaign holds the session's UTM fields, epik Pinterest's click id of the last landing from an ad.
    superseded is the digest of the user a page declares whom a `user()` or `reset()` has replaced since.
    held are the calls that wait for consent, oldest first; they are kept in the journal, not here.
    """

    edgee_id: str = ""
    session: Session | None = None
    choice: Choice = field(default_factory=Choice)
    identity: Identity = field(default_factory=Identity)
    campaign: Mapping[str, str] = field(default_factory=dict)
    epik: str = ""
    superseded: str = ""
    held: tuple[Call, ...] = ()

    def forgotten(self) -> State:
        """The state after a refusal of consent: the choice itself and nothing else."""
        return State(choice=self.choice)

    def write(self) -> Stored:
        """The strings to store under their keys; None takes a key away."""
        stored: dict[str, Any] = {
            "edgee_id": self.edgee_id,
            "session": self.session.to_json() if self.session else None,
            "consent": self.choice.value,
            "consent_explicit": self.choice.explicit,
            "consent_at": self.choice.at,
            "campaign": dict(self.campaign),
            "epik": self.epik,
            "superseded": self.superseded,
        }
        known = {name: value for name, value in stored.items() if value}
        user = self.identity.to_json()
        return {
            STATE_KEY: _dumps({"v": VERSION, **known}) if known else None,
            USER_KEY: _dumps(user) if user else None,
        }


def is_newer(stored: Mapping[str, str | None]) -> bool:
    """Whether a later version of this package wrote the state: then it is not ours to overwrite."""
    document = _loads(stored.get(STATE_KEY))
    version = document.get("v")
    return isinstance(version, int) and version > VERSION


def read_state(stored: Mapping[str, str | None]) -> State:
    """Read what `State.write` wrote; what cannot be read (Edgee's own encrypted state too) starts anew.

    A newer version's words are read as far as they are known: a denial is a denial in any version.
    """
    document = _loads(stored.get(STATE_KEY))
    campaign = document.get("campaign")
    return State(
        edgee_id=_text(document.get("edgee_id")),
        session=Session.from_json(document.get("session")),
        choice=_read_choice(document),
        identity=Identity.from_json(_loads(stored.get(USER_KEY))),
        campaign={
            name: value
            for name, value in (campaign if isinstance(campaign, dict) else {}).items()
            if name in CAMPAIGN_FIELDS and isinstance(value, str)
        },
        epik=_text(document.get("epik")),
        superseded=_text(document.get("superseded")),
    )


def _read_choice(document: Mapping[str, Any]) -> Choice:
    value = parse_consent(document.get("consent"))
    if value is None:
        return Choice()
    at = document.get("consent_at")
    explicit = document.get("consent_explicit") is True
    return Choice(value, explicit, at if type(at) is int and at > 0 else 0)


def adopt(state: State, stored: Mapping[str, str | None]) -> State:
    """The state after somebody else (another tab's runtime, the visitor) changed what is stored.

    An explicit choice gives way to a later one, and to a visitor who clears the storage. A tab that wrote
    without having heard of it does not take it back.
    """
    adopted = replace(read_state({**state.write(), **stored}), held=state.held)
    is_cleared = STATE_KEY in stored and stored[STATE_KEY] is None
    if state.choice.explicit and not is_cleared and adopted.choice.at < state.choice.at:
        return replace(adopted, choice=state.choice)
    return adopted


def _text(value: object) -> str:
    return value[:MAX_LENGTH] if isinstance(value, str) else ""


def _loads(text: object) -> dict[str, Any]:
    if not isinstance(text, str):
        return {}
    try:
        value = loads(text)
    except NotPlain:
        return {}
    return value if isinstance(value, dict) else {}


def _dumps(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
