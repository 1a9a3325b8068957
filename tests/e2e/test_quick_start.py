"""docs/quick-start.md: its commands, one after the other, in the reader's empty folder."""

from __future__ import annotations

import shlex
from pathlib import Path

import httpx2

from edgee_py.sandbox import serve
from tests.cli.edgee_command import edgee
from tests.document import fenced
from tests.relay_process import relay_process

SHOP = "https://shop.example"


def typed(heading: str) -> list[str]:
    """The command lines of a section."""
    blocks = [
        b for b in fenced("quick-start.md") if (b.language, b.heading) == ("console", heading)
    ]
    return [line.removeprefix("$ edgee ") for block in blocks for line in block.text.splitlines()]


def test_each_command_does_what_the_page_says(tmp_path: Path, server: str) -> None:
    init, check, started = typed("1. The relay")
    [verify] = typed("3. See it arrive")
    token = tmp_path / "pinterest-token"
    token.write_text("t")
    token.chmod(0o600)
    with serve("t") as pinterest:
        environ = {"PINTEREST_API_BASE": pinterest.api_base}
        made = edgee(*shlex.split(init), cwd=tmp_path, **environ)
        assert (made.code, "means pending" in made.out) == (0, True), made.out + made.err
        checked = edgee(*shlex.split(check), cwd=tmp_path, **environ)
        assert checked.code == 0, checked.out + checked.err
        assert pinterest.events(test="false") == []
        assert started == "serve --config edgee.toml"
        with relay_process(tmp_path / "edgee.toml", **environ) as url:
            assert httpx2.get(f"{url}/readyz").json()["status"] == "ready"
    verified = edgee(*shlex.split(verify.replace(SHOP, server)), cwd=tmp_path)
    assert verified.code == 0, verified.out + verified.err
    assert "page_visit" in verified.out
