from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from edgee_py.cli.app import app
from edgee_py.cli.output import printable
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.clock import now_ms
from edgee_py.relay.export import line
from edgee_py.relay.outbox import Arrival, Exported, Settlement
from edgee_py.relay.sqlite_outbox import SqliteOutbox
from tests.relay.conftest import event

ACCOUNT = {"PINTEREST_ACCESS_TOKEN": "t", "PINTEREST_AD_ACCOUNT_ID": "1"}


def edgee(*arguments: str, **environ: str) -> tuple[int, str]:
    """Exit status and output of `edgee …`."""
    blank = dict.fromkeys((*ACCOUNT, "EDGEE_OUTBOX", "EDGEE_PORT"), "")
    result = CliRunner().invoke(app, arguments, env={**blank, **environ})
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_the_snippet_is_the_whole_install() -> None:
    tag = '<script async id="__EDGEE_SDK__" src="/_edgee/sdk.js"></script>\n'
    assert edgee("snippet") == (0, tag)


def test_the_snippet_with_options() -> None:
    _, printed = edgee(
        "snippet", "--relay", "https://t.example/_edgee/", "--consent", "pending", "--spa", "--stub"
    )

    stub, tag = printed.strip().splitlines()
    assert stub.startswith("<script>window.edgee=window.edgee||[];")
    assert 'src="https://t.example/_edgee/sdk.js"' in tag
    assert 'data-endpoint="https://t.example/_edgee"' in tag
    assert 'data-consent="pending"' in tag
    assert " data-spa" in tag


@pytest.mark.parametrize(
    ("arguments", "environ", "said"),
    [
        (["serve"], {}, "pinterest_access_token"),
        (["serve"], {"PINTEREST_ACCESS_TOKEN": "t"}, "pinterest_ad_account_id"),
        (["serve", "--config", "/nowhere.toml"], ACCOUNT, "/nowhere.toml"),
        (["serve"], {**ACCOUNT, "EDGEE_OUTBOX": "/dev/null/x.db"}, "/dev/null/x.db"),
        (["snippet", "--consent", "maybe"], {}, "--consent"),
        (["outbox", "list", "--state", "lost"], {}, "--state"),
        (["outbox", "export", "--state", "delivered"], {}, "--state"),
        (["outbox", "list"], {"EDGEE_OUTBOX": "/nowhere/typo.db"}, "no outbox at /nowhere/typo.db"),
        *(
            (["snippet", "--relay", relay], {}, "--relay")
            for relay in ("", "/", "//x", "t.shop.example", "javascript:alert(1)", 'x"><script>')
        ),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    arguments: list[str], environ: dict[str, str], said: str
) -> None:
    status, printed = edgee(*arguments, **environ)

    assert status == 1
    assert said in printed
    assert len(printed.strip().splitlines()) == 1


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        status, printed = edgee(
            "serve", EDGEE_PORT=port, EDGEE_OUTBOX=str(tmp_path / "o"), **ACCOUNT
        )

    assert status == 1
    assert f"Port {port}" in printed
    assert "--port" in printed


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.7"])
def test_an_address_that_is_not_this_machines_says_so(host: str, tmp_path: Path) -> None:
    status, printed = edgee("serve", "--host", host, EDGEE_OUTBOX=str(tmp_path / "o"), **ACCOUNT)

    assert status == 1
    assert f"{host} is no address of this machine" in printed
    assert "--host" in printed


@pytest.fixture
def outbox(tmp_path: Path) -> dict[str, str]:
    """An outbox with two parked events and one that waits; the environment that names it."""

    async def fill() -> None:
        outbox = SqliteOutbox.open(tmp_path / "outbox.db")
        now = time.time_ns() // 1_000_000
        events = [cast(ConversionEvent, event(id_)) for id_ in ("a", "b", "c")]
        await outbox.append([Arrival(each, "event") for each in events], now)
        leased: Any = await outbox.lease(2, now, now)
        await outbox.settle([Settlement(each.key, "parked", "Bad value.") for each in leased], now)
        await outbox.close()

    asyncio.run(fill())
    return {"EDGEE_OUTBOX": f"sqlite://{tmp_path / 'outbox.db'}"}


def test_parked_events_are_listed_with_pinterests_words(outbox: dict[str, str]) -> None:
    _, printed = edgee("outbox", "list", **outbox)

    lines = printed.strip().splitlines()
    assert [line.split()[3] for line in lines] == ["b", "a"]
    assert all(line.endswith("Bad value.") for line in lines)
    assert "c" in edgee("outbox", "list", "--state", "queued", **outbox)[1]
    assert edgee("outbox", "list", "--state", "delivered", **outbox)[1] == "Nothing there.\n"


def test_a_list_says_that_it_is_not_all(outbox: dict[str, str]) -> None:
    _, printed = edgee("outbox", "list", "--limit", "1", **outbox)
    assert "There are more than 1" in printed
    assert "--limit" in printed
    assert "There are more" not in edgee("outbox", "list", "--limit", "2", **outbox)[1]


def test_parked_events_are_tried_again_or_deleted(outbox: dict[str, str]) -> None:
    assert edgee("outbox", "retry", "a", **outbox) == (0, "1 queued again.\n")
    status, printed = edgee("outbox", "purge", "a", "--yes", **outbox)
    assert (status, "no event of that id is parked" in printed) == (1, True)
    assert edgee("outbox", "purge", "b", "--yes", **outbox) == (0, "1 deleted.\n")
    assert edgee("outbox", "list", **outbox) == (0, "Nothing there.\n")
    assert len(edgee("outbox", "list", "--state", "queued", **outbox)[1].splitlines()) == 2


def test_an_export_is_json_lines_with_the_stored_events(outbox: dict[str, str]) -> None:
    status, printed = edgee("outbox", "export", **outbox)

    records = [json.loads(line) for line in printed.splitlines()]
    assert status == 0
    assert [(each["event_id"], each["words"]) for each in records] == [
        ("a", "Bad value."),
        ("b", "Bad value."),
    ]
    first = records[0]
    assert first["event"]["event_id"] == "a"
    assert first["event"]["event_name"] == first["event_name"] == "page_visit"
    assert (first["state"], first["attempts"], first["route"]) == ("parked", 1, "event")
    for name in ("received_at", "settled_at"):
        moment = datetime.fromisoformat(first[name])
        assert moment.utcoffset() == timedelta()
        assert abs(moment.timestamp() - time.time()) < 60

    [queued] = edgee("outbox", "export", "--state", "queued", **outbox)[1].splitlines()
    assert json.loads(queued)["settled_at"] is None
    assert len(edgee("outbox", "export", "--state", "all", **outbox)[1].splitlines()) == 3


def test_an_export_goes_into_a_file_that_is_its_owners_alone(
    outbox: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "parked.jsonl"

    status, printed = edgee("outbox", "export", "--output", str(file), **outbox)

    assert (status, printed) == (0, f"2 written to {file}.\n")
    assert [json.loads(line)["event_id"] for line in file.read_text().splitlines()] == ["a", "b"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    status, printed = edgee("outbox", "export", "--output", str(tmp_path / "no" / "x"), **outbox)
    assert status == 1
    assert printed.startswith(f"edgee: {tmp_path}/no/x cannot be written")


def test_an_export_to_a_reader_that_leaves_ends_quietly(tmp_path: Path) -> None:
    async def fill() -> None:
        outbox = SqliteOutbox.open(tmp_path / "outbox.db")
        events = [cast(ConversionEvent, event(str(n), language="x" * 900)) for n in range(1000)]
        await outbox.append([Arrival(each, "event") for each in events], now_ms())
        await outbox.close()

    asyncio.run(fill())
    process = subprocess.Popen(
        [sys.executable, "-m", "edgee_py.cli", "outbox", "export", "--state", "all"],
        env={**os.environ, "EDGEE_OUTBOX": str(tmp_path / "outbox.db")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event_id"] == "0"
    process.stdout.close()
    assert process.wait(20) == 1
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_an_export_does_nothing_to_the_terminal() -> None:
    words = "\x1b[2J\x7f\x85\u202eé\n"
    exported = Exported("\x1b", "custom", "parked", "event", 1, 0, 0, words, b"{}")

    text = line(exported)

    assert text.isascii()
    assert text.removesuffix("\n").isprintable()
    assert json.loads(text)["words"] == words


def test_purge_asks_first(outbox: dict[str, str]) -> None:
    status, printed = edgee("outbox", "purge", **outbox)
    assert (status, "Delete all parked events" in printed) == (1, True)
    status, printed = edgee("outbox", "purge", "a", **outbox)
    assert (status, "Delete the parked event a?" in printed) == (1, True)
    assert len(edgee("outbox", "list", **outbox)[1].splitlines()) == 2


def test_an_outbox_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for command in (["list"], ["export"], ["retry"], ["purge", "--yes"]):
        assert edgee("outbox", *command, EDGEE_OUTBOX=str(tmp_path / "typo.db"))[0] == 1
    assert list(tmp_path.iterdir()) == []


def test_retrying_what_is_not_there_fails(outbox: dict[str, str]) -> None:
    status, printed = edgee("outbox", "retry", "nobody", **outbox)

    assert status == 1
    assert "no event of that id" in printed


def test_what_a_page_wrote_does_nothing_to_the_terminal() -> None:
    assert printable("a\x1b[2J\nb\x85\u202ec\u2028 d é") == r"a\x1b[2J\nb\x85\u202ec\u2028 d é"
