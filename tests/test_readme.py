"""README.md and its pages in docs/ against the product: commands, script tag, relay, Python blocks, names and numbers.

Its settings are held against the code in test_readme_settings.py, its mapping in test_readme_mapping.py,
and what needs a browser in e2e/test_readme.py; the site that is made of docs/ in test_docs.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import re
import time
from ast import literal_eval
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.main import get_command
from typer.testing import CliRunner

import build
from edgee_py import Edgee, __version__
from edgee_py.cli.app import app as command_line
from edgee_py.consent import CONSENTS, Consent
from edgee_py.datalayer import parse_data_layer
from edgee_py.pinterest.normalise import hashed
from edgee_py.refusal import Reason
from edgee_py.relay import RelaySettings, edgee_relay
from edgee_py.relay.assets import Assets
from edgee_py.relay.outbox_url import open_outbox
from edgee_py.sandbox import RunningSandbox
from edgee_py.sandbox import serve as serve_sandbox
from tests.demo_server import ROOT
from tests.readme import (
    PAGES,
    README,
    RELAY,
    SENTENCES,
    blocks,
    code,
    codes,
    commands,
    configuration,
    sources,
    table,
    typed,
)
from tests.relay_process import relay_process


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader works: a folder with the edgee.toml that is shown, and nothing set in the environment."""
    for name in [name for name in os.environ if name.startswith(("PINTEREST_", "EDGEE_"))]:
        monkeypatch.delenv(name)
    configuration(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Commands


def test_every_command_of_the_front_door_is_named_and_is_there() -> None:
    there = re.findall(r"^    python3 build\.py (\w+)", build.__doc__ or "", re.MULTILINE)
    assert set(re.findall(r"python3 build\.py (\w+)", README)) == set(there)
    for command in there:
        assert build.parse([command]).command == command


def test_what_is_set_before_the_test_command_reaches_the_tests() -> None:
    names = re.findall(r"`(\w+)=\S+ python3 build\.py test", README)
    assert len(names) == 2
    for name in names:
        assert not name.startswith(("EDGEE_", "PINTEREST_")), f"build.py takes {name} away"
        assert any(f'environ.get("{name}"' in text for text in sources("tests", ".py").splitlines())


def test_every_edgee_command_is_named_and_is_there() -> None:
    root: Any = get_command(command_line)
    there = {name for name in root.commands if name != "outbox"}
    there |= {f"outbox {name}" for name in root.commands["outbox"].commands}
    named = {match[1] for text in typed() if (match := re.match(r"edgee ((outbox )?\w+)", text))}
    assert named == there


@pytest.mark.parametrize("line", [line for line in commands() if line.startswith("edgee outbox ")])
def test_each_outbox_command_runs(line: str, at_home: Path) -> None:
    outbox = at_home / "outbox.db"
    assert CliRunner().invoke(command_line, line.split()[1:]).exit_code == 1  # there is none yet
    asyncio.run(open_outbox(f"sqlite://{outbox}").close())
    result = CliRunner().invoke(command_line, line.split()[1:])
    assert result.exit_code == 0, result.output


def test_every_other_command_is_run_somewhere() -> None:
    others = [line for line in commands() if not line.startswith("edgee outbox ")]
    *ours, install = sorted(others, key=lambda line: line.startswith("pip "))
    assert ours == [
        "python3 build.py serve",  # by e2e/test_serve.py
        "python3 build.py test",  # by .ci/run, which runs this
        "python3 build.py build",
        "edgee serve --config edgee.toml",  # by the fixture `live`
    ]
    wheels = re.findall(r"dist/(\S+)-py3-none-any\.whl", install)
    assert wheels == [f"edgee_py-{__version__}", f"edgee_py_runtime-{__version__}"]


def test_ci_runs_the_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")][-1] == "python3 build.py test"


# The script tag and the page


def test_the_tag_and_the_stub_are_what_the_snippet_command_prints() -> None:
    stub, tag = CliRunner().invoke(command_line, ["snippet", "--stub"]).output.splitlines()
    assert blocks("html", "Put it on a site") == [f"{tag}\n"]
    assert blocks("html", "Before the script has arrived") == [f"{stub}\n"]


def test_the_tags_attributes() -> None:
    sources = ("config", "watch")
    read = {
        name
        for source in sources
        for name in re.findall(r"\bdata\.(\w+)", (ROOT / f"web/src/page/{source}.ts").read_text())
    }
    named = {code(row[0]) for row in table("Attribute", "Meaning")}
    assert named == {f"data-{each}" for each in read}


def test_the_window_events() -> None:
    page, runtime = sources("web/src/page", ".ts"), (ROOT / "edgee_py/runtime.py").read_text()
    told = {
        *re.findall(r'\b(?:announce|tell)\("(\w+)"', page),
        *re.findall(r'\bself\._tell\([^"]*"(\w+)"', runtime),
        *re.findall(r'\boutcome = .*else "(\w+)"', runtime),
    }
    named = {code(row[0]) for row in table("Event", "When", "`event.detail`")}
    assert named == {f"edgee:{name}" for name in told}
    types = (ROOT / "web/src/edgee.d.ts").read_text()
    assert named == set(re.findall(r'"(edgee:\w+)":', types))


def test_the_data_layer_is_read_whole() -> None:
    [html] = blocks("html", "Data layer")
    element = re.fullmatch(
        r'<script id="__EDGEE_DATA_LAYER__" [^>]*>(.*)</script>\n', html, re.DOTALL
    )
    assert element
    layer = parse_data_layer(element[1])
    assert layer.problems == ()
    assert [event.type for event in layer.events] == ["page", "track", "user"]
    assert all((layer.page, layer.user, layer.client, layer.campaign, layer.components))
    assert layer.consent == "granted"


# The relay


def test_the_routes(at_home: Path) -> None:
    relay = edgee_relay(RelaySettings.load("edgee.toml")).state.relay
    there = {
        ("POST" if "POST" in route.methods else "GET", route.path.replace("{path:path}", "…"))
        for route in relay.routes()
    }
    named = [each.split() for row in table("Route", "What") for each in codes(row[0])]
    assert {(method, f"/{path}") for method, path in named} == there


def test_the_error_codes() -> None:
    relay = sources("edgee_py/relay", ".py")
    raised = set(re.findall(r'RelayError\(\s*(\d{3}), "(\w+)"', relay))
    raised |= set(re.findall(r'\b(\d{3}): "(\w+)"', relay))  # Starlette's own
    raised |= {("401", "secret"), ("422", "nothing_valid"), ("503", "not_ready")}
    answered = {"nothing_valid", "not_ready", "secret"}
    assert set(re.findall(r'error_body\("(\w+)"', relay)) == answered
    assert set(re.findall(r"\b([345]\d\d) `(\w+)`", SENTENCES)) == raised


def test_the_reasons() -> None:
    rows = table("Reason", "Meaning")
    assert [code(row[0]) for row in rows] == [reason.value for reason in Reason]


@pytest.mark.parametrize("framework", [Starlette, FastAPI])
def test_the_relay_mounts_in_one_line(framework: Any, at_home: Path) -> None:
    [example] = blocks("python", "In your own site")
    app = framework()
    exec(compile(example, "production.md", "exec"), {"app": app})
    with TestClient(app) as client:
        assert client.get("/_edgee/healthz").json() == {"status": "ok"}
        assert client.get("/_edgee/readyz").json() == {
            "status": "ready",
            "forwarder": "forwarding",
        }


@dataclass
class Live:
    """A relay as the README starts it, and the sandbox it sends to."""

    url: str
    pinterest: RunningSandbox

    def arrived(self, count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + 10
        while len(found := self.pinterest.events()) < count and time.monotonic() < deadline:
            pass  # each look is a request to the sandbox
        return [each["event"] for each in found]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    config = configuration(tmp_path_factory.mktemp("relay"))
    with (
        serve_sandbox() as pinterest,
        relay_process(config, PINTEREST_API_BASE=pinterest.api_base) as url,
    ):
        yield Live(url, pinterest)


def test_a_served_relay_is_ready_and_counts_what_to_watch(live: Live) -> None:
    assert httpx2.get(f"{live.url}/readyz").json()["status"] == "ready"
    shown = httpx2.get(f"{live.url}/metrics").text
    [sentence] = re.findall(r"Watch (.*?) in `/_edgee/metrics`", SENTENCES)
    assert len(codes(sentence)) == 4
    for name in codes(sentence):
        assert f"\n{name} " in shown


# Python


def test_the_example_in_python_delivers(live: Live) -> None:
    [example] = [text for text in blocks("python", "From Python") if "await" not in text]
    live.pinterest.clear()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(example.replace(RELAY, live.url), "python.md", "exec"), {})
    assert "'delivered': 2" in said.getvalue()
    user, order = live.arrived(2)
    assert (user["event_name"], order["event_name"]) == ("lead", "checkout")
    assert order["user_data"]["em"] == [hashed("em", "jane@example.com")]
    assert order["custom_data"] == {"order_id": "1001", "value": "119.80"}


def test_the_example_of_the_mapping_says_what_it_prints() -> None:
    [example] = blocks("python", "The mapping alone")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(example, "python.md", "exec"), {})
    event, dropped = said.getvalue().splitlines()
    assert literal_eval(event) == {
        "event_name": "checkout",
        "action_source": "web",
        "event_time": 1767225600,
        "event_id": "order-1001",
        "user_data": {
            "em": [hashed("em", "jane@example.com")],
            "external_id": [hashed("external_id", "u-42")],
        },
        "custom_data": {"currency": "EUR", "value": "59.90"},
    }
    assert f"# {dropped}" in example


CONSENT_TABLE = table("State", "Calls", "Kept on the device, beside a choice")


def test_all_states_of_consent_are_told() -> None:
    assert {code(row[0]) for row in CONSENT_TABLE} == set(CONSENTS)


@pytest.mark.parametrize(("state", "calls", "kept"), CONSENT_TABLE)
def test_consent_decides_what_is_sent_and_kept(
    state: str, calls: str, kept: str, live: Live
) -> None:
    [outcome] = [
        counted
        for words, counted in (("are sent", "delivered"), ("wait", "held"), ("are dropped", "refused"))
        if calls.startswith(words)
    ]  # fmt: skip
    storage: dict[str, str] = {}
    edgee = Edgee(relay=live.url, consent=cast(Consent, code(state)), storage=storage)
    edgee.user({"user_id": "u", "properties": {"email": "jane@example.com"}}).track("x")
    summary = edgee.flush()
    edgee.close()
    assert summary[outcome] == 2
    assert sorted(storage) == sorted(codes(kept))
    assert "jane@" not in str(storage)


# Numbers and links


def test_the_sizes_are_those_of_the_built_runtime() -> None:
    assets = Assets(RelaySettings())
    paths = json.loads(assets.get("manifest.json").read(""))["first_visit"]
    sizes = {path: len(assets.get(path).read("br")) for path in paths}
    said = re.search(r"Python is ([\d.]+) MB .*?the script is ([\d.]+) kB", SENTENCES)
    assert said
    python = sum(size for path, size in sizes.items() if path != "sdk.js")
    assert python / 1e6 == pytest.approx(float(said[1]), rel=0.1)
    assert sizes["sdk.js"] / 1e3 == pytest.approx(float(said[2]), rel=0.1)


def test_every_file_it_links_to_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert {f"docs/{page}" for page in PAGES} <= set(linked)
    assert [path for path in linked if not (ROOT / path).is_file()] == []


def test_every_section_it_links_to_is_there() -> None:
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors


def test_the_states_are_those_the_inspector_has_words_for() -> None:
    words = (ROOT / "web/inspector/words.js").read_text().partition("const WORDS = {")[2]
    states = re.findall(r"^  (\w+):", words.partition("}")[0], re.MULTILINE)
    assert {code(state) for state, _ in table("State", "Meaning")} == set(states)
