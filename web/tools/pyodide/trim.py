"""Runs in Pyodide at build time: writes /target/python.zip, the byte code that the worker's Python needs.

The standard library's modules that starting and importing the data layer load, a margin beside them, and
the browser's half of edgee_py with pyodide-http (from /source). Docstrings, assertions and the standard
library's line tables stay behind: they are a third of the bytes, and of the snapshot's memory.
"""

import importlib
import importlib.util
import marshal
import sys
import zipfile
from pathlib import Path
from types import CodeType

SOURCE, TARGET = Path("/source"), Path("/target/python.zip")
LIBRARY = Path(f"/lib/python{sys.version_info.major}{sys.version_info.minor}.zip")

ENTRIES = ("edgee_py.browser.worker", "edgee_py.browser.transport")

#: Loaded by nothing on the usual way; a codec, a date or a traceback may want them.
MARGIN = """
    _strptime bisect calendar encodings.ascii encodings.idna encodings.latin_1 encodings.punycode
    encodings.utf_16 encodings.utf_16_le encodings.utf_32 linecache stringprep traceback
""".split()

#: Imported by Pyodide and asyncio for what the worker never does: files, processes, sockets, packages.
#: In their place stands a module that has every name asked of it, and nothing behind one.
HOLLOW = """
    asyncio.base_subprocess asyncio.graph asyncio.queues asyncio.selector_events asyncio.sslproto
    asyncio.staggered asyncio.streams asyncio.subprocess asyncio.taskgroups asyncio.threads
    asyncio.trsock calendar email._encoded_words email._parseaddr email.base64mime email.encoders
    email.iterators email.quoprimime ipaddress locale pyodide_http._streaming
    quopri random selectors shutil socket ssl subprocess tempfile zipfile
""".split()

HOLLOW_SOURCE = b"""
__all__ = ()
__path__ = []

class Hollow:
    def __init__(self, *args, **kwargs):
        pass

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Hollow
"""

#: The earliest date that zip can say, so that the same sources give the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)
UNCHECKED_HASH = (1).to_bytes(4, "little") + bytes(8)


def loaded_from(archive: zipfile.ZipFile) -> list[str]:
    """The archive's files behind the modules that are loaded now."""
    names = set(archive.namelist())
    wanted = []
    for module in sorted({*sys.modules, *MARGIN}):
        path = module.replace(".", "/")
        wanted += [name for name in (f"{path}.py", f"{path}/__init__.py") if name in names]
    return wanted


def is_hollow(name: str) -> bool:
    """Whether the module of a file is one of which only names are wanted."""
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return module in HOLLOW


def without_lines(code: CodeType) -> CodeType:
    """The code with a line table that knows no line (a location entry covers up to eight units)."""
    units = len(code.co_code) // 2
    none = 0x80 | 15 << 3
    table = bytes([none | 7] * (units // 8) + ([none | units % 8 - 1] if units % 8 else []))
    consts = tuple(without_lines(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_consts=consts, co_linetable=table)


def byte_code(name: str, source: bytes, *, keep_lines: bool) -> bytes:
    """The contents of a `.pyc` file; in tracebacks the module's file is `name`."""
    source = HOLLOW_SOURCE if is_hollow(name) else source
    code = compile(source, name, "exec", dont_inherit=True, optimize=2)
    body = marshal.dumps(code if keep_lines else without_lines(code))
    return importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + body


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Put one module's byte code into the archive."""
    entry = zipfile.ZipInfo(f"{name}c", NO_DATE)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


own = {
    (name := file.relative_to(SOURCE).as_posix()): byte_code(
        name, file.read_bytes(), keep_lines=name.startswith("edgee_py/")
    )
    for file in sorted(SOURCE.rglob("*.py"))
}
sys.path.insert(0, str(SOURCE))
for entry in ENTRIES:
    importlib.import_module(entry)
# Stored, not deflated: the whole is compressed for transport, and better so.
with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_STORED) as target:
    with zipfile.ZipFile(LIBRARY) as library:
        for name in loaded_from(library):
            add(target, name, byte_code(name, library.read(name), keep_lines=False))
    for name, content in own.items():
        add(target, name, content)
