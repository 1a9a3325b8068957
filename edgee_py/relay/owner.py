"""Which process has leased an event, and whether it still runs.

An owner is a number written into its leases, and a file of that name beside the outbox that it keeps
locked. The system drops the lock with the process however that ends, so that a lock which can be had
belongs to nobody any more.
"""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
from pathlib import Path

#: What nobody owns: leases of a process that is gone, and those of an earlier version.
NOBODY = 1


class Owner:
    """This process as an owner of leases in one outbox file."""

    def __init__(self, outbox: Path) -> None:
        self.id = secrets.randbits(62) + 2
        self._file = _file(outbox, self.id)
        self._descriptor = _locked(self._file)
        if self._descriptor < 0:  # no room for a file, or no locks here
            self.id = NOBODY  # our leases are anybody's after a restart

    def leave(self) -> None:
        """Own nothing any more."""
        if self._descriptor >= 0:
            self._file.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def _locked(file: Path) -> int:
    """A descriptor that keeps a new file locked; -1 where that cannot be had."""
    descriptor = -1
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        # Somebody has cleared it away before it was locked, and would take us for gone.
    except OSError:
        pass
    if descriptor >= 0:
        os.close(descriptor)
    return -1


def is_gone(outbox: Path, owner: int) -> bool:
    """Whether the process behind an owner's number has ended; what it left behind is cleared away."""
    file = _file(outbox, owner)
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def clear_away(outbox: Path) -> None:
    """Delete the files of owners that ended without leaving: of a site's processes that is nearly each."""
    for file in outbox.parent.glob(f"{glob.escape(outbox.name)}-owner-*"):
        try:
            owner = int(file.name.rpartition("-")[2], 16)
        except ValueError:
            continue
        is_gone(outbox, owner)


def _file(outbox: Path, owner: int) -> Path:
    return outbox.with_name(f"{outbox.name}-owner-{owner:x}")
