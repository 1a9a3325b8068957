"""What build.py puts into the distribution edgee-py-runtime, as a relay finds it."""

import base64
import gzip
import hashlib
import json
import re
import subprocess
import zipfile
from importlib.resources import files
from pathlib import Path

import brotli
import pytest

import build
from edgee_py.relay.assets import configured
from edgee_py.relay.demo import demo_settings
from web.tools import distributions, runtime
from web.tools.steps import WEB, Trouble

ARCHIVE = "python.zip"

#: Starts Pyodide from python.zip alone, as the worker does without a snapshot, and imports everything in it.
IMPORT_ALL = """
import { loadPyodide } from "pyodide";

globalThis.XMLHttpRequest = class {};
globalThis.crossOriginIsolated = false;
const [archive, modules] = process.argv.slice(1);
try {
  const pyodide = await loadPyodide({ stdLibURL: archive });
  pyodide.globals.set("modules", modules);
  pyodide.runPython(`
import importlib, json
for name in json.loads(modules):
    importlib.import_module(name)
import edgee_py
print(edgee_py.__version__, edgee_py.__file__)
`);
} catch (error) {
  console.error(error.message);
}
"""


@pytest.fixture(scope="module")
def assets() -> Path:
    """The built assets, from the installed distribution."""
    folder = Path(str(files("edgee_runtime"))) / "assets"
    assert (folder / "manifest.json").is_file(), "not built yet: run `python3 build.py build`"
    return folder


@pytest.fixture(scope="module")
def manifest(assets):
    return json.loads((assets / "manifest.json").read_text())


def named(manifest, name):
    """The path of the one asset with this file name."""
    [path] = [path for path in manifest["integrity"] if Path(path).name == name]
    return path


def test_the_manifest_says_what_a_first_visit_loads(assets, manifest):
    names = [Path(path).name for path in manifest["first_visit"]]
    assert names[0] == "sdk.js"
    assert sorted(names[1:]) == sorted(
        (*runtime.PYODIDE_FILES, "python.mjs", "snapshot.bin", "worker.mjs")
    )
    assert all((assets / path).is_file() for path in manifest["first_visit"])
    assert manifest["version"] == distributions.project_version()


def test_every_file_has_the_hash_the_manifest_says(assets, manifest):
    others = manifest["integrity"].keys() - {*manifest["first_visit"], manifest["wheel"]}
    assert sorted(Path(path).name for path in others) == sorted(
        (*runtime.FALLBACKS, runtime.NOTICES, "adapters.js")
    )
    for path, integrity in manifest["integrity"].items():
        content = (assets / path).read_bytes()
        assert integrity == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def test_every_immutable_file_is_there_compressed_and_no_other(assets, manifest):
    immutable = manifest["integrity"].keys() - {"sdk.js", "adapters.js"}
    for path in immutable:
        content = (assets / path).read_bytes()
        assert brotli.decompress((assets / f"{path}.br").read_bytes()) == content
        assert gzip.decompress((assets / f"{path}.gz").read_bytes()) == content
    found = {f.relative_to(assets).as_posix() for f in (assets / "a").rglob("*") if f.is_file()}
    assert found == {f"{path}{suffix}" for path in immutable for suffix in ("", ".br", ".gz")}


def test_a_folder_is_named_by_what_is_in_it(tmp_path):
    names = []
    for content in ("one", "two", "one"):
        folder = tmp_path / str(len(names)) / "folder"
        folder.mkdir(parents=True)
        (folder / "file").write_text(content)
        names.append(runtime._name_by_content(folder).name)
    assert names[0] == names[2] != names[1]


def test_the_facade_leaves_its_settings_to_the_relay_and_knows_its_worker(assets, manifest):
    facade = (assets / "sdk.js").read_text()
    assert facade.count(runtime.CONFIG_MARK) == 1
    folder = Path(named(manifest, "worker.mjs")).parent.as_posix()
    assert f"/{folder}/" in facade
    assert "__EDGEE_ASSETS__" not in facade


def test_the_facade_stays_as_small_as_stated(assets, tmp_path):
    settings = demo_settings("http://127.0.0.1:8787", tmp_path, {})
    served = configured((assets / "sdk.js").read_text(), settings).encode()
    assert len(brotli.compress(served)) <= 3174


def test_the_adapters_stay_small_and_apart_from_the_facade(assets):
    assert len(brotli.compress((assets / "adapters.js").read_bytes())) <= 3150
    assert "adapters" not in (assets / "sdk.js").read_text()


def test_the_worker_loads_pyodide_from_a_folder_of_its_own(assets, manifest):
    worker = (assets / named(manifest, "worker.mjs")).read_text()
    pyodide = Path(named(manifest, "pyodide.mjs")).parent.name
    assert f'"../{pyodide}/"' in worker
    assert len(worker) < 10_000


def test_the_browser_is_given_the_data_layer_and_nothing_of_the_server(assets, manifest):
    with zipfile.ZipFile(assets / named(manifest, ARCHIVE)) as archive:
        entries = archive.infolist()
    names = {entry.filename for entry in entries}
    assert {
        "edgee_py/pipeline.pyc",
        "edgee_py/browser/worker.pyc",
        "pyodide_http/__init__.pyc",
        "json/__init__.pyc",
        "encodings/utf_16.pyc",
    } <= names
    elsewhere = {name.removesuffix(".py") for name in runtime.NOT_THE_WORKERS}
    ours = [n.removeprefix("edgee_py/") for n in names if n.startswith("edgee_py/")]
    assert elsewhere.isdisjoint(n.partition("/")[0].removesuffix(".pyc") for n in ours)
    assert not [n for n in names if n.endswith(".py")]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_the_snapshot_says_nothing_of_the_machine_it_was_made_on(assets, manifest):
    snapshot = (assets / named(manifest, "snapshot.bin")).read_bytes()
    for text in (str(runtime.ROOT), str(Path.home()), "node_modules"):
        assert text.encode() not in snapshot


def test_a_page_of_its_own_pyodide_is_given_a_light_wheel(assets, manifest):
    wheel = assets / manifest["wheel"]
    assert wheel.stat().st_size < 125_000
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    parts = {name.split("/")[1] for name in names if name.startswith("edgee_py/")}
    assert {"pipeline.py", "sdk.py", "browser", "_compat", "pinterest", "py.typed"} <= parts
    assert parts.isdisjoint(distributions.SERVER_PARTS)
    # Whatever is in it, imports nothing that is not.
    for name in names:
        text = archive_text(wheel, name) if name.endswith(".py") else ""
        needed = set(re.findall(r"^ *(?:from|import) edgee_py\.(\w+)", text, re.MULTILINE))
        assert needed.isdisjoint(part.removesuffix(".py") for part in distributions.SERVER_PARTS), (
            name
        )


def archive_text(wheel, name):
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name).decode()


def test_the_same_sources_give_the_same_snapshot(assets, manifest, tmp_path):
    pyodide = (assets / named(manifest, "pyodide.mjs")).parent
    runtime._freeze_python(build.node(), pyodide, tmp_path)
    for name in (ARCHIVE, "snapshot.bin"):
        assert (tmp_path / name).read_bytes() == (assets / named(manifest, name)).read_bytes()


def test_the_same_sources_give_the_same_scripts(assets, manifest, tmp_path):
    node = build.node()
    pyodide, worker = (
        Path(named(manifest, name)).parent.name for name in ("pyodide.mjs", "worker.mjs")
    )
    for part, file, folder in (
        ("facade", "sdk.js", f"a/{worker}/"),
        ("adapters", "adapters.js", None),
        ("worker", named(manifest, "worker.mjs"), f"../{pyodide}/"),
        *((part, named(manifest, f"{part}.mjs"), None) for part in ("python", "raw", "debug")),
    ):
        runtime._bundle(node, part, tmp_path / part, *filter(None, (folder,)))
        assert (tmp_path / part).read_bytes() == (assets / file).read_bytes()


def test_every_module_for_the_browser_imports_from_the_archive_alone(assets, manifest):
    path = named(manifest, ARCHIVE)
    modules = sorted(
        name.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".")
        for name in zipfile.ZipFile(assets / path).namelist()
        if name.startswith("edgee_py/") and name.endswith(".pyc")
    )
    ran = subprocess.run(
        [
            build.node(),
            "--input-type=module",
            "--eval",
            IMPORT_ALL,
            assets / path,
            json.dumps(modules),
        ],
        cwd=WEB,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    assert (
        ran.stdout
        == f"{distributions.project_version()} /lib/python314.zip/edgee_py/__init__.pyc\n"
    )


def test_python_that_does_not_compile_is_named(tmp_path):
    (tmp_path / "source" / "edgee_py").mkdir(parents=True)
    (tmp_path / "source" / "edgee_py" / "wrong.py").write_text("def f(:\n")
    command = [
        build.node(),
        WEB / "tools" / "snapshot.mjs",
        tmp_path / "source",
        WEB / "node_modules" / "pyodide",
        tmp_path,
    ]
    with pytest.raises(Trouble, match=r"(?s)edgee_py/wrong\.py.*SyntaxError"):
        runtime.run("freezing", command, "")
