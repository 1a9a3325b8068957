"""Why edgee is not on a page: no tag, or one whose script has not come."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import BrowserContext, Error, Page, Request, Response

_SOURCE = """() => {
  const tag = document.getElementById("__EDGEE_SDK__") ?? document.querySelector("script[src$='/_edgee/sdk.js']");
  return tag?.src ?? "";
}"""


class Scripts:
    """Listens to what becomes of the documents and scripts that a context's pages ask for."""

    def __init__(self, context: BrowserContext) -> None:
        self._became: dict[str, str] = {}
        self._documents: dict[str, int] = {}
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed)

    def missing(self, page: Page) -> str:
        """What keeps edgee off a page, and what to do about it."""
        status = self._documents.get(page.url.partition("#")[0], 0)
        if status >= 400:
            return f"the site answered {status}"
        source = ""
        with suppress(Error):  # the page may go elsewhere meanwhile
            source = page.evaluate(_SOURCE)
        if not source:
            return "edgee is not on this page: it has no tag (see edgee snippet)"
        became = self._became.get(source, "was not asked for")
        hand_on = "does the web server hand its path on to the relay?"
        return f"edgee is not on this page: the tag is there, but {source} {became}; {hand_on}"

    def _on_response(self, response: Response) -> None:
        if response.request.resource_type == "document":
            self._documents[response.url] = response.status
        elif response.request.resource_type == "script":
            kind = response.headers.get("content-type", "").partition(";")[0] or "no content type"
            self._became[response.url] = f"was answered {response.status} ({kind})"

    def _on_failed(self, request: Request) -> None:
        if request.resource_type == "script":
            # A script that was answered and is of no use to the browser fails as well.
            self._became.setdefault(request.url, f"did not load ({request.failure})")
