"""The pytest plugin `edgee`. Whoever has it installed and does not use it pays nothing: imports are late.

def test_an_order_is_reported(page, edgee_serve, edgee_events):
    page.goto(edgee_serve("shop") + "/checkout.html")
    page.click("#buy")
    edgee_events.expect("checkout", value="59.90")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from edgee_py.sandbox import RunningSandbox
    from edgee_py.testing.events import EdgeeEvents
    from edgee_py.testing.relay import RunningRelay


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two lines of the configuration file."""
    parser.addini(
        "edgee_config", "the site's edgee.toml: its mapping and consent count in tests too"
    )
    parser.addini("edgee_path", "where pages look for the relay", default="/_edgee")


@contextmanager
def _testing_extra() -> Iterator[None]:
    """Imports that need the `testing` extra; without it the test fails with the line that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        pytest.fail(
            f"The fixtures of edgee-py need {error.name}: pip install 'edgee-py[testing]'",
            pytrace=False,
        )


@contextmanager
def _readable_settings() -> Iterator[None]:
    """A setting that cannot be fails the test with its one line; no traceback through the relay says more."""
    from edgee_py.pinterest.settings import InvalidSettings

    try:
        yield
    except InvalidSettings as error:
        pytest.fail(f"edgee_settings: {error}", pytrace=False)


@pytest.fixture
def edgee_sandbox() -> Iterator[RunningSandbox]:
    """A stand-in for Pinterest on a free port: `events()`, `requests()`, `answer_with(429)`."""
    with _testing_extra():
        from edgee_py.sandbox import serve

    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def edgee_settings(pytestconfig: pytest.Config) -> Mapping[str, Any]:
    """The site's settings, named as in edgee.toml: those of `edgee_config`. Override it for others.

    `return {"event_names": "standard", "default_consent": "pending"}`.
    """
    file = pytestconfig.getini("edgee_config")
    if not file:
        return {}
    from edgee_py.testing.relay import read_settings

    with _readable_settings():
        return read_settings((pytestconfig.inipath or pytestconfig.rootpath / "x").parent / file)


@pytest.fixture
def edgee_relay(
    edgee_sandbox: RunningSandbox, edgee_settings: Mapping[str, Any], tmp_path: Path
) -> Iterator[RunningRelay]:
    """A relay on a free port that sends to the stand-in; `url` is its address."""
    from edgee_py.testing.relay import run_relay

    with ExitStack() as running:
        with _readable_settings():
            relay = run_relay(edgee_sandbox, edgee_settings, tmp_path / "edgee-outbox.db")
            there = running.enter_context(relay)
        yield there


@pytest.fixture
def edgee_serve(edgee_relay: RunningRelay) -> Callable[[Any], str]:
    """Serve a folder of pages, or an ASGI application, on the relay's own origin; returns the origin."""
    return edgee_relay.serve


@pytest.fixture
def edgee_events(
    request: pytest.FixtureRequest,
    pytestconfig: pytest.Config,
    edgee_relay: RunningRelay,
    edgee_sandbox: RunningSandbox,
) -> Iterator[EdgeeEvents]:
    """What the pages of the test's `page` send, and what becomes of it.

    Pages served elsewhere (`--base-url`) reach the test's relay as well: their requests below
    `edgee_path` are led to it.
    """
    with _testing_extra():
        from edgee_py.testing.events import EdgeeEvents
        from edgee_py.testing.routing import lead_to_relay

    try:
        page = request.getfixturevalue("page")
    except pytest.FixtureLookupError:
        pytest.fail(
            "edgee_events listens to the fixture `page`, and there is none:"
            " pip install 'edgee-py[testing]', or make one with Playwright's sync API",
            pytrace=False,
        )
    lead_to_relay(page.context, edgee_relay, pytestconfig.getini("edgee_path"))
    events = EdgeeEvents(page, edgee_sandbox)
    yield events
    events.close()
