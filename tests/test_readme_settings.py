"""The settings of docs/settings.md against the code: each name, each default, each variable of the environment."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import build
from edgee_py.cli.app import app as command_line
from edgee_py.pinterest.settings import InvalidSettings, PinterestSettings
from edgee_py.relay import RelaySettings
from edgee_py.relay.configuration import RELAY_NAMES
from edgee_py.relay.secret import Secret
from tests.readme import (
    RELAY,
    SENTENCES,
    Row,
    blocks,
    code,
    codes,
    configuration,
    sources,
    table,
    tables,
)


def one_each(rows: list[Row]) -> list[Row]:
    """A row for each of the settings that share one."""
    return [[f"`{name}`", *row[1:]] for row in rows for name in codes(row[0])]


COMPONENT_TABLE, RELAY_TABLE = map(one_each, tables("Setting", "Environment", "Default", "Meaning"))
ENVIRONMENT_TABLE = table("Environment", "In code", "Default", "Meaning")


def plain(value: Any) -> Any:
    """A setting's value as TOML has it."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def written(cell: str) -> Any:
    """The value that a default's cell shows."""
    if cell == "none":
        return None
    return "" if cell == "required" else tomllib.loads(f"value = {code(cell)}")["value"]


def test_every_setting_is_in_a_table_and_every_row_is_a_setting() -> None:
    in_file = [code(row[0]) for row in COMPONENT_TABLE + RELAY_TABLE]
    in_code = [code(row[1]) for row in ENVIRONMENT_TABLE if row[1]]
    known = {each.name for each in (*fields(RelaySettings), *fields(PinterestSettings))}
    assert sorted(in_file + in_code) == sorted(known - {"pinterest"})
    assert tuple(code(row[0]) for row in RELAY_TABLE) == RELAY_NAMES


@pytest.mark.parametrize(
    ("name", "default"),
    [(code(row[0]), row[2]) for row in COMPONENT_TABLE + RELAY_TABLE]
    + [(code(row[1]), row[2]) for row in ENVIRONMENT_TABLE if row[1]],
)
def test_each_default_is_the_codes(name: str, default: str) -> None:
    settings = RelaySettings()
    holder = settings if hasattr(settings, name) else settings.pinterest
    assert plain(getattr(holder, name)) == written(default)


def test_what_is_said_to_be_required_is() -> None:
    required = [code(row[0]) for row in COMPONENT_TABLE if row[2] == "required"]
    given: dict[str, Any] = dict.fromkeys(required, "1")
    RelaySettings(**given).require_account()
    for name in required:
        with pytest.raises(InvalidSettings, match=name):
            RelaySettings(**{**given, name: ""}).require_account()


def test_the_defaults_written_to_a_file_are_the_defaults(tmp_path: Path) -> None:
    def lines(rows: Sequence[Row], prefix: str = "") -> str:
        shown = [(code(row[0]), row[2]) for row in rows if row[2] not in ("none", "required")]
        return "".join(f"{prefix}{name} = {code(default)}\n" for name, default in shown)

    file = tmp_path / "edgee.toml"
    head = '[[components.data_collection]]\nid = "pinterest_capi"\n'
    file.write_text(head + lines(COMPONENT_TABLE, "settings.") + "[relay]\n" + lines(RELAY_TABLE))
    loaded, default = RelaySettings.load(file, {}), RelaySettings()
    assert loaded.pinterest == default.pinterest
    assert loaded.trusted_networks == default.trusted_networks
    for name in RELAY_NAMES:
        if name != "trusted_proxies":  # a word and a list of one word are the same networks
            assert getattr(loaded, name) == getattr(default, name), name


#: A value for each variable that differs from the default, and the setting as it must then be.
SAMPLES: dict[str, tuple[str, Any]] = {
    "PINTEREST_ACCESS_TOKEN": ("t", "t"),
    "PINTEREST_ACCESS_TOKEN_FILE": ("/run/token", Path("/run/token")),
    "PINTEREST_AD_ACCOUNT_ID": ("7", "7"),
    "PINTEREST_API_BASE": ("http://localhost:1/v5", "http://localhost:1/v5"),
    "PINTEREST_IS_TEST": ("true", True),
    "EDGEE_ORIGINS": (
        "https://a.example, https://b.example",
        ["https://a.example", "https://b.example"],
    ),
    "EDGEE_OUTBOX": ("sqlite:///x.db", "sqlite:///x.db"),
    "EDGEE_FORWARD": ("false", False),
    "EDGEE_RATE_LIMIT": ("off", None),
    "EDGEE_LOG_FORMAT": ("json", "json"),
    "EDGEE_METRICS_SECRET": ("count-on-me-count-on-me", "count-on-me-count-on-me"),
    "EDGEE_INSPECTOR_SECRET": ("open-sesame-open-sesame", "open-sesame-open-sesame"),
}


@pytest.mark.parametrize(
    ("variable", "name"),
    [(code(row[1]), code(row[0])) for row in COMPONENT_TABLE + RELAY_TABLE if row[1]]
    + [(code(row[0]), code(row[1])) for row in ENVIRONMENT_TABLE if row[1]],
)
def test_each_variable_sets_its_setting_over_the_file(
    variable: str, name: str, tmp_path: Path
) -> None:
    text, expected = SAMPLES[variable]
    file = configuration(tmp_path)
    assert plain(getattr(RelaySettings.load(file, {}), name)) != expected
    assert plain(getattr(RelaySettings.load(file, {variable: text}), name)) == expected


def test_every_variable_the_package_reads_is_named() -> None:
    read = set(re.findall(r'"((?:PINTEREST|EDGEE)_[A-Z_]+)"', sources("edgee_py", ".py")))
    rows = [row[1] for row in COMPONENT_TABLE + RELAY_TABLE] + [row[0] for row in ENVIRONMENT_TABLE]
    assert {code(cell) for cell in rows if cell} == read


def test_the_default_port(monkeypatch: pytest.MonkeyPatch) -> None:
    [row] = [row for row in ENVIRONMENT_TABLE if code(row[0]) == "EDGEE_PORT"]
    monkeypatch.delenv("EDGEE_PORT", raising=False)
    assert build.parse(["serve"]).port == int(code(row[2]))
    serve: Any = get_command(command_line).commands["serve"]  # type: ignore[attr-defined]
    [port] = [each for each in serve.params if each.name == "port"]
    assert (port.default, port.envvar) == (int(code(row[2])), "EDGEE_PORT")


def test_the_outbox_of_several_machines() -> None:
    [line] = blocks("text", "Several machines")
    settings = RelaySettings(outbox=tomllib.loads(line)["outbox"])
    assert settings.outbox.startswith("nats://")
    [names] = re.findall(r"Any number of relays publish.*?outboxes of one cluster", SENTENCES)
    options = "&".join(each.strip("&=") + "=7" for each in re.findall(r"`(&\w+=)", names))
    assert "dedupe_hours" in options
    RelaySettings(outbox=f"tls://user:password@one.internal/?{options}")


def test_the_example_file(tmp_path: Path) -> None:
    settings = RelaySettings.load(configuration(tmp_path), {})
    settings.require_account()
    assert settings.origins == (RELAY.removesuffix("/_edgee"),)
    assert settings.pinterest == PinterestSettings(
        event_names="standard", event_map={"Lamp reserved": "lead"}
    )
