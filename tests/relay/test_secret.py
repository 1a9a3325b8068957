from __future__ import annotations

from edgee_py.relay.secret import Secret


def test_nothing_prints_it() -> None:
    secret = Secret("pina_canary")

    for text in (str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{[secret]}"):
        assert "canary" not in text
    assert secret.reveal() == "pina_canary"


def test_it_matches_itself_only_and_an_empty_one_nothing() -> None:
    assert Secret("s").matches("s")
    assert not Secret("s").matches("t")
    assert not Secret("s").matches("\udcff")
    assert not Secret("").matches("")
    assert Secret("s") == Secret("s")
    assert Secret("s") != "s"
