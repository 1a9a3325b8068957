"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_HERE = Path("edgee.toml")


def _config(given: Path | None) -> Path | None:
    """The file that is named, else the one that `edgee init` has written here, as Edgee's own command does."""
    return given or (_HERE if _HERE.is_file() else None)


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        callback=_config,
        help="The settings; else edgee.toml, where it is here. The environment wins.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
