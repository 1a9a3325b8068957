from __future__ import annotations

import json
from typing import Any, cast

from hypothesis import given as for_any
from hypothesis import strategies as st

from edgee_py.pinterest.addresses import holds_address, leave_out_addresses, may_hold_address
from edgee_py.pinterest.contract import ConversionEvent

JANE = "jane@example.com"


def event(**more: Any) -> ConversionEvent:
    base = {"event_name": "custom", "event_id": "1", "user_data": {}, **more}
    return cast(ConversionEvent, base)


def test_addresses_are_left_out_wherever_a_text_may_stand() -> None:
    contents = [{"id": JANE, "item_name": f"For {JANE}", "quantity": 1}, {"id": "lamp"}]
    given = event(
        language=JANE,
        custom_data={"content_name": JANE, "content_ids": [JANE, "1"], "contents": contents},
        user_data={"click_id": "jane%2540example.com", "em": ["0" * 64]},
        device_info={"model": JANE, "languages": ["pt", JANE], "cpu_cores": 4},
    )

    removed = leave_out_addresses(given)

    assert given == event(
        custom_data={"content_ids": ["1"], "contents": [{"quantity": 1}, {"id": "lamp"}]},
        user_data={"em": ["0" * 64]},
        device_info={"languages": ["pt"], "cpu_cores": 4},
    )
    assert sorted(removed) == [
        "click_id",
        "content_ids",
        "content_name",
        "id",
        "item_name",
        "language",
        "languages",
        "model",
    ]


def test_what_is_no_address_stays() -> None:
    whole = event(
        event_source_url="https://shop.example/@52.5,13.4",
        custom_data={"content_name": "Lamp @ 20 %", "order_id": "A@1", "content_ids": ["a@b"]},
        user_data={"client_user_agent": "Mozilla/5.0 (x@y.example)", "partner_id": "a%40"},
    )
    before = str(whole)

    assert leave_out_addresses(whole) == []
    assert str(whole) == before


TEXTS = st.text() | st.sampled_from([JANE, "jane%40example.com", "jane%2540example.com", "@", "%"])


@for_any(TEXTS, st.booleans())
def test_a_document_without_the_signs_of_an_address_holds_none(text: str, ascii_: bool) -> None:
    document = json.dumps({"text": text}, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    for each in (document, document.replace(b"@", b"\\u0040"), document.replace(b"%", b"\\u0025")):
        assert may_hold_address(each) or not holds_address(text)


def test_most_documents_have_no_such_signs() -> None:
    assert not may_hold_address(b'{"event_source_url": "https://shop.example/p?q=1"}')
