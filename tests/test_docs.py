"""The site that `python3 build.py docs` makes: whole, without a broken link, and without a foreign server."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

import edgee_py
import edgee_py.relay
import edgee_py.sandbox
from edgee_py.relay.data_layer_schema import data_layer_schema
from tests.demo_server import ROOT
from tests.docs_site import make_site
from tests.document import fenced

#: Attributes whose address a browser loads by itself.
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """What a page loads, what it links to, and what can be linked to in it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.loaded: set[str] = set()
        self.linked: set[str] = set()
        self.ids: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif (tag, name) in LOADED and value:
                self.loaded.add(value)
            elif (tag, name) == ("a", "href") and value:
                self.linked.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("docs"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {file: Page(file) for file in site.rglob("*.html")}


def test_every_page_is_there_and_in_the_navigation(site: Path, pages: dict[Path, Page]) -> None:
    home = pages[site / "index.html"]
    for source in (ROOT / "docs").glob("*.md"):
        assert site / f"{source.stem}.html" in pages
        assert source.stem == "index" or f"{source.stem}.html" in home.linked


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for file, page in pages.items():
        for link in page.linked:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            there = pages.get(target)
            missing = parts.fragment and there and unquote(parts.fragment) not in there.ids
            if not target.is_file() or missing:
                broken.append(f"{file.name}: {link}")
    assert broken == []


def test_the_schema_of_the_data_layer_is_beside_its_page(
    site: Path, pages: dict[Path, Page]
) -> None:
    assert "data-layer.schema.json" in pages[site / "data-layer.html"].linked
    published = json.loads((site / "data-layer.schema.json").read_text())
    assert published == data_layer_schema()


def test_it_asks_no_other_server_for_anything(site: Path, pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        assert [each for each in page.loaded if urlsplit(each).netloc] == [], file
        for path in filter(None, (urlsplit(each).path for each in page.loaded)):
            assert (file.parent / unquote(path)).is_file(), (file, path)
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", style.read_text()) == []


@pytest.mark.parametrize("module", [edgee_py, edgee_py.relay, edgee_py.sandbox])
def test_every_public_name_is_on_the_page_of_the_api(
    module: ModuleType, site: Path, pages: dict[Path, Page]
) -> None:
    there = pages[site / "api.html"].ids
    for name in module.__all__:
        assert name.startswith("__") or f"{module.__name__}.{name}" in there


#: The test file that runs the code of a page, or reads it by the product's own reader.
RUN = {
    "adapters.md": ["e2e/test_adapters.py"],
    "calls.md": ["e2e/test_readme.py"],
    "cli.md": ["e2e/test_cli_document.py"],
    "examples.md": ["e2e/test_examples.py"],
    "consent.md": ["e2e/test_consent.py"],
    "data-layer.md": ["e2e/test_readme.py", "relay/test_data_layer_schema.py"],
    "from-edgee.md": ["test_docs_moving.py"],
    "from-pinterest-tag.md": ["test_docs_moving.py"],
    "from-segment.md": ["test_docs_moving.py", "e2e/test_adapters.py"],
    "production.md": [
        "test_readme.py",
        "test_readme_settings.py",
        "test_deploy.py",
        "e2e/test_readme.py",
    ],
    "python.md": ["test_readme.py", "e2e/test_readme.py"],
    "quick-start.md": ["e2e/test_quick_start.py"],
    "settings.md": ["test_readme_settings.py", "readme.py"],
    "testing.md": ["testing/test_kit.py"],
}
#: What only installs.
NOT_RUN = {("testing.md", "Testing your own pages", "console")}


def test_the_code_of_every_page_is_run() -> None:
    for source in sorted((ROOT / "docs").glob("*.md")):
        tests = "".join((ROOT / "tests" / each).read_text() for each in RUN.get(source.name, []))
        for block in fenced(source.name):
            if (source.name, block.heading, block.language) not in NOT_RUN:
                # By its heading, or all of a page or a language at once.
                asked = (
                    f'"{block.heading}"',
                    f'fenced("{source.name}")',
                    f'blocks("{block.language}")',
                )
                assert any(each in tests for each in (*asked, "commands()")), (source.name, block)


def test_what_is_included_is_not_copied(site: Path) -> None:
    performance = (site / "performance.html").read_text()
    for line in (ROOT / "tests/bench/results.md").read_text().splitlines():
        for heading in re.findall(r"^## (.+)", line):
            assert heading in unescape(re.sub(r"<[^>]+>", "", performance))
