"""What the data layer and the mapping take for one call in CPython, and the relay for one post."""

from __future__ import annotations

import time
import uuid

import httpx2

from edgee_py.call import Call
from edgee_py.call import Page as Snapshot
from edgee_py.pinterest.mapping import map_event
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pipeline import Surroundings, take
from edgee_py.state import State
from tests.bench.order import ORDER
from tests.bench.report import Part, Table
from tests.bench.setting import Setting, median

CALLS = 2000
POSTS = 200


def mapping() -> float:
    """The µs for one call in this Python, from the call to the conversion event."""
    around = Surroundings()
    settings = PinterestSettings()
    page = Snapshot(url="https://shop.example/thank-you?utm_source=pins", title="Thank you")
    state = State()
    times = []
    for _ in range(CALLS):
        call = Call(str(uuid.uuid4()), int(time.time() * 1000), "track", (ORDER,), page)
        start = time.perf_counter()
        taken = take(state, call, around)
        for outcome in taken.outcomes:
            for event in outcome.events:
                map_event(event, settings)
        times.append((time.perf_counter() - start) * 1e6)
        state = taken.state
    return median(times)


def post(origin: str) -> float:
    """The ms that the relay takes for one post of one event, until it is on its disk."""
    times = []
    with httpx2.Client(base_url=origin, headers={"User-Agent": "Mozilla/5.0 (bench)"}) as client:
        for _ in range(POSTS):
            event = {
                "event_name": "page_visit",
                "action_source": "web",
                "event_time": int(time.time()),
                "event_id": str(uuid.uuid4()),
                "event_source_url": f"{origin}/",
                "user_data": {},
            }
            start = time.perf_counter()
            answer = client.post("/_edgee/pinterest_capi", json={"data": [event]})
            times.append((time.perf_counter() - start) * 1000)
            answer.raise_for_status()
    return median(times)


def measure(setting: Setting) -> Part:
    """Both, one after the other."""
    rows = [
        ("data layer and mapping, one call", f"{mapping():.0f} µs"),
        ("relay, one post of one event, to its disk", f"{post(setting.origin):.1f} ms"),
    ]
    return Part([Table("CPython", ("", "median"), rows)])
