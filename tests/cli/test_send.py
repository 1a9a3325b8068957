from __future__ import annotations

import json
from hashlib import sha256

from edgee_py.sandbox import RunningSandbox
from tests.cli.conftest import TOKEN, Edgee

CONFIG = ("--config", "edgee.toml")
ORDER = ("track", "Order Completed", "-p", "value=59.90", "-p", "order_id=1001")
EMAIL = "Jane.Doe@Example.com"


def test_an_event_goes_to_pinterest_as_a_test(pinterest: RunningSandbox, at_home: Edgee) -> None:
    ran = at_home("send", *ORDER, "-u", f"email={EMAIL}", "-u", "user_id=u-1", *CONFIG)

    assert ran.code == 0, ran.out
    assert "Pinterest took the event. It was a test: nothing is recorded." in ran.out
    [arrived] = pinterest.events()
    assert arrived["test"] is True
    event = arrived["event"]
    assert event["event_name"] == "checkout"
    assert event["custom_data"] == {"value": "59.90", "order_id": "1001"}
    assert event["user_data"]["em"] == [sha256(EMAIL.lower().encode()).hexdigest()]
    assert event["user_data"]["external_id"] == [sha256(b"u-1").hexdigest()]
    assert "jane" not in ran.out.lower()
    assert TOKEN not in ran.out + ran.err


def test_recorded_is_what_is_said_to_be(pinterest: RunningSandbox, at_home: Edgee) -> None:
    ran = at_home("send", *ORDER, "-u", f"email={EMAIL}", "--record", *CONFIG)
    assert ran.code == 0, ran.out
    [arrived] = pinterest.events()
    assert arrived["test"] is False
    assert "client_ip_address" not in arrived["event"]["user_data"]


def test_a_stand_in_visitor_is_never_recorded(pinterest: RunningSandbox, at_home: Edgee) -> None:
    ran = at_home("send", *ORDER, "--record", *CONFIG)
    assert ran.code == 1
    assert ran.out.startswith("wrong  no_identifier: ")
    assert pinterest.events() == []


def test_a_whole_call_as_json(pinterest: RunningSandbox, at_home: Edgee) -> None:
    products = [{"sku": "lamp-1", "price": 59.9, "quantity": 2}]
    call = json.dumps({"name": "Product Added", "properties": {"products": products}})
    told = at_home("send", "track", "--data", "-", "--json", *CONFIG, stdin=call).json
    assert told["processed"] is True
    assert told["event"]["event_name"] == "add_to_cart"
    assert told["event"]["custom_data"]["contents"][0]["id"] == "lamp-1"
    assert "product_id" in told["carries"]
    listed = ("-p", f"products={json.dumps(products)}")
    again = at_home("send", "track", "Product Added", *listed, "--json", *CONFIG).json
    assert again["event"]["custom_data"] == told["event"]["custom_data"]


def test_what_pinterest_says_is_said(pinterest: RunningSandbox, at_home: Edgee) -> None:
    pinterest.answer_with(200, failed=[0])
    ran = at_home("send", *ORDER, *CONFIG)
    assert ran.code == 1
    assert "wrong  Pinterest failed the event: Failed as planned." in ran.out
    pinterest.answer_with(429, retry_after=1)
    ran = at_home("send", *ORDER, *CONFIG)
    assert ran.code == 1
    assert "note   Pinterest answered 429" in ran.out
    told = at_home("send", *ORDER, "--json", *CONFIG, PINTEREST_ACCESS_TOKEN="wrong")
    assert (told.code, told.json["status"], told.json["processed"]) == (1, 401, False)
    assert "Ads Manager" in told.json["mend"]


def test_what_is_left_out_is_said(at_home: Edgee) -> None:
    told = at_home("send", *ORDER, "-p", "colour=red", "--json", *CONFIG).json
    assert any("colour" in problem for problem in told["problems"])


def test_what_cannot_be_is_one_clear_line(pinterest: RunningSandbox, at_home: Edgee) -> None:
    for arguments, said in (
        (("load",), "there is no edgee.load()"),
        (("track", "x", "-p", "value"), "--property must be name=value"),
        (("track", "--data", "[]"), "--data must be a JSON object"),
        (("track", "x", "--data", "{}"), "--data is the whole call"),
        (("track", "x", "--user-agent", "a"), "--user-agent needs --ip"),
        (("page", "--url", "shop.example/lamps"), "--url must be an address, https://"),
        (("page", "--ip", "300.1.1.1"), "--ip must be an IP address"),
    ):
        ran = at_home("send", *arguments, *CONFIG)
        assert ran.code == 1
        assert said in ran.err
        assert len(ran.err.splitlines()) == 1
    assert pinterest.requests() == []
