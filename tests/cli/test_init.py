from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from edgee_py.relay import RelaySettings
from tests.cli.edgee_command import edgee
from tests.cli.terminal import on_terminal
from tests.demo_server import ROOT
from tests.relay_process import relay_process

TOKEN = "pina_4711-canary-token"
NEEDED = ("init", "--account-id", "549755885175", "--consent", "pending")


def test_what_it_writes_is_served_as_it_is(tmp_path: Path) -> None:
    ran = edgee(*NEEDED, "--token-stdin", cwd=tmp_path, stdin=f"{TOKEN}\n")

    assert ran.code == 0, ran.err
    with relay_process(tmp_path / "edgee.toml") as url:
        assert url.startswith("http://127.0.0.1:")
    settings = RelaySettings.load(tmp_path / "edgee.toml", {})
    assert settings.read_token().reveal() == TOKEN
    assert settings.default_consent == "pending"
    assert '<script async id="__EDGEE_SDK__" src="/_edgee/sdk.js"></script>' in ran.lines


def test_the_token_is_for_its_owner_alone_and_shown_nowhere(tmp_path: Path) -> None:
    ran = edgee(*NEEDED, "--token-stdin", cwd=tmp_path, stdin=TOKEN)

    token = tmp_path / "pinterest-token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert token.read_text().strip() == TOKEN
    assert TOKEN not in ran.out + ran.err
    assert TOKEN not in (tmp_path / "edgee.toml").read_text()


def test_a_token_from_the_environment_is_written_nowhere(tmp_path: Path) -> None:
    ran = edgee(*NEEDED, "--json", cwd=tmp_path, PINTEREST_ACCESS_TOKEN=TOKEN)

    assert ran.json["token_file"] is None
    assert [each.name for each in tmp_path.iterdir()] == ["edgee.toml"]
    assert TOKEN not in ran.out + (tmp_path / "edgee.toml").read_text()


def test_consent_is_never_granted_in_silence(tmp_path: Path) -> None:
    ran = edgee("init", "--account-id", "1", cwd=tmp_path)

    assert ran.code == 1
    assert "--consent is needed" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_overwritten_by_force_only(tmp_path: Path) -> None:
    config, token = tmp_path / "edgee.toml", tmp_path / "pinterest-token"
    config.write_text("# mine\n")
    ran = edgee(*NEEDED, "--token-stdin", cwd=tmp_path, stdin=TOKEN)
    assert (ran.code, config.read_text()) == (1, "# mine\n")
    assert "--force" in ran.err

    config.unlink()
    token.write_text("mine")
    assert edgee(*NEEDED, "--token-stdin", cwd=tmp_path, stdin=TOKEN).code == 1
    assert token.read_text() == "mine"
    assert not config.exists()

    forced = edgee(*NEEDED, "--token-stdin", "--force", cwd=tmp_path, stdin=TOKEN)
    assert forced.code == 0, forced.err
    assert token.read_text().strip() == TOKEN


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--account-id", "12a"), "pinterest_ad_account_id"),
        (("--consent", "maybe"), "--consent must be"),
        (("--origin", "shop.example/x"), "origins"),
        (("--outbox", "mysql://x"), "outbox"),
        (("--event-names", "loud"), "event_names"),
        (("--trusted-proxy", "my-proxy"), "trusted_proxies"),
        (("--token-file", "nowhere"), "nowhere cannot be read"),
        (("--relay", "t.shop.example"), "--relay"),
        (("--output", "no/folder/edgee.toml"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_clear_line_and_nothing_is_written(
    flags: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    ran = edgee(*NEEDED, *flags, cwd=tmp_path)

    assert ran.code == 1
    assert said in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_on_a_terminal_it_asks_for_everything_and_asks_again(tmp_path: Path) -> None:
    ran = on_terminal(
        "init",
        cwd=tmp_path,
        answers=[
            ("Ad account", "not digits"),
            ("at most 18 digits", "549755885175"),
            ("environment): ", TOKEN),
            ("Consent (granted, pending or denied)", "yes"),
            ("must be granted, pending or denied", "denied"),
            ("Events (standard or edgee)", "checkouts"),
            ("must be one of edgee, standard", ""),
            ("Sites whose pages may post", "https://shop.example, https://www.shop.example"),
        ],
    )

    assert ran.code == 0, ran.out
    assert TOKEN not in ran.out
    settings = RelaySettings.load(tmp_path / "edgee.toml", {})
    assert settings.default_consent == "denied"
    assert settings.pinterest.event_names == "standard"
    assert settings.origins == ("https://shop.example", "https://www.shop.example")
    assert settings.read_token().reveal() == TOKEN


def test_the_example_in_deploy_is_written_by_it(tmp_path: Path) -> None:
    example = (ROOT / "deploy" / "edgee.toml").read_text()
    flags = ["--account-id", "549755885175", "--consent", "granted"]
    flags += ["--origin", "https://shop.example", "--outbox", "sqlite:///var/lib/edgee/outbox.db"]
    ran = edgee("init", *flags, cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert (tmp_path / "edgee.toml").read_text() == example, (
        f"a setting is shown in one of edgee_py/cli/edgee.toml and deploy/edgee.toml only; "
        f"write the latter anew: edgee init {' '.join(flags)} --force --output deploy/edgee.toml"
    )
    assert len(re.findall(r"^(?:# )?[\w.]+ = ", example, re.MULTILINE)) > 15
