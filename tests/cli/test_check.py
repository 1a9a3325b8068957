from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edgee_py import __version__
from edgee_py.sandbox import RunningSandbox
from tests.cli.conftest import ACCOUNT, TOKEN, Edgee
from tests.cli.edgee_command import Ran
from tests.relay_process import relay_process
from tests.serving import served

CONFIG = ("--config", "edgee.toml")


def findings(ran: Ran) -> dict[str, dict[str, Any]]:
    """By what they are about; the last of several."""
    return {each["about"]: each for each in ran.json["findings"]}


def marks(ran: Ran) -> dict[str, str]:
    return {about: each["mark"] for about, each in findings(ran).items()}


def change(home: Path, old: str, new: str) -> None:
    file = home / "edgee.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_where_all_is_well(pinterest: RunningSandbox, at_home: Edgee, home: Path) -> None:
    change(home, "[relay]", '[relay]\ndefault_consent = "pending"')
    ran = at_home("check", *CONFIG)
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.lines] == ["ok"] * 9
    assert f"Pinterest takes events of ad account {ACCOUNT}" in ran.out
    assert TOKEN not in ran.out
    [arrived] = pinterest.events()
    assert arrived["test"] is True
    assert not (home / "outbox.db").exists(), "it must not be made by whoever checks"


def test_the_file_that_is_here_is_read_unless_another_is_named(at_home: Edgee, home: Path) -> None:
    ran = at_home("check")
    assert (ran.code, ran.lines[0]) == (0, "ok     configuration: edgee.toml can be read")
    (home / "edgee.toml").rename(home / "other.toml")
    assert "other.toml" in at_home("check", "-c", "other.toml").lines[0]
    assert "the environment" in at_home("check").lines[0]


def test_json_has_every_finding(at_home: Edgee) -> None:
    ran = at_home("check", *CONFIG, "--json")
    assert ran.json["ok"] is True
    assert set(marks(ran)) == {
        *("configuration", "token", "account", "clock"),
        *("outbox", "origins", "consent", "events", "assets"),
    }
    # The default is nobody's mistake, but whoever has not thought of it should.
    assert findings(ran)["consent"]["mark"] == "note"


@pytest.mark.parametrize(
    ("environ", "about", "said", "mend"),
    [
        ({"PINTEREST_ACCESS_TOKEN": "wrong"}, "account", "answered 401", "Ads Manager"),
        ({"PINTEREST_AD_ACCOUNT_ID": "7"}, "account", "answered 403", "ad account 7"),
        ({"PINTEREST_API_BASE": "http://127.0.0.1:9/v5"}, "account", "reached", "network"),
        ({"PINTEREST_ACCESS_TOKEN_FILE": "/nowhere"}, "token", "none", "/nowhere cannot be read"),
        ({"EDGEE_OUTBOX": "/dev/null/x.db"}, "outbox", "/dev/null", "another place"),
        ({"EDGEE_OUTBOX": "nats://127.0.0.1:9"}, "outbox", "does not answer", "nats-server runs"),
        ({"EDGEE_OUTBOX": "."}, "configuration", "names no file", ""),
        ({"EDGEE_RATE_LIMIT": "never"}, "configuration", "EDGEE_RATE_LIMIT", ""),
    ],
)
def test_what_is_wrong_is_said_with_the_mend(
    environ: dict[str, str], about: str, said: str, mend: str, at_home: Edgee
) -> None:
    ran = at_home("check", *CONFIG, "--json", **environ)
    assert ran.code == 1
    found = findings(ran)[about]
    assert found["mark"] == "bad"
    assert said in found["says"]
    assert mend in found["mend"]
    if about != "configuration":
        assert marks(ran)["assets"] == "good", "one thing that is wrong must not hide others"


def test_each_missing_thing_is_said_once(at_home: Edgee, home: Path) -> None:
    (home / "edgee.toml").write_text("")
    found = findings(at_home("check", "--json"))
    assert "pinterest_access_token is missing" in found["token"]["mend"]
    assert "pinterest_ad_account_id is missing" in found["account"]["mend"]
    found = findings(at_home("check", "--json", PINTEREST_AD_ACCOUNT_ID=ACCOUNT))
    assert "pinterest_access_token is missing" in found["token"]["mend"]
    assert (found["account"]["mark"], found["account"]["mend"]) == ("bad", "")
    assert f"without a token Pinterest cannot be asked about {ACCOUNT}" in found["account"]["says"]


def test_pinterests_words_stand_in_one_line(pinterest: RunningSandbox, at_home: Edgee) -> None:
    pinterest.answer_with(429, times=1)
    said = findings(at_home("check", "--json"))["account"]["says"]
    assert "exceeds one of the published rate limits" in said


def test_a_file_that_cannot_be_used_says_itself_what_to_do(at_home: Edgee, home: Path) -> None:
    (home / "outbox.db").write_text("no database " * 100)
    found = findings(at_home("check", *CONFIG, "--json"))["outbox"]
    assert (found["mark"], found["mend"]) == ("bad", "")
    assert "move the file away" in found["says"]


def test_an_order_that_is_no_checkout_is_noted(at_home: Edgee, home: Path) -> None:
    assert findings(at_home("check", *CONFIG, "--json"))["events"]["mark"] == "good"
    change(home, 'settings.event_names = "standard"\n', "")
    found = findings(at_home("check", *CONFIG, "--json"))["events"]
    assert (found["mark"], "event_names" in found["mend"]) == ("note", True)
    change(home, "[relay]", 'settings.event_map."Order" = "checkout"\n[relay]')
    assert findings(at_home("check", *CONFIG, "--json"))["events"]["mark"] == "good"


def test_what_is_doubtful_is_noted_and_no_failure(at_home: Edgee, home: Path) -> None:
    (home / "token").chmod(0o644)
    change(home, "https://shop.example", "http://shop.example")
    change(home, "[relay]", 'settings.is_test = true\n[relay]\ninspector = "on"')
    ran = at_home("check", *CONFIG, "--json")
    assert ran.code == 0
    noted = {about for about, mark in marks(ran).items() if mark == "note"}
    assert noted == {"token", "account", "origins", "consent", "inspector"}
    assert findings(ran)["token"]["mend"] == f"chmod 600 {home}/token"


def test_a_relay_that_only_takes_events_needs_no_account(
    pinterest: RunningSandbox, at_home: Edgee, home: Path
) -> None:
    (home / "edgee.toml").write_text(f'[relay]\nforward = false\noutbox = "{home}/outbox.db"\n')
    ran = at_home("check", *CONFIG, "--json")
    assert (ran.code, marks(ran)["token"]) == (0, "good")
    assert pinterest.requests() == []


@pytest.fixture
def late(pinterest: RunningSandbox) -> Iterator[str]:
    """A Pinterest whose clock is ten minutes ahead."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response_only(200)
            self.send_header("Date", formatdate(time.time() + 600, usegmt=True))
            self.end_headers()
            self.wfile.write(b'{"events":[{"status":"processed"}]}')

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}/v5"


def test_a_wrong_clock(late: str, at_home: Edgee) -> None:
    ran = at_home("check", *CONFIG, "--json", PINTEREST_API_BASE=late)
    assert ran.code == 1
    clock = findings(ran)["clock"]
    assert clock["mark"] == "bad"
    assert clock["says"].endswith("seconds slow")
    assert abs(int(clock["says"].split()[3]) - 600) < 5


def test_a_relay_at_work(pinterest: RunningSandbox, at_home: Edgee, home: Path) -> None:
    with relay_process(home / "edgee.toml", PINTEREST_API_BASE=pinterest.api_base) as url:
        ran = at_home("check", *CONFIG, "--relay", url, "--json")
        assert ran.code == 0, ran.out
        assert findings(ran)["relay"]["says"] == "it lets pages of https://shop.example post"
        assert __version__ in findings(ran)["assets"]["says"]
        assert "can be written; 0 events waiting" in findings(ran)["outbox"]["says"]

        change(home, "https://shop.example", "https://new.example")
        ran = at_home("check", *CONFIG, "--relay", url, "--json")
        assert (ran.code, marks(ran)["relay"]) == (1, "bad")
        assert "https://new.example with 403" in findings(ran)["relay"]["says"]
    ran = at_home("check", *CONFIG, "--relay", url, "--json")
    assert "is edgee serve running" in findings(ran)["relay"]["mend"]
    assert at_home("check", "--relay", "/_edgee").code == 1
