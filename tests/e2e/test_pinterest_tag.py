"""Pinterest's own tag beside edgee: both tell of the same events under the same names and ids."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from edgee_py.pinterest.names import standard_name
from tests.demo_server import ROOT
from tests.document import fenced
from tests.e2e.journey import arrived, flush, settled
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

PAGE = "from-pinterest-tag.md"

#: What the tag's base code leaves in a page until Pinterest's script has come: a function and its queue.
PINTRK = """<script>
window.pintrk = function () { window.pintrk.queue.push(Array.prototype.slice.call(arguments)); };
window.pintrk.queue = [];
window.pintrk.version = "3.0";
pintrk("load", "2612345678901");
</script>"""

#: The tag's names and edgee's calls beside them, as the page's table has them.
PAIRS = re.findall(
    r'`pintrk\("track", "(\w+)"\)` \| `edgee\.track\("(\w+)"\)`', (ROOT / "docs" / PAGE).read_text()
)


def documented(language: str) -> str:
    """The code of the section on counting once, with ids that no other test has used."""
    [text] = [
        block.text
        for block in fenced(PAGE)
        if (block.heading, block.language) == ("Counted once", language)
    ]
    return re.sub(r'(event_id"?: ")([^"]+)', rf"\g<1>{uuid4()}-\g<2>", text)


def told(page: Page) -> dict[str, Any]:
    """What the tag was told of last: Pinterest's name of the event, and its id."""
    [_, name, data] = page.evaluate("pintrk.queue.at(-1)")
    return {"event_name": standard_name(name), "event_id": data["event_id"]}


def both(event: dict[str, Any]) -> dict[str, Any]:
    """That by which Pinterest takes two reports for one."""
    return {key: event[key] for key in ("event_name", "event_id")}


def test_an_order_told_to_both_counts_once(
    page: Page, shop: OpenShop, sandbox: Sandbox, standard: None
) -> None:
    page.goto(shop(head=PINTRK, path="/t/tag-order.html"))
    page.evaluate(f"() => {{ {documented('js')} }}")
    [checkout] = [e for e in settled(page, sandbox, 2) if e["event_name"] != "page_visit"]
    assert both(checkout) == told(page)
    assert checkout["event_name"] == "checkout"
    assert (checkout["custom_data"]["value"], checkout["custom_data"]["num_items"]) == ("119.8", 2)


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_every_event_of_the_tags_counts_once(
    page: Page, shop: OpenShop, sandbox: Sandbox, standard: None, theirs: str, ours: str
) -> None:
    page.goto(shop(head=PINTRK, path="/t/tag-events.html"))
    page.evaluate(
        """([theirs, ours, event_id]) => {
          pintrk("track", theirs, { event_id });
          edgee.track({ name: ours, properties: { event_id } });
        }""",
        [theirs, ours, f"{ours}-{uuid4()}"],
    )
    [event] = [e for e in settled(page, sandbox, 2) if e["event_name"] != "page_visit"]
    assert both(event) == told(page)


def test_a_page_visit_declared_with_the_tags_id_counts_once(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=PINTRK + documented("html"), path="/t/tag-visit.html"))
    flush(page)
    [visit] = arrived(sandbox)
    assert both(visit) == told(page)
    assert visit["event_name"] == "page_visit"


def test_the_tags_page_visit_is_read_as_ours() -> None:
    assert len(PAIRS) == 7
    assert standard_name("pagevisit") == "page_visit"
