"""The examples in deploy/, as far as they can be tried without a machine of their own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast, get_args

import httpx2
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from typer.main import get_command

from edgee_py.cli.app import app as command_line
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.relay import RelaySettings, edgee_relay, server
from edgee_py.relay.client_address import Proxies
from edgee_py.relay.configuration import RELAY_NAMES
from edgee_py.relay.forwarder import STOP_WAIT
from edgee_py.relay.metrics import Metrics
from edgee_py.relay.outbox import Arrival, State, Stats
from edgee_py.relay.outbox_url import open_outbox
from tests.cli.edgee_command import edgee
from tests.demo_server import ROOT
from tests.nats_server import NatsServer
from tests.programs import program
from tests.readme import SENTENCES, blocks
from tests.relay.conftest import event
from tests.relay_process import relay_process
from web.tools.steps import DIST

DEPLOY = ROOT / "deploy"
TOML = (DEPLOY / "edgee.toml").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
UNIT = (DEPLOY / "edgee.service").read_text()
CONTAINER = (DEPLOY / "Containerfile").read_text()


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


# edgee.toml


def test_the_settings_need_nothing_but_the_token(tmp_path: Path) -> None:
    settings = RelaySettings.load(DEPLOY / "edgee.toml", {"PINTEREST_ACCESS_TOKEN": "t"})
    settings.require_account()
    assert settings.origins == ("https://shop.example",)
    assert settings.outbox == "sqlite:///var/lib/edgee/outbox.db"


def test_every_setting_is_shown_and_what_is_commented_out_is_the_default(tmp_path: Path) -> None:
    everything = tmp_path / "edgee.toml"
    everything.write_text(re.sub(r"^# (?=[\w.]+ = )", "", TOML, flags=re.MULTILINE))
    document: Any = tomllib.loads(everything.read_text())
    [component] = document["components"]["data_collection"]
    mapping = {each.name for each in fields(PinterestSettings)}
    token = {"pinterest_access_token", "pinterest_access_token_file"}
    account = {*token, "pinterest_ad_account_id", "is_test"}
    assert set(component["settings"]) == mapping | account
    assert set(document["relay"]) == set(RELAY_NAMES) - {"assets"}
    shown, loaded = (RelaySettings.load(file, {}) for file in (everything, DEPLOY / "edgee.toml"))
    assert shown.trusted_networks == loaded.trusted_networks
    # A word, and a list of that word.
    assert replace(shown, trusted_proxies=loaded.trusted_proxies) == loaded


# nginx.conf

Directive = tuple[str, list[str], list["Directive"]]


def parse(text: str) -> list[Directive]:
    """nginx's configuration language: directives with words, and with blocks of directives."""
    tokens = re.findall(r'#[^\n]*|"[^"]*"|[{};]|[^\s{};"]+', text)
    stack: list[list[Directive]] = [[]]
    words: list[str] = []
    for token in tokens:
        if token == ";" or token == "{":
            inner: list[Directive] = []
            stack[-1].append((words[0], words[1:], inner))
            words = []
            if token == "{":
                stack.append(inner)
        elif token == "}":
            assert not words, f"no semicolon after {' '.join(words)}"
            stack.pop()
        elif not token.startswith("#"):
            words.append(token.strip('"'))
    assert len(stack) == 1, "a bracket is missing"
    assert not words, f"no semicolon after {' '.join(words)}"
    return stack[0]


def site() -> dict[str, list[Directive]]:
    """The locations of the server that speaks TLS, by their pattern."""
    servers = [inner for name, _, inner in parse(NGINX) if name == "server"]
    [tls] = [inner for inner in servers if any(name == "ssl_certificate" for name, _, _ in inner)]
    return {words[-1]: inner for name, words, inner in tls if name == "location"}


def values(directives: list[Directive], name: str) -> list[list[str]]:
    return [words for each, words, _ in directives if each == name]


def test_the_readme_shows_the_locations_of_the_whole_file() -> None:
    [shown] = blocks("nginx")
    whole = "\n".join(line.strip() for line in NGINX.splitlines())
    for part in shown.strip().split("\n\n"):
        assert "\n".join(line.strip() for line in part.splitlines()) in whole


def test_every_route_of_the_relay_gets_there_and_two_only_from_this_machine() -> None:
    locations = site()
    assert set(locations) == {"/", "/_edgee/", "^/_edgee/(metrics|readyz)$"}
    for pattern in ("/_edgee/", "^/_edgee/(metrics|readyz)$"):
        assert values(locations[pattern], "proxy_pass") == [["http://edgee"]]
    guarded = [
        (name, *words)
        for name, words, _ in locations["^/_edgee/(metrics|readyz)$"]
        if name in ("allow", "deny")
    ]
    assert guarded == [("allow", "127.0.0.1"), ("allow", "::1"), ("deny", "all")]
    settings = RelaySettings(pinterest_access_token="t", pinterest_ad_account_id="1")
    paths = {route.path for route in edgee_relay(settings).state.relay.routes()}
    assert {"/metrics", "/readyz"} <= paths


def test_connections_to_the_relay_stay_open_but_not_for_as_long_as_the_relay_lets_them() -> None:
    [upstream] = [
        inner for name, words, inner in parse(NGINX) if (name, words) == ("upstream", ["edgee"])
    ]
    port = parsed(["serve"])["port"]
    assert values(upstream, "server") == [[f"127.0.0.1:{port}"]]
    assert values(upstream, "keepalive")
    [[seconds]] = values(upstream, "keepalive_timeout")
    config = server.quiet(
        edgee_relay(RelaySettings(pinterest_access_token="t", pinterest_ad_account_id="1"))
    )
    # A post on a connection that is being closed would get a 502.
    assert int(seconds.removesuffix("s")) < config.timeout_keep_alive
    headers = values(site()["/_edgee/"], "proxy_set_header")
    assert ["Connection", ""] in headers
    assert values(site()["/_edgee/"], "proxy_http_version") == [["1.1"]]


def test_the_largest_body_passes() -> None:
    assert values(site()["/_edgee/"], "client_max_body_size") == [["1m"]]
    assert RelaySettings().body_limit == 1 << 20


def forwarded(headers: dict[str, str], peer: str) -> dict[str, str]:
    """The headers that nginx hands on by the example, lower-case."""
    variables = {
        "$http_host": headers["host"],
        "$scheme": "https",
        "$proxy_add_x_forwarded_for": ", ".join(filter(None, (headers.get("x-forwarded-for"), peer))),
    }  # fmt: skip
    told = values(site()["/_edgee/"], "proxy_set_header")
    return headers | {name.lower(): variables.get(value, value) for name, value in told}


@pytest.mark.parametrize("nginx_at", ["127.0.0.1", "10.88.0.1"])
def test_the_relay_learns_the_visitors_address_and_its_own_origin(nginx_at: str) -> None:
    """Of nginx beside it and, for a relay in a container, at the other end of the container's network."""
    settings = RelaySettings.load(DEPLOY / "edgee.toml", {})
    proxies = Proxies(settings.trusted_networks)
    made_up = {"host": "shop.example", "x-forwarded-for": "10.0.0.1, 198.51.100.1"}
    headers = forwarded(made_up, "203.0.113.9")
    assert proxies.client_of(nginx_at, headers) == "203.0.113.9"
    assert proxies.own_origin("http", nginx_at, headers) == "https://shop.example"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[str]:
    """A relay with the example's settings, and no Pinterest to send to."""
    config = tmp_path / "edgee.toml"
    config.write_text(TOML.replace("/var/lib/edgee", str(tmp_path)))
    token = {"PINTEREST_ACCESS_TOKEN": "t", "PINTEREST_API_BASE": "http://127.0.0.1:9/v5"}
    with relay_process(config, **token) as url:
        yield url


def other_path() -> tuple[str, str]:
    """What the README says for a path other than /_edgee/: the location, and what stands in it."""
    found = re.search(
        r"`(location /\S+/)` with `(proxy_pass [^`]+;)`, and `src=\"(\S+)\"`", SENTENCES
    )
    assert found
    assert found[3] == found[1].removeprefix("location ") + "sdk.js"
    return found[1], found[2]


@pytest.fixture
def nginx(relay: str, tmp_path: Path) -> Iterator[str]:
    """The example's locations served by nginx, without TLS and before the relay; yields the origin."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    upstream, _, tls = (NGINX[NGINX.index("\nupstream ") :]).split("\nserver {")
    served = f"{upstream}\nserver {{{tls}".replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    served = re.sub(r"\n *(listen \[::\]:443 ssl|ssl_certificate\w* *\S*);", "", served)
    location, proxy_pass = other_path()
    served = served.replace("# The shop itself.", f"{location} {{ {proxy_pass} }}")
    served = served.replace("127.0.0.1:8787", httpx2.URL(relay).netloc.decode())
    (tmp_path / "site.conf").write_text(served)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr; events {{}}"
        f" http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}"
    )
    command = [
        program("nginx"),
        "-p",
        str(tmp_path),
        "-e",
        "stderr",
        "-c",
        f"{tmp_path}/nginx.conf",
    ]
    subprocess.run([*command, "-t"], check=True)
    process = subprocess.Popen(command)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def test_nginx_hands_on_what_the_relay_needs(nginx: str) -> None:
    with httpx2.Client(base_url=nginx, headers={"host": "shop.example"}, timeout=10) as client:
        answer = wait_for(client, "/_edgee/healthz")
        assert answer.json() == {"status": "ok"}
        script = client.get("/_edgee/sdk.js", headers={"accept-encoding": "br"})
        assert script.headers["content-encoding"] == "br"
        assert "max-age" in script.headers["cache-control"]
        script = client.get(other_path()[0].removeprefix("location ") + "sdk.js")
        assert script.headers["content-type"].startswith("text/javascript")
        for path in ("metrics", "readyz"):
            assert client.get(f"/_edgee/{path}").status_code == 200
        posted = client.post(
            "/_edgee/event",
            json={"data_collection": {"events": [{"type": "page", "data": {}}]}},
            headers={"origin": "https://shop.example"},
        )
        assert posted.status_code == 202


def wait_for(client: httpx2.Client, path: str) -> httpx2.Response:
    deadline = time.monotonic() + 10
    while True:
        try:
            return client.get(path)
        except httpx2.ConnectError:
            if time.monotonic() > deadline:
                raise


# nats-server.conf

NATS = (DEPLOY / "nats-server.conf").read_text()


def test_nats_takes_the_file_and_what_is_acknowledged_outlives_a_restart(tmp_path: Path) -> None:
    checked = ran(program("nats-server"), "-c", str(DEPLOY / "nats-server.conf"), "-t")
    assert checked.returncode == 0, checked.stderr
    store = re.search(r'^ +store_dir: "(.+)"$', NATS, re.MULTILINE)
    assert store
    assert not store[1].startswith("/tmp")

    # A server alone, as the file says how.
    alone = NATS[: NATS.index("# A server alone")].replace(store[1], str(tmp_path / "streams"))
    server = NatsServer(tmp_path)
    (tmp_path / "nats.conf").write_text(re.sub(r"^listen:.*", "", alone, flags=re.MULTILINE))
    given = re.search(r'^# +outbox = "(nats://.+@)', NATS, re.MULTILINE)
    assert given
    url = server.url.replace("nats://", given[1])

    async def append() -> tuple[int, int]:
        outbox = open_outbox(url)
        appended = await outbox.append([Arrival(cast(ConversionEvent, event("a")), "event")], 1)
        await outbox.close()
        return len(appended.accepted), len(appended.duplicates)

    for outcome in ((1, 0), (0, 1)):
        server.start("-c", str(tmp_path / "nats.conf"), jetstream=False)
        try:
            assert asyncio.run(append()) == outcome
        finally:
            server.kill()


# edgee.service


def unit() -> dict[str, list[str]]:
    """The unit's settings; a name may be given several times."""
    found: dict[str, list[str]] = {}
    for line in UNIT.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def parsed(arguments: list[str]) -> dict[str, Any]:
    """What the `edgee` command reads from arguments; fails where there is no such option."""
    root: Any = get_command(command_line)
    name, *rest = arguments
    parameters: dict[str, Any] = root.commands[name].make_context(name, rest).params
    return parameters


def test_the_unit_runs_the_relay_with_its_settings_and_its_token() -> None:
    settings = unit()
    program, *arguments = settings["ExecStart"][0].split()
    assert program == "/opt/edgee/bin/edgee"
    assert parsed(arguments)["config"] == Path("/etc/edgee/edgee.toml")
    name, _, source = settings["LoadCredential"][0].partition(":")
    assert source == "/etc/edgee/pinterest_access_token"
    variable, _, path = settings["Environment"][0].partition("=")
    assert path == f"%d/{name}"
    loaded = RelaySettings.load(None, {variable: "/run/credentials/token"})
    assert loaded.pinterest_access_token_file == Path("/run/credentials/token")


def test_the_unit_may_write_where_the_outbox_is() -> None:
    outbox = RelaySettings.load(DEPLOY / "edgee.toml", {}).outbox
    assert outbox.startswith(f"sqlite:///var/lib/{unit()['StateDirectory'][0]}/")


def test_the_commands_for_systemd_put_everything_where_the_unit_expects_it(tmp_path: Path) -> None:
    [text] = blocks("sh", "With systemd")
    lines = [shlex.split(line) for line in text.replace("\\\n", "").splitlines()]
    program, *_, config = unit()["ExecStart"][0].split()
    _, _, token = unit()["LoadCredential"][0].partition(":")
    assert ["python3", "-m", "venv", str(Path(program).parent.parent)] in lines
    assert lines[2] == ["install", "-D", "--mode", "600", "pinterest-token", token]
    assert [*lines[5][:1], lines[5][-1]] == ["cp", "/etc/systemd/system/"]

    init, check = lines[3:5]
    assert init[0] == check[0] == program
    (tmp_path / "etc").mkdir()
    (tmp_path / "token").write_text("t")
    made = {config: f"{tmp_path}/etc/edgee.toml", token: f"{tmp_path}/token"}
    ran = edgee(*(made.get(word, word) for word in init[1:]), cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert (tmp_path / "etc" / "edgee.toml").stat().st_mode & 0o044 == 0o044
    outbox = RelaySettings.load(tmp_path / "etc" / "edgee.toml", {}).outbox
    assert outbox.startswith(f"sqlite:///var/lib/{unit()['StateDirectory'][0]}/")
    assert parsed(check[1:])["config"] == Path(config)


def test_systemd_takes_the_unit_and_finds_it_well_protected(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if not analyse:
        pytest.skip("systemd-analyze is not installed")
    file = tmp_path / "edgee.service"
    file.write_text(UNIT.replace("/opt/edgee/bin/edgee", "/usr/bin/env"))
    verified = ran(analyse, "verify", str(file))
    assert (verified.returncode, verified.stderr) == (0, "")
    # Ten times the exposure level, from 0 to 100: what is left is the network that a relay needs.
    judged = ran(analyse, "security", "--offline=true", "--threshold=12", str(file))
    assert judged.returncode == 0, judged.stdout.splitlines()[-1]


def test_a_stop_is_given_the_time_that_the_relay_takes() -> None:
    longest = server.GRACE + STOP_WAIT
    assert int(unit()["TimeoutStopSec"][0]) >= longest + 5
    found = re.search(r"--stop-timeout (\d+)", CONTAINER)
    assert found
    assert int(found[1]) >= longest + 5
    assert unit()["KillSignal"] == instructions()["STOPSIGNAL"] == ["SIGTERM"]


def test_the_unit_is_started_again_however_often_it_falls_and_leaves_no_memory_image() -> None:
    settings = unit()
    assert settings["Restart"] == ["always"]
    assert settings["StartLimitIntervalSec"] == settings["LimitCORE"] == ["0"]


# alerts.yml

ALERTS: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0][
    "rules"
]


def test_every_metric_of_the_alerts_exists_with_its_labels() -> None:
    metrics = Metrics()
    for status in (202, 403, 429):
        metrics.answered("event", status, 0.1)
    metrics.refused("bot")
    metrics.asked(200, 0.1)
    checkout: Any = {"event_name": "checkout", "event_id": "a", "user_data": {}}
    metrics.took([checkout], 0)
    for state in get_args(State):
        metrics.settled(state, [1])
    samples = [
        sample
        for family in text_string_to_metric_families(metrics.text(Stats(), 0).decode())
        for sample in family.samples
    ]
    asked = [
        (name, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")))
        for alert in ALERTS
        for name, labels in re.findall(r"(edgee_\w+)(?:\{([^}]*)\})?", alert["expr"])
    ]
    assert len(asked) >= len(ALERTS)
    for name, labels in asked:
        matching = [
            sample
            for sample in samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert matching, (name, labels)


def test_every_alert_says_what_is_wrong() -> None:
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS)
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("critical", "warning")
        assert alert["annotations"]["summary"].endswith(".")
        assert alert["expr"].count("(") == alert["expr"].count(")")


# Containerfile


def instructions() -> dict[str, list[str]]:
    """The Containerfile's instructions by name."""
    text = re.sub(r"^#.*\n", "", CONTAINER, flags=re.MULTILINE).replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in filter(None, text.splitlines()):
        name, _, rest = line.partition(" ")
        found.setdefault(name, []).append(" ".join(rest.split()))
    return found


def test_the_image_serves_to_other_machines_on_the_port_it_names() -> None:
    given = instructions()
    command: list[str] = json.loads(given["CMD"][0])
    assert command[0] == "edgee"
    parameters = parsed(command[1:])
    assert parameters["host"] == "0.0.0.0"
    assert given["EXPOSE"] == [str(parameters["port"])]
    name, _, value = given["ENV"][0].split()[0].partition("=")
    assert RelaySettings.load(None, {name: value}).outbox.startswith(
        f"sqlite://{given['VOLUME'][0]}/"
    )
    # Not root, and the same number in every image.
    assert given["USER"] == ["10001"]
    assert "--uid 10001 " in given["RUN"][1]


def test_the_image_finds_the_settings_that_are_mounted_and_can_speak_to_nats() -> None:
    given = instructions()
    assert f":{given['WORKDIR'][0]}/edgee.toml:ro" in CONTAINER
    assert "[relay,nats]" in given["RUN"][0]
    for command in re.findall(r"^# podman exec edgee edgee (.*)$", CONTAINER, re.MULTILINE):
        parsed(command.split())


def test_the_image_needs_no_place_to_write_but_its_volume(tmp_path: Path) -> None:
    """The container's root file system may be read-only."""
    config = tmp_path / "edgee.toml"
    (tmp_path / "volume").mkdir()
    config.write_text(TOML.replace("/var/lib/edgee", str(tmp_path / "volume")))
    # Python tells of every file that is opened for writing, and of every folder that is made.
    program = (
        "import os, sys\n"
        "def tell(event, arguments):\n"
        "    writes = event == 'open' and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)\n"
        "    if writes or event in ('os.mkdir', 'sqlite3.connect'):\n"
        f"        os.write(told, repr(str(arguments[0])).encode() + b'\\n')\n"
        f"told = os.open({str(tmp_path / 'told')!r}, os.O_WRONLY | os.O_CREAT)\n"
        "sys.addaudithook(tell)\n"
        "from edgee_py.cli import main\n"
        "main()\n"
    )
    name, _, value = instructions()["ENV"][0].split()[1].partition("=")
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--config", str(config), "--port", "0"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "PINTEREST_ACCESS_TOKEN": "t",
            "PINTEREST_API_BASE": "http://127.0.0.1:9/v5",
            name: value,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[1] if process.stdout else ""
        page = {"type": "page", "data": {}}
        posted = httpx2.post(f"{url}event", json={"data_collection": {"events": [page]}})
        assert posted.status_code == 202
        assert httpx2.get(f"{url}readyz").status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=15)
    told = {Path(line.strip("'")) for line in (tmp_path / "told").read_text().splitlines()}
    assert tmp_path / "volume" / "outbox.db" in told
    outside = {path for path in told if not path.is_relative_to(tmp_path / "volume")}
    assert outside <= {Path("/dev/null")}


def test_the_image_copies_what_the_front_door_makes() -> None:
    [copied] = instructions()["COPY"]
    constraints, wheels, _ = copied.split()
    assert (ROOT / constraints).is_file()
    assert wheels == f"{DIST.relative_to(ROOT)}/*.whl"


def test_the_images_health_check_tells_a_relay_from_none(relay: str) -> None:
    options, _, health = instructions()["HEALTHCHECK"][0].partition(" CMD ")
    assert "--timeout=5s" in options
    _, *arguments = json.loads(health)
    port = str(httpx2.URL(relay).port)
    for environ, healthy in (({"EDGEE_PORT": port}, True), ({"EDGEE_PORT": "9"}, False)):
        # A proxy for the way to Pinterest has nothing to do with it.
        environ["http_proxy"] = "http://127.0.0.1:9"
        checked = subprocess.run(
            [sys.executable, *arguments], check=False, env=environ, capture_output=True
        )
        assert (checked.returncode == 0) is healthy
