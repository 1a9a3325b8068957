from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import httpx2
from pinterestsdk.models.conversion_deletion_request import ConversionDeletionRequest

from edgee_py.sandbox import RunningSandbox
from tests.cli.conftest import ACCOUNT, OAUTH_TOKEN, Edgee
from tests.cli.terminal import on_terminal

CONFIG = ("--config", "edgee.toml")
EMAIL = "Jane.Doe@Example.com"
HASH = sha256(b"jane.doe@example.com").hexdigest()


def test_a_person_is_erased_by_address_and_click_id(
    pinterest: RunningSandbox, at_home: Edgee
) -> None:
    ran = at_home("erase", *CONFIG, "--email", EMAIL, "--click-id", "dj0yJnU9", "--yes")
    assert ran.code == 0, ran.err
    [request] = pinterest.erasures()
    assert request["ad_account_id"] == ACCOUNT
    assert request["email_hashes"] == [HASH]
    assert request["epiks"] == ["dj0yJnU9"]
    assert request["request"]["request_id"] in ran.out


def test_the_address_is_printed_nowhere(pinterest: RunningSandbox, at_home: Edgee) -> None:
    for flags in ((), ("--json",)):
        ran = at_home("erase", *CONFIG, "--email", "-", "--yes", *flags, stdin=f"{EMAIL}\n")
        assert ran.code == 0, ran.err
        assert "jane" not in (ran.out + ran.err).lower()
    assert len(pinterest.erasures()) == 2
    ran = at_home("erase", *CONFIG, "--email", "jane.doe.example.com", "--yes")
    assert ran.code == 1
    assert "jane" not in ran.out + ran.err


def test_it_asks_first_and_shows_the_hash(pinterest: RunningSandbox, home: Path) -> None:
    environ = {"PINTEREST_API_BASE": pinterest.api_base, "PINTEREST_OAUTH_TOKEN": OAUTH_TOKEN}
    for answer, count in (("n", 0), ("y", 1)):
        ran = on_terminal(
            "erase",
            *CONFIG,
            "--email",
            EMAIL,
            cwd=home,
            answers=[("Ask for it?", answer)],
            **environ,
        )
        assert ran.code == 1 - count
        assert HASH[:12] in ran.out
        assert "jane" not in ran.out.lower()
        assert len(pinterest.erasures()) == count


def test_without_a_word_nothing_is_asked_of_pinterest(
    pinterest: RunningSandbox, at_home: Edgee
) -> None:
    assert at_home("erase", *CONFIG, "--email", EMAIL).code == 1
    assert at_home("erase", *CONFIG).code == 1
    assert at_home("erase", *CONFIG, "--email", EMAIL, "--list", "--yes").code == 1
    assert pinterest.erasures() == []


def test_requests_are_listed_and_withdrawn(pinterest: RunningSandbox, at_home: Edgee) -> None:
    assert at_home("erase", *CONFIG, "--list").out == "Nothing there.\n"
    made = at_home("erase", *CONFIG, "--click-id", "a", "--yes", "--json").json
    assert made["status"] == "PENDING"
    assert at_home("erase", *CONFIG, "--list").lines[0].split()[:2] == [
        made["request_id"],
        "PENDING",
    ]
    assert at_home("erase", *CONFIG, "--withdraw", made["request_id"]).code == 0
    [listed] = at_home("erase", *CONFIG, "--list", "--json").json
    assert listed["status"] == "CANCELLED"
    again = at_home("erase", *CONFIG, "--withdraw", made["request_id"])
    assert (again.code, "not pending" in again.err) == (1, True)
    assert "404" in at_home("erase", *CONFIG, "--withdraw", "999").err


def test_the_answers_are_in_the_shape_that_pinterests_own_client_reads(
    pinterest: RunningSandbox,
) -> None:
    url = f"{pinterest.api_base}/ad_accounts/{ACCOUNT}/conversion_deletion_requests"
    headers = {"Authorization": f"Bearer {OAUTH_TOKEN}"}
    body = {"deletion_targets": {"user_emails": ["a@b.example"]}}
    answer = httpx2.post(url, json=body, headers=headers)
    assert answer.status_code == 201
    read = ConversionDeletionRequest.from_dict(answer.json())
    assert read and read.status.value == "PENDING"
    for wrong in ({}, {"deletion_targets": {}}, {"deletion_targets": {"epiks": [1]}}, []):
        assert httpx2.post(url, json=wrong, headers=headers).status_code == 400
