"""Disk space set aside for sending.

Nothing leaves a full outbox without a few pages being written first. A file beside it therefore keeps
some megabytes; it is deleted when leasing or settling finds the disk full, and made again once there
is room. Until then nothing new is taken, so that what was given up is used for sending only.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: Room for SQLite's log (4 MB before it is written back) or for what writing it back needs.
SIZE = 4 << 20
#: With less room than this (bytes) a disk counts as full.
LEAST_ROOM = 4 << 20


class Reserve:
    """The space set aside for one outbox file."""

    def __init__(self, outbox: Path) -> None:
        self._path = outbox.with_name(f"{outbox.name}-reserve")

    @property
    def held(self) -> bool:
        """Whether the space is there."""
        return self._path.exists()

    def take(self) -> bool:
        """Set the space aside, a quarter of what is free at most; False where too little is free."""
        try:
            free = shutil.disk_usage(self._path.parent).free
            if free < LEAST_ROOM:
                return False
            self._fill(min(SIZE, free // 4))
        except OSError:
            self.spend()
            return False
        return True

    def spend(self) -> bool:
        """Give the space up; whether there was any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _fill(self, size: int) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, size)
            else:  # random, lest the file system compress it away
                os.write(descriptor, os.urandom(size))
        finally:
            os.close(descriptor)
