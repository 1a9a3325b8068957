"""A relay for one test, on a free port, with the test's own pages beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from edgee_py.pinterest.settings import InvalidSettings, PinterestSettings, meant
from edgee_py.relay.app import edgee_relay
from edgee_py.relay.configuration import read_configuration
from edgee_py.relay.server import site
from edgee_py.relay.settings import RelaySettings
from edgee_py.relay.threaded import in_thread
from edgee_py.sandbox import RunningSandbox

_ACCOUNT = "549755885175"

#: What a test's relay decides itself: everything that would reach out of the test.
_OURS = (
    *(
        "pinterest_access_token",
        "pinterest_access_token_file",
        "pinterest_ad_account_id",
        "is_test",
    ),
    *(
        "api_base",
        "origins",
        "outbox",
        "forward",
        "inspector",
        "inspector_secret",
        "metrics_secret",
    ),
)


class _Site:
    """The pages beside the relay; the test says which."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is None:
            from starlette.responses import PlainTextResponse

            text = "Nothing is served here: call edgee_serve(folder)."
            await PlainTextResponse(text, 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class RunningRelay:
    """A relay that answers over HTTP.

    Attributes:
        origin: its server's; the relay is below `/_edgee` there.
    """

    origin: str
    _site: _Site = field(repr=False)

    @property
    def url(self) -> str:
        """The relay's address, without a slash at its end."""
        return f"{self.origin}/_edgee"

    def serve(self, pages: str | Path | ASGIApp) -> str:
        """Serve a folder of pages, or an ASGI application, beside the relay.

        Returns:
            The origin.

        Raises:
            FileNotFoundError: where there is no such folder.
        """
        if isinstance(pages, str | Path):
            folder = Path(pages)
            if not folder.is_dir():
                raise FileNotFoundError(f"edgee_serve: there is no folder {folder.absolute()}")
            self._site.app = StaticFiles(directory=folder, html=True)
        else:
            self._site.app = pages
        return self.origin


@contextmanager
def run_relay(
    sandbox: RunningSandbox, settings: Mapping[str, Any], outbox: Path
) -> Iterator[RunningRelay]:
    """Run a relay until the block ends. settings are named as in edgee.toml.

    Raises:
        InvalidSettings: naming a setting that cannot be.
    """
    relay = edgee_relay(_settings(sandbox, settings, outbox))
    pages = _Site()
    app = site(relay, Mount("/", pages))
    with in_thread(app, stopping=relay.state.relay.feed.close) as origin:
        yield RunningRelay(origin, pages)


def read_settings(file: Path) -> dict[str, Any]:
    """What of a site's edgee.toml a test's relay takes.

    Raises:
        InvalidSettings: where the file cannot be read or holds an impossible value.
    """
    given = read_configuration(file, {})
    return {name: value for name, value in given.items() if name not in _OURS}


def _settings(sandbox: RunningSandbox, given: Mapping[str, Any], outbox: Path) -> RelaySettings:
    mapping = {each.name for each in fields(PinterestSettings)}
    known = mapping | {each.name for each in fields(RelaySettings)}
    for name in given:
        if name not in known:
            raise InvalidSettings(f"{name} is no setting{meant(name, sorted(known))}")
    component = {name: value for name, value in given.items() if name in mapping}
    rest = {name: value for name, value in given.items() if name not in mapping}
    if component:
        rest["pinterest"] = PinterestSettings.from_mapping(component)
    # Tests drive headless browsers, and fast.
    defaults = {"bot_filter": "crawlers", "rate_limit": None}
    ours = {
        "pinterest_access_token": "a-test's",
        "pinterest_ad_account_id": _ACCOUNT,
        "api_base": sandbox.api_base,
        "outbox": f"sqlite://{outbox.absolute()}",
    }
    return RelaySettings(**{**rest, **defaults, **ours})
