"""`edgee outbox` beside what tests/relay/test_cli.py has: JSON, and a terminal. And `edgee serve --json`."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import cast

import httpx2
import pytest

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import Arrival, Settlement
from edgee_py.relay.outbox_url import open_outbox
from tests.cli.conftest import Edgee
from tests.cli.edgee_command import EDGEE, environment
from tests.cli.terminal import on_terminal
from tests.relay.conftest import event

CONFIG = ("--config", "edgee.toml")
WORDS = "Bad value. \x1b[2J"


@pytest.fixture(autouse=True)
def outbox(home: Path) -> None:
    """Two events that Pinterest has refused."""

    async def fill() -> None:
        outbox = open_outbox(f"sqlite://{home}/outbox.db")
        events = [cast(ConversionEvent, event(id_)) for id_ in ("a", "b")]
        await outbox.append([Arrival(each, "event") for each in events], now_ms())
        leased = await outbox.lease(2, now_ms(), now_ms() + 1000)
        parked = [Settlement(each.key, "parked", WORDS) for each in leased]
        await outbox.settle(parked, now_ms())
        await outbox.close()

    asyncio.run(fill())


def test_each_command_has_json(at_home: Edgee) -> None:
    listed = at_home("outbox", "list", *CONFIG, "--json").json
    assert sorted(each["event_id"] for each in listed) == ["a", "b"]
    assert {each["words"] for each in listed} == {WORDS}
    told = at_home("outbox", "export", *CONFIG, "--output", "x.jsonl", "--json").json
    assert told == {"written": 2, "file": "x.jsonl"}
    assert at_home("outbox", "retry", "a", *CONFIG, "--json").json == {"queued_again": 1}
    nobody = at_home("outbox", "retry", "z", *CONFIG, "--json")
    assert (nobody.code, nobody.json) == (1, {"error": "no event of that id is parked"})
    assert at_home("outbox", "purge", "--yes", *CONFIG, "--json").json == {"deleted": 1}
    assert at_home("outbox", "list", *CONFIG, "--json").json == []


def test_a_question_is_not_in_the_way_of_json(at_home: Edgee) -> None:
    ran = at_home("outbox", "purge", *CONFIG, "--json", stdin="y\n")
    assert ran.json == {"deleted": 2}
    assert "Delete all parked events?" in ran.err


def test_a_question_that_nobody_answers_says_what_does(at_home: Edgee) -> None:
    ran = at_home("outbox", "purge", *CONFIG, "--json")
    assert ran.code == 1
    assert ran.json == {"error": "nothing is done: nobody has answered. --yes agrees beforehand"}
    assert ran.err.splitlines()[-1] == f"edgee: {ran.json['error']}"
    refused = at_home("outbox", "purge", *CONFIG, stdin="n\n")
    assert (refused.code, refused.out.strip()) == (1, "")
    assert len(at_home("outbox", "list", *CONFIG, "--json").json) == 2


def test_a_terminal_gets_a_table_and_nothing_that_acts_on_it(home: Path) -> None:
    ran = on_terminal("outbox", "list", *CONFIG, cwd=home)
    assert ran.code == 0
    assert "Received" in ran.out
    assert "Pinterest's words" in ran.out
    assert "\x1b[2J" not in ran.out
    assert r"\x1b[2J" in ran.out.replace("\r\n", "")


def test_serve_tells_its_address_as_json(home: Path) -> None:
    process = subprocess.Popen(
        [EDGEE, "serve", *CONFIG, "--port", "0", "--json"],
        cwd=home,
        env=environment(PINTEREST_API_BASE="http://127.0.0.1:9/v5"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        assert httpx2.get(f"{url}healthz").json() == {"status": "ok"}
    finally:
        process.terminate()
        process.communicate(timeout=15)
