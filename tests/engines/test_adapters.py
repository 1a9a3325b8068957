"""`/_edgee/adapters.js` in each engine: pages written for Tag Manager or Segment, as they are."""

from __future__ import annotations

import pytest

from tests.e2e.journey import names
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.engines.driver import Tab
from tests.engines.journey import settled

ORDER = "{order_id: 'o-1', value: 59.9, currency: 'EUR', items: [{item_id: 'lamp-1', quantity: 1}]}"
QUEUED = {
    "gtm": "window.dataLayer = [{event: 'queued'}]",
    "segment": """
        window.analytics = [["track", "queued"]];
        analytics.track = (...all) => analytics.push(["track", ...all]);
    """,
}
CALLED = {
    "gtm": f"void dataLayer.push({{event: 'purchase', ecommerce: {ORDER}}})",
    "segment": f"void analytics.track('purchase', {ORDER})",
}


@pytest.mark.parametrize("use", ["gtm", "segment"])
def test_a_page_written_for_another_tool_drives_it(
    use: str, tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    adapter = f'<script async src="/_edgee/adapters.js" data-use="{use}"></script>'
    tab.goto(shop(head=f"<script>{QUEUED[use]}</script>", tag=adapter + TAG))
    tab.wait_for("window.edgee && edgee.adapters && edgee.load")
    tab.evaluate(CALLED[use])
    events = settled(tab, sandbox, 3)
    tracked = [event for event in events if event["event_name"] == "custom"]
    assert sorted(names(tracked)) == ["purchase", "queued"]
    [bought] = [each["custom_data"] for each in tracked if "order_id" in each["custom_data"]]
    assert (bought["order_id"], bought["value"], bought["currency"]) == ("o-1", "59.9", "EUR")
    assert bought["content_ids"] == ["lamp-1"]
