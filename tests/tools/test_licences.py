"""What is redistributed of others' works is named, and its licences travel with it."""

from __future__ import annotations

import json
import re
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest

from edgee_py.relay import RelaySettings
from edgee_py.relay.assets import Assets
from web.tools.distributions import (
    RUNTIME_LICENCES,
    make_page_wheel,
    make_runtime_wheel,
    make_wheel,
)
from web.tools.steps import ROOT, WEB, alone

NOTICE = (ROOT / "NOTICE").read_text()
TEXTS = {file.stem: file.read_text() for file in (ROOT / "LICENSES").iterdir()}

#: What betrays a library in Pyodide's compiled files, and its name in NOTICE (none: it must not be there).
TRACES = {
    b"Python Software Foundation": "CPython",
    b"HACL* internal routine": "HACL*",
    b"expat_2": "Expat",
    b"libmpdec: internal error": "libmpdec",
    b"mimalloc: error": "mimalloc",
    b"ffi_prep_closure_loc_js": "libffi",
    b"inflate 1.": "zlib",
    b"libbzip2 was not": "bzip2",
    b"compression.zstd.ZstdDict": "Zstandard",
    b"compression.zstd.ZstdCompressor": "pyzstd",
    b"unicodedata.UCD": "Unicode Character Database",
    b"liblzma": "liblzma",
    b"SQLite": "SQLite",
    b"OpenSSL": None,
    b"libcrypto": None,
    b"ncurses": None,
    b"libxml2": None,
    b"FreeType": None,
}


#: Versions and notices in Pyodide's compiled files, each with the file that has to agree and what it says.
STATED = {
    b"Copyright (c) 2001 Python Software Foundation": (
        "LICENSES/PSF-2.0.txt",
        "Copyright (c) 2001 Python Software Foundation",
    ),
    b"inflate 1.3.1 Copyright 1995-2024 Mark Adler": (
        "LICENSES/Zlib.txt",
        "Copyright (C) 1995-2024 Jean-loup Gailly and Mark Adler",
    ),
    b"1.0.6, 6-Sept-2010": (
        "LICENSES/bzip2-1.0.6.txt",
        "copyright (C) 1996-2010 Julian R Seward",
    ),
    b"\0005.2.2\0": ("NOTICE", "liblzma 5.2.2, which is in the public domain"),
    b"expat_2.7.3": ("LICENSES/MIT.txt", "Copyright (c) 2001-2025 Expat maintainers"),
}


@pytest.fixture(scope="module")
def assets() -> Path:
    return Path(str(files("edgee_runtime"))) / "assets"


def licences(wheel: Path) -> dict[str, str]:
    """The texts below dist-info/licenses/, by their path there."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name.partition("/licenses/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if "/licenses/" in name
        }


def test_the_licences_travel_in_the_wheels() -> None:
    with alone():
        core, page = licences(make_wheel()), licences(make_page_wheel())
        runtime = licences(make_runtime_wheel())
    ours = {"LICENSE": (ROOT / "LICENSE").read_text()}
    others = {f"LICENSES/{name}.txt": text for name, text in TEXTS.items()}
    countries = "LICENSES/Unicode-3.0.txt"
    assert page == {**ours, countries: others[countries]}
    assert core == {**page, "NOTICE": NOTICE}
    assert runtime == {**ours, "NOTICE": NOTICE, **others}


def test_browsers_get_the_licences_beside_what_they_load(assets: Path) -> None:
    manifest = json.loads((assets / "manifest.json").read_text())
    [path] = [path for path in manifest["integrity"] if path.endswith("NOTICE.txt")]
    assert path not in manifest["first_visit"]
    told = (assets / path).read_text()
    assert told.startswith(NOTICE)
    for text in (*TEXTS.values(), (ROOT / "LICENSE").read_text()):
        assert text in told
    glue = (assets / path).with_name("pyodide.asm.mjs").read_text()
    assert "NOTICE.txt" in glue.partition("\n")[0]
    served = Assets(RelaySettings()).get(path)
    assert (served.read("").decode(), served.media_type) == (told, "text/plain; charset=utf-8")


def test_each_licence_is_declared_named_and_there() -> None:
    declared = set(re.split(r" AND | WITH ", RUNTIME_LICENCES))
    assert declared == set(TEXTS)
    named = re.findall(r"^.*, ((?:[\w.-]+)(?: WITH [\w.-]+)?)(?:$|\. http)", NOTICE, re.MULTILINE)
    assert {each for one in named for each in one.split(" WITH ")} == declared
    assert all(len(text) > 300 for text in TEXTS.values())


def test_data_of_others_in_our_own_modules_is_named() -> None:
    """What a module says of its sources, against NOTICE."""
    for file in (ROOT / "edgee_py").rglob("*.py"):
        if "CLDR" in file.read_text():
            assert file.relative_to(ROOT).as_posix() in NOTICE


def test_notices_that_a_licence_asks_for_stand_with_it() -> None:
    for licence, holders in {
        "MIT": ("INRIA", "Expat maintainers", "Daan Leijen", "Majkowski", "MagicStack",
                "Emscripten authors", "Joyent", "Rich Felker", "Anthony Green", "Wendelin", "Koen Vossen"),
        "BSD-2-Clause": ("Stefan Krah", "Jeffrey Roberson"),
        "BSD-3-Clause": ("Meta Platforms", "Makoto Matsumoto", "Don Owens", "Ma Lin"),
        "Unicode-3.0": ("Unicode, Inc.",),
        "PSF-2.0": ("Python Software Foundation", "BeOpen", "CNRI", "Stichting"),
        "Zlib": ("Gailly",),
        "bzip2-1.0.6": ("Seward",),
        "dtoa": ("Lucent",),
    }.items():  # fmt: skip
        for holder in holders:
            assert holder in TEXTS[licence]


def test_what_is_compiled_into_pyodide_is_named_and_what_is_not_is_not(assets: Path) -> None:
    [wasm] = assets.glob("a/*/pyodide.asm.wasm")
    content = wasm.read_bytes()
    for trace, name in TRACES.items():
        assert (trace in content) is (name is not None), trace
        named = re.search(rf"^ *{re.escape(name or trace.decode())}", NOTICE, re.MULTILINE)
        assert bool(named) is (name is not None), trace


def test_the_texts_are_those_of_the_versions_that_are_compiled_in(assets: Path) -> None:
    [wasm] = assets.glob("a/*/pyodide.asm.wasm")
    content = wasm.read_bytes()
    for stated, (name, notice) in STATED.items():
        assert stated in content
        assert notice in (ROOT / name).read_text()


def test_the_versions_in_the_notice_are_those_that_are_built_with(assets: Path) -> None:
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert f"Pyodide {locked['node_modules/pyodide']['version']}," in NOTICE
    pinned = (ROOT / ".ci" / "constraints.txt").read_text()
    [http] = re.findall(r"^pyodide-http==(\S+)$", pinned, re.MULTILINE)
    assert f"pyodide-http {http}," in NOTICE
    lock = json.loads((WEB / "node_modules/pyodide/pyodide-lock.json").read_text())
    assert f"CPython {'.'.join(lock['info']['python'].split('.')[:2])}," in NOTICE


def test_no_package_of_others_is_bundled_into_our_scripts() -> None:
    assert "dependencies" not in json.loads((WEB / "package.json").read_text())
    sources = [*(WEB / "src").rglob("*.ts"), *(WEB / "inspector").glob("*.js")]
    assert len(sources) > 15
    for file in sources:
        imported = re.findall(
            r'^(?:import|export) (?!type)[^;]*?from "([^"]+)"', file.read_text(), re.MULTILINE
        )
        assert all(each.startswith(".") for each in imported), (file, imported)
