"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="edgee.toml; the environment wins over it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
