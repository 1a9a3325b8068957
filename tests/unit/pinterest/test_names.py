from __future__ import annotations

import pytest

from edgee_py.pinterest.contract import EVENT_NAMES
from edgee_py.pinterest.names import standard_name, track_event_name
from edgee_py.pinterest.settings import PinterestSettings


def test_there_are_22_events_and_each_means_itself() -> None:
    assert len(set(EVENT_NAMES)) == 22
    for name in EVENT_NAMES:
        pascal = name.title().replace("_", "")
        for spelling in (
            name,
            name.upper(),
            name.replace("_", " "),
            name.replace("_", "-"),
            pascal,
        ):
            assert standard_name(spelling) == name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Order Completed", "checkout"),
        ("Product Added", "add_to_cart"),
        ("Products Searched", "search"),
        ("Product List Viewed", "view_category"),
        ("Product Viewed", "view_content"),
        ("Checkout Started", "initiate_checkout"),
        ("Payment Info Entered", "add_payment_info"),
        ("Signed Up", "signup"),
        ("purchase", "checkout"),
        ("begin_checkout", "initiate_checkout"),
        ("view_item", "view_content"),
        ("view_item_list", "view_category"),
        ("sign_up", "signup"),
        ("generate_lead", "lead"),
        ("page_view", "page_visit"),
        ("checkout_completed", "checkout"),
        ("product_added_to_cart", "add_to_cart"),
        ("collection_viewed", "view_category"),
        ("search_submitted", "search"),
        ("added_to_cart", "add_to_cart"),
        ("PageVisit", "page_visit"),
        ("AddToCart", "add_to_cart"),
        ("Purchase", "checkout"),
        ("CompleteRegistration", "signup"),
        ("StartTrial", "start_trial"),
    ],
)
def test_aliases(alias: str, name: str) -> None:
    assert standard_name(alias) == name


def test_other_names_mean_nothing() -> None:
    assert standard_name("Button Clicked") is None


def test_by_default_every_track_is_custom() -> None:
    assert track_event_name("checkout", PinterestSettings()) == "custom"


def test_the_event_map_wins_over_both() -> None:
    event_map = {"Brochure Ordered": "lead", "checkout": "custom"}
    for event_names in ("edgee", "standard"):
        settings = PinterestSettings(event_names=event_names, event_map=event_map)  # type: ignore[arg-type]
        assert track_event_name("Brochure Ordered", settings) == "lead"
        assert track_event_name("brochure_ordered", settings) == "lead"
        assert track_event_name("checkout", settings) == "custom"
