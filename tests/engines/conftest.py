"""One visitor in each engine; relay, shop and sandbox are those of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import (  # noqa: F401 - fixtures, and what shows the server's log
    elsewhere,
    far,
    network,
    pages,
    pytest_runtest_makereport,
    server,
    shop,
    way,
)
from tests.e2e.network import Network
from tests.e2e.sandbox_client import Sandbox
from tests.engines.choice import ENGINES, chosen
from tests.engines.driver import Engine, Tab, Visitor


@pytest.fixture(scope="package", params=chosen())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn."""
    with ENGINES[request.param].launched() as engine:
        yield engine


@pytest.fixture(scope="package")
def engine_without_webassembly(engine: Engine) -> Iterator[Engine]:
    """The same engine where WebAssembly is switched off, as in Apple's lockdown mode."""
    with engine.without_webassembly() as other:
        yield other


@pytest.fixture
def without_webassembly(
    engine_without_webassembly: Engine,
    network: Network,  # noqa: F811 - the fixture
) -> Iterator[Tab]:
    """The tab of a new visitor who has switched WebAssembly off."""
    with engine_without_webassembly.visitor() as visitor:
        yield visitor.new_tab()


@pytest.fixture
def visitor(engine: Engine, network: Network) -> Iterator[Visitor]:  # noqa: F811 - the fixture
    """A new visitor, who is gone before the network is another test's: until then tabs may still post."""
    with engine.visitor() as visitor:
        yield visitor


@pytest.fixture
def tab(visitor: Visitor) -> Tab:
    """The visitor's first tab."""
    return visitor.new_tab()


@pytest.fixture
def sandbox(server: str) -> Iterator[Sandbox]:  # noqa: F811 - the fixture
    """The stand-in for Pinterest, emptied."""
    client = Sandbox(server)
    # What an earlier test has left in the relay's outbox comes now, or it would be counted here.
    client.clear()
    client.wait_for_outbox()
    client.clear()
    yield client
    client.close()
