"""docs/cli.md: every example is run, and prints what the page shows; `…` stands for anything in a line."""

from __future__ import annotations

import asyncio
import re
import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from typer.main import get_command

from edgee_py.cli.app import app
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import Arrival, Settlement
from edgee_py.relay.outbox_url import open_outbox
from edgee_py.sandbox import RunningSandbox, serve
from tests.cli.edgee_command import edgee
from tests.document import fenced
from tests.relay_process import relay_process

SHOP = "https://shop.example"
EXAMPLES = {each.heading: each.text for each in fenced("cli.md") if each.language == "console"}
ACCOUNT = "549755885175"


def test_every_command_has_a_section() -> None:
    root: Any = get_command(app)
    assert sorted(EXAMPLES) == sorted(root.commands)
    for name in root.commands["outbox"].commands:
        assert f"$ edgee outbox {name} " in EXAMPLES["outbox"]


def event(id_: str, name: str, **user_data: Any) -> dict[str, Any]:
    return {
        "event_name": name,
        "event_id": id_,
        "action_source": "web",
        "event_time": int(time.time()),
        "user_data": user_data,
        "custom_data": {"order_id": id_} if name == "checkout" else {},
    }


def fill(outbox_url: str) -> None:
    """One event that Pinterest has refused."""
    # Playwright's event loop, which other tests have started, counts as running in this thread.
    with ThreadPoolExecutor() as elsewhere:
        elsewhere.submit(asyncio.run, park(outbox_url)).result()


async def park(outbox_url: str) -> None:
    outbox = open_outbox(outbox_url)
    refused = cast(ConversionEvent, event("1001", "checkout", em=["0" * 64]))
    await outbox.append([Arrival(refused, "event")], now_ms())
    [leased] = await outbox.lease(1, now_ms(), now_ms() + 1000)
    words = "event_time is in the future"
    await outbox.settle([Settlement(leased.key, "parked", words)], now_ms())
    await outbox.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder as the reader has it after `init`, and after a while of work."""
    token = tmp_path / "pinterest-token"
    token.write_text("t")
    token.chmod(0o600)
    return tmp_path


def record(pinterest: RunningSandbox) -> None:
    """Pinterest has got an order and a visit."""
    events = [
        event("1", "checkout", em=["0" * 64]),
        event("2", "page_visit", client_ip_address="192.0.2.1", client_user_agent="x"),
    ]
    url = f"{pinterest.api_base}/ad_accounts/{ACCOUNT}/events"
    headers = {"Authorization": "Bearer t"}
    httpx2.post(url, json={"data": events}, headers=headers).raise_for_status()


def check(command: str, expected: str, printed: str) -> None:
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    assert re.fullmatch(pattern, printed), (
        f"{command} printed:\n{printed}\ndocs/cli.md shows:\n{expected}"
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_is_shown(name: str, home: Path, server: str) -> None:
    parts = re.split(r"^\$ edgee (.+)\n", EXAMPLES[name], flags=re.MULTILINE)[1:]
    with serve("t") as pinterest:
        environ = {"PINTEREST_API_BASE": pinterest.api_base}
        if name != "init":
            arguments = shlex.split(EXAMPLES["init"].splitlines()[0].removeprefix("$ edgee "))
            assert edgee(*arguments, cwd=home).code == 0
            fill(f"sqlite://{home}/edgee-outbox.db")
            record(pinterest)
        for command, expected in zip(parts[0::2], parts[1::2], strict=True):
            if name == "serve":
                with relay_process(home / "edgee.toml", **environ) as url:
                    shown = re.sub(r":\d+/", ":8787/", f"edgee: {url}/\n")
            else:
                here = command.replace(SHOP, server) if name == "verify" else command
                ran = edgee(*shlex.split(here), cwd=home, **environ)
                assert ran.code == 0, ran.out + ran.err
                shown = ran.out.replace(server, SHOP)
            check(command, expected, shown)


def test_the_steps_shown_are_steps_that_work(server: str, home: Path) -> None:
    [steps] = [each for each in fenced("cli.md") if each.language == "toml"]
    (home / "buy.toml").write_text(steps.text)
    [line] = re.findall(r"`edgee (verify [^`]+ --steps [^`]+)`", steps.before)
    ran = edgee(*shlex.split(line.replace(SHOP, server)), cwd=home)
    assert ran.code == 0, ran.out
