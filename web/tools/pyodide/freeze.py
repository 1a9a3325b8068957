"""Runs in Pyodide at build time, last before the memory snapshot: imports all, forgets what is not needed.

Modules that only importing others needs (or that nothing calls in the worker) are emptied: what they
defined is freed, and the build overwrites freed memory with zeros. An emptied module that somebody calls
after all would raise; then the pages would go on without Python. The end-to-end tests go through what the
worker does.
"""

import gc
import importlib
import sys
from email.parser import Parser

import pyodide._package_loader

for entry in ("edgee_py.browser.worker", "edgee_py.browser.transport"):
    importlib.import_module(entry)
# What reading an answer's headers imports only then (pyodide-http does it).
dict(Parser().parsestr("Content-Type: application/json\r\nRetry-After: 1\r\n"))

#: Module names; a name stands for its submodules too.
FORGOTTEN = """
    _opcode_metadata _pyodide._core_docs _pyodide._future_helper _pyodide.docs_argspec _pyodide.docstring
    _pyodide.jsbind _sitebuiltins annotationlib asyncio atexit base64 bz2 calendar codeop compression
    concurrent dis email._encoded_words email._parseaddr email.base64mime email.encoders
    email.iterators email.quoprimime fnmatch glob heapq http importlib._abc importlib.abc
    importlib.readers importlib.resources importlib.util inspect ipaddress keyword locale lzma
    ntpath numbers opcode pathlib queue quopri random reprlib selectors shutil signal site socket ssl
    string struct subprocess tarfile tempfile threading tracemalloc urllib.error urllib.request
    urllib.response zipfile pyodide_http._streaming
""".split()


def is_forgotten(name: str) -> bool:
    """Whether a module goes."""
    return any(name == each or name.startswith(f"{each}.") for each in FORGOTTEN)


# Looks for installed distributions at every start; there are none, and it would need zipfile and pathlib.
pyodide._package_loader.init_loaded_packages = lambda: None

for name, module in list(sys.modules.items()):
    if is_forgotten(name) and (hasattr(module, "__file__") or hasattr(module, "__path__")):
        namespace = vars(module)
        # Functions that outlive their module must find their names gone, not half there.
        namespace.clear()
        namespace["__name__"] = name

# The archive is not there after a restore: nothing may remember what was in it.
sys.modules["zipimport"]._zip_directory_cache.clear()
sys.path_importer_cache.clear()
gc.collect()
sys._clear_internal_caches()
