"""A project that uses the npm package, made in a folder."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import build
from web.tools.npm_package import make_npm_package
from web.tools.steps import WEB, alone

PAGES = build.NPM_TESTS / "pages"
#: Another React than what is installed under its own name.
REACT_18 = {"react": "react-18", "react-dom": "react-dom-18"}


@dataclass(frozen=True)
class Project:
    """A folder with the packed package, React and its types in node_modules."""

    folder: Path

    @property
    def package(self) -> Path:
        """The package as it was unpacked."""
        return self.folder / "node_modules" / "edgee-py"

    def type_check(self, *files: Path, resolution: str) -> str:
        """What the compiler finds wrong in files, by one way of finding modules; "" for nothing."""
        settings = json.loads((build.NPM_TESTS / "tsconfig.json").read_text())
        module = {"bundler": "ESNext", "nodenext": "NodeNext"}[resolution]
        settings["compilerOptions"] |= {"module": module, "moduleResolution": resolution}
        settings["files"] = [str(file) for file in files]
        (self.folder / "tsconfig.json").write_text(json.dumps(settings))
        tsc = WEB / "node_modules" / ".bin" / "tsc"
        ran = subprocess.run(
            [tsc, "--project", self.folder], check=False, capture_output=True, text=True
        )
        assert (ran.returncode == 0) is (ran.stdout == ""), ran.stderr
        return ran.stdout

    def bundle(
        self, page: Path, *, alias: Mapping[str, str] | None = None, server: bool = False
    ) -> str:
        """The page's script, for a browser or for the server that renders it."""
        esbuild = WEB / "node_modules" / ".bin" / "esbuild"
        options = ["--bundle", "--jsx=automatic", '--define:process.env.NODE_ENV="development"']
        options += ["--platform=node"] if server else ["--platform=browser", "--format=esm"]
        options += [f"--alias:{name}={other}" for name, other in (alias or {}).items()]
        command = [esbuild, page, *options, "--log-level=warning"]
        ran = subprocess.run(command, cwd=self.folder, check=False, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


def pack(target: Path) -> Path:
    """The archive that `npm publish` would send."""
    with alone():
        package = make_npm_package(build.node())
    command = ["npm", "pack", package, "--json", "--pack-destination", target]
    packed = subprocess.run(command, check=True, capture_output=True, text=True)
    [told] = json.loads(packed.stdout)
    return target / str(told["filename"])


def make_project(folder: Path) -> Project:
    """Install the packed package and what tests/npm has into a folder; put the pages there."""
    modules = folder / "node_modules"
    modules.mkdir(parents=True)
    with tarfile.open(pack(folder)) as archive:
        archive.extractall(modules, filter="data")
    (modules / "package").rename(modules / "edgee-py")
    for installed in (build.NPM_TESTS / "node_modules").iterdir():
        (modules / installed.name).symlink_to(installed)
    for page in PAGES.iterdir():
        (folder / page.name).write_bytes(page.read_bytes())
    (folder / "package.json").write_text('{"type": "module"}')
    return Project(folder)
