from __future__ import annotations

from edgee_py.pinterest.spelling import folded


def test_spellings_of_one_name() -> None:
    spellings = ("order_id", "orderId", "Order ID", "ORDER-ID", "orderid")
    assert {folded(spelling) for spelling in spellings} == {"orderid"}


def test_a_name_of_absurd_length_is_cut() -> None:
    assert folded("x" * 10_000) == "x" * 64
