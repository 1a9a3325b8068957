"""First-party conversion tracking: Edgee's data layer in Python, to Pinterest's Conversions API."""

from typing import TYPE_CHECKING, Any

from edgee_py._version import __version__

if TYPE_CHECKING:
    from edgee_py.sdk import Edgee

__all__ = ["Edgee", "__version__"]


def __getattr__(name: str) -> Any:
    """Load `Edgee` when it is asked for: the worker and the relay import the package without it."""
    if name == "Edgee":
        from edgee_py.sdk import Edgee

        return Edgee
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
