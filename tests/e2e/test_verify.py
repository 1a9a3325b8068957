"""`edgee verify` over real pages: the demo shop, and pages with something wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from edgee_py.sandbox import serve
from tests.cli.edgee_command import EDGEE, Ran, edgee, environment
from tests.cli.terminal import on_terminal
from tests.e2e.pages import TAG, Elsewhere, OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.readme import configuration
from tests.relay_process import relay_process

PENDING = TAG.replace("<script ", '<script data-consent="pending" ')


def early(call: str) -> str:
    """A call that is made whether or not the script has arrived."""
    return f"<script>(window.edgee = window.edgee || []).push({call})</script>"


def called(ran: Ran) -> list[tuple[str, str, str]]:
    """Method, Pinterest's event and outcome of each event."""
    events = ran.json["events"]
    return [(each["method"], each["event_name"], each["outcome"]) for each in events]


def by_method(ran: Ran, method: str) -> dict[str, Any]:
    [event] = [each for each in ran.json["events"] if each["method"] == method]
    return dict(event)


def test_a_page_is_reported_whole(shop: OpenShop, sandbox: Sandbox, tmp_path: Path) -> None:
    track = '{name: "Lamp opened", properties: {value: 59.9, colour: "red"}}'
    url = shop(head=early(f'["track", {track}]'), path="/t/v1.html")
    ran = edgee("verify", url, "--screenshot", "page.png", "--json", cwd=tmp_path)

    assert ran.code == 0, ran.out
    assert sorted(called(ran)) == [
        ("load", "page_visit", "delivered"),
        ("track", "custom", "delivered"),
    ]
    opened = by_method(ran, "track")
    assert opened["event"]["custom_data"] == {"content_name": "Lamp opened", "value": "59.9"}
    assert any("colour" in each for each in opened["problems"])
    assert ran.json["quality"]["custom"]["user_agent"] == 1
    assert ran.json["next"]["identifier"] == "hashed_email"
    # The worker that posts is one that Playwright does not know of.
    assert [each["status"] for each in ran.json["posts"]] == [202] * len(ran.json["posts"])
    assert ran.json["posts"]
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    ours = {by_method(ran, each)["event"]["event_id"] for each in ("load", "track")}
    # Workers of earlier pages may still be sending.
    arrived = [each["event"]["event_id"] for each in sandbox.wait_for(2)]
    assert sorted(each for each in arrived if each in ours) == sorted(ours)


def test_a_refused_call_fails_with_its_reason(shop: OpenShop, tmp_path: Path) -> None:
    url = shop(head=early("['track', '']"), path="/t/v2.html")
    ran = edgee("verify", url, "--junit", "junit.xml", cwd=tmp_path)
    assert ran.code == 1
    assert (
        'wrong  track  refused  missing_name: Give the event a name: edgee.track("name")' in ran.out
    )
    failures = ElementTree.parse(tmp_path / "junit.xml").getroot().findall(".//failure")
    assert [each.get("type") for each in failures] == ["missing_name"]
    assert edgee("verify", url, "--allow", "missing_name", cwd=tmp_path).code == 0


def test_consent_holds_events_until_the_visitor_grants(shop: OpenShop, tmp_path: Path) -> None:
    url = shop(tag=PENDING, path="/t/v3.html")
    ran = edgee("verify", url, "--json", cwd=tmp_path)
    assert (ran.code, called(ran)) == (0, [("load", "", "held")])
    [note] = ran.json["notes"]
    assert "--consent granted" in note
    ran = edgee("verify", url, "--consent", "granted", "--json", cwd=tmp_path)
    assert (ran.code, called(ran)) == (0, [("load", "page_visit", "delivered")])
    assert ran.json["notes"] == []


def test_a_call_that_came_too_early_is_told(shop: OpenShop, tmp_path: Path) -> None:
    url = shop(head="<script>edgee.track('x')</script>", path="/t/v8.html")
    ran = edgee("verify", url, cwd=tmp_path)
    assert "edgee is not defined (see edgee snippet --stub)" in ran.out


def test_a_page_without_edgee_fails_and_says_what_is_missing(
    shop: OpenShop, server: str, tmp_path: Path
) -> None:
    bare, astray = shop(tag="", path="/t/v4.html"), TAG.replace("/_edgee/", "/elsewhere/")
    lost = shop(tag=astray, path="/t/v4b.html")
    ran = edgee("verify", bare, lost, "--timeout", "3", "--json", cwd=tmp_path)
    assert ran.code == 1
    without, with_tag = (each["error"] for each in ran.json["steps"])
    assert without == "edgee is not on this page: it has no tag (see edgee snippet)"
    assert f"the tag is there, but {server}/elsewhere/sdk.js was answered 404 (" in with_tag


def test_a_page_that_is_not_there_fails_with_a_picture(server: str, tmp_path: Path) -> None:
    ran = edgee("verify", f"{server}/nowhere.html", "--screenshot", "page.png", cwd=tmp_path)
    assert (ran.code, "the site answered 404" in ran.out) == (1, True)
    assert (tmp_path / "page.png").is_file()


def test_a_site_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ran = edgee("verify", f"http://127.0.0.1:{port}/", cwd=tmp_path)
    assert ran.code == 1
    said = "nothing answers there; is the site running? (ERR_CONNECTION_REFUSED)"
    assert ran.lines[0] == f"wrong  goto http://127.0.0.1:{port}/: {said}"


def test_where_an_address_leads_elsewhere_is_said(shop: OpenShop, tmp_path: Path) -> None:
    there = shop(path="/t/v9.html")
    away = shop(
        tag="", head='<meta http-equiv="refresh" content="0; url=v9.html">', path="/t/v9a.html"
    )
    ran = edgee("verify", away, "--json", cwd=tmp_path)
    assert f"{away} led to {there}" in ran.json["notes"], ran.out
    assert (ran.json["pages"][0]["asked"], ran.json["pages"][0]["url"]) == (away, there)


def test_a_relay_that_is_down_leaves_calls_waiting(
    shop: OpenShop, server: str, tmp_path: Path
) -> None:
    tag = TAG.replace("<script ", '<script data-endpoint="http://127.0.0.1:9/_edgee" ')
    tag = tag.replace('src="', f'src="{server}')
    ran = edgee(
        "verify", shop(tag=tag, path="/t/v5.html"), "--timeout", "5", "--json", cwd=tmp_path
    )
    assert ran.code == 1
    [(method, _, outcome)] = called(ran)
    assert (method, outcome) == ("load", "waiting")


BUY = """
[[steps]]
goto = "/products/dune.html"
[[steps]]
expect = "Product Viewed"
[[steps]]
click = "#add-to-cart"
[[steps]]
click = "#go-to-cart"
[[steps]]
click = "#go-to-checkout"
{fields}
[[steps]]
select = "#country"
value = "GB"
[[steps]]
click = "#place-order"
[[steps]]
wait = "#order-id"
[[steps]]
expect = "Order Completed"
num_items = {items}
email = "jane@example.com"
"""
FIELDS = "".join(
    f'[[steps]]\nfill = "#{name}"\nvalue = "{value}"\n'
    for name, value in {
        "email": "jane@example.com",
        "first_name": "Jane",
        "last_name": "Doe",
        "street": "10 Downing Street",
        "zip_code": "SW1A 1AA",
        "city": "London",
    }.items()
)


def test_steps_lead_through_an_order(server: str, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "buy.toml").write_text(BUY.format(fields=FIELDS, items=1))
    ran = edgee("verify", server, "--steps", "buy.toml", "--json", cwd=tmp_path, timeout=120)
    assert ran.code == 0, ran.json["problems"]
    assert all(each["ok"] for each in ran.json["steps"])
    assert "jane@" not in ran.out
    [bought] = [each for each in ran.json["events"] if each["label"] == "Order Completed"]
    assert {"hashed_email", "order_id", "order_value", "product_id"} <= set(bought["carries"])


def test_an_expectation_that_is_not_met_says_what_there_was(server: str, tmp_path: Path) -> None:
    steps = tmp_path / "steps.toml"
    steps.write_text(
        '[[steps]]\ngoto = "/"\n[[steps]]\nexpect = "page_visit"\ncontent_name = "Away"'
    )
    ran = edgee("verify", server, "--steps", "steps.toml", "--timeout", "2", cwd=tmp_path)
    assert ran.code == 1
    assert "there is one, but content_name is 'Home', not 'Away'" in ran.out
    steps.write_text('[[steps]]\ngoto = "/"\n[[steps]]\nexpect = "signup"')
    ran = edgee("verify", server, "--steps", "steps.toml", "--timeout", "2", cwd=tmp_path)
    assert "no such event was delivered; there were: page_visit Home delivered" in ran.out


def test_a_production_relay_is_not_told_of_what_a_test_does(
    elsewhere: Elsewhere, shop: OpenShop, tmp_path: Path
) -> None:
    config = configuration(tmp_path)
    with (
        serve() as pinterest,
        relay_process(
            config, EDGEE_ORIGINS=elsewhere.origin, PINTEREST_API_BASE=pinterest.api_base
        ) as relay,
    ):
        tag = TAG.replace("/_edgee/", f"{relay}/")
        url = shop(tag=tag, path="/t/v6.html", cross_origin=True)
        ran = edgee("verify", url, "--json", cwd=tmp_path)
        assert ran.code == 0, ran.out
        visit = by_method(ran, "load")
        assert (visit["reason"], visit["mark"]) == ("bot", "note")
        assert visit["event"]["event_name"] == "page_visit"
        assert pinterest.events() == []
        ran = edgee("verify", url, "--record", "--json", cwd=tmp_path)
        assert called(ran) == [("load", "page_visit", "delivered")]


def test_on_a_terminal_it_says_what_it_is_doing(shop: OpenShop, tmp_path: Path) -> None:
    url = shop(path="/t/v7.html")
    ran = on_terminal("verify", url, cwd=tmp_path)
    assert ran.code == 0
    assert "Starting the browser" in ran.out
    assert f"goto {url}" in ran.out
    assert "\x1b[" in ran.out


def test_ctrl_c_ends_it_without_a_word(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        verifying = subprocess.Popen(
            [EDGEE, "verify", url], cwd=tmp_path, env=environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            browser, _ = silent.accept()
            os.killpg(verifying.pid, signal.SIGINT)  # as a terminal does: the browser's driver too
            out, err = verifying.communicate(timeout=60)
            browser.close()
        finally:
            verifying.kill()
    assert (verifying.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shop.example",), "shop.example is no address"),
        (("http://x/", "--consent", "maybe"), "--consent"),
        (
            ("http://x/", "--allow", "no_consent"),
            "no_consent is no reason; there are invalid_call,",
        ),
        (("http://x/", "--screenshot", "page.gif"), "--screenshot"),
        (("http://x/", "--steps", "nowhere.toml"), "nowhere.toml cannot be read"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    ran = edgee("verify", *arguments, cwd=tmp_path)
    assert ran.code == 1
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_without_a_browser_it_says_how_to_get_one(tmp_path: Path) -> None:
    ran = edgee("verify", "http://127.0.0.1:9/", cwd=tmp_path, EDGEE_CHROMIUM="/dev/null")
    assert ran.code == 1
    assert "EDGEE_CHROMIUM is '/dev/null', which does not run" in ran.err
