from __future__ import annotations

import time
from typing import Any

import httpx2
import pytest
from pinterestsdk.models.event_quality_score import EventQualityScore

from edgee_py.sandbox import RunningSandbox
from tests.cli.conftest import ACCOUNT, OAUTH_TOKEN, TOKEN, Edgee

CONFIG = ("--config", "edgee.toml")


def send(pinterest: RunningSandbox, *events: dict[str, Any]) -> None:
    data = [
        {
            "action_source": "web",
            "event_time": int(time.time()),
            "event_id": str(number),
            "event_name": "checkout",
            "user_data": {"client_ip_address": "192.0.2.1", "client_user_agent": "x"},
            **event,
        }
        for number, event in enumerate(events)
    ]
    url = f"{pinterest.api_base}/ad_accounts/{ACCOUNT}/events"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    httpx2.post(url, json={"data": data}, headers=headers).raise_for_status()


EMAIL = {"em": ["0" * 64]}
EVENTS = (
    {"user_data": EMAIL, "custom_data": {"order_id": "1"}},
    {},
    {},
    {"custom_data": {"order_id": "2"}},
    {"event_name": "page_visit"},
)


def test_the_report_is_in_the_shape_that_pinterests_own_client_reads(
    pinterest: RunningSandbox,
) -> None:
    send(pinterest, *EVENTS)
    answer = httpx2.get(
        f"{pinterest.api_base}/ad_accounts/{ACCOUNT}/conversion_eqs",
        params={"lookback_period": "14d"},
        headers={"Authorization": f"Bearer {OAUTH_TOKEN}"},
    )
    [report] = answer.json()
    read = EventQualityScore.from_dict(report)
    assert read
    components = read.quality_components
    assert components.hashed_email and components.order_id and components.user_agent
    assert components.hashed_email["checkout"].coverage == 25
    assert components.order_id["checkout"].coverage == 50
    assert components.user_agent["page_visit"].coverage == 100


def test_it_is_shown_with_what_to_add_next(pinterest: RunningSandbox, at_home: Edgee) -> None:
    send(pinterest, *EVENTS)
    ran = at_home("quality", *CONFIG)
    assert ran.code == 0, ran.err
    rows = {line.split()[0]: line.split()[1:] for line in ran.lines[1:] if "%" in line}
    assert ran.lines[0].startswith("note   WEB by CONVERSIONS_API, 14d: ")
    assert rows["hashed_email"] == ["25%", "0%"]
    assert rows["order_id"] == ["50%", "0%"]
    # The report knows no numbers of events: what is lacking most of the time comes first.
    assert ran.lines[-1].startswith("Next: hashed_email (in 0% of page_visit). Call edgee.user(")


def test_json_is_pinterests_own_report(pinterest: RunningSandbox, at_home: Edgee) -> None:
    assert at_home("quality", *CONFIG, "--json").json == []
    send(pinterest, *EVENTS)
    [report] = at_home("quality", *CONFIG, "--days", "1", "--json").json
    assert report["lookback_period"] == "1d"
    assert report["quality_components"]["hashed_email"]["checkout"]["coverage"] == 25


def test_a_conversion_token_opens_no_report_and_the_mend_is_said(at_home: Edgee) -> None:
    ran = at_home("quality", *CONFIG, PINTEREST_OAUTH_TOKEN="")
    assert ran.code == 1
    assert "Pinterest answered 403" in ran.err
    assert "PINTEREST_OAUTH_TOKEN" in ran.err
    ran = at_home("quality", *CONFIG, PINTEREST_OAUTH_TOKEN="wrong")
    assert "Pinterest answered 401" in ran.err
    assert TOKEN not in ran.err + ran.out


def test_without_pinterest_or_account_it_says_so(
    at_home: Edgee, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ran = at_home("quality", *CONFIG, PINTEREST_API_BASE="http://127.0.0.1:9/v5")
    assert (ran.code, ran.out) == (1, "")
    assert "cannot be reached" in ran.err
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert "pinterest_ad_account_id" in at_home("quality", cwd=elsewhere).err
    assert "--days" in at_home("quality", "--days", "7").err
