"""Which destinations an event is for: `components`, as in Edgee.

An explicit name beats `all`, and `all` is true unless said otherwise. In Edgee's collector `{}` or
`{"other": false}` drops the event for everyone; its documentation says otherwise, and so do we.
"""

from __future__ import annotations

from collections.abc import Mapping

from edgee_py.pinterest.settings import COMPONENT_NAMES

_CANONICAL = COMPONENT_NAMES[0]


def read_components(value: object) -> dict[str, bool]:
    """The switches in a `components` object; whatever is no switch is left out.

    Both of our names come out as one, so that a later object can override an earlier one's.
    """
    if not isinstance(value, Mapping):
        return {}
    return {
        (_CANONICAL if name in COMPONENT_NAMES else name): switch
        for name, switch in value.items()
        if isinstance(name, str) and isinstance(switch, bool)
    }


def enabled(components: Mapping[str, bool]) -> bool:
    """Whether the event is for Pinterest."""
    return components.get(_CANONICAL, components.get("all", True))
