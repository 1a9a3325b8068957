"""The sandbox's page: what arrived, newest first, for a person to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from string import Template
from typing import Any

from edgee_py.sandbox.arrivals import Arrival, Arrivals, Request

_SHOWN = 200

#: What of an event's custom data tells it from the others, beside its name, value and order.
_TELLING = ("search_string", "content_category")

_STYLE = """
:root {
  color-scheme: light dark;
  --page: #f5f7f9; --raised: #fff; --ink: #17212b; --muted: #5a6875; --line: #dbe2e8;
  --accent: #1b64a8; --good: #1d7245; --odd: #93590a; --bad: #b3322b;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10161c; --raised: #18212a; --ink: #e6edf3; --muted: #9aa9b7; --line: #2b3743;
    --accent: #7fb6e8; --good: #6fcf97; --odd: #e6b35a; --bad: #ff8f85;
  }
}
* { box-sizing: border-box; }
body {
  max-width: 72rem; margin: 0 auto; padding: 1.5rem 1.5rem 4rem;
  background: var(--page); color: var(--ink);
  font: 0.9375rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif;
}
h1, h2, p { margin: 0; }
h1 { font-size: 1.3rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1rem; }
code, pre, .mono { font-family: var(--mono); font-size: 0.85em; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.25rem; }
header p { flex: 1 0 100%; color: var(--muted); }
header a, button { display: inline-flex; align-items: center; min-height: 2.5rem; }
h1 { margin-right: auto; }
button {
  padding: 0 1rem; border: 1px solid var(--line); border-radius: 0.4rem;
  background: var(--raised); color: inherit; font: inherit; cursor: pointer;
}
button:hover { border-color: var(--accent); }
.counts { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 1rem 0 0.75rem; }
.empty, .list { border: 1px solid var(--line); border-radius: 0.6rem; background: var(--raised); }
.empty { padding: 3rem 1.5rem; color: var(--muted); text-align: center; }
.list { margin: 0; padding: 0; list-style: none; overflow: hidden; }
.list > li + li { border-top: 1px solid var(--line); }
.row {
  display: grid; grid-template-columns: 1rem 4.5rem 9rem minmax(0, 1fr) auto 9rem 8.5rem;
  align-items: baseline; gap: 0.1rem 0.75rem; padding: 0.55rem 1rem;
}
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: color-mix(in srgb, var(--accent) 7%, transparent); }
summary:focus-visible { outline-offset: -3px; }
summary::before { content: "▸"; color: var(--muted); }
[open] > summary::before { content: "▾"; }
.name { overflow-wrap: anywhere; font-weight: 600; }
.about { min-width: 0; overflow-wrap: anywhere; }
.about span { display: block; }
time, .account, .about .also { color: var(--muted); }
time, .value { font-variant-numeric: tabular-nums; white-space: nowrap; }
.value { text-align: right; }
.mark {
  display: inline-block; margin: 0 0.25rem 0 0; padding: 0 0.5rem; border-radius: 1rem;
  border: 1px solid; font-size: 0.8rem; white-space: nowrap;
}
.processed { color: var(--good); } .failed, .refused { color: var(--bad); }
.test, .duplicate, .warned { color: var(--odd); }
pre {
  margin: 0; padding: 0.75rem 1rem 1rem 2.75rem; border-top: 1px solid var(--line);
  background: var(--page); white-space: pre-wrap; overflow-wrap: anywhere;
}
@media (max-width: 52rem) {
  body { padding: 1rem 1rem 3rem; }
  h1 { flex: 1 0 60%; }
  header a { order: 1; }
  header p { order: 2; }
  .row {
    grid-template-columns: 1rem minmax(0, 1fr) auto;
    grid-template-areas: "sign name time" ". about value" ". result account";
    padding: 0.7rem 0.75rem;
  }
  .row > .name { grid-area: name; } .row > time { grid-area: time; } .row > .about { grid-area: about; }
  .row > .value { grid-area: value; } .row > .result { grid-area: result; }
  .row > .account { grid-area: account; }
  pre { padding-left: 1rem; }
}
"""

_SCRIPT = """
// Keep up with what arrives; what somebody has opened stays open.
const arrived = () => document.getElementById("arrived");
const said = document.getElementById("said");
// Times, counts and amounts as the visitor's locale writes them; without a script times are in UTC.
const numbers = new Intl.NumberFormat();
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
function amount(value, currency) {
  if (!/^[A-Z]{3}$/.test(currency)) return `${numbers.format(value)} ${currency}`;
  const style = { style: "currency", currency, currencyDisplay: "code" };
  return new Intl.NumberFormat(undefined, style).format(value);
}
function localise(part) {
  for (const time of part.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    time.textContent = clock.format(moment);
    time.title = calendar.format(moment);
  }
  for (const data of part.querySelectorAll("data")) {
    const { value, dataset: { currency = "" } } = data;
    if (value && Number.isFinite(Number(value))) data.textContent = amount(value, currency).trim();
  }
}
localise(arrived());
async function update() {
  if (document.hidden || String(getSelection())) return;
  let page;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) throw answer.status;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    said.textContent = "";
  } catch {
    said.textContent = "The sandbox does not answer. Trying again…";
    return;
  }
  const fresh = page.getElementById("arrived");
  localise(fresh);
  const key = document.activeElement.parentElement?.dataset.key;
  const named = (key) => key && fresh.querySelector(`[data-key="${CSS.escape(key)}"]`);
  for (const { dataset } of arrived().querySelectorAll("[open]")) {
    named(dataset.key)?.setAttribute("open", "");
  }
  if (fresh.innerHTML === arrived().innerHTML) return;
  const focused = named(key)?.querySelector("summary");
  arrived().replaceWith(document.adoptNode(fresh));
  focused?.focus({ preventScroll: true });
}
setInterval(update, 2000);
document.getElementById("clear").onclick = async () => {
  await fetch("events", { method: "DELETE" });
  update();
};
"""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: Pinterest's conversions endpoint</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<header>
<h1>Sandbox</h1>
<a href="events">Events as JSON</a>
<a href="requests">Requests as JSON</a>
<button type="button" id="clear">Clear</button>
<p>Stands in for Pinterest's <code>POST /v5/ad_accounts/{id}/events</code>. What arrives is shown here, newest first.</p>
</header>
<main>
<p id="said" class="failed" role="status"></p>
<div id="arrived">
$arrived
</div>
</main>
<script>$script</script>
</body>
</html>
""")


def render(arrivals: Arrivals) -> str:
    """The page as HTML."""
    newest = arrivals.all()[::-1]
    refused = [request for request in arrivals.requests if request.status >= 400][::-1]
    counts = (
        f"{_count(len(arrivals.recorded), 'event')} recorded",
        f"{_number(len(arrivals.tested))} sent as a test",
        f"{_count(len(refused), 'request')} refused",
    )
    parts = [f'<p class="counts">{"".join(f"<span>{each}</span>" for each in counts)}</p>']
    if newest:
        parts.append(_list(map(_event_row, newest[:_SHOWN])))
    else:
        parts.append('<p class="empty">Nothing yet. Events appear here as they arrive.</p>')
    if len(newest) > _SHOWN:
        parts.append(
            f"<p>The newest {_number(_SHOWN)} of {_number(len(newest))}; the JSON has them all.</p>"
        )
    if refused:
        parts.append("<h2>Refused requests</h2>")
        parts.append(_list(map(_request_row, refused[:_SHOWN])))
    return _PAGE.substitute(style=_STYLE, script=_SCRIPT, arrived="\n".join(parts))


def _count(number: int, noun: str) -> str:
    return f"{_number(number)} {noun}" if number == 1 else f"{_number(number)} {noun}s"


def _number(number: int) -> str:
    return f"<data value={number}>{number}</data>"


def _list(rows: Iterable[str]) -> str:
    return f'<ul class="list">{"".join(f"<li>{row}</li>" for row in rows)}</ul>'


def _event_row(arrival: Arrival) -> str:
    event = arrival.event
    custom = event.get("custom_data") or {}
    # Not ensure_ascii=False: what cannot be encoded must not break the page.
    details = escape(json.dumps(event, indent=2))
    said = " ".join(filter(None, (arrival.error_message, arrival.warning_message)))
    kind = "failed" if arrival.error_message else "warned"
    note = f'<span class="{kind}">{_shown(said)}</span>' if said else ""
    name = _shown(event["event_name"])
    key = _shown(f"{arrival.request.number} {event['event_id']}")
    return (
        f'<details data-key="{key}"><summary class="row">'
        f"{_time(arrival.request)}"
        f'<span class="name">{name}</span>'
        f'<span class="about">{_about(event, custom)}{note}</span>'
        f"{_value(custom)}"
        f'<span class="result">{_marks(arrival)}</span>'
        f'<span class="account mono">{_shown(arrival.request.ad_account_id)}</span>'
        f"</summary><pre>{details}</pre></details>"
    )


def _about(event: dict[str, Any], custom: dict[str, Any]) -> str:
    """What it is about: its name, then order, search and the page's path in small."""
    order = _text(custom.get("order_id"))
    more = (_text(custom.get(each)) for each in _TELLING)
    also = (f"order {order}" if order else "", *more, _path(_text(event.get("event_source_url"))))
    name = _shown(_text(custom.get("content_name")))
    # Each in its own direction.
    small = " · ".join(f"<bdi>{_shown(each)}</bdi>" for each in also if each)
    return (f"<span>{name}</span>" if name else "") + f'<span class="also">{small}</span>'


def _path(url: str) -> str:
    """A URL without its origin; what is none, as it is."""
    return re.sub(r"^https?://[^/?#]*", "", url)


def _value(custom: dict[str, Any]) -> str:
    value, currency = (_text(custom.get(each)) for each in ("value", "currency"))
    shown = _shown(f"{value} {currency}".strip())
    return f'<data class="value" value="{_shown(value)}" data-currency="{_shown(currency)}">{shown}</data>'


def _marks(arrival: Arrival) -> str:
    marks = [(arrival.status, arrival.status)]
    if arrival.duplicate:
        marks.append(("duplicate", "duplicate"))
    if arrival.request.test:
        marks.append(("test", "test mode"))
    return "".join(f'<span class="mark {kind}">{text}</span>' for kind, text in marks)


def _request_row(request: Request) -> str:
    test = '<span class="mark test">test mode</span>' if request.test else ""
    return (
        f'<div class="row"><span></span>{_time(request)}'
        f'<span class="name failed">{request.status}</span>'
        f'<span class="about">{_shown(request.message)}</span><span class="value"></span>'
        f'<span class="result">{test}</span>'
        f'<span class="account mono">{_shown(request.ad_account_id)}</span></div>'
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _shown(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())


def _time(request: Request) -> str:
    moment = datetime.fromtimestamp(request.received_at, UTC)
    return f'<time datetime="{moment.isoformat()}" title="{moment:%Y-%m-%d}, UTC">{moment:%H:%M:%S}</time>'
