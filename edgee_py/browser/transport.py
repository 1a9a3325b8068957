"""How the worker posts to the relay: pyodide-http's synchronous XMLHttpRequest.

Why pyodide-http: it is the field's way of HTTP from Pyodide, and a synchronous answer lets the worker
take, map, post and strike in one go, with no event loop and no promise held from Python. Why its `send`
and not its patched `urllib.request.urlopen`: both end in `send`, but the patch passes no timeout on, and
`urllib.request` costs every visitor an import of `http.client`, `email` and `ssl`'s stand-ins.

It blocks, so it belongs in a worker only: there the page does not notice, a timeout works, and calls
made meanwhile are in the journal already.
"""

from __future__ import annotations

from pyodide.ffi import JsException
from pyodide_http._core import Request, send

from edgee_py.plain import NotPlain, loads
from edgee_py.transport import Answer

#: Seconds; the worker takes no calls while it waits.
TIMEOUT = 5


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """POST JSON. No answer (offline, refused, timed out, blocked) is status 0, never an exception."""
    request = Request(
        "POST",
        url,
        body=body.encode(),
        headers={"Content-Type": "application/json", **headers},
        timeout=TIMEOUT,
    )
    try:
        response = send(request)
    except JsException:
        return Answer(0)
    named = {name.lower(): value for name, value in response.headers.items()}
    try:
        answer = loads(response.body.decode("utf-8", "replace"))
    except NotPlain:
        answer = None
    return Answer(response.status_code, answer, named.get("retry-after", ""))
