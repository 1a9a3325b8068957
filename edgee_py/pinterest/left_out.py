"""How a developer is told the names of what is left out of an event."""

from __future__ import annotations

from collections.abc import Iterable

from edgee_py.pinterest import values

#: How many names are told, and how much (characters) of each.
_MAX_NAMES, _MAX_NAME = 50, 64


def shown(name: object) -> str:
    """A property's name, fit to be shown."""
    return values.text(str(name), _MAX_NAME)


def to_show(names: Iterable[str]) -> list[str]:
    """Such names, each once, as many as anybody will read."""
    return list(dict.fromkeys(names))[:_MAX_NAMES]


def said_unreadable(names: Iterable[str]) -> str:
    """The sentence on properties whose values cannot mean what their names say."""
    return f"Left out, as the value cannot be read: {', '.join(names)}."
