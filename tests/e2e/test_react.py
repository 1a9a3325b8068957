"""The npm package in pages with React: drawn in the browser, and drawn by a server first."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import build
from tests.e2e.conftest import PageErrors
from tests.e2e.journey import hashed, names, settled, stored
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.npm.project import REACT_18, Project, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("react") / "project")


OpenReact = Callable[..., str]


@pytest.fixture
def react(project: Project, pages: Path, shop: OpenShop) -> OpenReact:
    """Publish a React page, and return its address."""

    def publish(name: str, *, version: str = "19", server: bool = False) -> str:
        source = project.folder / name
        alias = REACT_18 if version == "18" else None
        script = pages / "t" / "npm" / f"{source.stem}-{version}.js"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(project.bundle(source, alias=alias))
        drawn = ""
        if server:
            program = project.bundle(source, alias=alias, server=True)
            drawn = subprocess.run(
                [build.node(), "--input-type=commonjs"],
                input=program, check=True, capture_output=True, text=True,
            ).stdout.strip()  # fmt: skip
            assert drawn.count("__EDGEE_SDK__") == 1
        body = f'<div id="root">{drawn}</div><script type="module" src="/t/npm/{script.name}"></script>'
        return shop(body, path="/t/npm/shop.html", tag="")

    return publish


@pytest.mark.parametrize("version", ["18", "19"])
@pytest.mark.parametrize("drawn", [False, True], ids=["browser", "server"])
def test_a_shop_made_with_react(
    page: Page, react: OpenReact, sandbox: Sandbox, errors: PageErrors, version: str, drawn: bool
) -> None:
    page.goto(react("shop.tsx", version=version, server=drawn))
    # Drawn in the browser, the script may come after the page's load, and not know of a page left before.
    page.wait_for_function("window.edgee && edgee.flush")
    page.click("#buy")
    page.click("#go")
    events = settled(page, sandbox, 5)
    assert sorted(
        (event["event_name"], name) for event, name in zip(events, names(events), strict=True)
    ) == [
        ("custom", "bought"),
        ("custom", "shown"),
        ("lead", ""),
        ("page_visit", "</script>Lamp"),
        ("page_visit", "A page of the test"),
    ]
    at = {name: event for event, name in zip(events, names(events), strict=True)}
    assert at["A page of the test"]["event_source_url"].endswith("/t/npm/cart.html")
    assert at["bought"]["user_data"]["external_id"] == [hashed("u-1")]
    assert page.locator("script#__EDGEE_SDK__").count() == 1


@pytest.mark.parametrize("version", ["18", "19"])
def test_a_page_written_for_react_edgee(
    page: Page, react: OpenReact, sandbox: Sandbox, version: str
) -> None:
    page.goto(react("reference-page.tsx", version=version))
    page.wait_for_function("window.edgee && edgee.flush")
    for name in ("Accept Consent", "Click Me", "Identify User", "Track Page"):
        for button in page.get_by_role("button", name=name).all():
            button.click()
    declared, clicked, user, visit = settled(page, sandbox, 4)
    assert [event["event_name"] for event in (declared, clicked, user, visit)] == [
        "custom",
        "custom",
        "lead",
        "page_visit",
    ]
    assert declared["custom_data"] == {"content_name": "Declared"}
    # "by name", which comes next, is not for Pinterest.
    assert clicked["custom_data"] == {"content_name": "button_click", "value": "1"}
    assert [event["user_data"]["external_id"] for event in (declared, clicked)] == [
        [hashed("u-1")]
    ] * 2
    assert user["user_data"]["external_id"] == [hashed("12345")]
    assert visit["user_data"]["external_id"] == [hashed("12345")]
    assert visit["event_source_url"] == "https://example.com"
    assert visit["custom_data"]["content_name"] == "HomePage"
    assert stored(page, "_edgee")["consent"] == "granted"
    # It has the component twice, and the script once.
    assert page.locator("script#__EDGEE_SDK__").count() == 1


def test_where_the_script_is_blocked_the_page_goes_on(
    page: Page, react: OpenReact, errors: PageErrors
) -> None:
    errors.allow("ERR_FAILED")
    page.route("**/_edgee/sdk.js", lambda route: route.abort())
    page.goto(react("by-hand.ts"))
    page.wait_for_function("window.told")
    # What would have been sent waits in the page, in order.
    assert page.evaluate("told") == {"came": False, "waiting": 2}
    assert page.evaluate("edgee") == [
        ["track", "one", {"pinterest_capi": True}],
        ["consent", "granted"],
    ]


def test_the_loader_by_itself(page: Page, react: OpenReact, sandbox: Sandbox) -> None:
    page.goto(react("by-hand.ts"))
    page.wait_for_function("window.told")
    assert page.evaluate("told") == {"came": True, "waiting": 0}
    tag = page.locator("script#__EDGEE_SDK__")
    assert (tag.count(), tag.get_attribute("data-consent")) == (1, "granted")
    assert tag.get_attribute("data-spa") is None
    events = settled(page, sandbox, 2)
    assert {event["event_name"] for event in events} == {"page_visit", "custom"}
