"""Listens to a browser context: edgee's window events in every page, and posts to the relay.

Nothing is stopped or changed on the way. The page's only trace of it is a function that the events are
handed to.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    WebError,
)

from edgee_py.verify.record import Record, is_post

logger = logging.getLogger("edgee.verify")

_BINDING = "__edgeeHeard"

_LISTEN = f"""(() => {{
  const names = ["loaded", "ready", "delivered", "refused", "held", "problem"];
  for (const name of names) addEventListener(`edgee:${{name}}`, ({{ detail }}) => {{
    try {{
      {_BINDING}(JSON.stringify({{ name, detail: detail ?? {{}}, url: location.href }}));
    }} catch {{}}
  }});
}})();"""

#: Reads what waits on the device, whatever the page thinks of evaluation.
_JOURNAL = "() => { try { return localStorage.getItem('_edgee_journal') } catch { return null } }"
#: On a page that still loads the script may be on its way, and with it what the page has called already.
_FLUSH = """(patience) => Promise.race([
  (async () => {
    if (!window.edgee?.flush && document.readyState !== "complete")
      await new Promise((resolve) => addEventListener("load", resolve));
    await window.edgee?.flush?.();
  })(),
  new Promise((resolve) => setTimeout(resolve, patience)),
])"""

#: Lines of the console that say of calls what the record says of each: refused, held.
_OUTCOME = re.compile(r"edgee: (\w+\(\) refused: |events are held )")

#: Enough for the largest batch.
_MAX_POST = 4 << 20


class Listener:
    """Fills a record with what the pages of a context do. Also keeps the console's lines about edgee.

    workers: also listen to the posts of shared workers; those of the browser's other contexts would be
    heard with them.
    """

    def __init__(self, context: BrowserContext, *, workers: bool) -> None:
        self.record = Record()
        self.console: list[str] = []
        context.expose_function(_BINDING, self._hear)
        context.add_init_script(_LISTEN)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        self._workers = _Workers(context, self.record) if workers else None

    def settle(self, page: Page, seconds: float) -> None:
        """Have a page deliver what it has, in so much time, and note what it could not.

        Does nothing for a page without edgee.
        """
        with suppress(Error):  # the page may go elsewhere meanwhile
            page.evaluate(_FLUSH, seconds * 1000)
        with suppress(Error):
            self.record.left(page.evaluate(_JOURNAL), page.url)

    def close(self) -> None:
        """Stop listening to workers."""
        if self._workers:
            self._workers.close()

    def _hear(self, text: str) -> None:
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            told = json.loads(text)
            detail = told["detail"] if isinstance(told["detail"], dict) else {}
            self.record.told(str(told["name"]), detail, str(told["url"]))

    def _on_response(self, response: Response) -> None:
        request = response.request
        if request.method != "POST" or not is_post(request.url):
            return
        answer = ""
        if not response.ok:
            with suppress(Error):  # the page that asked may be gone
                answer = response.text()
        self.record.posted(request.url, _body(request), response.status, answer)

    def _on_failed(self, request: Request) -> None:
        if request.method == "POST" and is_post(request.url):
            self.record.posted(request.url, _body(request), 0)

    def _on_error(self, error: WebError) -> None:
        text = error.error.message
        if "edgee" in text:
            self.console.append(f"{text.splitlines()[0][:300]} (see edgee snippet --stub)")

    def _on_console(self, message: ConsoleMessage) -> None:
        text = message.text
        is_policy = "Content Security Policy" in text and "edgee" in text
        if _OUTCOME.match(text):
            return
        if text.startswith("edgee:") or is_policy or "_edgee/" in text:
            self.console.append(text.splitlines()[0][:500])


def _body(request: Request) -> str:
    try:
        return request.post_data or ""
    except (Error, UnicodeDecodeError):
        return ""


class _Workers:
    """Shared workers, which Playwright knows nothing of, by way of Chromium's own protocol.

    Other browsers have none of it: there the window events tell all that is told.
    """

    def __init__(self, context: BrowserContext, record: Record) -> None:
        self._record = record
        self._session: CDPSession | None = None
        self._count = 0
        self._sent: dict[str, tuple[str, str]] = {}
        browser = context.browser
        if browser is None or browser.browser_type.name != "chromium":
            return
        try:
            session = browser.new_browser_cdp_session()
            session.on("Target.targetCreated", self._on_target)
            session.on("Target.receivedMessageFromTarget", self._on_message)
            session.send("Target.setDiscoverTargets", {"discover": True})
        except Error as error:
            logger.warning("posts of shared workers cannot be seen: %s", error.message)
            return
        self._session = session

    def close(self) -> None:
        if self._session is not None:
            with suppress(Error):  # the browser may be closed
                self._session.detach()

    def _on_target(self, event: dict[str, Any]) -> None:
        target = event["targetInfo"]
        session = self._session
        if session is None or target["type"] != "shared_worker":
            return
        with suppress(Error):  # it may have ended already
            attached = session.send(
                "Target.attachToTarget", {"targetId": target["targetId"], "flatten": False}
            )
            self._count += 1
            command = {
                "id": self._count,
                "method": "Network.enable",
                "params": {"maxPostDataSize": _MAX_POST},
            }
            session.send(
                "Target.sendMessageToTarget",
                {"sessionId": attached["sessionId"], "message": json.dumps(command)},
            )

    def _on_message(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        params: dict[str, Any] = message.get("params", {})
        key = f"{event['sessionId']} {params.get('requestId')}"
        if message.get("method") == "Network.requestWillBeSent":
            request = params["request"]
            if request["method"] == "POST" and is_post(request["url"]):
                self._sent[key] = (request["url"], request.get("postData", ""))
        elif key in self._sent:
            if message.get("method") == "Network.responseReceived":
                self._record.posted(*self._sent.pop(key), params["response"]["status"])
            elif message.get("method") == "Network.loadingFailed":
                self._record.posted(*self._sent.pop(key), 0)
