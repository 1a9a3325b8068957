"""The Edgee event: what the data layer makes of a call, and what a destination is given.

Field names and nesting are those of Edgee's event JSON (its debug response and runtime input).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

EventType = Literal["page", "track", "user"]
EVENT_TYPES: tuple[EventType, ...] = ("page", "track", "user")
Properties = dict[str, Any]


@dataclass(slots=True)
class Context:
    """What surrounds an event. Every part is a plain JSON object in Edgee's names.

    page: name, category, title, url, path, search, referrer (strings), keywords (list), properties.
    user: user_id, anonymous_id, edgee_id (strings), properties.
    client: ip, user_agent, locale, timezone, screen_width, screen_height, screen_density, user_agent_*.
    campaign: name, source, medium, term, content, creative_format, marketing_tactic, and our `epik`
    (Pinterest's click id).
    session: session_id, previous_session_id, session_count, session_start, first_seen, last_seen.
    """

    page: Properties = field(default_factory=dict)
    user: Properties = field(default_factory=dict)
    client: Properties = field(default_factory=dict)
    campaign: Properties = field(default_factory=dict)
    session: Properties = field(default_factory=dict)

    def to_json(self) -> Properties:
        """The parts that say anything."""
        parts = ("page", "user", "client", "campaign", "session")
        return {name: value for name in parts if (value := getattr(self, name))}


@dataclass(slots=True)
class Event:
    """One page, track or user event, complete.

    uuid is the call's id (made once, in the page); timestamp is Unix time in milliseconds, the moment
    of the call. `data` is the page object, `{name, properties}` or the user object, by type.
    Known personal fields in `data` and `context.user.properties` are already SHA-256 hashes (64 hex
    digits) when the event was made in the browser.
    """

    uuid: str
    timestamp: int
    type: EventType
    data: Properties
    context: Context
    components: dict[str, bool] = field(default_factory=dict)
    consent: str = "granted"
    source: Literal["client", "third"] = "client"

    def to_json(self) -> Properties:
        """Edgee's event JSON."""
        return {
            "uuid": self.uuid,
            "timestamp": self.timestamp,
            "type": self.type,
            "data": self.data,
            "context": self.context.to_json(),
            "components": self.components,
            "consent": self.consent,
            "from": self.source,
        }
