"""What is stored when, and what a change of it by somebody else means."""

from __future__ import annotations

import json

from edgee_py.state import STATE_KEY, USER_KEY

from .device import NOTHING, Device
from .visitor import NOW, SECOND


def test_the_state_is_stored_when_it_changes_and_only_then() -> None:
    device = Device()
    assert set(device.make("c1", "user", "u-1").store) == {STATE_KEY, USER_KEY}
    assert device.runtime.drain().store == {}
    assert set(device.make("c2", at=NOW + SECOND).store) == {STATE_KEY}


def test_a_device_that_knows_the_visitor_writes_nothing_for_it() -> None:
    first = Device()
    first.make("c1", "user", "u-1")
    assert not Device(first.stored).runtime.drain()


def test_a_log_in_in_another_tab_counts_here() -> None:
    here, there = Device(), Device()
    here.make("c1")
    there.make("c2", "user", "u-1")
    here.runtime.stored_changed(there.stored, here.around)
    here.make("c3")
    assert here.runtime.state.identity.user_id == "u-1"


def test_our_own_writes_coming_back_late_change_nothing() -> None:
    device = Device()
    old = dict(device.make("c1", "user", "u-1").store)
    device.make("c2", "user", "u-2", at=NOW + SECOND)
    state = device.runtime.state
    device.runtime.stored_changed(old, device.around)
    assert device.runtime.state == state
    assert device.runtime.drain().store == dict(state.write())


def test_a_page_that_looked_before_we_wrote_changes_nothing() -> None:
    device = Device()
    device.make("c1", "user", "u-1")
    state = device.runtime.state
    device.runtime.found(NOTHING, device.around)
    assert device.runtime.state == state
    assert device.runtime.drain().store == dict(state.write())


def test_what_stood_at_the_start_coming_back_late_changes_nothing() -> None:
    earlier = Device()
    earlier.make("c1", "user", "u-1")
    device = Device(earlier.stored)
    device.make("c2", "user", "u-2", at=NOW + SECOND)
    device.runtime.found(earlier.stored, device.around)
    assert device.runtime.state.identity.user_id == "u-2"


def test_a_visitor_who_clears_the_storage_is_forgotten() -> None:
    device = Device()
    device.make("c1", "user", "u-1")
    device.make("c2", "reset")
    device.make("c3", "user", "u-1")
    device.runtime.stored_changed(NOTHING, device.around)
    device.make("c4", "track", at=NOW + SECOND)
    assert device.runtime.state.identity.user_id == ""
    assert device.runtime.state.edgee_id == "c4"


def test_a_storage_that_is_cleared_key_by_key_is_cleared() -> None:
    device = Device()
    device.make("c1", "user", "u-1")
    device.make("c2", "reset")
    device.make("c3", "user", "u-1")
    for key in (STATE_KEY, USER_KEY):
        device.runtime.stored_changed({key: None}, device.around)
    assert device.runtime.state.identity.user_id == ""


def test_a_newer_versions_state_is_obeyed_and_left_alone() -> None:
    newer = json.dumps({"v": 2, "consent": "denied", "future": 1})
    device = Device({STATE_KEY: newer, USER_KEY: None})
    device.make("c1")
    assert device.outcomes == [("c1", "refused")]
    device.make("c2", "consent", "granted")
    assert device.stored[STATE_KEY] == newer


def test_a_newer_version_taking_over_is_left_alone_from_then_on() -> None:
    device = Device()
    device.make("c1")
    device.runtime.stored_changed({STATE_KEY: '{"v":2}'}, device.around)
    assert device.make("c2", at=NOW + SECOND).store == {}
