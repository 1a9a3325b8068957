"""Whoever lacks an optional dependency is told which extra brings it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from edgee_py.extras import needing


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("from edgee_py.relay import edgee_relay", "edgee_relay"),
        ("import edgee_py.sandbox", "edgee_py.sandbox"),
    ],
)
def test_an_import_without_its_extra_names_it(statement: str, what: str) -> None:
    program = f"import sys; sys.modules['starlette'] = None; {statement}"
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert last == f"ModuleNotFoundError: {what} needs starlette: pip install 'edgee-py[relay]'"


def test_a_module_of_our_own_is_brought_by_no_extra() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named"), needing("relay", "this"):
        import edgee_py.no_such_module  # noqa: F401
