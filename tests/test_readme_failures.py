"""docs/failures.md: each row has tests that show it, and its numbers are the code's."""

from __future__ import annotations

import re

import pytest

from edgee_py.call import MAX_AGE_MS
from edgee_py.relay import forwarder, outbox, pinterest_api, reserve
from tests.demo_server import ROOT
from tests.readme import table

ROWS = {row[0]: row[1] for row in table("When", "Then")}

#: By the beginning of a row: the files, and in them the tests that make what it tells happen.
SHOWN: dict[str, dict[str, list[str]]] = {
    "Python cannot start": {
        "e2e/test_leaving.py": [
            "test_where_python_cannot_start_nothing_is_lost",
            "test_without_workers_the_relay_does_the_work",
            "test_a_visitor_who_saves_data_is_spared_python",
        ],
        "e2e/test_boot.py": [
            "test_where_a_pages_policy_forbids_webassembly_the_relay_takes_over_at_once"
        ],
        "e2e/test_hostile.py": ["test_a_worker_that_is_killed_is_done_without"],
    },
    "the page is left": {
        "e2e/test_leaving.py": [
            "test_a_call_right_before_leaving_arrives_once",
            "test_a_closed_tab_has_sent_what_it_had",
        ],
    },
    "the relay is down": {
        "e2e/test_leaving.py": [
            "test_while_the_relay_is_down_calls_wait_hashed_and_go_when_it_is_back"
        ],
        "unit/test_outgoing.py": [
            "test_pauses_grow_with_each_failure_and_end_with_an_answer",
            "test_while_posting_fails_the_journal_holds_hashes_and_no_raw_call",
        ],
    },
    "the relay, or what is before it": {
        "e2e/test_unreliable.py": [
            "test_what_retry_after_asks_for_holds_whatever_happens_in_the_page"
        ],
        "unit/test_outgoing.py": ["test_a_device_back_online_waits_where_the_relay_asks_for_it"],
        "unit/test_retry.py": ["test_retry_after_makes_a_pause_longer_within_reason"],
    },
    "more than 1,000 calls": {
        "e2e/test_unreliable.py": [
            "test_past_a_thousand_calls_the_oldest_go_and_are_told",
            "test_past_a_million_characters_the_oldest_go_in_one_go_too",
        ],
    },
    "a tab or the browser": {
        "e2e/test_restart.py": [
            "test_calls_outlive_a_browser_that_is_killed",
            "test_calls_outlive_a_tab_that_crashes",
        ],
    },
    "the outbox's disk is full": {
        "relay/test_full_disk.py": [
            "test_a_full_disk_is_emptied_by_sending",
            "test_what_is_given_up_for_sending_is_not_filled_by_new_events",
        ],
    },
    "the outbox file is damaged": {
        "faults/test_disk.py": ["test_a_damaged_file_takes_nothing_and_says_so"],
    },
    "NATS cannot be reached": {
        "relay/test_nats_outbox.py": [
            "test_the_server_restarts_and_everything_is_there",
            "test_a_server_that_is_not_there_is_unavailable_and_named_without_its_password",
        ],
        "faults/test_cluster_dies.py": [
            "test_relays_forwarders_and_nats_are_killed_again_and_again",
            "test_a_network_that_breaks_on_both_sides_of_nats",
        ],
    },
    "the outbox file is deleted": {
        "relay/test_app.py": ["test_a_replaced_outbox_is_not_ready_and_takes_nothing"],
        "relay/test_sqlite_outbox.py": ["test_a_file_that_is_deleted_or_replaced_takes_nothing"],
    },
    "Pinterest is down": {
        "relay/test_forwarder.py": [
            "test_a_failure_is_tried_again_until_it_works",
            "test_retry_after_is_honoured",
            "test_pauses_double_with_jitter",
        ],
        "relay/test_pinterest_api.py": [
            "test_retry_after",
            "test_an_answer_that_drips_is_given_up",
            "test_nobody_there_means_later_and_a_lost_answer_unknown",
        ],
    },
    "the token or account": {
        "relay/test_forwarder.py": [
            "test_a_refused_token_stops_everything_loses_nothing_and_is_tried_with_one_event",
            "test_an_unreadable_token_file_stops_it_until_it_can_be_read",
        ],
        "relay/test_app.py": ["test_a_refused_token_is_not_ready"],
    },
    "Pinterest refuses one event": {
        "relay/test_forwarder.py": [
            "test_each_event_gets_its_own_result",
            "test_a_culprit_is_found_and_parked_with_pinterests_words",
        ],
        "relay/test_cli.py": ["test_parked_events_are_listed_with_pinterests_words"],
    },
    "Pinterest refuses 20": {
        "relay/test_forwarder.py": [
            "test_many_refusals_in_a_row_stop_the_parking_until_one_event_is_taken"
        ],
        "relay/test_app.py": ["test_one_refusal_after_another_is_not_ready"],
    },
    "something between": {
        "relay/test_forwarder.py": [
            "test_a_refusal_from_something_on_the_way_parks_nothing",
            "test_a_captive_portals_success_is_none",
        ],
    },
    "the relay is stopped or killed": {
        "relay/test_crash.py": [
            "test_what_was_acknowledged_survives_a_kill",
            "test_a_signal_lets_pinterests_answer_come",
            "test_a_stop_waits_for_pinterest_no_longer_than_said",
        ],
        "faults/test_relay_dies.py": [
            "test_a_relay_that_is_killed_hundreds_of_times",
            "test_two_relays_on_one_file_that_are_killed_while_pinterest_is_rude",
        ],
        "relay/test_forwarder.py": [
            "test_what_a_crash_left_leased_goes_out_again_but_not_offline_events"
        ],
    },
    "storage is full": {
        "e2e/test_odd_pages.py": [
            "test_what_a_page_does_to_the_storage_or_to_arrays_costs_no_call"
        ],
        "e2e/test_hostile.py": [
            "test_where_storage_is_blocked_a_page_with_its_own_worker_delivers"
        ],
    },
    "a call is wrong": {
        "e2e/test_calls.py": [
            "test_a_wrong_call_is_refused_with_its_reason_and_nothing_else_is_lost"
        ],
    },
    "the relay's own clock": {
        "relay/test_forwarder.py": ["test_a_clock_that_is_wrong_by_pinterests_is_told_of_once"],
        "cli/test_check.py": ["test_a_wrong_clock"],
    },
    "a device's clock": {
        "relay/test_pinterest_capi.py": ["test_a_wrong_clock_is_corrected"],
        "relay/test_event.py": ["test_a_wrong_clock_is_corrected_once"],
        "e2e/test_odd_pages.py": ["test_a_clock_that_is_days_off_costs_no_call"],
    },
}


@pytest.mark.parametrize("when", ROWS)
def test_every_row_has_tests(when: str) -> None:
    [files] = [files for start, files in SHOWN.items() if when.startswith(start)]
    for file, tests in files.items():
        there = re.findall(r"^ *def (test_\w+)", (ROOT / "tests" / file).read_text(), re.MULTILINE)
        assert set(tests) <= set(there), file


def test_every_test_shows_a_row() -> None:
    for start in SHOWN:
        assert len([when for when in ROWS if when.startswith(start)]) == 1


DAY = 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("start", "pattern", "expected"),
    [
        ("the relay is down", r"for (\d+) days", MAX_AGE_MS / DAY),
        ("the outbox's disk is full", r"(\d+) MB", reserve.SIZE / (1 << 20)),
        ("Pinterest is down", r"after (\d+) second", forwarder.FIRST_PAUSE),
        ("Pinterest is down", r"to (\d+) minute", forwarder.LONGEST_PAUSE / 60),
        ("Pinterest is down", r"at most (\d+) minutes", pinterest_api.LONGEST_RETRY_AFTER / 60),
        ("the token", r"one event is tried a minute()", 60 / forwarder.PROBE_EVERY),
        ("Pinterest refuses one", r"for (\d+) days", outbox.PARKED_MS / DAY),
        ("the relay is stopped", r"up to (\d+) seconds", forwarder.STOP_WAIT),
    ],
)
def test_the_numbers(start: str, pattern: str, expected: float) -> None:
    [then] = [then for when, then in ROWS.items() if when.startswith(start)]
    found = re.search(pattern, then)
    assert found
    assert float(found[1] or 1) == expected


def test_the_number_of_refusals_in_a_row() -> None:
    assert any(when.startswith(f"Pinterest refuses {forwarder.REFUSALS} ") for when in ROWS)
