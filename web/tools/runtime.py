"""Make what the relay serves to browsers: the distribution edgee-py-runtime, in build/runtime.

    assets/sdk.js              the facade
    assets/adapters.js         lets pages written for other tools drive it
    assets/edgee.d.ts          its types
    assets/manifest.json       version, what a first visit loads, the wheel, integrity hashes
    assets/inspector/          the inspector's page
    assets/a/<hash>/           the page's line to Python and what takes its place, the worker, Python's
                               snapshot and python.zip, each with .br and .gz beside it
    assets/a/<hash>/           Pyodide, which changes less often, and NOTICE.txt: what is whose, with the licences
    assets/a/<hash>/           the wheel for pages that run Pyodide themselves

The same sources give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from web.tools.distributions import (
    PACKAGE,
    RUNTIME,
    SERVER_PARTS,
    make_page_wheel,
    make_runtime_project,
    page_files,
    project_version,
)
from web.tools.steps import (
    BUILD,
    PYTHON,
    ROOT,
    WEB,
    Trouble,
    answer,
    digest,
    files_in,
    fresh,
    run,
    say,
    show,
)

ASSETS = RUNTIME / "edgee_runtime" / "assets"
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"

PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")

#: What is redistributed to browsers of other people's: NOTICE and LICENSES/, in one file.
NOTICES = "NOTICE.txt"

#: Loaded only where the snapshot cannot be used, where Python cannot run at all, and by developers.
FALLBACKS = ("python.zip", "raw.mjs", "debug.mjs")

#: Parts of edgee_py that the worker has no use for: the servers', and `Edgee` for Python authors.
NOT_THE_WORKERS = (*SERVER_PARTS, "_compat", "journal.py", "sdk.py")

#: What the relay fills in when it serves the facade; it must leave the bundler as it went in.
CONFIG_MARK = '"__EDGEE_CONFIG__"'


def make_runtime(node: str) -> None:
    """Build the runtime into its folder, unless what is there was made of the same inputs.

    node is the path of Node.

    Raises:
        Trouble: where a step fails, or a source is not what it must be.
    """
    make_runtime_project()
    inputs = files_in(
        *(
            WEB / name
            for name in ("src", "inspector", "tools", "package-lock.json", "tsconfig.json")
        ),
        *page_files(),
        CONSTRAINTS,
        *(ROOT / name for name in ("LICENSE", "NOTICE", "LICENSES")),
    )
    key = digest(inputs, ROOT)
    stamp = BUILD / "runtime-stamp"
    if not (fresh(stamp, key) and (ASSETS / "manifest.json").is_file()):
        say("Building the runtime:")
        work = BUILD / "assets"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        _make_assets(node, work)
        shutil.rmtree(ASSETS, ignore_errors=True)
        work.rename(ASSETS)
        stamp.write_text(key)


def _make_assets(node: str, assets: Path) -> None:
    # A browser keeps these folders for ever, so a folder is named by the hash of what is in it. What
    # changes for reasons of its own has a folder of its own: a change in `Edgee`, which is in the wheel,
    # must not make visitors load Python again, nor one in the data layer Pyodide.
    pyodide = assets / "pyodide"
    pyodide.mkdir()
    run(
        "  slimming Pyodide",
        (node, WEB / "tools" / "slim.mjs", pyodide),
        "Pyodide could not be slimmed: see above.",
    )
    (pyodide / NOTICES).write_text(notices(), encoding="utf-8")
    pyodide = _name_by_content(pyodide)
    worker = assets / "worker"
    worker.mkdir()
    for part in ("python", "raw", "debug"):
        _bundle(node, part, worker / f"{part}.mjs")
    _bundle(node, "worker", worker / "worker.mjs", f"../{pyodide.name}/")
    _freeze_python(node, pyodide, worker)
    worker = _name_by_content(worker)
    wheel = assets / "wheel"
    wheel.mkdir()
    shutil.copy(make_page_wheel(), wheel)
    wheel = _name_by_content(wheel)

    _bundle(node, "facade", assets / "sdk.js", f"{worker.relative_to(assets).as_posix()}/")
    marks = (assets / "sdk.js").read_text().count(CONFIG_MARK)
    if marks != 1:
        raise Trouble(f"The bundled facade must contain {CONFIG_MARK} once; it does {marks} times.")
    _bundle(node, "adapters", assets / "adapters.js")
    shutil.copyfile(WEB / "src" / "edgee.d.ts", assets / "edgee.d.ts")
    shutil.copytree(WEB / "inspector", assets / "inspector")
    immutable = files_in(worker, pyodide, wheel)
    _write_manifest(assets, immutable)
    _compress(node, immutable)


def notices() -> str:
    """What a browser's copy of Pyodide and CPython has to come with: NOTICE, and the text of each licence."""
    texts = [(ROOT / "NOTICE").read_text(encoding="utf-8")]
    for file in files_in(ROOT / "LICENSE", ROOT / "LICENSES"):
        title = file.relative_to(ROOT).as_posix()
        texts.append(f"{title}\n{'=' * len(title)}\n\n{file.read_text(encoding='utf-8')}")
    return "\n\n".join(texts)


def _bundle(node: str, part: str, *arguments: str | Path) -> None:
    command = (node, WEB / "tools" / "bundle.mjs", part, *arguments)
    run(f"  bundling the {part}", command, f"esbuild could not bundle the {part}: see above.")


def _freeze_python(node: str, pyodide: Path, target: Path) -> None:
    """Make python.zip and snapshot.bin of the browser's part of edgee_py, and of pyodide-http."""
    http = _installed("pyodide_http")
    sources = [
        *((PACKAGE, file) for file in files_in(PACKAGE) if not _is_elsewhere(file)),
        *((http, file) for file in files_in(http)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for package, file in sources:
            copy = folder / file.relative_to(package.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        command = (node, WEB / "tools" / "snapshot.mjs", folder, pyodide, target)
        run("  freezing Python", command, "Pyodide could not be frozen: see above.")
    # Where WebAssembly is refused, Pyodide waits for ever, and Node ends without a word.
    if not (target / "snapshot.bin").is_file():
        raise Trouble("Pyodide could not be frozen: it did not start.")


def _is_elsewhere(file: Path) -> bool:
    return file.relative_to(PACKAGE).parts[0] in NOT_THE_WORKERS


def _installed(package: str) -> Path:
    """The folder of a package in .venv."""
    probe = (
        f"import importlib.util as u; print(u.find_spec({package!r}).submodule_search_locations[0])"
    )
    folder = answer((PYTHON, "-c", probe))
    if not folder:
        raise Trouble(f"{package} is not in .venv: remove .venv and run the same command again.")
    return Path(folder)


def _name_by_content(folder: Path) -> Path:
    """Move a folder to a/<hash of its contents> beside it; the new path."""
    target = folder.parent / "a" / digest(files_in(folder), folder)[:16]
    target.parent.mkdir(exist_ok=True)
    return folder.rename(target)


def _write_manifest(assets: Path, immutable: Sequence[Path]) -> None:
    """Name what a first visit loads, the wheel, and the hash of each file.

    The relay, which writes a site's settings into the facade, puts the facade's hash right.
    """
    integrity = {
        file.relative_to(assets).as_posix(): _integrity(file.read_bytes())
        for file in (assets / "sdk.js", *immutable, assets / "adapters.js")
    }
    wheel = next(path for path in integrity if path.endswith(".whl"))
    elsewhere = (wheel, "adapters.js")
    not_at_first = (*FALLBACKS, NOTICES)
    manifest = {
        "version": project_version(),
        "first_visit": [
            path for path in integrity if path not in elsewhere and not path.endswith(not_at_first)
        ],
        "wheel": wheel,
        "integrity": integrity,
    }
    (assets / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _integrity(content: bytes) -> str:
    """The value of an `integrity` attribute."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"


def _compress(node: str, files: Sequence[Path]) -> None:
    """Put FILE.br and FILE.gz beside each file; content that was compressed before is not again."""
    tool = WEB / "tools" / "compress.mjs"
    cache = BUILD / "compressed" / digest([tool], ROOT)[:16]
    cache.mkdir(parents=True, exist_ok=True)
    kept = {file: cache / hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    for file, name in kept.items():
        if name.with_suffix(".gz").is_file():
            for suffix in (".br", ".gz"):
                shutil.copyfile(name.with_suffix(suffix), f"{file}{suffix}")
    missing = [file for file, name in kept.items() if not name.with_suffix(".gz").is_file()]
    if not missing:
        return
    say("  compressing (half a minute the first time) …")
    if show((node, tool, *missing)):
        raise Trouble("Node could not compress the assets: see above.")
    for file in missing:
        for suffix in (".br", ".gz"):
            shutil.copyfile(f"{file}{suffix}", kept[file].with_suffix(suffix))
