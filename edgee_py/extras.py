"""Optional dependencies: what a missing one is called where somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Name the extra that brings a module which `what` imports, and which is not there.

    Raises:
        ModuleNotFoundError: with the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "edgee_py").partition(".")[0]
        if package == "edgee_py":
            raise
        raise ModuleNotFoundError(
            f"{what} needs {package}: pip install 'edgee-py[{extra}]'", name=error.name
        ) from None
