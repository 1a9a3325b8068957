"""What of edgee-py's metadata depends on its version; hatchling runs it."""

from __future__ import annotations

from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ExtrasHook(MetadataHookInterface):
    """The extras of pyproject.toml, with the runtime of this very version where they ask for it."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in `optional-dependencies`."""
        runtime = f"edgee-py-runtime=={metadata['version']}"
        metadata["optional-dependencies"] = {
            extra: [runtime if each == "edgee-py-runtime" else each for each in needs]
            for extra, needs in self.config["optional-dependencies"].items()
        }
