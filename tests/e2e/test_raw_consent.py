"""Consent where Python cannot run: what leaves the device, and what stays on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.journey import WATCH, data_layer, flush, hashed, outcomes, settled, stored
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

pytestmark = pytest.mark.usefixtures("without_python")


def raw_page(context: BrowserContext, url: str) -> tuple[Page, list[Any]]:
    """A page in whose browser there is no Python, and what it posts."""
    context.add_init_script("delete window.SharedWorker; delete window.Worker")
    posted: list[Any] = []
    context.on(
        "request", lambda request: posted.append(request.post_data) if request.post_data else None
    )
    page = context.new_page()
    page.goto(url)
    flush(page)
    return page, posted


@pytest.mark.parametrize("spoilt", ["null", "5", '"x"', "[]", "{", '{"consent": 7}'])
def test_somebody_elses_words_in_the_storage_stop_nothing(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, spoilt: str
) -> None:
    journal = '{"v":1,"calls":[{"id":"a","at":9e15},{"id":"b","method":"track"},null]}'
    texts = json.dumps({"_edgee": spoilt, "_edgee_user": spoilt, "_edgee_journal": journal})
    spoil = f"<script>Object.assign(localStorage, {texts})</script>"
    page, _ = raw_page(context, shop(head=WATCH + spoil))
    settled(page, sandbox, 1)
    assert page.evaluate("localStorage._edgee_journal") is None


LEAD = "edgee.user({properties: {email: 'jane@example.com'}}); edgee.flush()"


@pytest.mark.parametrize("words", [("pending",), ("denied", "pending"), ("granted", "pending")])
def test_pending_calls_wait_and_go_when_granted(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, words: tuple[str, ...]
) -> None:
    page, posted = raw_page(context, shop(head=WATCH))
    settled(page, sandbox, 1)
    for word in words:
        page.evaluate("word => { edgee.consent(word); return edgee.flush() }", word)
    page.evaluate(LEAD)
    assert "jane@" not in "".join(posted)
    assert stored(page, "_edgee")["consent"] == "pending"
    assert "edgee_id" not in stored(page, "_edgee")
    page.reload()
    page.evaluate("edgee.consent('granted')")
    events = settled(page, sandbox, 3)
    assert events[1]["user_data"]["em"] == [hashed("jane@example.com")]
    assert page.evaluate("localStorage._edgee_journal") is None


@pytest.mark.parametrize("words", [("denied",), ("pending", "denied"), ("granted", "denied")])
def test_a_denial_drops_what_waits_and_is_kept(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, words: tuple[str, ...]
) -> None:
    page, posted = raw_page(context, shop(head=WATCH))
    settled(page, sandbox, 1)
    for word in words:
        page.evaluate("word => { edgee.consent(word); return edgee.flush() }", word)
    page.evaluate(LEAD)
    page.reload()
    page.evaluate("edgee.track('never')")
    assert len(settled(page, sandbox, 1)) == 1
    assert "jane@" not in "".join(posted)
    assert [each["reason"] for each in outcomes(page, "refused")] == ["consent_denied"] * 2
    kept = json.loads(page.evaluate("JSON.stringify({...localStorage})"))
    assert list(kept) == ["_edgee"]
    assert json.loads(kept["_edgee"]).keys() == {"v", "consent", "consent_explicit", "consent_at"}


@pytest.mark.parametrize(
    "declared",
    [
        '{"data_collection": {"context": {"page": {"properties": {"consent": "granted"}}}, "consent": "denied"}}',
        "{&quot;data_collection&quot;: {&quot;consent&quot;: &quot;pending&quot;}}",
        '{"data_collection": {"consent": /* by our CMP */ "denied"}}',
    ],
)
def test_a_declared_consent_is_respected_however_it_is_written(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, declared: str
) -> None:
    page, posted = raw_page(context, shop(head=WATCH + data_layer(declared)))
    page.evaluate(LEAD)
    assert posted == []
    assert sandbox.events() == []
