"""A stand-in for Pinterest, and a folder with a configuration for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest

from edgee_py.sandbox import RunningSandbox, serve
from tests.cli.edgee_command import Ran, edgee

ACCOUNT = "549755885175"
TOKEN = "conversion-canary-token"
OAUTH_TOKEN = "oauth-canary-token"

Edgee = Callable[..., Ran]


@pytest.fixture(scope="session")
def running() -> Iterator[RunningSandbox]:
    with serve(TOKEN, oauth_token=OAUTH_TOKEN, accounts=[ACCOUNT]) as sandbox:
        yield sandbox


@pytest.fixture
def pinterest(running: RunningSandbox) -> Iterator[RunningSandbox]:
    """The stand-in, emptied."""
    running.clear()
    yield running
    httpx2.delete(f"{running.url}/_control").raise_for_status()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with an edgee.toml for the stand-in's account, and the token in a file beside it."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    (tmp_path / "edgee.toml").write_text(
        '[[components.data_collection]]\nid = "pinterest_capi"\n'
        f'settings.pinterest_ad_account_id = "{ACCOUNT}"\n'
        f'settings.pinterest_access_token_file = "{token}"\n'
        'settings.event_names = "standard"\n'
        f'[relay]\norigins = ["https://shop.example"]\noutbox = "sqlite://{tmp_path}/outbox.db"\n'
    )
    return tmp_path


@pytest.fixture
def at_home(home: Path, pinterest: RunningSandbox) -> Edgee:
    """`edgee …` in that folder, with the stand-in in Pinterest's place and an OAuth token."""
    return partial(
        edgee,
        cwd=home,
        PINTEREST_API_BASE=pinterest.api_base,
        PINTEREST_OAUTH_TOKEN=OAUTH_TOKEN,
    )
