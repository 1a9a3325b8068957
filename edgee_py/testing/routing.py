"""Leads what pages served elsewhere ask of their relay to the test's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Route

from edgee_py.testing.relay import RunningRelay

#: Playwright cannot lead the requests of a worker that pages share: elsewhere each page has its own.
_WITHOUT_SHARED_WORKER = """if (location.origin !== "{origin}") delete globalThis.SharedWorker;"""


def lead_to_relay(context: BrowserContext, relay: RunningRelay, path: str) -> None:
    """Lead the requests below a path, of whatever origin but the relay's own, to the relay."""
    prefix = f"/{path.strip('/')}/"
    context.add_init_script(_WITHOUT_SHARED_WORKER.format(origin=relay.origin))
    context.route(_is_led(relay.origin, prefix), lambda route: _lead(route, relay, prefix))


def _is_led(own: str, prefix: str) -> Callable[[str], bool]:
    def is_led(url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" != own and parts.path.startswith(prefix)

    return is_led


def _lead(route: Route, relay: RunningRelay, prefix: str) -> None:
    request = route.request
    parts = urlsplit(request.url)
    query = f"?{parts.query}" if parts.query else ""
    headers = request.headers
    asked_by = headers.get("origin", "")
    # As the relay sees it, the page is its own: which origins may post is the site's to test elsewhere.
    for name in ("origin", "host", "sec-fetch-site"):
        headers.pop(name, None)
    with suppress(Error):  # the page that asked may be gone
        answer = route.fetch(
            url=f"{relay.url}/{parts.path.removeprefix(prefix)}{query}", headers=headers
        )
        told = answer.headers
        # They say how the relay sent it, not how it is handed on.
        for name in ("content-encoding", "content-length", "transfer-encoding"):
            told.pop(name, None)
        if asked_by:
            told |= {
                "access-control-allow-origin": asked_by,
                "access-control-allow-credentials": "true",
                "access-control-allow-headers": "Content-Type, Edgee-Sent-At, Edgee-Debug",
            }
        route.fulfill(response=answer, headers=told)
