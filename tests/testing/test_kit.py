"""The test kit, as a user's own pytest run uses it: docs/testing.md, a page elsewhere, and what fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from edgee_py.testing import plugin
from edgee_py.testing.events import EdgeeEvents
from tests.demo_server import ROOT
from tests.document import Fenced, fenced
from tests.serving import served

BLOCKS = fenced("testing.md")


def block(language: str, heading: str) -> Fenced:
    [found] = [each for each in BLOCKS if (each.language, each.heading) == (language, heading)]
    return found


def named(each: Fenced) -> str:
    """The file that the paragraph before a block names."""
    [name] = re.findall(r"`([\w/.-]+\.\w+)`", each.before)[:1]
    return str(name)


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """A user's `pytest`, with nothing of ours but what is installed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PINTEREST_", "PYTEST_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", str(folder), *arguments],
        cwd=folder,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The files of docs/testing.md: the page, its tests, and the conftest for any Chromium."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    conftest = block("python", "A Chromium of the system's")
    files = [*(each for each in BLOCKS if each.heading == "A whole example"), conftest]
    for each in files:
        if each.language in ("html", "python"):
            file = tmp_path / named(each)
            file.parent.mkdir(exist_ok=True)
            file.write_text(each.text)
    return tmp_path


def test_the_whole_example_passes(project: Path) -> None:
    assert sorted(f.name for f in project.iterdir()) == [
        *("conftest.py", "pytest.ini", "shop", "test_thank_you.py"),
    ]
    code, said = run(project)
    assert code == 0, said
    assert "2 passed" in said


def test_what_did_arrive_is_shown_as_the_page_says(project: Path) -> None:
    test = project / "test_thank_you.py"
    changed = test.read_text().replace('value="59.90"', 'value="49.90", timeout=2')
    # Two seconds are for what does not come; what does come is there by then, however slow the machine is.
    changed = changed.replace(
        'page.click("#confirm")', 'page.click("#confirm"); edgee_events.settle()'
    )
    test.write_text(changed.replace(', currency="EUR", email="jane@example.com"', ""))
    code, said = run(project, "-k", "reported")
    assert code == 1
    [text] = [each.text for each in BLOCKS if each.language == "text"]
    shown = [re.sub(r"^E +", "", line).strip() for line in said.splitlines() if line[:1] == "E"]
    assert [line.strip() for line in text.splitlines()] == shown
    assert "jane@" not in "\n".join(shown)


class Site(SimpleHTTPRequestHandler):
    """The user's own server, which knows no relay."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(project: Path) -> Iterator[str]:
    """The page served by another server, as its home page."""
    shop = project / "shop"
    (shop / "thank-you.html").rename(shop / "index.html")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(shop)))
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_site_elsewhere_is_tested_by_its_address(project: Path, elsewhere: str) -> None:
    (project / "test_thank_you.py").unlink()
    example = block("python", "Your own server").text
    order = """

def test_an_order_there(page, edgee_events, edgee_relay, edgee_sandbox):
    python = []
    page.expose_function("heard", lambda: python.append(1))
    page.add_init_script("addEventListener('edgee:ready', () => heard())")
    page.goto("/")
    page.click("#confirm")
    event = edgee_events.expect("checkout", order_id="1001")
    assert event["event_source_url"] == page.url
    assert python, "Python runs there as well"
    assert edgee_relay.origin not in page.url
    edgee_events.settle()
    assert len(edgee_events.all()) == 3
"""
    (project / "test_elsewhere.py").write_text(example + order)
    (project / "pytest.ini").write_text(block("ini", "Your own server").text)
    (project / "edgee.toml").write_text(
        '[[components.data_collection]]\nid = "pinterest_capi"\n'
        'settings.event_names = "standard"\n'
        'settings.pinterest_access_token_file = "/nowhere"\n'
        '[relay]\norigins = ["https://shop.example"]\noutbox = "sqlite:///nowhere/outbox.db"\n'
    )
    code, said = run(project, "--base-url", elsewhere)
    assert code == 0, said
    assert "2 passed" in said


def test_failures_say_what_to_look_at(project: Path) -> None:
    (project / "shop" / "bare.html").write_text("<title>Bare</title>")
    (project / "test_thank_you.py").write_text("""
import pytest

def test_without_the_tag(page, edgee_serve, edgee_events):
    page.goto(edgee_serve("shop") + "/bare.html")
    edgee_events.expect("page_visit", timeout=0.5)

def test_of_a_page_that_is_not_there(page, edgee_serve, edgee_events):
    page.goto(edgee_serve("shop") + "/thanks.html")
    edgee_events.expect("page_visit", timeout=0.5)

def test_refused(page, edgee_serve, edgee_events):
    page.goto(edgee_serve("shop") + "/thank-you.html")
    edgee_events.expect("page_visit")
    page.evaluate("edgee.track('')")
    assert "Give the event a name" in edgee_events.expect_refused("missing_name")
    edgee_events.expect("checkout", timeout=0.5)

def test_failed_by_pinterest(page, edgee_serve, edgee_events, edgee_sandbox):
    edgee_sandbox.answer_with(200, failed=[0])
    page.goto(edgee_serve("shop") + "/thank-you.html")
    edgee_events.expect("page_visit")
    edgee_events.expect_held(timeout=0.5)

def test_no_folder(edgee_serve):
    edgee_serve("nowhere")

class TestConsent:
    @pytest.fixture
    def edgee_settings(self):
        return {"default_consent": "pending"}

    def test_held(self, page, edgee_serve, edgee_events):
        page.goto(edgee_serve("shop") + "/thank-you.html")
        edgee_events.expect_held("page")
        page.evaluate("edgee.consent('granted')")
        edgee_events.expect("page_visit")
""")
    code, said = run(project)
    assert code == 1
    assert "5 failed, 1 passed" in said
    assert "Nothing arrived." in said
    assert "The script of edgee is on no page of this test:" in said
    assert "/bare.html: edgee is not on this page: it has no tag (see edgee snippet)" in said
    assert "/thanks.html: the site answered 404" in said
    assert "track refused (missing_name): Give the event a name" in said
    assert "page_visit  content_name='Thank you'  Failed as planned." in said
    assert "there is no folder" in said


def test_what_a_page_has_called_counts_while_its_script_is_on_its_way(project: Path) -> None:
    (project / "test_thank_you.py").write_text("""
def test_it(page, edgee_serve, edgee_events):
    page.route("**/sdk.js", lambda route: (page.wait_for_timeout(1000), route.continue_()))
    page.goto(edgee_serve("shop") + "/thank-you.html", wait_until="commit")
    edgee_events.settle()
    assert [event["event_name"] for event in edgee_events.all()] == ["page_visit"]
""")
    code, said = run(project)
    assert code == 0, said


def test_without_a_page_it_says_what_to_install(project: Path) -> None:
    (project / "conftest.py").unlink()
    (project / "test_thank_you.py").write_text("def test_it(edgee_events):\n    pass\n")
    code, said = run(project, "-p", "no:playwright")
    assert code == 1
    assert "pip install 'edgee-py[testing]'" in said


def test_settings_that_cannot_be_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nedgee_config = edgee.toml\n")
    (tmp_path / "test_settings.py").write_text("""
import pytest


def test_file(edgee_relay):
    pass


class TestSlip:
    @pytest.fixture
    def edgee_settings(self):
        return {"event_name": "standard"}

    def test_it(self, edgee_relay):
        pass


class TestValue:
    @pytest.fixture
    def edgee_settings(self):
        return {"event_names": "standrad"}

    def test_it(self, edgee_relay):
        pass
""")
    code, said = run(tmp_path)
    assert code == 1
    assert "edgee_settings: event_name is no setting (did you mean event_names?)" in said
    assert "edgee_settings: event_names must be one of edgee, standard, not 'standrad'" in said
    assert "edgee_settings: edgee.toml" in said.replace(f"{tmp_path}/", "")
    assert "Error:" not in said and "3 errors" in said


def test_the_fixtures_are_those_of_the_page() -> None:
    text = (ROOT / "docs" / "testing.md").read_text()
    named = re.findall(r"^\| `(edgee_\w+)` \|", text, re.MULTILINE)
    there = re.findall(
        r"^@pytest.fixture\ndef (\w+)", Path(plugin.__file__).read_text(), re.MULTILINE
    )
    assert sorted(named) == sorted(there)
    [methods] = re.findall(r"`page` send: (.*) \|", text)
    public = {name for name in vars(EdgeeEvents) if not name.startswith("_")} - {"close"}
    assert set(re.findall(r"`(\w+)`", methods)) == public


def test_whoever_does_not_use_it_pays_nothing() -> None:
    code = (
        "import sys, edgee_py.testing.plugin; "
        "print(*sorted({n.split('.')[0] for n in sys.modules} & {'starlette', 'playwright', 'httpx2',"
        " 'msgspec', 'uvicorn', 'typer', 'jsonschema'}), "
        "*sorted(n for n in sys.modules if n.startswith('edgee_py')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split() == [
        *("edgee_py", "edgee_py._version", "edgee_py.testing", "edgee_py.testing.plugin"),
    ]
