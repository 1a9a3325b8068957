"""All commands, under one name."""

from __future__ import annotations

import typer

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


@app.callback()
def edgee() -> None:
    """First-party conversion tracking for Pinterest."""


for command in (init, check, serve, snippet, send, verify, quality, erase):
    app.command()(command)
app.add_typer(outbox.app, name="outbox")
