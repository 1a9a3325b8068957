"""A value that nothing prints by accident."""

from __future__ import annotations

import hmac


class Secret:
    """A token or a password. Its text comes out by `reveal()` only, never by str, repr or format."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    @classmethod
    def of(cls, value: Secret | str) -> Secret:
        """A secret as it is; a plain text is wrapped."""
        return value if isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """The text itself, for the one place that has to send it."""
        return self._value

    def matches(self, given: str) -> bool:
        """Whether `given` is the secret, compared in constant time; an empty secret matches nothing."""
        return bool(self) and hmac.compare_digest(
            self._value.encode(), given.encode(errors="replace")
        )

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self else "Secret(empty)"

    __str__ = __repr__
