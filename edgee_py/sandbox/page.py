"""The sandbox's page: what arrived, newest first, for a person to read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

from edgee_py.sandbox.arrivals import Arrival, Arrivals, Request

_SHOWN = 200

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: Pinterest's conversions endpoint</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #8884; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; font-size: .85rem; }}
.mark {{ border: 1px solid; border-radius: 1em; padding: 0 .6em; font-size: .8rem; }}
.failed {{ color: #c33; }} .note {{ opacity: .7; }}
</style>
<h1>Sandbox</h1>
<p>Stands in for <code>POST /v5/ad_accounts/{{id}}/events</code>. {summary}
<a href="events">All as JSON</a> · <a href="requests">requests as JSON</a></p>
{events}
{refused}
<script>
// Keep up with what arrives, but not while somebody is reading an event.
setInterval(() => document.querySelector("details[open]") || location.reload(), 3000);
</script>
</html>
"""


def render(arrivals: Arrivals) -> str:
    """The page as HTML."""
    newest = arrivals.all()[::-1]
    refused = [request for request in arrivals.requests if request.status >= 400][::-1]
    summary = (
        f"{len(arrivals.recorded)} events recorded, {len(arrivals.tested)} sent as a test, "
        f"{len(refused)} requests refused."
    )
    return _PAGE.format(
        summary=summary,
        events=_table(("Time (UTC)", "Event", "Account", ""), map(_event_row, newest[:_SHOWN]))
        if newest
        else '<p class="note">Nothing yet.</p>',
        refused="<h2>Refused requests</h2>"
        + _table(
            ("Time (UTC)", "Status", "Account", "Message"), map(_request_row, refused[:_SHOWN])
        )
        if refused
        else "",
    )


def _table(heads: tuple[str, ...], rows: map[str]) -> str:
    head = "".join(f"<th>{each}</th>" for each in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _event_row(arrival: Arrival) -> str:
    event = arrival.event
    marks = [
        word
        for word, holds in (
            ("test", arrival.request.test),
            ("duplicate", arrival.duplicate),
            ("failed", arrival.status == "failed"),
        )
        if holds
    ]
    shown = "".join(f' <span class="mark {mark}">{mark}</span>' for mark in marks)
    said = " ".join(filter(None, (arrival.error_message, arrival.warning_message)))
    # Not ensure_ascii=False: what cannot be encoded must not break the page.
    details = escape(json.dumps(event, indent=2))
    return (
        f"<tr><td>{_time(arrival.request)}</td>"
        f"<td><details><summary><b>{_shown(event['event_name'])}</b>{shown}</summary>"
        f"<pre>{details}</pre></details></td>"
        f"<td>{_shown(arrival.request.ad_account_id)}</td><td>{_shown(said)}</td></tr>"
    )


def _request_row(request: Request) -> str:
    return (
        f"<tr><td>{_time(request)}</td><td class='failed'>{request.status}</td>"
        f"<td>{_shown(request.ad_account_id)}</td><td>{_shown(request.message)}</td></tr>"
    )


def _shown(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())


def _time(request: Request) -> str:
    return datetime.fromtimestamp(request.received_at, UTC).strftime("%H:%M:%S")
