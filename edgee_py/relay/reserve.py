"""Disk space set aside for sending.

Nothing leaves a full outbox without a few pages being written first, and for them SQLite's log may have
to be written back into the outbox's file, which then grows by as much. A file beside it therefore keeps
room for that; it is deleted when leasing or settling finds the disk full, and made again once there is
room. Until then nothing new is taken, so that what was given up is used for sending only.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: What writing SQLite's log back may need (bytes). The log is written back once it is longer than 1000
#: pages of 4 KiB; one transaction, of 2 MB and what the indexes need, may go beyond that.
SIZE = 8 << 20
#: With less room than this (bytes) besides the reserve a disk counts as full.
LEAST_ROOM = 4 << 20


class Reserve:
    """The space set aside for one outbox file."""

    def __init__(self, outbox: Path) -> None:
        self._path = outbox.with_name(f"{outbox.name}-reserve")

    @property
    def held(self) -> bool:
        """Whether all of the space is there."""
        try:
            return self._path.stat().st_size >= SIZE
        except OSError:
            return False

    @property
    def free(self) -> int:
        """Bytes free on the disk, besides the reserve."""
        return shutil.disk_usage(self._path.parent).free

    def take(self) -> bool:
        """Set the space aside; False where too little is free."""
        try:
            if self.free < SIZE + LEAST_ROOM:
                return False
            self._fill()
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

    def _fill(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, SIZE)
            else:  # random, lest the file system compress it away
                os.write(descriptor, os.urandom(SIZE))
        finally:
            os.close(descriptor)
