"""The `edgee` command."""

from __future__ import annotations

import asyncio
import html
import os
import sys
import time
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TextIO, TypeVar
from urllib.parse import urlsplit

try:
    import typer
except ModuleNotFoundError:  # the core is installed without the relay
    sys.exit("The edgee command needs the relay: pip install 'edgee-py[relay]'")

from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import (
    Outbox,
    OutboxUnavailable,
    State,
)
from edgee_py.relay.outbox_url import open_outbox, parse_outbox_url

Result = TypeVar("Result")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
outbox_app = typer.Typer(no_args_is_help=True, help="Look into the relay's outbox.")
app.add_typer(outbox_app, name="outbox")

Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="edgee.toml; the environment wins over it.")
]

#: Calls made before the facade arrives are recorded in order; the facade replays them.
_STUB = (
    "<script>window.edgee=window.edgee||[];"
    '["page","track","user","consent","reset"].forEach(function(m){'
    "edgee[m]=edgee[m]||function(){"
    "edgee.push([m].concat([].slice.call(arguments)));return edgee}})</script>"
)


@app.callback()
def edgee() -> None:
    """First-party conversion tracking for Pinterest."""


@app.command()
def serve(
    config: Config = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="EDGEE_PORT", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8787,
) -> None:
    """Run the relay under /_edgee/."""
    from edgee_py.relay.app import edgee_relay
    from edgee_py.relay.logs import held
    from edgee_py.relay.server import CannotListen, listen, site
    from edgee_py.relay.server import serve as run
    from edgee_py.relay.settings import RelaySettings

    with held():
        try:
            relay = edgee_relay(RelaySettings.load(config))
            relay.state.relay.open()
            listener = listen(host, port)
        except (InvalidSettings, OutboxUnavailable, CannotListen) as error:
            _fail(error)
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}/_edgee/"
        run(site(relay), relay, listener, f"edgee: {url}")


@app.command()
def snippet(
    relay: Annotated[str, typer.Option(help="Where the relay is, as a page sees it.")] = "/_edgee",
    consent: Annotated[str, typer.Option(help="What an unset consent means on this site.")] = "",
    spa: Annotated[bool, typer.Option(help="Page events on client-side navigation.")] = False,
    stub: Annotated[bool, typer.Option(help="Also the lines that allow calls before.")] = False,
) -> None:
    """Print the script tag for a site."""
    if consent not in ("", "granted", "pending", "denied"):
        _fail(InvalidSettings("--consent must be granted, pending or denied"))
    if not _is_place(relay):
        _fail(InvalidSettings("--relay must be a path, /_edgee, or an address, https://host/path"))
    relay = relay.rstrip("/")
    attributes = f'src="{html.escape(relay)}/sdk.js"'
    if relay != "/_edgee":
        attributes += f' data-endpoint="{html.escape(relay)}"'
    if consent:
        attributes += f' data-consent="{consent}"'
    if spa:
        attributes += " data-spa"
    if stub:
        typer.echo(_STUB)
    typer.echo(f'<script async id="__EDGEE_SDK__" {attributes}></script>')


def _is_place(relay: str) -> bool:
    """Whether a page can load a script from there."""
    if not relay.isprintable() or any(c in relay for c in " \\\"'<>?#"):
        return False
    if relay.startswith("/"):
        return not relay.startswith("//") and relay != "/"
    try:
        parts = urlsplit(relay)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@outbox_app.command("list")
def list_(
    config: Config = None,
    state: Annotated[str, typer.Option(help="queued, delivered, parked or all.")] = "parked",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
) -> None:
    """Show events, newest first: parked ones with Pinterest's words."""
    states: dict[str, State | None] = {
        "queued": "queued",
        "delivered": "delivered",
        "parked": "parked",
        "all": None,
    }
    if state not in states:
        _fail(InvalidSettings("--state must be queued, delivered, parked or all"))
    entries = _with_outbox(config, lambda outbox: outbox.entries(states[state], limit))
    for each in entries:
        received = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(each.received_at / 1000))
        line = f"{received}  {each.state:9}  {each.event_name}  {each.event_id}  {each.words}"
        typer.echo(printable(line.rstrip()))
    if not entries:
        typer.echo("Nothing there.")


@outbox_app.command()
def export(
    config: Config = None,
    state: Annotated[str, typer.Option(help="parked, queued or all (both).")] = "parked",
    output: Annotated[
        Path | None,
        typer.Option(help="The file to write, its owner's alone; else standard output."),
    ] = None,
) -> None:
    """Write events as JSON Lines, oldest first: what is stored of them, and Pinterest's words."""
    from edgee_py.relay.export import export as write_all

    states: dict[str, State | None] = {"parked": "parked", "queued": "queued", "all": None}
    if state not in states:
        _fail(InvalidSettings("--state must be parked, queued or all"))

    async def work(outbox: Outbox) -> int:
        with _opened(output) as file:
            return await write_all(outbox, states[state], file.write)

    try:
        count = _with_outbox(config, work)
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        _fail(
            OutboxUnavailable(f"{output or 'standard output'} cannot be written: {error.strerror}")
        )
    if output is not None:
        typer.echo(f"{count} written to {output}.")


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """The file to write to, made readable by its owner only."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        yield file


@outbox_app.command()
def retry(
    event_ids: Annotated[list[str] | None, typer.Argument(help="Event ids; none: all.")] = None,
    config: Config = None,
) -> None:
    """Queue parked events again; a running relay takes them up within seconds."""
    count = _with_outbox(config, lambda outbox: outbox.requeue(event_ids or [], now_ms()))
    typer.echo(f"{count} queued again.")
    if event_ids and not count:
        _fail(InvalidSettings("no event of that id is parked"))


@outbox_app.command()
def purge(
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete parked events for good."""
    if not yes:
        typer.confirm("Delete all parked events?", abort=True)
    count = _with_outbox(config, lambda outbox: outbox.purge())
    typer.echo(f"{count} deleted.")


def _with_outbox(config: Path | None, work: Callable[[Outbox], Awaitable[Result]]) -> Result:
    from edgee_py.relay.settings import RelaySettings

    async def run() -> Result:
        url = RelaySettings.load(config, os.environ).outbox
        place = parse_outbox_url(url)
        if isinstance(place, Path) and not place.is_file():
            raise OutboxUnavailable(f"there is no outbox at {place}")
        outbox = open_outbox(url)
        try:
            return await work(outbox)
        finally:
            await outbox.close()

    try:
        return asyncio.run(run())
    except (InvalidSettings, OutboxUnavailable) as error:
        _fail(error)


def printable(text: str) -> str:
    """The text with all that a terminal would act on written out: controls, bidi and other formats."""
    return "".join(
        c if c == " " or unicodedata.category(c)[0] not in "CZ" else _escape(c) for c in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"edgee: {error}", err=True)
    raise typer.Exit(1)


def main() -> None:
    """The entry point."""
    app()


if __name__ == "__main__":
    main()
