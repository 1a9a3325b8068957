"""What `python3 build.py serve` runs: shop, relay, inspector and sandbox on one port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.demo import demo, demo_settings, main
from edgee_py.relay.secret import Secret
from edgee_py.relay.server import CannotListen, listen
from tests.relay.conftest import FakePinterest, Stage, event

URL = "http://127.0.0.1:8787"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "products").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Shop</title>")
    (folder / "products" / "index.html").write_text("<title>Products</title>")
    return folder


def test_an_event_gets_to_the_sandbox_without_an_account(
    stage: Stage, tmp_path: Path, shop: Path
) -> None:
    app = Starlette()
    with stage.play(app) as url:
        settings = demo_settings(url, tmp_path / "data", {})
        inner, relay = demo(settings, shop, with_sandbox=True)
        app.mount("/", inner)

        headless = {"user-agent": "Mozilla/5.0 HeadlessChrome/142.0.0.0 Safari/537.36"}
        posted = httpx2.post(
            f"{url}/_edgee/pinterest_capi", json={"data": [event("e1")]}, headers=headless
        )

        assert posted.status_code == 202
        arrived: list[dict[str, object]] = []
        while not arrived:
            arrived = httpx2.get(f"{url}/_sandbox/events").json()
        assert arrived[0]["status"] == "processed"
        assert arrived[0]["authorised"] is True
        for path, title in (("/", "Shop"), ("/products/", "Products")):
            assert title in httpx2.get(url + path).text
        stage.do(relay.state.relay.close())


def test_the_environment_is_honoured(tmp_path: Path, pinterest: FakePinterest) -> None:
    settings = demo_settings(
        URL,
        tmp_path,
        {
            "PINTEREST_ACCESS_TOKEN": "own",
            "PINTEREST_API_BASE": pinterest.base,
            "EDGEE_RATE_LIMIT": "5",
            "EDGEE_OUTBOX": "own.db",
        },
    )

    assert settings.read_token() == Secret("own")
    assert settings.api_base == pinterest.base
    assert settings.rate_limit == 5
    assert settings.outbox == "own.db"
    assert settings.inspector == "on"
    with pytest.raises(InvalidSettings, match="PINTEREST_IS_TEST"):
        demo_settings(URL, tmp_path, {"PINTEREST_IS_TEST": "maybe"})


def test_a_port_in_use_is_said_in_a_sentence(
    tmp_path: Path, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        status = main(["--port", port, "--shop", str(shop), "--data", str(tmp_path)])

    said = capsys.readouterr().err.strip()
    assert status == 1
    assert f"Port {port}" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("127.0.0.1", 70_000, "cannot be used"),
        ("no.such.host.invalid", 0, "is no address of this machine"),
    ],
)
def test_an_impossible_address_is_said_in_a_sentence(host: str, port: int, said: str) -> None:
    with pytest.raises(CannotListen, match=said):
        listen(host, port)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_url_is_printed_when_it_truly_listens(tmp_path: Path, shop: Path, host: str) -> None:
    command = [sys.executable, "-m", "edgee_py.relay.demo", "--port", "0", "--host", host]
    process = subprocess.Popen(
        [*command, "--shop", str(shop), "--data", str(tmp_path / "data")],
        # Blank, as container platforms pass on what is not set.
        env={**os.environ, "PINTEREST_API_BASE": " "},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("edgee: ").strip()
        assert httpx2.get(f"{url}_edgee/healthz").status_code == 200
        assert httpx2.get(f"{url}_sandbox/events").json() == []
        process.terminate()
        _, said = process.communicate(timeout=10)
        assert "Traceback" not in said
    finally:
        process.kill()
