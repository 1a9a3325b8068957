"""First-party conversion tracking: Edgee's data layer in Python, to Pinterest's Conversions API."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgee_py._version import __version__

if TYPE_CHECKING:
    from edgee_py.sdk import Edgee

__all__ = ["Edgee", "__version__"]


def __getattr__(name: str) -> Any:
    """Load `Edgee` and `sandbox` when they are asked for: worker and relay do without them."""
    if name == "Edgee":
        from edgee_py.sdk import Edgee

        return Edgee
    if name == "sandbox":
        return import_module("edgee_py.sandbox")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
