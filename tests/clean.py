"""An environment without settings that the caller has for a relay of another purpose."""

from __future__ import annotations

import os


def clean_environment() -> dict[str, str]:
    """The caller's environment less what would set a relay up."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PINTEREST_", "EDGEE_"))}
