"""Which browser the tests drive."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from edgee_py.verify.chromium import FLAGS, NoBrowser, launch_options


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without any browser: an empty PATH, and a Playwright that has downloaded none."""
    monkeypatch.delenv("EDGEE_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    own = tmp_path / "ms-playwright" / "chrome"
    return SimpleNamespace(folder=tmp_path, chromium=SimpleNamespace(executable_path=str(own)))


def browser(file: Path, code: int = 0) -> str:
    """A program that tells its version as a browser does, or fails."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\necho Chromium 156\nexit {code}\n")
    file.chmod(0o755)
    return str(file)


def test_without_any_browser_the_ways_to_get_one_are_named(machine):
    with pytest.raises(NoBrowser, match=r"There is no Chromium\. Install .*EDGEE_CHROMIUM"):
        launch_options(machine)


def test_the_systems_browser_is_taken_where_it_works(machine):
    # What Ubuntu has where the snap is not installed.
    browser(machine.folder / "chromium-browser", code=1)
    found = browser(machine.folder / "google-chrome")
    assert launch_options(machine) == {
        "headless": True,
        "args": list(FLAGS),
        "executable_path": found,
    }


def test_playwrights_own_browser_is_taken_before_the_systems(machine):
    browser(machine.folder / "chromium")
    browser(Path(machine.chromium.executable_path))
    options = launch_options(machine)
    assert options["channel"] == "chromium"
    assert "executable_path" not in options


def test_the_browser_that_is_asked_for_is_taken_before_all(machine, monkeypatch):
    browser(machine.folder / "chromium")
    browser(Path(machine.chromium.executable_path))
    asked = browser(machine.folder / "mine")
    monkeypatch.setenv("EDGEE_CHROMIUM", asked)
    assert launch_options(machine)["executable_path"] == asked


def test_a_browser_that_is_asked_for_and_absent_is_not_replaced_by_another(machine, monkeypatch):
    browser(machine.folder / "chromium")
    monkeypatch.setenv("EDGEE_CHROMIUM", os.devnull)
    with pytest.raises(NoBrowser, match="EDGEE_CHROMIUM is '/dev/null', which does not run"):
        launch_options(machine)
