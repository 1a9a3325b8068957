"""The journal of calls on the device, in the facade's format: `{"v": 1, "calls": […]}`.

In a page the facade keeps it; here is the same for Python that runs without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from edgee_py.call import MAX_CALLS
from edgee_py.plain import NotPlain, loads
from edgee_py.state import JOURNAL_KEY

_VERSION = 1


class Journal:
    """The calls whose end is not known yet, in a mapping that outlives the program (or does not)."""

    def __init__(self, storage: MutableMapping[str, str]) -> None:
        self._storage = storage

    def entries(self) -> list[dict[str, Any]]:
        """The records, oldest first; a later version's journal reads as empty."""
        document = self._read()
        calls = document.get("calls") if document.get("v") == _VERSION else None
        return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []

    def append(self, record: Mapping[str, Any]) -> None:
        """Note a call. Past `MAX_CALLS` the oldest are forgotten; which of them end, the runtime decides."""
        self._write([*self.entries(), dict(record)][-MAX_CALLS:])

    def update(self, strike: Iterable[str], keep: Mapping[str, dict[str, Any]]) -> None:
        """Take records out, and put others in the place of those with the same id."""
        ended = set(strike)
        records = [each for each in self.entries() if each.get("id") not in ended]
        self._write([keep.get(str(each.get("id")), each) for each in records])

    def _read(self) -> dict[str, Any]:
        try:
            document = loads(self._storage.get(JOURNAL_KEY) or "{}")
        except NotPlain:
            return {}
        return document if isinstance(document, dict) else {}

    def _write(self, records: list[dict[str, Any]]) -> None:
        version = self._read().get("v", 0)
        if isinstance(version, int) and version > _VERSION:
            return
        if records:
            document = {"v": _VERSION, "calls": records}
            self._storage[JOURNAL_KEY] = json.dumps(document, separators=(",", ":"))
        else:
            self._storage.pop(JOURNAL_KEY, None)
