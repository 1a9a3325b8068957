"""What the commands about the ad account share: settings, token, one question to Pinterest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from edgee_py.cli.output import Output
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.account_api import AccountApi, AccountError
from edgee_py.relay.secret import Secret
from edgee_py.relay.settings import RelaySettings

Result = TypeVar("Result")


def account_settings(config: Path | None, out: Output) -> RelaySettings:
    """The settings, with an ad account in them; a command without one ends."""
    try:
        settings = RelaySettings.load(config)
        settings.require_account_id()
    except InvalidSettings as error:
        out.fail(error)
    return settings


def ask_account(
    settings: RelaySettings,
    out: Output,
    doing: str,
    question: Callable[[AccountApi], Awaitable[Result]],
) -> Result:
    """Put a question to the account's endpoints; where Pinterest refuses, the command ends."""

    async def ask() -> Result:
        api = AccountApi(settings.api_base, settings.pinterest_ad_account_id, _token(settings))
        try:
            return await question(api)
        finally:
            await api.close()

    try:
        with out.working(doing):
            return asyncio.run(ask())
    except (InvalidSettings, AccountError) as error:
        out.fail(error)


def _token(settings: RelaySettings) -> Secret:
    """The OAuth token, else the one that events are sent with: it may be one."""
    given = os.environ.get("PINTEREST_OAUTH_TOKEN", "").strip()
    return RelaySettings(pinterest_access_token=given or settings.read_token()).read_token()
