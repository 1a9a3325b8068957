"""Firefox, by WebDriver BiDi, which it speaks itself: no driver is needed beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.engines.driver import PATIENCE, Absent, Engine, Failed, Tab, Visitor
from web.tools.steps import answer

NAMES = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")

#: What keeps the browser from traffic of its own; the rest Firefox sets itself when it is driven.
_PREFERENCES = {
    "app.normandy.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


class _Session:
    """The line to the browser: one command at a time, one answer to each."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._numbers = count(1)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command; returns its result.

        Raises:
            Failed: where the browser answers with an error, or not at all.
        """
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        try:
            while (answer := json.loads(self._line.recv(PATIENCE))).get("id") != number:
                pass  # an event, or what a command given up has come to
        except TimeoutError:
            raise Failed(f"no answer to {method}") from None
        if answer["type"] == "error":
            raise Failed(f"{answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result


class _Tab(Tab):
    def __init__(self, session: _Session, context: str) -> None:
        self._session = session
        self._context = context

    def goto(self, url: str) -> None:
        self._session.ask(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    def close(self) -> None:
        self._session.ask("browsingContext.close", context=self._context)

    def run(self, script: str) -> Any:
        result = self._session.ask(
            "script.evaluate",
            expression=f"(async () => {{ {script} }})()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise Failed(result["exceptionDetails"]["text"])
        return result["result"].get("value")


class _Visitor(Visitor):
    def __init__(self, session: _Session, user: str) -> None:
        self._session = session
        self._user = user

    def new_tab(self) -> Tab:
        made = self._session.ask("browsingContext.create", type="tab", userContext=self._user)
        return _Tab(self._session, made["context"])


class Firefox(Engine):
    """Firefox."""

    name = "firefox"
    keeps_files = True
    keeps_pages = True

    def __init__(self, session: _Session, version: str) -> None:
        self._session = session
        self.version = version

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """See `Engine`."""
        user = self._session.ask("browser.createUserContext")["userContext"]
        try:
            yield _Visitor(self._session, user)
        finally:
            self._session.ask("browser.removeUserContext", userContext=user)

    def without_webassembly(self) -> AbstractContextManager[Engine]:
        """See `Engine`."""
        return self._started({"javascript.options.wasm": False})

    @classmethod
    def launched(cls) -> AbstractContextManager[Engine]:
        """See `Engine`."""
        return cls._started({})

    @classmethod
    @contextmanager
    def _started(cls, more: dict[str, bool]) -> Iterator[Engine]:
        preferences = {**_PREFERENCES, **more}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            lines = [
                f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in preferences.items()
            ]
            (Path(folder) / "user.js").write_text("\n".join(lines))
            with (
                _running(Path(folder)) as address,
                connect(f"{address}/session", max_size=None) as line,
            ):
                session = _Session(line)
                made = session.ask("session.new", capabilities={})
                yield cls(session, made["capabilities"]["browserVersion"])


def program() -> str:
    """The path of Firefox: $EDGEE_FIREFOX, else the system's.

    Raises:
        Absent: where there is none.
    """
    given = os.environ.get("EDGEE_FIREFOX")
    for name in (given,) if given else NAMES:
        # On Ubuntu `firefox` may be a script that only asks for a snap.
        if (found := shutil.which(name)) and answer((found, "--version")):
            return found
    raise Absent(
        "There is no Firefox. Install one (Debian: apt install firefox-esr; elsewhere: "
        "https://www.mozilla.org/firefox), or set EDGEE_FIREFOX to the path of one."
    )


@contextmanager
def _running(profile: Path) -> Iterator[str]:
    """Run Firefox; yields the address at which it takes commands."""
    said = profile / "output.txt"
    command = (program(), "--headless", "--no-remote", "--profile", profile)
    with said.open("wb") as output:
        process = subprocess.Popen(
            (*command, "--remote-debugging-port", "0"), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield _address(said, process)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        for line in said.read_text(errors="replace").splitlines(keepends=True):
            if "BiDi listening on " in line and line.endswith("\n"):
                return line.split(" on ")[1].strip()
        time.sleep(0.05)
    raise Failed(f"Firefox did not start: {said.read_text(errors='replace')[-2000:]}")
