"""edgee.toml and the environment, read into the arguments of RelaySettings."""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgee_py.pinterest.settings import (
    COMPONENT_NAMES,
    InvalidSettings,
    PinterestSettings,
    meant,
    parse_bool,
    require_no_slip,
)

logger = logging.getLogger("edgee.relay")

#: What `[relay]` may hold. Anything else is a slip of the pen and is refused.
RELAY_NAMES = (
    "origins",
    "outbox",
    "forward",
    "default_consent",
    "respect_gpc",
    "rate_limit",
    "body_limit",
    "bot_filter",
    "trusted_proxies",
    "inspector",
    "inspector_secret",
    "metrics_secret",
    "log_format",
    "assets",
)
#: Those of them that are one text.
_TEXTS = (
    "outbox",
    "default_consent",
    "bot_filter",
    "inspector_secret",
    "metrics_secret",
    "log_format",
)
#: Sections of edgee.toml. All but two are Edgee's own and mean nothing here.
_TABLES = (
    "relay",
    "components",
    "http",
    "https",
    "routing",
    "backends",
    "compute",
    "log",
    "monitor",
    "data_collection",
    "manifest",
)
_TOKEN_NAMES = ("pinterest_access_token", "pinterest_access_token_file")
_ACCOUNT_NAMES = (*_TOKEN_NAMES, "pinterest_ad_account_id", "is_test")


def read_configuration(
    file: Path | str | None, environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The arguments of RelaySettings; the environment wins over the file.

    Raises:
        InvalidSettings: where the file cannot be read, or a setting is unknown or impossible.
    """
    document = _read_file(Path(file)) if file is not None else {}
    _check_tables(document)
    settings = _component(document) | _relay(document)
    return settings | _environment(os.environ if environ is None else environ)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path} is no valid TOML: {error}") from None
    except RecursionError:
        raise InvalidSettings(f"{path} is no valid TOML: it is nested too deeply") from None


def _check_tables(document: Mapping[str, Any]) -> None:
    for name in document:
        if name not in _TABLES:
            raise InvalidSettings(
                f"[{name}] is no section{meant(name, ('relay', 'components'))}; there are"
                f" [[components.data_collection]] and [relay], and Edgee's own"
            )


def _component(document: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of Edgee's `[[components.data_collection]]` entry that names us."""
    given = _component_settings(document)
    known = (*_ACCOUNT_NAMES, *PinterestSettings.names())
    require_no_slip(given, known)
    if unknown := sorted(set(given) - set(known)):
        # Edgee's own runtime has settings that mean nothing here; they are no reason not to start.
        logger.warning("settings of pinterest_capi that are not used: %s", ", ".join(unknown))
    taken: dict[str, Any] = {"pinterest": PinterestSettings.from_mapping(given)}
    if "is_test" in given:
        taken["is_test"] = parse_bool("is_test", given["is_test"])
    if "pinterest_ad_account_id" in given:
        taken["pinterest_ad_account_id"] = str(given["pinterest_ad_account_id"])
    token, file = (_text(given, name) if name in given else "" for name in _TOKEN_NAMES)
    if token and file:
        raise InvalidSettings(f"{' and '.join(_TOKEN_NAMES)} are both set; keep one")
    taken |= _token_of(token, file)
    return taken


def _token_of(token: str, file: str) -> dict[str, Any]:
    """The one way to the token that counts: it leaves no other."""
    if file:
        return {"pinterest_access_token": "", "pinterest_access_token_file": Path(file)}
    if token:
        return {"pinterest_access_token": token, "pinterest_access_token_file": None}
    return {}


def _component_settings(document: Mapping[str, Any]) -> Mapping[str, Any]:
    components = document.get("components", {})
    listed = components.get("data_collection", []) if isinstance(components, Mapping) else []
    if not isinstance(listed, list):
        raise InvalidSettings(
            "components.data_collection must be a list: write [[components.data_collection]]"
        )
    entries = [each for each in listed if isinstance(each, Mapping)]
    for id_ in (str(each.get("id", "")) for each in entries):
        if id_ not in COMPONENT_NAMES and (words := meant(id_.lower(), COMPONENT_NAMES)):
            raise InvalidSettings(f"components.data_collection: no id is {id_[:60]!r}{words}")
    ours = [each for each in entries if each.get("id") in COMPONENT_NAMES]
    if len(ours) > 1:
        raise InvalidSettings("components.data_collection names pinterest_capi more than once")
    settings = ours[0].get("settings", {}) if ours else {}
    if not isinstance(settings, Mapping):
        raise InvalidSettings("components.data_collection: settings must be a table")
    return settings


def _relay(document: Mapping[str, Any]) -> dict[str, Any]:
    given = document.get("relay", {})
    if not isinstance(given, Mapping):
        raise InvalidSettings("relay must be a table: [relay]")
    for name in given:
        if name not in RELAY_NAMES:
            raise InvalidSettings(
                f"[relay] {name} is no setting{meant(name, RELAY_NAMES)};"
                f" there are {', '.join(RELAY_NAMES)}"
            )
    taken: dict[str, Any] = dict(given)
    for name in _TEXTS:
        if name in given:
            taken[name] = _text(given, name)
    for name in ("origins", "trusted_proxies"):
        if name in given:
            taken[name] = _texts(given, name)
    for name in ("forward", "respect_gpc"):
        if name in given:
            taken[name] = parse_bool(name, given[name])
    if "rate_limit" in given:
        taken["rate_limit"] = _rate("rate_limit", given["rate_limit"])
    if "inspector" in given:
        taken["inspector"] = "on" if parse_bool("inspector", given["inspector"]) else "off"
    if "assets" in given:
        taken["assets"] = folder = Path(_text(given, "assets"))
        if not (folder / "sdk.js").is_file():
            raise InvalidSettings(f"assets: {folder} is no folder of the built browser half")
    return taken


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    taken: dict[str, Any] = _token(given)
    for name, setting in (
        ("PINTEREST_AD_ACCOUNT_ID", "pinterest_ad_account_id"),
        ("PINTEREST_API_BASE", "api_base"),
        ("EDGEE_OUTBOX", "outbox"),
        ("EDGEE_INSPECTOR_SECRET", "inspector_secret"),
        ("EDGEE_METRICS_SECRET", "metrics_secret"),
        ("EDGEE_LOG_FORMAT", "log_format"),
    ):
        if name in given:
            taken[setting] = given[name]
    if "PINTEREST_IS_TEST" in given:
        taken["is_test"] = parse_bool("PINTEREST_IS_TEST", given["PINTEREST_IS_TEST"])
    if "EDGEE_FORWARD" in given:
        taken["forward"] = parse_bool("EDGEE_FORWARD", given["EDGEE_FORWARD"])
    if "EDGEE_ORIGINS" in given:
        taken["origins"] = tuple(filter(None, map(str.strip, given["EDGEE_ORIGINS"].split(","))))
    if "EDGEE_RATE_LIMIT" in given:
        taken["rate_limit"] = _rate("EDGEE_RATE_LIMIT", given["EDGEE_RATE_LIMIT"])
    return taken


def _token(given: Mapping[str, str]) -> dict[str, Any]:
    if "PINTEREST_ACCESS_TOKEN" in given and "PINTEREST_ACCESS_TOKEN_FILE" in given:
        raise InvalidSettings(
            "PINTEREST_ACCESS_TOKEN and PINTEREST_ACCESS_TOKEN_FILE are both set; keep one"
        )
    return _token_of(
        given.get("PINTEREST_ACCESS_TOKEN", ""), given.get("PINTEREST_ACCESS_TOKEN_FILE", "")
    )


def _rate(name: str, value: object) -> int | None:
    text = str(value).strip().lower()
    if text in ("off", "false"):
        return None
    if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) > 0:
        return int(text)
    raise InvalidSettings(f"{name} must be requests a minute or off, not {text[:40]!r}")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given[name]
    if not isinstance(value, str):
        raise InvalidSettings(f"{name} must be a string")
    return value


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given[name]
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise InvalidSettings(f"{name} must be a list of strings")
