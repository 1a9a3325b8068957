"""The front door: sets up, builds, serves, tests and measures edgee-py.

    python3 build.py serve [--port 8787]    relay, demo shop, inspector and sandbox at one URL
    python3 build.py test [pytest options]  every check and test; with options, pytest alone
    python3 build.py bench [--quick]        the benchmark; tests/bench/results.md
    python3 build.py bench relay [--quick]  the relay under load; tests/bench/relay_results.md
    python3 build.py docs                   the documentation as a site, build/docs/index.html
    python3 build.py build                  the runtime, the wheels and the npm package, in dist/
    python3 build.py clean                  removes what the others have made

Needs Python 3.11 or newer with venv, and Node 20 or newer with npm; everything else it installs itself,
into .venv and web/node_modules; for test also into tests/npm/node_modules, for bench into
tests/bench/peers/node_modules. What is there and still fits its inputs is not made again.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whatever `python3` the machine has comes here
    sys.exit(f"build.py: Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
if os.name != "posix":
    sys.exit("build.py: Linux or macOS is needed; on Windows use WSL.")

from web.tools.distributions import make_runtime_project, make_runtime_wheel, make_wheel
from web.tools.npm_package import make_npm_package
from web.tools.runtime import CONSTRAINTS, make_runtime
from web.tools.steps import (
    BUILD,
    DIST,
    PYTHON,
    ROOT,
    VENV,
    WEB,
    Trouble,
    alone,
    answer,
    digest,
    environment,
    files_in,
    fresh,
    run,
    say,
    show,
)

OLDEST_NODE = 20

#: The libraries that the benchmark measures us against.
PEERS = ROOT / "tests" / "bench" / "peers"
#: What the tests' pages that use the npm package are made with.
NPM_TESTS = ROOT / "tests" / "npm"


def python_packages() -> None:
    """Make .venv and install the project with its dev extra, at the versions of .ci/constraints.txt."""
    names = ("pyproject.toml", "hatch_build.py", "edgee_py/_version.py")
    inputs = files_in(*(ROOT / name for name in names), CONSTRAINTS)
    key = digest(inputs, ROOT, str(ROOT), sys.version)
    stamp = VENV / "edgee-stamp"
    if fresh(stamp, key) and PYTHON.exists():
        return
    if answer((PYTHON, "-c", "import sys, pip; print(sys.version)")) != sys.version:
        make_venv()
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    advice = (
        "pip could not install the project's Python packages: see above, check the network connection "
        "(or pip's index settings), then run the same command again."
    )
    # The build back-end comes first, so that it too is of the pinned version and is not loaded twice.
    back_end = ("hatchling", "hatch-fancy-pypi-readme", "editables")
    run("Installing the build back-end", (*pip, "--constraint", CONSTRAINTS, *back_end), advice)
    # No index need know the runtime of this version: pip takes the folder for it.
    make_runtime_project()
    run(
        "Installing Python packages (about a minute the first time)",
        (*pip, "--constraint", CONSTRAINTS, "--no-build-isolation", "--editable", f"{ROOT}[dev]"),
        advice,
    )
    stamp.write_text(key)


def make_venv() -> None:
    """Make an empty .venv, in place of one that is broken or of another Python.

    Raises:
        Trouble: where this Python cannot.
    """
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Trouble(
            f"This Python has no module {' and no '.join(missing)}, which a virtual environment needs: "
            f"install it (Debian and Ubuntu: apt install python{version}-venv), "
            "then run the same command again."
        )
    run(
        "Making the virtual environment .venv",
        (sys.executable, "-m", "venv", "--clear", VENV),
        f"{sys.executable} could not make a virtual environment: see above.",
    )


def node() -> str:
    """The path of Node.

    Raises:
        Trouble: where it is absent or too old.
    """
    need = f"Node {OLDEST_NODE} or newer with npm is needed: get it from https://nodejs.org, or"
    need += " a package manager, then run the same command again"
    found = shutil.which("node")
    if found is None:
        raise Trouble(f"{need} (there is no node on PATH).")
    version = answer((found, "--version"))
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < OLDEST_NODE:
        raise Trouble(f"{need} ({found} says it is {version or 'nothing'}).")
    return found


def node_packages(folder: Path, doing: str) -> None:
    """Install what the folder's package-lock.json pins: in web/ the bundler, the type checker and Pyodide."""
    key = digest(files_in(folder / "package.json", folder / "package-lock.json"), ROOT)
    stamp = folder / "node_modules" / ".edgee-stamp"
    if fresh(stamp, key):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Trouble(
            "npm is needed beside Node: install it (Debian and Ubuntu: apt install npm), "
            "then run the same command again."
        )
    run(
        doing,
        (npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"),
        f"npm could not install the packages of {folder.relative_to(ROOT)}/: see above, check the network "
        "connection (or npm's registry setting), then run the same command again.",
        cwd=folder,
    )
    stamp.write_text(key)


def make_all() -> str:
    """Make everything that serving and testing need.

    Returns:
        The path of Node.
    """
    program = node()
    with alone():
        python_packages()
        node_packages(WEB, "Installing Node packages")
        make_runtime(program)
    return program


def require_port(port: int) -> None:
    """Check that the server will be able to listen there.

    Raises:
        Trouble: where it will not.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "ports end at 65535"
            raise Trouble(
                f"Port {port} cannot be used ({reason}): choose another with --port."
            ) from None


def serve(port: int) -> int:
    """Run the relay, the shop, the inspector and the sandbox until Ctrl-C."""
    make_all()
    require_port(port)
    os.chdir(ROOT)
    command = [str(PYTHON), "-m", "edgee_py.relay.demo", "--port", str(port)]
    command += ["--shop", str(WEB / "demo"), "--data", str(BUILD / "data")]
    # In place of this process, not under it: Ctrl-C and other signals then reach the server itself.
    os.execve(PYTHON, command, environment())


def test(options: Sequence[str]) -> int:
    """Run the linters, the type checkers and pytest; with options pytest alone, with these options."""
    program = make_all()
    with alone():
        node_packages(NPM_TESTS, "Installing React and Segment's library for the tests")
    engines = BUILD / "engines.txt"
    needed = (("tests.browser",), ("tests.programs",), ("tests.engines.choice", engines))
    if any(show((PYTHON, "-m", *each)) for each in needed):
        return 1
    # No test may reach an account, or be steered by settings, that the caller has for another purpose.
    env = environment()
    for name in [name for name in env if name.startswith(("PINTEREST_", "EDGEE_"))]:
        if name not in ("EDGEE_CHROMIUM", "EDGEE_FIREFOX", "EDGEE_NATS_SERVER"):
            del env[name]
    env["EDGEE_ENGINES"] = engines.read_text()
    if options:
        return show((PYTHON, "-m", "pytest", *options), env=env)
    tsc = (program, WEB / "node_modules" / "typescript" / "bin" / "tsc", "--project")
    checks: dict[str, tuple[str | Path, ...]] = {
        "ruff check": (PYTHON, "-m", "ruff", "check", "--quiet", "."),
        "ruff format": (PYTHON, "-m", "ruff", "format", "--quiet", "--check", "."),
        "mypy": (PYTHON, "-m", "mypy", "--no-error-summary"),
        "tsc for the page": (*tsc, WEB / "tsconfig.json"),
        "tsc for the worker": (*tsc, WEB / "tsconfig.worker.json"),
        "tsc for npm": (*tsc, WEB / "npm", "--noEmit"),
        "pytest": (PYTHON, "-m", "pytest"),
    }
    failed = []
    for name, command in checks.items():
        say(f"{name} …")
        if show(command, env=env):
            failed.append(name)
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def bench(what: str, *, quick: bool) -> int:
    """Measure it beside stock Pyodide and other libraries, which only this command installs; or the relay."""
    options = ["--quick"] if quick else []
    if what == "relay":
        with alone():
            python_packages()
        return show((PYTHON, "-m", "tests.bench.relay", *options))
    make_all()
    with alone():
        node_packages(PEERS, "Installing the libraries to compare with")
    return show((PYTHON, "-m", "tests.browser")) or show((PYTHON, "-m", "tests.bench", *options))


def docs() -> int:
    """Make the documentation's site."""
    with alone():
        python_packages()
    site = BUILD / "docs"
    failed = show(docs_command(site, BUILD / "docs-cache"))
    if not failed:
        say(f"{site.relative_to(ROOT)}/index.html")
    return failed


def docs_command(site: Path, cache: Path) -> tuple[str | Path, ...]:
    """The generator's command line; whatever it warns of, such as a broken link, is a failure."""
    strict = ("--fail-on-warning", "--keep-going", "--quiet")
    return (PYTHON, "-m", "sphinx", *strict, "-d", cache, ROOT / "docs", site)


def build() -> int:
    """Make the runtime, both wheels and the npm package."""
    program = make_all()
    with alone():
        wheels = (make_wheel(), make_runtime_wheel())
        package = make_npm_package(program)
    for wheel in wheels:
        say(f"{wheel.relative_to(ROOT)} ({wheel.stat().st_size / 1e6:.2f} MB)")
    say(f"{package.relative_to(ROOT)}/ (npm pack ./{package.relative_to(ROOT)})")
    return 0


def clean() -> int:
    """Remove everything this program has made, the demo's data too."""
    for folder in (BUILD, DIST, VENV, *(each / "node_modules" for each in (WEB, PEERS, NPM_TESTS))):
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; what follows `test` is pytest's and stays as it is."""
    parser = argparse.ArgumentParser(
        prog="build.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve everything at one URL")
    port = os.environ.get("EDGEE_PORT") or 8787
    serving.add_argument("--port", type=int, default=port, help="default: EDGEE_PORT, or 8787")
    commands.add_parser("test", help="run every check and test", add_help=False)
    benching = commands.add_parser(
        "bench", help="measure it beside stock Pyodide and other libraries"
    )
    benching.add_argument(
        "what",
        nargs="?",
        choices=("page", "relay"),
        default="page",
        help="relay: its POST route under load, with wrk",
    )
    benching.add_argument("--quick", action="store_true", help="fewer runs; writes no results")
    commands.add_parser("docs", help="make the documentation's site")
    commands.add_parser("build", help="make the runtime, the wheels and the npm package")
    commands.add_parser("clean", help="remove what was made")
    known, options = parser.parse_known_args(arguments)
    if options and known.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(options)}")
    known.options = options
    return known


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says.

    Returns:
        The exit code.
    """
    given = parse(arguments)
    if given.command == "serve":
        return serve(given.port)
    if given.command == "test":
        return test(given.options)
    if given.command == "bench":
        return bench(given.what, quick=given.quick)
    return {"build": build, "clean": clean, "docs": docs}[given.command]()


if __name__ == "__main__":
    # A polite kill stops the steps at work as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"build.py: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
