"""The wheels in dist/, and what installing them gives."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

import httpx2
import pytest
from packaging.requirements import Requirement

from edgee_py import __version__
from tests.relay_process import relay_process
from web.tools.distributions import RUNTIME, make_runtime_wheel, make_wheel
from web.tools.runtime import CONSTRAINTS
from web.tools.steps import DIST, ROOT, alone

EXTRAS = ("relay", "nats", "verify", "testing")


@pytest.fixture(scope="module")
def core() -> Path:
    """The wheel of edgee-py."""
    with alone():
        return make_wheel()


@pytest.fixture(scope="module")
def runtime() -> Path:
    """The wheel of edgee-py-runtime."""
    with alone():
        return make_runtime_wheel()


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def needs(wheel: Path, extra: str) -> dict[str, str]:
    """What an extra asks for: specifiers by name."""
    every = map(Requirement, metadata(wheel).get_all("Requires-Dist", []))
    asked = [each for each in every if not each.marker or each.marker.evaluate({"extra": extra})]
    return {each.name: str(each.specifier) for each in asked}


# What is in them


def test_edgee_py_is_pure_light_and_needs_nothing(core: Path) -> None:
    assert core.name == f"edgee_py-{__version__}-py3-none-any.whl"
    assert core.stat().st_size < 350_000
    with zipfile.ZipFile(core) as archive:
        names = archive.namelist()
    assert {Path(name).suffix for name in names if name.startswith("edgee_py/")} == {
        ".py", ".typed", ".toml",
    }  # fmt: skip
    assert not [name for name in names if not name.startswith(("edgee_py/", "edgee_py-"))]
    assert needs(core, "") == {}
    assert set(metadata(core).get_all("Provides-Extra", [])) == {*EXTRAS, "dev"}


def test_an_earlier_version_is_not_left_beside_it(core: Path, runtime: Path) -> None:
    earlier = core.with_name("edgee_py-0.0.9-py3-none-any.whl")
    earlier.touch()
    with alone():
        make_wheel()
    assert not earlier.exists()
    assert core.exists()
    assert runtime.exists()


def test_the_relay_brings_the_runtime_of_its_own_version(core: Path, runtime: Path) -> None:
    assert metadata(runtime)["Version"] == metadata(core)["Version"] == __version__
    for extra in ("relay", "verify", "testing"):
        assert needs(core, extra)["edgee-py-runtime"] == f"=={__version__}"
    assert "edgee-py-runtime" not in needs(core, "nats")
    assert "nats-py" in needs(core, "nats")
    assert {"playwright", "starlette"} <= set(needs(core, "verify"))


def test_what_an_index_shows_is_whole_and_leads_nowhere_that_is_not_there(
    core: Path, runtime: Path
) -> None:
    for wheel in (core, runtime):
        shown = metadata(wheel)
        assert shown["Description-Content-Type"] == "text/markdown"
        assert len(shown["Summary"]) < 512
        links = re.findall(r"\]\(([^)]*)\)", shown.get_payload())
        assert [link for link in links if not link.startswith("https://")] == []
    readme = (ROOT / "README.md").read_text()
    words = re.sub(r"\W+", " ", re.sub(r"\]\([^)]*\)", "]", readme))
    assert re.sub(r"\W+", " ", re.sub(r"\]\([^)]*\)", "]", metadata(core).get_payload())) == words
    assert "pip install 'edgee-py[relay]'" in metadata(runtime).get_payload()


def test_the_same_sources_give_the_same_wheels(core: Path, runtime: Path, tmp_path: Path) -> None:
    """In another folder, at another time, by another umask."""
    names = (
        "pyproject.toml",
        "hatch_build.py",
        "README.md",
        "LICENSE",
        "NOTICE",
        "LICENSES",
        "edgee_py",
    )
    elsewhere = {"core": [ROOT / name for name in names], "runtime": list(RUNTIME.iterdir())}
    for name, wheel in (("core", core), ("runtime", runtime)):
        project = tmp_path / name
        project.mkdir()
        for each in elsewhere[name]:
            copy = shutil.copytree if each.is_dir() else shutil.copy
            copy(each, project / each.name)
        for file in project.rglob("*"):
            os.utime(file, (1, 1))
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
        subprocess.run([*command, "--directory", tmp_path], cwd=project, check=True, umask=0o077)
        assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


# Installed


@dataclass(frozen=True)
class Machine:
    """A virtual environment, with nothing else on PATH: no Node, and no tool of ours."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def install(self, *arguments: str | Path) -> None:
        """Install with pip; what it needs comes from dist/ and the index."""
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet"]
        pip += ["--no-compile", "--disable-pip-version-check", "--find-links", str(DIST)]
        subprocess.run([*pip, *arguments], check=True)

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment."""
        program, *arguments = command
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            env={"PATH": str(self.folder / "bin"), **environ},
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
        )


def machine(folder: Path) -> Machine:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return Machine(folder)


@pytest.fixture(scope="module")
def site(core: Path, runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the relay extra and no other."""
    made = machine(tmp_path_factory.mktemp("site"))
    made.install("--constraint", CONSTRAINTS, f"edgee-py[relay]=={__version__}")
    yield made
    shutil.rmtree(made.folder)


def test_a_site_needs_the_relay_extra_and_no_node(site: Machine, tmp_path: Path) -> None:
    config = tmp_path / "edgee.toml"
    config.write_text("[relay]\norigins = []\n")
    account = {"PINTEREST_ACCESS_TOKEN": "t", "PINTEREST_AD_ACCOUNT_ID": "1"}
    away = {"PATH": str(site.folder / "bin"), "PINTEREST_API_BASE": "http://127.0.0.1:9/v5"}
    with (
        relay_process(config, site.python, **account, **away) as url,
        httpx2.Client(timeout=30) as client,
    ):
        manifest = client.get(f"{url}/manifest.json").json()
        assert manifest["version"] == __version__
        for path, integrity in manifest["integrity"].items():
            answer = client.get(f"{url}/{path}", headers={"accept-encoding": "br"})
            assert (answer.status_code, answer.headers["content-encoding"]) == (200, "br")
            digest = base64.b64encode(hashlib.sha384(answer.content).digest()).decode()
            assert integrity == f"sha384-{digest}"
        assert "sdk.js" in manifest["first_visit"]


@pytest.mark.parametrize("extra", ["nats", "verify"])
def test_what_needs_another_extra_says_which(site: Machine, extra: str) -> None:
    if extra == "nats":
        ran = site.run("edgee", "outbox", "list", EDGEE_OUTBOX="nats://127.0.0.1:9")
    else:
        ran = site.run("edgee", "verify", "http://127.0.0.1:9/")
    assert ran.returncode == 1
    assert f"pip install 'edgee-py[{extra}]'" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_without_any_extra_the_core_works_alone(core: Path, tmp_path: Path) -> None:
    bare = machine(tmp_path / "bare")
    bare.install("--no-index", core)
    ran = bare.run(
        "python", "-c", "import json, edgee_py; print(json.dumps(edgee_py.Edgee.__name__))"
    )
    assert (json.loads(ran.stdout), ran.stderr) == ("Edgee", "")
    ran = bare.run("edgee", "serve")
    assert ran.returncode == 1
    assert ran.stderr == "The edgee command needs the relay: pip install 'edgee-py[relay]'\n"


def test_a_test_kit_without_its_extra_says_how_to_get_it(
    site: Machine, core: Path, tmp_path: Path
) -> None:
    bare = machine(tmp_path / "bare")
    bare.install("--no-index", core)
    for installed, missing in ((bare, "starlette"), (site, "playwright")):
        installed.install("--constraint", CONSTRAINTS, "pytest")
        tests = installed.folder / "test_shop.py"
        tests.write_text("def test_nothing_of_ours(): pass\ndef test_shop(edgee_events): pass\n")
        ran = installed.run("python", "-m", "pytest", tests.name, HOME=str(tmp_path))
        assert "1 passed, 1 error" in ran.stdout
        assert f"need {missing}: pip install 'edgee-py[testing]'" in ran.stdout
        assert "ModuleNotFoundError" not in ran.stdout + ran.stderr
