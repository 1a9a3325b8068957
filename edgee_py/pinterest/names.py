"""Which of Pinterest's events a track is."""

from __future__ import annotations

from edgee_py.pinterest.contract import EVENT_NAMES, EventName
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pinterest.spelling import folded

#: What others call Pinterest's events: Segment, GA4, Shopify, WooCommerce, Meta's and Pinterest's tags.
_ALIASES: dict[EventName, tuple[str, ...]] = {
    "add_payment_info": ("Payment Info Entered", "Payment Info Submitted", "Payment Info Added"),
    "add_to_cart": ("Product Added", "Product Added To Cart", "Added To Cart", "Cart Add"),
    "add_to_wishlist": ("Product Added to Wishlist", "Added To Wishlist"),
    "app_install": ("Application Installed", "First Open"),
    "app_open": ("Application Opened",),
    "checkout": (
        "Order Completed",
        "Order Placed",
        "Order Received",
        "Checkout Completed",
        "Purchase",
        "Purchased",
        "Purchase Completed",
    ),
    "initiate_checkout": ("Checkout Started", "Begin Checkout", "Checkout Initiated"),
    "lead": ("Generate Lead", "Lead Generated", "Lead Captured", "Form Submitted"),
    "page_visit": ("Page View", "Page Viewed", "Page"),
    "search": (
        "Products Searched",
        "Product Searched",
        "View Search Results",
        "Search Submitted",
        "Searched",
    ),
    "signup": (
        "Signed Up",
        "Complete Registration",
        "Registration Completed",
        "Account Created",
        "Customer Registered",
    ),
    "start_trial": ("Trial Started",),
    "submit_application": ("Application Submitted",),
    "subscribe": ("Subscribed", "Subscription Started"),
    "view_category": (
        "Product List Viewed",
        "Product List Filtered",
        "Product Category Viewed",
        "Category Viewed",
        "Collection Viewed",
        "View Item List",
    ),
    "view_content": ("Product Viewed", "View Item", "Content Viewed"),
    "watch_video": ("Video Started", "Video Start", "Video Played", "Video Playback Started"),
}

_STANDARD: dict[str, EventName] = {folded(name): name for name in EVENT_NAMES} | {
    folded(alias): name for name, aliases in _ALIASES.items() for alias in aliases
}


def standard_name(name: str) -> EventName | None:
    """Pinterest's event for a track's name, read without regard to case, spaces, `_` and `-`."""
    return _STANDARD.get(folded(name))


def track_event_name(name: str, settings: PinterestSettings) -> str:
    """The Pinterest event a track becomes: by `event_map`, by its own name, or `custom`."""
    if settings.event_map:
        if name in settings.event_map:
            return settings.event_map[name]
        wanted = folded(name)
        for key, event_name in settings.event_map.items():
            if folded(key) == wanted:
                return event_name
    if settings.event_names == "standard":
        return standard_name(name) or "custom"
    return "custom"
