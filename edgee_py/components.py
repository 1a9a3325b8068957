"""Which destinations an event is for: `components`, as in Edgee.

An explicit name beats `all`, and `all` is true unless said otherwise. In Edgee's collector `{}` or
`{"other": false}` drops the event for everyone; its documentation says otherwise, and so do we.
"""

from __future__ import annotations

from collections.abc import Mapping

from edgee_py.pinterest.left_out import shown, to_show
from edgee_py.pinterest.settings import COMPONENT_NAMES

_CANONICAL = COMPONENT_NAMES[0]


def read_components(value: object) -> dict[str, bool]:
    """The switches in a `components` object; whatever is no switch is left out.

    Both of our names come out as one, so that a later object can override an earlier one's. The words
    "true" and "false" count: nobody who writes `"false"` means on.
    """
    if not isinstance(value, Mapping):
        return {}
    return {
        (_CANONICAL if name in COMPONENT_NAMES else name): switch
        for name, given in value.items()
        if isinstance(name, str) and (switch := _switch(given)) is not None
    }


def components_problems(value: object) -> list[str]:
    """Sentences on what `read_components` leaves out."""
    if value is None:
        return []
    if not isinstance(value, Mapping):
        return ["components must be an object of true and false; it was left out."]
    unread = to_show(shown(name) for name, given in value.items() if _switch(given) is None)
    return [f"components: {', '.join(unread)} must be true or false."] if unread else []


def _switch(given: object) -> bool | None:
    if isinstance(given, bool):
        return given
    return {"true": True, "false": False}.get(given) if isinstance(given, str) else None


def enabled(components: Mapping[str, bool]) -> bool:
    """Whether the event is for Pinterest."""
    return components.get(_CANONICAL, components.get("all", True))
