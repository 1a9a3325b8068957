"""Which engines are tested: what is missing is installed, or left out aloud, or an error."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import debian
from tests.engines import choice
from tests.engines.driver import Absent
from web.tools.steps import Trouble


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A machine that has neither Firefox nor WebKit, and is not Debian. What it installs is listed, and there."""
    packages: list[tuple[str, ...]] = []

    def install(doing: str, names: Sequence[str], advice: str, *, is_updated: bool) -> None:
        packages.append(tuple(names))

    def wanted(name: str, *needs: str) -> tuple[object, tuple[str, ...]]:
        def program() -> None:
            if needs not in packages:
                raise Absent(f"There is no {name}.")

        return program, needs

    engines = {"firefox": wanted("Firefox", "firefox-esr"), "webkit": wanted("WebKit", "webkit")}
    monkeypatch.delenv(choice.SETTING, raising=False)
    monkeypatch.setattr(choice, "_WANTED", engines)
    monkeypatch.setattr(debian, "can_install", lambda: False)
    monkeypatch.setattr(debian, "update", lambda advice: None)
    monkeypatch.setattr(debian, "has", lambda packages: True)
    monkeypatch.setattr(debian, "install", install)
    return packages


@pytest.mark.usefixtures("installed")
def test_an_engine_that_cannot_be_had_is_left_out_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choice.main(str(tmp_path / "engines.txt"))
    assert (tmp_path / "engines.txt").read_text() == "chromium"
    assert capsys.readouterr().out.splitlines() == [
        "LEFT OUT: the tests of firefox. There is no Firefox.",
        "LEFT OUT: the tests of webkit. There is no WebKit.",
        "Engines: chromium",
    ]


@pytest.mark.usefixtures("installed")
def test_an_engine_that_is_asked_for_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(choice.SETTING, "chromium, firefox")
    with pytest.raises(SystemExit, match=r"build.py: There is no Firefox\."):
        choice.main(str(tmp_path / "engines.txt"))


def test_root_on_debian_is_given_all(
    installed: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: True)
    assert choice.settled() == ["chromium", "firefox", "webkit"]
    assert installed == [("firefox-esr",), ("webkit",)]


def test_what_debian_has_and_cannot_be_installed_is_an_error(
    installed: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(doing: str, packages: Sequence[str], advice: str, *, is_updated: bool) -> None:
        raise Trouble(f"No network. {advice}")

    monkeypatch.setattr(debian, "can_install", lambda: True)
    monkeypatch.setattr(debian, "install", fail)
    with pytest.raises(Trouble, match=r"No network\. There is no Firefox\."):
        choice.settled()


def test_what_is_installed_and_still_not_there_is_an_error(
    installed: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: True)
    monkeypatch.setattr(debian, "install", lambda *_, is_updated: None)
    with pytest.raises(Trouble, match=r"It was installed, but: There is no Firefox\."):
        choice.settled()


def test_a_kin_of_debian_that_does_not_have_it_leaves_it_out(
    installed: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: True)
    monkeypatch.setattr(debian, "has", lambda packages: packages != ("firefox-esr",))
    assert choice.settled() == ["chromium", "webkit"]
    assert "LEFT OUT: the tests of firefox. There is no Firefox." in capsys.readouterr().out
    assert installed == [("webkit",)]


def test_an_engine_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choice.SETTING, "chromium,gecko")
    with pytest.raises(Trouble, match="names 'gecko'; there are chromium, firefox, webkit"):
        choice.chosen()


@pytest.mark.parametrize("name", ["firefox", "webkit"])
def test_the_advice_says_how_to_get_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setenv("EDGEE_FIREFOX", os.devnull)
    program, packages = choice._WANTED[name]
    with pytest.raises(Absent) as absent:
        program()
    assert f"apt install {' '.join(packages)}" in str(absent.value)
