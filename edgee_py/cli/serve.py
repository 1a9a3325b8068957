"""`edgee serve`."""

from __future__ import annotations

import json as json_
from typing import Annotated

import typer

from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output


def serve(
    config: Config = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="EDGEE_PORT", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8787,
    json: Json = False,
) -> None:
    """Run the relay under /_edgee/."""
    from edgee_py.pinterest.settings import InvalidSettings
    from edgee_py.relay.app import edgee_relay
    from edgee_py.relay.logs import held
    from edgee_py.relay.outbox import OutboxUnavailable
    from edgee_py.relay.server import CannotListen, listen, site
    from edgee_py.relay.server import serve as run
    from edgee_py.relay.settings import RelaySettings

    with held():
        try:
            relay = edgee_relay(RelaySettings.load(config))
            relay.state.relay.open()
            listener = listen(host, port)
        except (InvalidSettings, OutboxUnavailable, CannotListen) as error:
            Output(as_json=json).fail(error)
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}/_edgee/"
        run(site(relay), relay, listener, json_.dumps({"url": url}) if json else f"edgee: {url}")
