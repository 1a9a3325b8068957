"""Real sockets and real files: a relay on a free port, and a small Pinterest that does as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edgee_py.relay import RelaySettings, edgee_relay
from edgee_py.relay.app import Relay
from edgee_py.relay.nats_outbox import NatsOutbox
from edgee_py.relay.outbox import Outbox
from edgee_py.relay.outbox_url import NatsAddress, parse_outbox_url
from edgee_py.relay.server import Server, listen, site
from edgee_py.relay.sqlite_outbox import SqliteOutbox
from tests.answering import Reply, answering
from tests.nats_server import NatsServer, nats_server

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
TOKEN = "pina_canary_token_4711"
ACCOUNT = "549755885175"


def processed(events: list[dict[str, Any]]) -> Reply:
    """Pinterest's answer where all is well (empty strings, as seen in the wild)."""
    result = {"status": "processed", "error_message": "", "warning_message": ""}
    count = len(events)
    body = {
        "num_events_received": count,
        "num_events_processed": count,
        "events": [result] * count,
    }
    return 200, {}, body


@dataclass
class Request:
    """One request as Pinterest got it."""

    path: str
    headers: dict[str, str]
    events: list[dict[str, Any]]


@dataclass
class FakePinterest:
    """Answers each request by `answer`; keeps what came."""

    base: str = ""
    answer: Callable[[list[dict[str, Any]]], Reply] = processed
    requests: list[Request] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, request: Request) -> Reply:
        reply = self.answer(request.events)
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
        return reply

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.requests for event in request.events]

    def wait(self, enough: Callable[[FakePinterest], object], timeout: float = 10.0) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self), timeout), self.requests


@pytest.fixture
def pinterest() -> Iterator[FakePinterest]:
    fake = FakePinterest()

    handler = answering(lambda *given: fake.take(Request(*given)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    fake.base = f"http://127.0.0.1:{server.server_address[1]}/v5"
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """One nats-server for all tests that do not kill it; each takes a name of its own in it."""
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


#: How long (seconds) the NATS of tests waits for a forwarder that is not heard of.
ACK_WAIT = 1.0


@pytest.fixture(params=["sqlite", "nats"])
def open_outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Outbox]:
    """Opens one place for events, once or more often, of each kind."""
    if request.param == "sqlite":
        return lambda: SqliteOutbox.open(tmp_path / "outbox.db")
    server: NatsServer = request.getfixturevalue("nats")
    address = parse_outbox_url(f"{server.url}/?name=test-{tmp_path.name}")
    assert isinstance(address, NatsAddress)
    return lambda: NatsOutbox(address, ack_wait=ACK_WAIT)


class Stage:
    """One uvicorn for all tests; each test's app gets a path and a lifespan of its own."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop
        self._apps: dict[str, Starlette] = {}
        self._listener = listen("127.0.0.1", 0)
        self._listening = threading.Event()
        self._server = Server(self, listening=self._listening.set, stopping=lambda: None)
        self._server.config.lifespan = "off"
        self._thread = threading.Thread(target=self._run, daemon=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        name = scope["path"].split("/")[1]
        if name in self._apps:
            await self._apps[name]({**scope, "root_path": f"/{name}"}, receive, send)
        else:
            await Response(status_code=404)(scope, receive, send)

    def _run(self) -> None:
        # Signals belong to the main thread; everything else is as in production.
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
        self._server.run(sockets=[self._listener])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()
        assert self._listening.wait(10)
        httpx2.get(self.url)  # tells us the loop

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    @contextlib.contextmanager
    def play(self, app: Starlette, *, lifespan: bool = True) -> Iterator[str]:
        """Serve an app; yields its address."""
        name = f"app{len(self._apps)}"
        self._apps[name] = app
        context = app.router.lifespan_context(app)
        if lifespan:
            self.do(context.__aenter__())
        yield f"{self.url}/{name}"
        if lifespan:
            self.do(context.__aexit__(None, None, None))

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    stage.start()
    yield stage
    stage.stop()


@dataclass
class RunningRelay:
    """A relay under /_edgee and a browser-like client for it."""

    url: str
    client: httpx2.Client
    relay: Relay

    def post(self, *events: Any, **more: Any) -> httpx2.Response:
        return self.client.post("/_edgee/pinterest_capi", json={"data": list(events)}, **more)


RelayFactory = Callable[..., RunningRelay]


@pytest.fixture
def relay(stage: Stage, tmp_path: Path, pinterest: FakePinterest) -> Iterator[RelayFactory]:
    """Starts relays: `relay(origins=[…])`. They forward to `pinterest`."""
    with contextlib.ExitStack() as stack:

        def start(**given: Any) -> RunningRelay:
            settings = RelaySettings(**{**defaults(tmp_path, pinterest), **given})
            app = edgee_relay(settings)
            url = stack.enter_context(stage.play(site(app)))
            client = httpx2.Client(
                base_url=url, headers={"user-agent": BROWSER}, timeout=10, verify=False
            )
            return RunningRelay(url, stack.enter_context(client), app.state.relay)

        yield start


def defaults(folder: Path, pinterest: FakePinterest) -> dict[str, Any]:
    """Settings that every test can start from."""
    return {
        "pinterest_access_token": TOKEN,
        "pinterest_ad_account_id": ACCOUNT,
        "api_base": pinterest.base,
        "outbox": f"sqlite://{folder / 'outbox.db'}",
        "rate_limit": None,
        "assets": folder / "not-built",
    }


@contextlib.contextmanager
def edgee_serve(
    folder: Path, api_base: str, **environ: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`edgee serve` on a free port: its address and the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edgee_py.cli", "serve", "--port", "0"],
        env={
            **os.environ,
            "PINTEREST_ACCESS_TOKEN": TOKEN,
            "PINTEREST_AD_ACCOUNT_ID": ACCOUNT,
            "PINTEREST_API_BASE": api_base,
            "EDGEE_OUTBOX": f"sqlite://{folder / 'outbox.db'}",
            **environ,
        },
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("a"),
        text=True,
    )
    try:
        yield _address(process, folder / "log", environ.get("EDGEE_LOG_FORMAT", "text")), process
    finally:
        process.kill()
        process.wait(10)


def _address(process: subprocess.Popen[str], log: Path, log_format: str) -> str:
    """Where a relay listens: it prints that, or logs it where the log is for machines."""
    deadline = time.monotonic() + 30
    while True:
        assert process.stdout is not None
        said = process.stdout.readline() if log_format == "text" else log.read_text()
        if found := re.search(r"http://\S+/_edgee/", said):
            return found.group()
        assert process.poll() is None, log.read_text()
        assert log_format == "json" and time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)


def event(event_id: str = "e1", **more: Any) -> dict[str, Any]:
    """A conversion event as a browser posts it, made just now."""
    return {
        "event_name": "page_visit",
        "action_source": "web",
        "event_time": int(time.time()),
        "event_id": event_id,
        "user_data": {},
        **more,
    }
