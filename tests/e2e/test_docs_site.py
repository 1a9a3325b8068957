"""The documentation as a site, on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.docs_site import make_site

#: Names of at most so many characters stand on one line, on any screen.
ONE_LINE = 16


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("docs"))


def test_pages_fit_a_phone_and_names_in_tables_are_not_broken(page: Page, site: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    files = sorted(site.glob("*.html"))
    assert len(files) > 20
    broken, wide, seen = [], [], 0
    for file in files:
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(file.name)
        names: list[tuple[str, int]] = page.eval_on_selector_all(
            "td code", "all => all.map((each) => [each.innerText, each.getClientRects().length])"
        )
        short = [
            (name, lines) for name, lines in names if name.isidentifier() and len(name) <= ONE_LINE
        ]
        seen += len(short)
        broken += [f"{file.name}: {name}" for name, lines in short if lines > 1]
    assert seen > 200
    assert (broken, wide) == ([], [])
