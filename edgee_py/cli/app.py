"""All commands, under one name."""

from __future__ import annotations

from typing import Annotated

import typer

from edgee_py._version import __version__
from edgee_py.cli import outbox
from edgee_py.cli.check import check
from edgee_py.cli.erase import erase
from edgee_py.cli.init import init
from edgee_py.cli.quality import quality
from edgee_py.cli.send import send
from edgee_py.cli.serve import serve
from edgee_py.cli.snippet import snippet
from edgee_py.cli.verify import verify

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"edgee-py {__version__}")
        raise typer.Exit


@app.callback()
def edgee(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """First-party conversion tracking for Pinterest."""


for command in (init, check, serve, snippet, send, verify, quality, erase):
    app.command()(command)
app.add_typer(outbox.app, name="outbox")
