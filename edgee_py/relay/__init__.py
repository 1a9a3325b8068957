"""The first-party relay: takes events from the browser, keeps them, and forwards them to Pinterest."""

from typing import TYPE_CHECKING, Any

from edgee_py.extras import needing

if TYPE_CHECKING:
    from edgee_py.relay.app import edgee_relay
    from edgee_py.relay.settings import RelaySettings

__all__ = ["RelaySettings", "edgee_relay"]

if not TYPE_CHECKING:  # else every name would be one

    def __getattr__(name: str) -> Any:
        """Load the application when it is asked for: commands that do not serve start faster without."""
        if name == "edgee_relay":
            with needing("relay", "edgee_relay"):
                from edgee_py.relay.app import edgee_relay

            return edgee_relay
        if name == "RelaySettings":
            with needing("relay", "RelaySettings"):
                from edgee_py.relay.settings import RelaySettings

            return RelaySettings
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
