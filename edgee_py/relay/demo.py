"""The whole way of an event on one port, without an account: shop, relay and Pinterest's stand-in.

python -m edgee_py.relay.demo --port 8787 --shop web/demo --data build/data
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.app import edgee_relay
from edgee_py.relay.configuration import read_configuration
from edgee_py.relay.logs import held
from edgee_py.relay.outbox import OutboxUnavailable
from edgee_py.relay.server import CannotListen, listen, serve, site
from edgee_py.relay.settings import RelaySettings
from edgee_py.sandbox import sandbox

#: What the sandbox is given where no account is configured; it takes any.
_PLACEHOLDER_TOKEN = "sandbox"  # noqa: S105 - it opens nothing
_PLACEHOLDER_ACCOUNT = "549755885175"


def demo_settings(url: str, data: Path, environ: Mapping[str, str]) -> RelaySettings:
    """The demo's settings under the environment's. url is where the demo will listen.

    Raises:
        InvalidSettings: where the environment holds an impossible value.
    """
    given: dict[str, Any] = {
        "pinterest_access_token": _PLACEHOLDER_TOKEN,
        "pinterest_ad_account_id": _PLACEHOLDER_ACCOUNT,
        "api_base": f"{url}/_sandbox/v5",
        "outbox": f"sqlite://{(data / 'outbox.db').absolute()}",
        "inspector": "on",
        "bot_filter": "crawlers",
        "rate_limit": None,
    }
    return RelaySettings(**{**given, **read_configuration(None, environ)})


def demo(settings: RelaySettings, shop: Path, *, with_sandbox: bool) -> tuple[Starlette, Starlette]:
    """The demo and the relay in it."""
    relay = edgee_relay(settings)
    stand_in = [Mount("/_sandbox", sandbox())] if with_sandbox else []
    return site(relay, *stand_in, Mount("/", StaticFiles(directory=shop, html=True))), relay


def main(arguments: list[str] | None = None) -> int:
    """Serve the demo until a signal."""
    parser = argparse.ArgumentParser(prog="python -m edgee_py.relay.demo")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("EDGEE_PORT") or "8787")
    parser.add_argument("--shop", type=Path, required=True, help="folder of the shop's pages")
    parser.add_argument("--data", type=Path, required=True, help="folder of the outbox")
    given = parser.parse_args(arguments)
    if not given.shop.is_dir():
        parser.error(f"--shop: {given.shop} is no folder")
    with held():
        return _serve(given)


def _serve(given: argparse.Namespace) -> int:
    try:
        listener = listen(given.host, given.port)
        host = f"[{given.host}]" if ":" in given.host else given.host
        url = f"http://{host}:{listener.getsockname()[1]}"
        settings = demo_settings(url, given.data, os.environ)
        with_sandbox = settings.api_base.startswith(f"{url}/_sandbox/")
        app, relay = demo(settings, given.shop, with_sandbox=with_sandbox)
        relay.state.relay.open()
    except (CannotListen, InvalidSettings, OutboxUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    serve(app, relay, listener, f"edgee: {url}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
