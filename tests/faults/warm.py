"""Imported before relays are forked: everything that a relay would load at its start is here already."""

from __future__ import annotations

import contextlib
import io

from edgee_py.cli.app import app
from edgee_py.relay import RelaySettings, edgee_relay

edgee_relay(RelaySettings(pinterest_access_token="t", pinterest_ad_account_id="1"))
with contextlib.redirect_stdout(io.StringIO()):
    app(["snippet"], standalone_mode=False)
