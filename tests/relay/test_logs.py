"""The log of a relay that runs by itself: one line a record, and no value of an exception in it."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from edgee_py.relay.logs import JsonFormatter, Repeats, TextFormatter
from tests.clean import clean_environment
from tests.relay.conftest import ACCOUNT, BROWSER, TOKEN, FakePinterest, event


def record(
    message: str, *arguments: object, fault: BaseException | None = None
) -> logging.LogRecord:
    exc_info = (type(fault), fault, fault.__traceback__) if fault else None
    return logging.LogRecord(
        "edgee.relay", logging.ERROR, __file__, 1, message, arguments, exc_info
    )


def fault() -> BaseException:
    try:
        {}["jane@example.com"]
    except KeyError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_record_is_one_line_and_an_exception_is_its_type_and_place(
    formatter: logging.Formatter,
) -> None:
    line = formatter.format(record("it %s\n\x1b[2J\x85 \ud800", "broke", fault=fault()))

    assert "it broke" in line
    assert f"KeyError at {__file__}:" in line
    assert "jane" not in line
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_json_has_time_level_logger_and_message() -> None:
    line = json.loads(JsonFormatter().format(record("a é\n%d", 7)))

    moment = datetime.fromisoformat(line.pop("time"))
    assert moment.tzinfo is not None
    assert line == {"level": "ERROR", "logger": "edgee.relay", "message": "a é\n7"}


def test_what_is_said_again_and_again_is_written_once_a_minute() -> None:
    written: list[str] = []
    repeats = Repeats()

    def say(level: int, text: str, *args: object, at: float) -> None:
        record = logging.LogRecord("edgee.relay", level, "f.py", 1, text, args, None)
        record.created = at
        if repeats.filter(record):
            written.append(record.getMessage())

    for second in range(150):
        say(logging.ERROR, "outbox: %s", "100 % full", at=1000.0 + second)
        say(logging.INFO, "delivered", at=1000.0 + second)
    say(logging.ERROR, "outbox: %s", "damaged", at=1151.0)
    say(logging.ERROR, "outbox: %s", "100 % full", at=500.0)  # the clock was set back

    assert written.count("delivered") == 150
    assert [each for each in written if each != "delivered"] == [
        "outbox: 100 % full",
        *["outbox: 100 % full (and 59 times more before)"] * 2,
        "outbox: damaged",
        "outbox: 100 % full (and 29 times more before)",
    ]
    for number in range(2000):
        say(logging.ERROR, f"number {number}", at=2000.0)
    assert len(repeats._told) <= 500


def test_asked_for_json_the_relay_writes_nothing_else(
    tmp_path: Path, pinterest: FakePinterest
) -> None:
    pinterest.answer = lambda events: (401, {}, {"code": 2, "message": "No."})
    config = tmp_path / "edgee.toml"
    # A setting that is not used is told while the settings are read, before the format is known.
    config.write_text(
        '[[components.data_collection]]\nid = "pinterest_capi"\nsettings.unheard_of = 1\n'
        '[relay]\nlog_format = "json"\noutbox = "sqlite:outbox.db"\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "edgee_py.cli", "serve", "--port", "0", "--config", str(config)],
        env={
            **os.environ,
            "PINTEREST_ACCESS_TOKEN": TOKEN,
            "PINTEREST_AD_ACCOUNT_ID": ACCOUNT,
            "PINTEREST_API_BASE": pinterest.base,
        },
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines = []
        while not (url := re.search(r"http://\S+?/_edgee/", lines[-1] if lines else "")):
            lines.append(process.stderr.readline())
            assert lines[-1], lines
        httpx2.post(
            f"{url[0]}pinterest_capi",
            json={"data": [event()]},
            headers={"user-agent": BROWSER},
        )
        lines.append(process.stderr.readline())  # the refused token is told
        process.send_signal(signal.SIGTERM)
        out, rest = process.communicate(timeout=15)
    finally:
        process.kill()
        process.wait(10)

    records = [json.loads(line) for line in [*lines, *rest.splitlines()]]
    assert out == ""
    assert "unheard_of" in records[0]["message"]
    assert [each["level"] for each in records if "access token" in each["message"]] == ["ERROR"]


def test_what_is_said_before_a_start_that_fails_is_not_lost(tmp_path: Path) -> None:
    config = tmp_path / "edgee.toml"
    config.write_text(
        '[[components.data_collection]]\nid = "pinterest_capi"\nsettings.unheard_of = 1\n'
    )
    ran = subprocess.run(
        [sys.executable, "-m", "edgee_py.cli", "serve", "--config", str(config)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 1
    assert "unheard_of" in ran.stderr
    assert "pinterest_access_token" in ran.stderr
