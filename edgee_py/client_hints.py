"""What a worker knows of the browser, in the names and forms of Edgee's `context.client`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXTS: dict[str, str] = {
    "architecture": "user_agent_architecture",
    "bitness": "user_agent_bitness",
    "model": "user_agent_model",
    "platform": "os_name",
    "platformVersion": "os_version",
    "timezone": "timezone",
}
_LISTS: dict[str, str] = {
    "brands": "user_agent_version_list",
    "fullVersionList": "user_agent_full_version_list",
}


def read_client_hints(said: object) -> dict[str, Any]:
    """What `navigator.userAgentData.getHighEntropyValues()` says, and the time zone beside it.

    Edgee writes lists of brands as `Chromium;131.0.6778.109|Not_A Brand;24.0.0.0`, and whether the
    device is mobile as "0" or "1" (its SDK 1.2.0 and server).
    """
    if not isinstance(said, Mapping):
        return {}
    client: dict[str, Any] = {}
    for hint, name in _TEXTS.items():
        if isinstance(text := said.get(hint), str) and text:
            client[name] = text
    for hint, name in _LISTS.items():
        if brands := _brands(said.get(hint)):
            client[name] = brands
    if isinstance(mobile := said.get("mobile"), bool):
        client["user_agent_mobile"] = "1" if mobile else "0"
    return client


def _brands(given: object) -> str:
    return "|".join(
        f"{each.get('brand', '')};{each.get('version', '')}"
        for each in (given if isinstance(given, list) else [])
        if isinstance(each, Mapping)
    )
