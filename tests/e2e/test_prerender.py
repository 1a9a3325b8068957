"""Pages that the browser makes ready in advance (Speculation Rules).

A browser that is driven shows such pages anew instead of using what it has made ready. Here it is only started;
the pages drive themselves.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Playwright

from edgee_py.verify.chromium import FLAGS
from tests.browser import launch_options
from tests.e2e.journey import arrived, names
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

RULES = """
<script type="speculationrules">
{"prerender": [{"source": "list", "urls": ["/t/next.html"], "eagerness": "immediate"}]}
</script>
"""
#: Tells that the next page has run, and goes there once the test says so.
FIRST = """
<a href="/t/next.html">Next</a>
<script>
localStorage.removeItem("made");
let isTold = false;
let isGone = false;
setInterval(async () => {
  if (!isTold && localStorage.made) {
    isTold = true;
    edgee.track("the next page is made");
  }
  const answer = await fetch("/t/go.txt", {cache: "no-store"});
  // Of several answers that come late the first counts: a second click would load the page anew.
  if (!answer.ok || isGone) return;
  isGone = true;
  document.querySelector("a").click();
}, 100);
</script>
"""
NEXT = """
<script>
window.edgee = window.edgee || [];
edgee.push(["track", document.prerendering ? "called in advance" : "called when seen"]);
document.addEventListener("prerenderingchange", () => edgee.push(["track", "activated"]));
addEventListener("load", () => setTimeout(() => localStorage.made = 1, 500));
</script>
"""


@contextmanager
def undriven(playwright: Playwright, profile: Path, url: str) -> Iterator[None]:
    """A browser that shows a page, and that nothing is attached to."""
    options = launch_options(playwright)
    program = options.get("executable_path") or playwright.chromium.executable_path
    command = [program, *FLAGS, "--headless=new", f"--user-data-dir={profile}", url]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_page_made_ready_in_advance_reports_nothing_until_it_is_activated(
    playwright: Playwright, shop: OpenShop, pages: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    following = shop(NEXT, path="/t/next.html")
    first = shop(FIRST, path="/t/first.html", head=RULES)
    go = pages / "t" / "go.txt"
    go.unlink(missing_ok=True)

    with undriven(playwright, tmp_path, first):
        before = arrived(sandbox, 2)
        time.sleep(1)
        assert arrived(sandbox, 0) == before
        assert [event["event_source_url"] for event in before] == [first, first]
        seen_at = int(time.time())
        go.write_text("go")
        after = arrived(sandbox, 5)[2:]
        time.sleep(1)
        assert len(arrived(sandbox, 0)) == 5
        go.unlink()

    assert names(after) == ["called in advance", "activated", "A page of the test"]
    assert all(event["event_source_url"] == following for event in after)
    assert all(event["event_time"] >= seen_at for event in after)
    [_] = {tuple(event["user_data"]["external_id"]) for event in [*before, *after]}
