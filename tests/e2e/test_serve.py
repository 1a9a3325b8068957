"""The newcomer's first command, as it is typed."""

import re
import selectors
import signal
import socket
import subprocess
import sys
import time

import httpx2
import pytest

from tests.clean import clean_environment
from tests.demo_server import ROOT


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serving(port, tmp_path):
    """`python3 build.py serve` from another folder, with the port in the environment."""
    env = clean_environment()
    process = subprocess.Popen(
        [sys.executable, ROOT / "build.py", "serve"],
        cwd=tmp_path,
        env={**env, "EDGEE_PORT": str(port), "EDGEE_OUTBOX": f"sqlite://{tmp_path}/outbox.db"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def printed_url(process: subprocess.Popen[str], seconds: float = 120) -> str:
    """The URL that the server prints when it listens; a build may come before it."""
    deadline = time.monotonic() + seconds
    said = []
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(deadline - time.monotonic()):
            line = process.stdout.readline()
            said.append(line)
            if url := re.search(r"http://\S+", line):
                return url[0]
            if not line:
                break
    raise AssertionError(f"no URL; the server said: {''.join(said)}")


def test_one_url_leads_to_shop_relay_and_sandbox_until_ctrl_c(serving, port):
    url = printed_url(serving)
    assert url == f"http://127.0.0.1:{port}/"
    for path in (
        "",
        "_edgee/sdk.js",
        "_edgee/manifest.json",
        "_edgee/inspector",
        "_sandbox/events",
    ):
        assert httpx2.get(url + path, follow_redirects=True).status_code == httpx2.codes.OK, path

    serving.send_signal(signal.SIGINT)
    said, _ = serving.communicate(timeout=15)
    assert "Traceback" not in said
    with socket.create_server(("127.0.0.1", port)):
        pass
