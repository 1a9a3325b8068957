"""A command on a terminal, with somebody who answers its questions."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

from tests.cli.edgee_command import EDGEE, Ran, environment

_SECONDS = 30


def on_terminal(
    *arguments: str, cwd: Path, answers: list[tuple[str, str]] | None = None, **environ: str
) -> Ran:
    """Run `edgee …` on a terminal. answers: what to type once a text has been shown, in turn.

    What is said and what is shown of the typing cannot be told apart there: all is in `out`.
    """
    ours, theirs = pty.openpty()
    told = environment(TERM="xterm-256color", COLUMNS="100", **environ)
    process = subprocess.Popen(
        [EDGEE, *arguments], cwd=cwd, env=told, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown, looked = "", 0
    waiting = list(answers or [])
    deadline = time.monotonic() + _SECONDS
    try:
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 0.2)[0]:
                continue
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part.decode(errors="replace")
            while waiting and (at := shown.find(waiting[0][0], looked)) >= 0:
                looked = at + len(waiting[0][0])
                os.write(ours, f"{waiting.pop(0)[1]}\n".encode())
        assert not waiting, f"never asked {waiting[0][0]!r}:\n{shown}"
        return Ran(process.wait(_SECONDS), shown, "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
