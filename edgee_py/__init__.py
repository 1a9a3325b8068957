"""First-party conversion tracking: Edgee's data layer in Python, to Pinterest's Conversions API."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgee_py._version import __version__

if TYPE_CHECKING:
    from edgee_py import sandbox as sandbox
    from edgee_py.call import Page
    from edgee_py.sdk import Edgee

__all__ = ["Edgee", "Page", "__version__"]

#: Loaded when they are asked for: worker and relay do without them.
_LATE = {"Edgee": "edgee_py.sdk", "Page": "edgee_py.call"}

if not TYPE_CHECKING:  # else every name would be one

    def __getattr__(name: str) -> Any:
        if name in _LATE:
            return getattr(import_module(_LATE[name]), name)
        if name == "sandbox":
            return import_module("edgee_py.sandbox")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__, "sandbox"})
