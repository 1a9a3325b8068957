"""`edgee outbox`: what waits in the relay's outbox, and what Pinterest has refused."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO, TypeVar

import typer

from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import (
    Entry,
    Outbox,
    OutboxUnavailable,
    State,
)
from edgee_py.relay.outbox_url import open_outbox, parse_outbox_url

Result = TypeVar("Result")

app = typer.Typer(no_args_is_help=True, help="Look into the relay's outbox.")

_NONE_PARKED = "no event of that id is parked"
_STATES: dict[str, State | None] = {
    "queued": "queued",
    "delivered": "delivered",
    "parked": "parked",
    "all": None,
}


@app.command("list")
def list_(
    config: Config = None,
    state: Annotated[
        str, typer.Option(help="queued, delivered (SQLite keeps their ids), parked or all.")
    ] = "parked",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    json: Json = False,
) -> None:
    """Show events, newest first: parked ones with Pinterest's words."""
    out = Output(as_json=json)
    if state not in _STATES:
        out.fail("--state must be queued, delivered, parked or all")
    found = _with_outbox(config, out, lambda outbox: outbox.entries(_STATES[state], limit + 1))
    entries = found[:limit]
    out.document([asdict(each) for each in entries])
    if entries:
        header = ("Received", "State", "Event", "Id", "Pinterest's words")
        out.table(header, [_row(each) for each in entries])
    else:
        out.say("Nothing there.")
    if len(found) > limit:
        out.note(
            f"There are more than {limit}; --limit shows more of them, `edgee outbox export` writes all."
        )


def _row(entry: Entry) -> tuple[str, ...]:
    received = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry.received_at / 1000))
    return received, entry.state, entry.event_name, entry.event_id, entry.words


@app.command()
def export(
    config: Config = None,
    state: Annotated[str, typer.Option(help="parked, queued or all (both).")] = "parked",
    output: Annotated[
        Path | None,
        typer.Option(help="The file to write, its owner's alone; else standard output."),
    ] = None,
    json: Json = False,
) -> None:
    """Write events as JSON Lines, oldest first: what is stored of them, and Pinterest's words."""
    from edgee_py.relay.export import export as write_all

    out = Output(as_json=json)
    states: dict[str, State | None] = {"parked": "parked", "queued": "queued", "all": None}
    if state not in states:
        out.fail("--state must be parked, queued or all")

    async def work(outbox: Outbox) -> int:
        with _opened(output) as file:
            return await write_all(outbox, states[state], file.write)

    try:
        count = _with_outbox(config, out, work)
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        out.fail(f"{output or 'standard output'} cannot be written: {error.strerror}")
    if output is not None:
        out.document({"written": count, "file": str(output)})
        out.say(f"{count} written to {output}.")


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


@app.command()
def retry(
    event_ids: Annotated[list[str] | None, typer.Argument(help="Event ids; none: all.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Queue parked events again; a running relay takes them up within seconds."""
    out = Output(as_json=json)
    count = _with_outbox(config, out, lambda outbox: outbox.requeue(event_ids or [], now_ms()))
    if event_ids and not count:
        out.fail(_NONE_PARKED)
    out.document({"queued_again": count})
    out.say(f"{count} queued again.")


@app.command()
def purge(
    event_ids: Annotated[list[str] | None, typer.Argument(help="Event ids; none: all.")] = None,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Delete parked events for good."""
    out = Output(as_json=json)
    if not yes:
        what = f"the parked event {', '.join(event_ids)}" if event_ids else "all parked events"
        out.confirm(f"Delete {what}?")
    count = _with_outbox(config, out, lambda outbox: outbox.purge(event_ids or []))
    if event_ids and not count:
        out.fail(_NONE_PARKED)
    out.document({"deleted": count})
    out.say(f"{count} deleted.")


def _with_outbox(
    config: Path | None, out: Output, work: Callable[[Outbox], Awaitable[Result]]
) -> Result:
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
        with out.working("Reading the outbox …"):
            return asyncio.run(run())
    except (InvalidSettings, OutboxUnavailable) as error:
        out.fail(error)
