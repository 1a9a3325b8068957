"""What a person meets at the front door: the command line, and what is said when a tool is missing."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import build
from web.tools.steps import Trouble

FRONT_DOOR = build.ROOT / "build.py"


def program(folder: Path, name: str, says: str) -> None:
    """Put a program on the way that prints one line."""
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(0o755)


def test_without_node_one_sentence_says_how_to_get_it(tmp_path):
    asked = subprocess.run(
        [sys.executable, FRONT_DOOR, "build"],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith("build.py: Node 20 or newer with npm is needed: get it from ")
    assert asked.stderr.count("\n") == 1
    assert asked.stdout == ""


@pytest.mark.parametrize("version", ["v18.20.4", "v9.0.0", "what?"])
def test_node_that_is_too_old_is_named(tmp_path, monkeypatch, version):
    program(tmp_path, "node", version)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(Trouble, match=r"Node 20 or newer .*node says it is") as refused:
        build.node()
    assert version in str(refused.value)


@pytest.mark.parametrize("version", ["v20.0.0", "v24.1.0", "v100.0.0"])
def test_node_from_20_on_is_taken(tmp_path, monkeypatch, version):
    program(tmp_path, "node", version)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert build.node() == str(tmp_path / "node")


def test_a_python_without_venv_is_told_which_package_has_it(monkeypatch):
    # As on Debian, where python3-venv is a package of its own.
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object()
    )
    with pytest.raises(Trouble, match=r"no module ensurepip.*apt install python3\.\d+-venv"):
        build.make_venv()


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            Trouble, match=rf"Port {port} cannot be used .*choose another with --port"
        ):
            build.require_port(port)
    build.require_port(port)


def test_a_port_that_is_none_is_refused():
    with pytest.raises(Trouble, match="Port 70000 cannot be used"):
        build.require_port(70000)


def test_the_port_is_the_options_then_the_environments_then_8787(monkeypatch):
    monkeypatch.delenv("EDGEE_PORT", raising=False)
    assert build.parse(["serve"]).port == 8787
    monkeypatch.setenv("EDGEE_PORT", "9000")
    assert build.parse(["serve"]).port == 9000
    assert build.parse(["serve", "--port", "9001"]).port == 9001


def test_a_port_that_is_no_number_is_refused_by_name(monkeypatch, capsys):
    monkeypatch.setenv("EDGEE_PORT", "tcp://10.0.0.1:80")
    with pytest.raises(SystemExit):
        build.parse(["serve"])
    assert "--port: invalid int value: 'tcp://10.0.0.1:80'" in capsys.readouterr().err


def test_what_follows_test_is_pytests():
    given = build.parse(["test", "tests/unit", "-k", "consent and not gpc", "-x", "--help"])
    assert given.options == ["tests/unit", "-k", "consent and not gpc", "-x", "--help"]


def test_only_the_benchmark_can_be_quick(capsys):
    assert build.parse(["bench", "--quick"]).quick
    assert not build.parse(["bench"]).quick
    assert build.parse(["bench", "relay", "--quick"]).quick
    with pytest.raises(SystemExit):
        build.parse(["build", "--quick"])
    assert "unrecognized arguments: --quick" in capsys.readouterr().err


def test_other_commands_take_no_unknown_options(capsys):
    with pytest.raises(SystemExit) as ended:
        build.parse(["build", "--fast"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --fast" in capsys.readouterr().err
