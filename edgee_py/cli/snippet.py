"""`edgee snippet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgee_py.cli.install import PLATFORMS, Install, is_place
from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output
from edgee_py.consent import CONSENTS


def snippet(
    *,
    platform: Annotated[
        str, typer.Option("--for", help=f"Where it is to go: {', '.join(PLATFORMS)}.")
    ] = "html",
    relay: Annotated[str, typer.Option(help="Where the relay is, as a page sees it.")] = "/_edgee",
    consent: Annotated[str, typer.Option(help="What an unset consent means on this site.")] = "",
    spa: Annotated[
        bool | None,
        typer.Option(help="Page events on client-side navigation; React has it unless refused."),
    ] = None,
    stub: Annotated[bool, typer.Option(help="Also the lines that allow calls before.")] = False,
    sri: Annotated[
        bool,
        typer.Option(help="Pin the script's hash; print it anew when settings or version change."),
    ] = False,
    csp: Annotated[bool, typer.Option(help="Also the Content-Security-Policy to add.")] = False,
    nonce: Annotated[str, typer.Option(help="The policy's nonce, or your template's word.")] = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Print the script tag for a site."""
    out = Output(as_json=json)
    if platform not in PLATFORMS:
        out.fail(f"--for must be one of {', '.join(PLATFORMS)}")
    if consent and consent not in CONSENTS:
        out.fail("--consent must be granted, pending or denied")
    if not is_place(relay):
        out.fail("--relay must be a path, /_edgee, or an address, https://host/path")
    install = Install(
        relay=relay.rstrip("/"),
        consent=consent or None,
        spa=platform == "react" if spa is None else spa,
        stub=stub,
        integrity=_integrity(config, out) if sri else "",
        nonce=nonce,
    )
    code = install.code(platform)
    policy = install.policy(platform) if csp else None
    out.document(
        {"for": platform, "code": code, "tag": install.tag(), "csp": policy}
        | ({"stub": install.stub_tag()} if stub else {})
    )
    out.raw(code)
    if policy:
        out.raw(f"\nContent-Security-Policy: {policy}")


def _integrity(config: Path | None, out: Output) -> str:
    """The hash of the script as the relay of these settings serves it."""
    import json as json_

    from edgee_py.pinterest.settings import InvalidSettings
    from edgee_py.relay.assets import Assets
    from edgee_py.relay.errors import RelayError
    from edgee_py.relay.settings import RelaySettings

    try:
        manifest = Assets(RelaySettings.load(config)).get("manifest.json")
    except (InvalidSettings, RelayError) as error:
        out.fail(error)
    integrity: str = json_.loads(manifest.read(""))["integrity"]["sdk.js"]
    return integrity
