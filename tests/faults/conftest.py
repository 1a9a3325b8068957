"""What fault tests share."""

from __future__ import annotations

import os
import random

import pytest


@pytest.fixture
def seed() -> int:
    """Printed where a test fails; FAULT_SEED gives the same again."""
    given = os.environ.get("FAULT_SEED")
    found = int(given) if given else random.SystemRandom().randrange(1_000_000)
    print(f"FAULT_SEED={found}")
    return found
