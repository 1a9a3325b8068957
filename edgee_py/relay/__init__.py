"""The first-party relay: takes events from the browser, keeps them, and forwards them to Pinterest."""

from edgee_py.relay.app import edgee_relay
from edgee_py.relay.settings import RelaySettings

__all__ = ["RelaySettings", "edgee_relay"]
