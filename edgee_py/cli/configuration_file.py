"""The commented edgee.toml that `edgee init` writes; deploy/edgee.toml is one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files

Value = str | bool | list[str]


def configuration_file(values: Mapping[str, Value]) -> str:
    """The file with some settings set; the others stay commented out, at their defaults.

    values: by name, without `settings.`, as edgee.toml has them.
    """
    text = files("edgee_py.cli").joinpath("edgee.toml").read_text(encoding="utf-8")
    for name, value in values.items():
        # JSON's strings, switches and lists of strings are TOML's too.
        line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
        found = re.search(rf"^(?:# )?(settings\.)?{name} = .*$", text, re.MULTILINE)
        if found is None:
            raise ValueError(f"the file has no {name}")
        text = text[: found.start()] + (found[1] or "") + line + text[found.end() :]
    return text
