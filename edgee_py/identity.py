"""Who the visitor is: what `edgee.user()` said, kept until `edgee.reset()`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from edgee_py.pinterest.normalise import hash_email, hashed
from edgee_py.pinterest.personal import scrub
from edgee_py.pinterest.spelling import folded
from edgee_py.plain import as_text

#: More properties than this are not kept of anybody: each of a visitor's events goes through them all.
MAX_PROPERTIES = 200

#: Properties, by folded name, that say something of a call and nothing of the person.
_OF_ONE_CALL = frozenset(["eventid"])


def read_user(value: object) -> dict[str, Any]:
    """A user object's fields that count: `user_id`, `anonymous_id` (numbers become text), `properties`.

    Personal fields come out hashed. A string is a user_id, as Edgee documents it.
    """
    if isinstance(value, str):
        value = {"user_id": value}
    if not isinstance(value, Mapping):
        return {}
    user: dict[str, Any] = {}
    for name in ("user_id", "anonymous_id"):
        given = (as_text(value.get(name)) or "").strip()
        if given:
            user[name] = _shield(given)
    properties = value.get("properties")
    if isinstance(properties, Mapping):
        user["properties"] = scrub(_latest(properties))
    return user


def _latest(properties: Mapping[str, Any]) -> dict[str, Any]:
    return dict(list(properties.items())[-MAX_PROPERTIES:])


def _shield(user_id: str) -> str:
    """An e-mail address used as an id is personal data: keep its hash, not the address.

    So is what only resembles one (`jane@localhost`): it is hashed as an id, just as Pinterest gets it.
    """
    if "@" not in user_id:
        return user_id
    return hash_email(user_id) or hashed("external_id", user_id) or user_id


@dataclass(frozen=True, slots=True)
class Identity:
    """user_id and anonymous_id are the site's own ids; personal fields in properties are hashes."""

    user_id: str = ""
    anonymous_id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> Identity:
        """Read a stored identity (or any user object)."""
        user = read_user(value if isinstance(value, Mapping) else None)
        return cls(**user)

    def merged(self, user: Mapping[str, Any]) -> Identity:
        """This identity with what a user object adds; its properties join the known ones, key by key.

        Another user_id is another person: nothing of the former one's properties stays.
        """
        user_id = user.get("user_id", self.user_id)
        known = {} if self.user_id and user_id != self.user_id else self.properties
        return Identity(
            user_id=user_id,
            anonymous_id=user.get("anonymous_id", self.anonymous_id),
            properties=_latest({**known, **user.get("properties", {})}),
        )

    def lasting(self) -> Identity:
        """What of it is kept: an event_id among the properties was the one call's own."""
        kept = {n: v for n, v in self.properties.items() if folded(n) not in _OF_ONE_CALL}
        return replace(self, properties=kept)

    def to_json(self) -> dict[str, Any]:
        """What is stored, and the user part of an event: only what is known."""
        known = {
            "user_id": self.user_id,
            "anonymous_id": self.anonymous_id,
            "properties": dict(self.properties),
        }
        return {name: value for name, value in known.items() if value}
