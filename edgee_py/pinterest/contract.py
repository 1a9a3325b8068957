"""The shape of a conversion event, in one place.

Source: Pinterest's OpenAPI description of `POST /ad_accounts/{ad_account_id}/events` (5.23, with the
event names and `item_brand_id` of 5.28). The mapping builds these types, the relay validates with
them, the sandbox answers by them. `json_schema` in `schema.py` derives JSON Schema from them.

Annotations are evaluated here (no `from __future__ import annotations`): `TypedDict` reads
`Required` and the schema reads `Rule` from the live objects.
"""

from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Required, TypedDict, get_args

EventName = Literal[
    "add_payment_info",
    "add_to_cart",
    "add_to_wishlist",
    "app_install",
    "app_open",
    "checkout",
    "contact",
    "custom",
    "customize_product",
    "find_location",
    "initiate_checkout",
    "lead",
    "page_visit",
    "schedule",
    "search",
    "signup",
    "start_trial",
    "submit_application",
    "subscribe",
    "view_category",
    "view_content",
    "watch_video",
]
EVENT_NAMES: tuple[EventName, ...] = get_args(EventName)

ActionSource = Literal["app_android", "app_ios", "web", "offline"]

#: Pinterest's limit for one request.
MAX_EVENTS_PER_REQUEST = 1000

# Our own bounds, in characters or entries, where Pinterest states none. They are far above anything
# a shop sends and keep one event from filling a batch.
MAX_ID = 256
MAX_TEXT = 1000
MAX_URL = 2048
MAX_USER_AGENT = 1024
MAX_CONTENTS = 500
MAX_VALUES = 20


class Rule(NamedTuple):
    """What Pinterest's description says of a value beyond its type.

    nullable: null is accepted and says nothing; we never write it.
    hashes: a list of lower-case hex SHA-256 (in the description's text, not in its schema).
    listed: the text lists the values, the schema takes any string.
    """

    nullable: bool = False
    hashes: bool = False
    listed: bool = False
    max_length: int | None = None
    max_items: int | None = None
    minimum: int | None = None
    maximum: int | None = None


Text = Annotated[str, Rule(nullable=True)]
Text5 = Annotated[str, Rule(max_length=5)]
Text35 = Annotated[str, Rule(max_length=35)]
Text40 = Annotated[str, Rule(max_length=40)]
Text64 = Annotated[str, Rule(max_length=64)]
Text100 = Annotated[str, Rule(max_length=100)]
Text200 = Annotated[str, Rule(max_length=200)]
Hashes = Annotated[list[str], Rule(hashes=True)]
Pixels = Annotated[int, Rule(minimum=0, maximum=30720)]
Gigabytes = Annotated[int, Rule(minimum=0, maximum=1048576)]


class UserData(TypedDict, total=False):
    """Who the event is about. Hashes are lower-case hex SHA-256; one field may hold several."""

    em: Hashes
    hashed_maids: Hashes
    client_ip_address: str
    client_user_agent: str
    ph: Hashes
    ge: Hashes
    db: Hashes
    ln: Hashes
    fn: Hashes
    ct: Hashes
    st: Hashes
    zp: Hashes
    country: Hashes
    external_id: Hashes
    click_id: Text
    partner_id: Text


class Content(TypedDict, total=False):
    """One product. `item_price` is a decimal in a string, before any discount.

    `item_brand_id` came with 5.28; readers of an older description refuse it.
    """

    id: str
    item_name: str
    item_category: str
    item_brand: str
    item_brand_id: Text64
    item_price: str
    quantity: int


class CustomData(TypedDict, total=False):
    """What was looked at, bought or searched for. Money is a decimal in a string.

    `np` and the `external_measurement_*` pair are for advertisers whom Pinterest has told to use them.
    """

    currency: Text
    value: Text
    content_ids: list[str]
    content_name: Text
    content_category: Text
    content_brand: Text
    contents: list[Content]
    num_items: int
    order_id: Text
    search_string: Text
    opt_out_type: Text
    predicted_ltv: Text
    np: Text
    external_measurement_id: Text
    external_measurement_vendor_id: Annotated[int, Rule(nullable=True)]


class AppInfo(TypedDict, total=False):
    """The app in which the event happened. `install_time` is Unix time in seconds."""

    app_id: Text200
    app_name: Text200
    app_package_name: Text200
    app_store: Text100
    app_version: Text100
    install_time: Annotated[int, Rule(minimum=0)]
    user_agent: Annotated[str, Rule(max_length=16384)]
    window_height: Pixels
    window_width: Pixels


FormFactor = Literal[
    "desktop", "laptop", "cellphone", "tablet", "smartwatch", "tv", "vr", "console", "other"
]
NetworkType = Literal[
    "wifi",
    "cellular_2g",
    "cellular_3g",
    "cellular_4g",
    "cellular_5g",
    "cellular_6g",
    "ethernet",
    "unknown",
]
OsFamily = Literal["ios", "android", "macos", "windows", "linux", "bsd", "other"]


class DeviceInfo(TypedDict, total=False):
    """The device on which the event happened. Storage is in gigabytes, battery_level in per cent."""

    battery_level: Annotated[int, Rule(minimum=0, maximum=100)]
    brand: Text100
    carrier: Text100
    cpu_cores: Annotated[int, Rule(minimum=0, maximum=1152)]
    external_storage_free_space: Gigabytes
    external_storage_size: Gigabytes
    form_factor: FormFactor
    kernel_version: Text100
    languages: Annotated[list[str], Rule(max_items=100)]
    locale: Text35
    model: Text100
    network_type: NetworkType
    os_family: OsFamily
    os_name: Text100
    os_release_name: Text100
    os_version: Text100
    screen_density: Annotated[int, Rule(minimum=0, maximum=100000)]
    screen_height: Pixels
    screen_width: Pixels
    storage_free_space: Gigabytes
    storage_size: Gigabytes
    timezone: Text40
    timezone_abbr: Text5
    type: Text100


class ConversionEvent(TypedDict):
    """One event as Pinterest takes it. `event_time` is Unix time in whole seconds.

    opt_out: the visitor has opted out (web, offline), or limits ad tracking (apps).
    The flat `app_*` and `device_*` fields are the older spelling of `app_info` and `device_info`.
    """

    event_name: Required[Annotated[EventName, Rule(listed=True)]]
    action_source: Required[Annotated[ActionSource, Rule(listed=True)]]
    event_time: Required[int]
    event_id: Required[str]
    user_data: Required[UserData]
    event_source_url: NotRequired[Text]
    opt_out: NotRequired[bool]
    partner_name: NotRequired[Text]
    custom_data: NotRequired[CustomData]
    language: NotRequired[Text]
    app_info: NotRequired[AppInfo]
    device_info: NotRequired[DeviceInfo]
    app_id: NotRequired[Text]
    app_name: NotRequired[Text]
    app_version: NotRequired[Text]
    device_brand: NotRequired[Text]
    device_carrier: NotRequired[Text]
    device_model: NotRequired[Text]
    device_type: NotRequired[Text]
    os_version: NotRequired[Text]
    wifi: NotRequired[bool]


Part = Literal["event", "user_data", "custom_data", "contents", "app_info", "device_info"]
_PARTS: dict[Part, Any] = {
    "event": ConversionEvent,
    "user_data": UserData,
    "custom_data": CustomData,
    "contents": Content,
    "app_info": AppInfo,
    "device_info": DeviceInfo,
}

#: The parts in which Pinterest refuses an unknown key, and with it the whole request (HTTP 400).
CLOSED_PARTS: frozenset[Part] = frozenset(_PARTS) - {"user_data"}


def allowed_keys(part: Part) -> frozenset[str]:
    """The keys Pinterest knows in a part of the event.

    In every part but `user_data` an unknown key costs the whole request (`CLOSED_PARTS`).
    """
    kind = _PARTS[part]
    return frozenset(kind.__required_keys__ | kind.__optional_keys__)


def identified(user_data: UserData) -> bool:
    """Whether Pinterest's own minimum is met: `em`, `hashed_maids`, or IP address with user agent.

    Source: the text and `anyOf` of ConversionEventsUserData. The relay asks once it has added the
    address and the user agent; a browser cannot know its own.
    """
    return bool(
        user_data.get("em")
        or user_data.get("hashed_maids")
        or (user_data.get("client_ip_address") and user_data.get("client_user_agent"))
    )


def json_schema(*, strict: bool = False) -> dict[str, Any]:
    """JSON Schema (Draft 2020-12) of the request body `{"data": [conversion event, …]}`.

    strict adds what Pinterest's text demands and its schema leaves open: the event names, the action
    sources, and hashes being 64 lower-case hex digits. Unknown keys are refused everywhere but in
    `user_data`, as Pinterest does. Each call returns a fresh object.
    """
    from edgee_py.pinterest.schema import build

    return build(strict)


def event_schema(*, strict: bool = False) -> dict[str, Any]:
    """JSON Schema of one conversion event; see `json_schema`."""
    schema: dict[str, Any] = json_schema(strict=strict)["properties"]["data"]["items"]
    return schema
