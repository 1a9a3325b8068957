"""The npm package: what is in it, and that other people's projects compile with it."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest

import build
from edgee_py import __version__
from tests.npm.project import Project, make_project, pack
from web.tools.npm_package import NPM, make_npm_package
from web.tools.steps import BUILD, ROOT, alone


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("npm") / "project")


def test_the_package_holds_loader_types_react_and_licence(tmp_path: Path) -> None:
    archive = pack(tmp_path)
    assert archive.name == f"edgee-py-{__version__}.tgz"
    assert archive.stat().st_size < 10_000
    with tarfile.open(archive) as packed:
        names = {name.removeprefix("package/") for name in packed.getnames()}
        licence = packed.extractfile("package/LICENSE")
        assert licence
        assert licence.read() == (ROOT / "LICENSE").read_bytes()
    modules = {f"{name}{suffix}" for name in ("index", "react") for suffix in (".js", ".d.ts")}
    assert names == {*modules, "edgee.d.ts", "package.json", "README.md", "LICENSE"}


def test_its_version_is_the_projects_and_react_is_its_users(project: Project) -> None:
    package = json.loads((project.package / "package.json").read_text())
    assert (package["name"], package["version"]) == ("edgee-py", __version__)
    assert package["license"] == "MIT"
    assert package["peerDependencies"] == {"react": ">=18"}
    assert package["peerDependenciesMeta"]["react"]["optional"] is True
    assert "dependencies" not in package
    for way in package["exports"].values():
        for file in [way] if isinstance(way, str) else way.values():
            assert (project.package / file).is_file()
    imported = re.findall(r'from "([^"]+)"', (project.package / "react.js").read_text())
    assert set(imported) == {"react", "./index.js"}
    assert (project.package / "react.js").read_text().startswith('"use client";')


@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
def test_a_page_written_for_react_edgee_type_checks(project: Project, resolution: str) -> None:
    page = project.folder / "reference.tsx"
    assert project.type_check(page, resolution=resolution) == ""


def test_the_type_check_finds_what_is_wrong(project: Project) -> None:
    page = project.folder / "wrong.tsx"
    told = (project.folder / "reference.tsx").read_text().replace("// @ts-expect-error", "//")
    page.write_text(told)
    found = project.type_check(page, resolution="bundler")
    assert found.count("error TS") == 3


def test_the_readmes_examples_type_check(project: Project) -> None:
    examples = re.findall(r"```jsx?\n(.*?)```", (project.package / "README.md").read_text(), re.S)
    assert len(examples) == 2
    files = []
    for number, example in enumerate(examples):
        file = project.folder / f"example{number}.tsx"
        file.write_text(example)
        files.append(file)
    assert project.type_check(*files, resolution="bundler") == ""


def test_the_same_sources_give_the_same_package(tmp_path: Path) -> None:
    first = pack(tmp_path).read_bytes()
    with alone():
        (BUILD / "npm-stamp").unlink()
        shutil.rmtree(NPM)
        make_npm_package(build.node())
    assert pack(tmp_path).read_bytes() == first
