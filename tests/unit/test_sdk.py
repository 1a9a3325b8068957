"""`Edgee` in CPython against a real socket: it delivers whatever its surroundings do, and never raises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from edgee_py import Edgee
from edgee_py._compat.abstract import Courier
from edgee_py._compat.native import _Thread
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.transport import Answer

ORDER = UUID("6f1a5f5e-8a5b-4a0e-9a52-0f9d8f0c2a11")
NOWHERE = "http://127.0.0.1:1/_edgee"


@dataclass
class Relay:
    """Accepts everything unless told otherwise; keeps the events it got."""

    url: str = ""
    status: int = 202
    location: str = ""
    answer: bytes = b'{"accepted": 1, "duplicates": 0, "rejected": []}'
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [event["custom_data"]["content_name"] for event in self.events]


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            relay.events += body["data"]
            self.send_response(relay.status)
            if relay.location:
                self.send_header("location", relay.location)
            self.end_headers()
            self.wfile.write(relay.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    relay.url = f"http://127.0.0.1:{server.server_port}/_edgee"
    yield relay
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_program_that_ends_without_flush_has_delivered(relay: Relay) -> None:
    script = f"from edgee_py import Edgee; Edgee({relay.url!r}).track('Last words')"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
    assert relay.names == ["Last words"]


def test_calls_of_many_threads_arrive_once_each(relay: Relay) -> None:
    edgee = Edgee(relay.url)

    def work(name: str) -> None:
        for number in range(20):
            edgee.track(f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert edgee.flush()["delivered"] == 80
    assert sorted(relay.names) == sorted(f"{n}{i}" for n in "abcd" for i in range(20))


def test_a_listener_that_fails_is_logged_and_stops_nothing(
    relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    told = threading.Semaphore(0)

    def listener(outcome: dict[str, Any]) -> None:
        told.release()
        raise RuntimeError("the author's mistake")

    edgee = Edgee(relay.url, listener=listener)
    edgee.track(5)  # type: ignore[arg-type] # refused: told while the caller waits
    assert told.acquire(timeout=5)
    for name in ("first", "second"):
        edgee.track(name)
        assert told.acquire(timeout=5), f"{name} was never told"
    edgee.close()
    assert relay.names == ["first", "second"]
    assert caplog.text.count("RuntimeError: the author's mistake") == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_a_forked_child_delivers_too(relay: Relay) -> None:
    edgee = Edgee(relay.url)
    edgee.track("before").flush()
    child = os.fork()
    if child == 0:
        status = edgee.track("in the child").flush()
        os._exit(0 if status["waiting"] == 0 else 1)
    assert os.waitpid(child, 0)[1] == 0
    edgee.track("in the parent").flush()
    assert relay.names == ["before", "in the child", "in the parent"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_delivery_leaves_no_lock_behind(relay: Relay) -> None:
    in_listener, forked = threading.Event(), threading.Event()

    def listener(outcome: dict[str, Any]) -> None:
        in_listener.set()
        forked.wait(0.2)  # the fork has to wait for us: we are in the middle of a change

    edgee = Edgee(relay.url, listener=listener)
    edgee.track("before")
    assert in_listener.wait(5)
    child = os.fork()
    if child == 0:
        forked.set()
        os._exit(0 if edgee.track("in the child").flush()["waiting"] == 0 else 1)
    forked.set()
    assert os.waitpid(child, 0)[1] == 0
    assert "in the child" in relay.names


def test_a_relative_relay_is_refused_where_there_is_no_page() -> None:
    for url in ("/_edgee", "shop.example/_edgee", "ftp://shop.example", "https://"):
        with pytest.raises(ValueError, match="whole URL"):
            Edgee(url)


@pytest.mark.parametrize(
    ("status", "said"), [(404, "answers 404, and not as a relay does"), (0, "cannot be reached")]
)
def test_why_events_wait_is_logged_once_and_anew_for_each_flush(
    relay: Relay, caplog: pytest.LogCaptureFixture, status: int, said: str
) -> None:
    relay.status, relay.answer = status, b"<h1>Not found</h1>"
    edgee = Edgee(relay.url if status else NOWHERE)
    edgee.user({"properties": {"email": "jane@example.com"}}).track("lost")
    for times in (1, 2):
        edgee.flush()
        found = [each for each in caplog.messages if said in each and "tried again" in each]
        assert len(found) >= times
        assert len(found) <= times + 1  # the thread may have tried before the first flush
    edgee.close()
    assert "jane" not in caplog.text


def test_nothing_is_logged_where_all_is_well(
    relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    Edgee(relay.url).track("well").flush()
    assert caplog.messages == []


def test_leaving_a_with_block_delivers_and_ends_the_thread(relay: Relay) -> None:
    before = set(threading.enumerate())
    with Edgee(relay.url) as edgee:
        edgee.track("inside")
        new = [each for each in set(threading.enumerate()) - before if each.name == "edgee"]
    assert relay.names == ["inside"]
    assert [each.is_alive() for each in new] == [False]


def test_what_came_while_the_thread_looked_is_delivered_by_close() -> None:
    class Late(Courier):
        lock = threading.RLock()
        looked = 0

        def next_request(self, *, hurry: bool = False) -> None:
            self.looked += 1
            if self.looked == 1:  # a call and `close`, when nothing was found any more
                delivering.wake()
                with delivering._changed:
                    delivering._closed = True

        def answered(self, token: object, answer: Answer) -> None:
            raise AssertionError("nothing was asked")

        def due_in(self) -> int | None:
            return None

    courier = Late()
    delivering = _Thread(courier)
    delivering.wake()
    assert delivering._thread
    delivering._thread.join(5)
    assert courier.looked == 2


def test_a_with_block_does_not_hide_an_exception(relay: Relay) -> None:
    with pytest.raises(RuntimeError, match="the author's"), Edgee(relay.url) as edgee:
        edgee.track("before it")
        raise RuntimeError("the author's")
    assert relay.names == ["before it"]


def test_a_redirect_loses_nothing(relay: Relay) -> None:
    """urllib would turn the POST into a GET, and a relay refuses that for good."""
    relay.status, relay.location, relay.answer = 301, f"{relay.url}/elsewhere", b""
    edgee = Edgee(relay.url)
    assert edgee.track("moved").flush()["waiting"] == 1
    relay.status, relay.location, relay.answer = 202, "", Relay.answer
    assert edgee.flush() == {
        "delivered": 1,
        "refused": 0,
        "duplicates": 0,
        "held": 0,
        "waiting": 0,
    }


def test_what_was_not_delivered_waits_hashed_in_the_storage_for_the_next_program(
    relay: Relay,
) -> None:
    storage: dict[str, str] = {}
    edgee = Edgee(NOWHERE, storage=storage)
    edgee.user({"properties": {"email": "jane@example.com"}}).track("Order")
    assert edgee.flush()["waiting"] == 2
    assert "jane" not in str(storage)
    edgee.close()

    assert Edgee(relay.url, storage=storage).flush()["delivered"] == 2
    assert relay.events[1]["user_data"]["em"] == [sha256(b"jane@example.com").hexdigest()]
    assert "_edgee_journal" not in storage


class Failing(dict[str, str]):
    """A storage whose server is down while `fails` names what does not work."""

    fails = ""

    def get(self, key: str, default: Any = None) -> Any:
        if "read" in self.fails:
            raise ConnectionError("jane@example.com")
        return super().get(key, default)

    def __setitem__(self, key: str, value: str) -> None:
        if "write" in self.fails:
            raise ConnectionError("jane@example.com")
        super().__setitem__(key, value)

    def pop(self, key: str, default: Any = None) -> Any:
        if "write" in self.fails:
            raise ConnectionError("jane@example.com")
        return super().pop(key, default)


@pytest.mark.parametrize("fails", ["read", "write", "read and write"])
def test_a_storage_that_fails_stops_no_call_and_forgets_nothing(
    relay: Relay, caplog: pytest.LogCaptureFixture, fails: str
) -> None:
    storage = Failing()
    storage.fails = fails
    edgee = Edgee(relay.url, storage=storage)
    assert edgee.user("u-1").track("Order").flush()["delivered"] == 2
    assert relay.events[1]["user_data"]["external_id"] == [sha256(b"u-1").hexdigest()]
    assert edgee.consent("denied").track("Secret").flush()["refused"] == 1
    assert "ConnectionError" in caplog.text
    assert "jane" not in caplog.text

    storage.fails = ""
    edgee.consent("pending").track("Secret")
    assert json.loads(storage["_edgee"])["consent"] == "pending"
    assert len(relay.events) == 2


def test_pythons_own_values_arrive(relay: Relay) -> None:
    class Whole(int):
        """As numerical libraries have them."""

    edgee = Edgee(relay.url)
    edgee.track(
        {
            "name": "Order",
            "properties": {"order_id": ORDER, "value": Fraction(5, 2), "num_items": Whole(3)},
        }
    )
    edgee.flush()
    assert relay.events[0]["custom_data"] == {
        "content_name": "Order",
        "order_id": str(ORDER),
        "value": "2.5",
        "num_items": 3,
    }


@pytest.mark.parametrize(
    "track", [None, 5, b"x", object(), [1], {"name": object()}, {}, "\ud800", "a" * 100_000]
)
def test_no_call_raises_for_what_it_is_given(relay: Relay, track: Any) -> None:
    edgee = Edgee(relay.url)
    assert edgee.track(track, "no components").flush()["waiting"] == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("consent", "word", "outcome"),
    [
        (None, "denied", "refused"),
        (None, "pending", "held"),
        (None, "", "delivered"),
        ("granted", "denied", "delivered"),
        ("denied", "granted", "refused"),
    ],
)
def test_an_unset_consent_means_what_is_said_here_or_else_in_the_settings(
    relay: Relay, consent: Any, word: str, outcome: str
) -> None:
    told: list[dict[str, Any]] = []
    edgee = Edgee(
        relay.url,
        consent=consent,
        settings={"edgee_default_consent": word},
        listener=told.append,
    )
    edgee.page("x").flush()
    edgee.close()
    assert [each["outcome"] for each in told] == [outcome]


def test_a_slip_in_a_settings_name_is_no_silent_default() -> None:
    with pytest.raises(
        InvalidSettings, match=r"event_nmes is no setting \(did you mean event_names"
    ):
        Edgee("https://shop.example/_edgee", settings={"event_nmes": "standard"})


def test_a_call_too_large_is_refused_as_in_a_page(relay: Relay) -> None:
    told: list[dict[str, Any]] = []
    edgee = Edgee(relay.url, listener=told.append)
    edgee.track({"name": "big", "properties": {"x": "y" * 70_000}}).track("small").flush()
    edgee.close()
    assert relay.names == ["small"]
    assert told[0]["outcome"] == "refused" and told[0]["reason"] == "too_large"


def test_the_sandbox_is_an_attribute_of_the_package() -> None:
    program = "import edgee_py; print(edgee_py.sandbox.serve.__name__)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "serve\n"


def test_what_can_be_imported_is_seen_before_it_is_loaded() -> None:
    program = "import edgee_py; print(*dir(edgee_py)); help(edgee_py)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    names, _, told = ran.stdout.partition("\n")
    assert {"Edgee", "Page", "sandbox"} <= set(names.split())
    assert "class Edgee(" in told and "class Page(" in told


def test_a_name_that_is_not_there_is_an_error_for_type_checkers(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from edgee_py import Edgee, Page, sandbox\n"
        "Edgee('https://shop.example/_edgee', page=Page(url='/x'))\n"
        "with sandbox.serve() as pinterest:\n"
        "    pinterest.events()\n"
        "from edgee_py import Edge\n"
        "from edgee_py.relay import edge_relay\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(program)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path).stdout
    assert re.findall(r"program.py:(\d+): error: .*\[(.+)\]", told) == [
        ("5", "attr-defined"),
        ("6", "attr-defined"),
    ], told


def test_past_the_stated_number_of_calls_the_oldest_go_once_and_the_rest_is_delivered(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The journal is written anew with every call, which takes long with a thousand of them.
    for module in ("journal", "runtime"):
        monkeypatch.setattr(f"edgee_py.{module}.MAX_CALLS", 20)
    told: list[dict[str, Any]] = []
    relay.status, relay.answer = 503, b"{}"
    storage: dict[str, str] = {}
    edgee = Edgee(relay.url, storage=storage, listener=told.append)
    edgee.track("first").flush()
    for number in range(20):
        edgee.track(f"t{number}")
    assert edgee.flush()["waiting"] == 20
    assert [each["reason"] for each in told if each["outcome"] == "refused"] == ["journal_full"]
    relay.events.clear()
    relay.status, relay.answer = 202, b'{"accepted": 1, "duplicates": 0, "rejected": []}'
    summary = edgee.flush()
    assert (summary["waiting"], summary["refused"], summary["delivered"]) == (0, 1, 20)
    assert relay.names == [f"t{number}" for number in range(20)]
    assert "_edgee_journal" not in storage
    edgee.close()
