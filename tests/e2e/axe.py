"""axe-core, which finds what keeps people from using a page."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.demo_server import ROOT

_AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()

#: WCAG 2.2 at level AA, which includes what came before it. axe asks to be asked for sizes of targets.
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """What is wrong with a page as it is now, a line for each element."""
    page.evaluate(_AXE)
    result = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [
        f"{found['id']} {node['target']}: {' '.join(node['failureSummary'].split())}"
        for found in result["violations"]
        for node in found["nodes"]
    ]
