"""The site that `python3 build.py docs` makes, made for a test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import build


def make_site(folder: Path) -> Path:
    """Make the site below a folder; whoever asks the network for something gets no answer."""
    made = subprocess.run(
        build.docs_command(folder / "site", folder / "cache"),
        env={
            "PATH": "/usr/bin:/bin",
            "http_proxy": "http://127.0.0.1:9",
            "https_proxy": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (made.returncode, made.stderr) == (0, "")
    return folder / "site"
