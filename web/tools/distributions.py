"""The Python distributions that are made of this project.

    edgee-py           dist/edgee_py-….whl: the whole package, for servers, tests and programs
    edgee-py-runtime   dist/edgee_py_runtime-….whl: what the relay serves to browsers (runtime.py)
    edgee-py           build/page/edgee_py-….whl: the same without what only servers run, which the relay serves
                       to pages that run Pyodide themselves

The same sources give the same bytes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from web.tools.steps import BUILD, DIST, PYTHON, ROOT, VENV, Trouble, digest, files_in, fresh, run

PACKAGE = ROOT / "edgee_py"
RUNTIME = BUILD / "runtime"
PAGE = BUILD / "page"

#: Parts of edgee_py that need sockets, processes or a web framework, and what only they import: no browser can
#: run them.
SERVER_PARTS = ("relay", "sandbox", "cli", "verify", "testing", "extras.py")

#: What edgee-py comes with: its own licence, and that of the names of countries in it (NOTICE).
LICENCE_FILES = ("LICENSE", "LICENSES/Unicode-3.0.txt")

#: What the runtime consists of is under these; NOTICE says what is under which.
RUNTIME_LICENCES = (
    "MIT AND MPL-2.0 AND PSF-2.0 AND BSD-2-Clause AND BSD-3-Clause AND Zlib AND bzip2-1.0.6"
    " AND dtoa AND Unicode-3.0 AND Apache-2.0 WITH LLVM-exception"
)

_BUILD_SYSTEM = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[tool.hatch.build]
ignore-vcs = true

"""

_RUNTIME_PROJECT = '''\
[project]
name = "edgee-py-runtime"
version = "{version}"
description = "The built browser half of edgee-py: facade, worker, Pyodide and the data layer."
license = "{licences}"
license-files = ["LICENSE", "NOTICE", "LICENSES/*.txt"]
requires-python = ">=3.11"
readme = {{ content-type = "text/markdown", text = """
# edgee-py-runtime

What the relay of edgee-py serves to browsers, built: the page's script, its worker, Pyodide, and the data layer
in Python. `pip install 'edgee-py[relay]'` brings it in the version that belongs to it; by itself it does nothing.

It contains the works of others, Pyodide and CPython among them. NOTICE says which; their licences are with it.
""" }}
classifiers = [
    "Development Status :: 4 - Beta",
    "Environment :: WebAssembly :: Emscripten",
    "Intended Audience :: Developers",
    "Programming Language :: Python :: 3 :: Only",
    "Topic :: Internet :: WWW/HTTP",
]

[tool.hatch.build.targets.wheel]
packages = ["edgee_runtime"]
'''

_PAGE_PROJECT = """\
[project]
name = "edgee-py"
version = "{version}"
description = "edgee-py for a page's own Pyodide: without relay, command line and test kit."
license = "MIT AND Unicode-3.0"
license-files = ["LICENSE", "LICENSES/Unicode-3.0.txt"]
requires-python = ">=3.11"

[tool.hatch.build.targets.wheel]
packages = ["edgee_py"]
"""


def project_version() -> str:
    """The version of edgee_py, which everything that is made has."""
    text = (PACKAGE / "_version.py").read_text()
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise Trouble("edgee_py/_version.py says no __version__.")
    return found[1]


def page_files() -> list[Path]:
    """The files of edgee_py that a browser can run."""
    return [
        file for file in files_in(PACKAGE) if file.relative_to(PACKAGE).parts[0] not in SERVER_PARTS
    ]


def make_wheel() -> Path:
    """The wheel of edgee-py, in dist/."""
    names = ("pyproject.toml", "hatch_build.py", "README.md", "NOTICE", *LICENCE_FILES)
    return _wheel("edgee-py", ROOT, files_in(*(ROOT / name for name in names), PACKAGE), DIST)


def make_runtime_wheel() -> Path:
    """The wheel of edgee-py-runtime, in dist/."""
    make_runtime_project()
    return _wheel("edgee-py-runtime", RUNTIME, files_in(RUNTIME), DIST)


def make_page_wheel() -> Path:
    """The wheel of edgee-py for pages, in build/page/."""
    shutil.rmtree(PAGE / PACKAGE.name, ignore_errors=True)
    for file in page_files():
        copy = PAGE / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    for name in LICENCE_FILES:
        (PAGE / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, PAGE / name)
    _write_project(PAGE, _PAGE_PROJECT)
    parts = (PACKAGE.name, "pyproject.toml", *LICENCE_FILES)
    inputs = files_in(*(PAGE / name for name in parts))
    return _wheel("edgee-py", PAGE, inputs, PAGE)


def make_runtime_project() -> None:
    """Make edgee-py-runtime's folder and install it into .venv, in place.

    What it serves may be built later. The `relay` extra asks for it, so that it comes before edgee-py.

    Raises:
        Trouble: where pip cannot.
    """
    package = RUNTIME / "edgee_runtime"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(
        '"""The built browser half of edgee-py; the relay serves what is in assets/."""\n'
    )
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(ROOT / name, RUNTIME / name)
    shutil.rmtree(RUNTIME / "LICENSES", ignore_errors=True)
    shutil.copytree(ROOT / "LICENSES", RUNTIME / "LICENSES")
    _write_project(RUNTIME, _RUNTIME_PROJECT)
    stamp = VENV / "edgee-runtime-stamp"
    key = digest([RUNTIME / "pyproject.toml"], ROOT, str(ROOT))
    if fresh(stamp, key):
        return
    run(
        "Installing the runtime's folder into .venv",
        (
            *(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-build-isolation", "--editable", RUNTIME),
        ),
        "pip could not install the runtime's folder: see above.",
    )
    stamp.write_text(key)


def _write_project(folder: Path, text: str) -> None:
    filled = text.format(version=project_version(), licences=RUNTIME_LICENCES)
    (folder / "pyproject.toml").write_text(_BUILD_SYSTEM + filled)


def _wheel(name: str, project: Path, inputs: Sequence[Path], target: Path) -> Path:
    wheel = target / f"{name.replace('-', '_')}-{project_version()}-py3-none-any.whl"
    stamp = BUILD / f"{target.name}-{name}-wheel-stamp"
    key = digest(inputs, ROOT)
    if not (fresh(stamp, key) and wheel.is_file()):
        run(
            f"  packing {wheel.relative_to(ROOT)}",
            (PYTHON, "-m", "hatchling", "build", "--target", "wheel", "--directory", target),
            f"The wheel of {name} could not be built: see above.",
            cwd=project,
        )
        stamp.write_text(key)
    # One of each is what pip and deploy/Containerfile expect to find there.
    for other in target.glob(f"{name.replace('-', '_')}-*.whl"):
        if other != wheel:
            other.unlink()
    return wheel
