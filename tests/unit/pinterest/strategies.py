"""What a page may put into a call: any JSON, lone surrogates and absurd numbers included."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from edgee_py.event import Context, Event
from edgee_py.pinterest.contract import EVENT_NAMES
from edgee_py.pinterest.settings import PinterestSettings

#: Any text: `codec=None` takes in what cannot be encoded.
texts = st.text(st.characters(codec=None), max_size=30)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.sampled_from(
        ["007", "1e5", "59,90 €", "$1,299.00", "undefined", "a@example.com", "US", "California"]
    )
)

json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

#: Names the mapping reads, so that strange values meet them and not only strange names.
known_names = st.sampled_from(
    [
        "email",
        "phone",
        "first_name",
        "lastName",
        "birthday",
        "gender",
        "city",
        "state",
        "zip",
        "country",
        "external_id",
        "idfa",
        "address",
        "em",
        "ph",
        "fn",
        "ln",
        "ge",
        "db",
        "ct",
        "st",
        "zp",
        "hashed_maids",
        "maid",
        "name",
        "value",
        "revenue",
        "total",
        "currency",
        "price",
        "quantity",
        "products",
        "items",
        "contents",
        "line_items",
        "product_id",
        "sku",
        "content_ids",
        "content_name",
        "category",
        "brand",
        "num_items",
        "order_id",
        "transaction_id",
        "query",
        "search_string",
        "opt_out",
        "opt_out_type",
        "event_id",
        "click_id",
        "epik",
        "language",
        "locale",
        "predicted_ltv",
        "external_measurement_id",
        "external_measurement_vendor_id",
        "np",
        "partner_id",
        "page_name",
        "custom_event_name",
        "constructor",
    ]
)

products = st.lists(
    st.dictionaries(
        st.sampled_from(
            [
                "id",
                "sku",
                "name",
                "title",
                "category",
                "brand",
                "price",
                "quantity",
                "item_brand_id",
                "x",
            ]
        ),
        scalars,
    )
    | json_values,
    max_size=4,
)

properties = st.dictionaries(known_names | texts, json_values | products, max_size=8)

objects = st.dictionaries(texts, json_values, max_size=3)

urls = st.sampled_from(
    [
        "https://shop.example/p?q=1#top",
        "http://shop.example",
        "https://jane:secret@shop.example/?email=jane@example.com",
        "javascript:alert(1)",
        "/relative",
        "https://shop.example/" + "x" * 9000,
    ]
)
pages = st.fixed_dictionaries(
    {},
    optional={
        "name": json_values,
        "title": json_values,
        "category": json_values,
        "url": urls | json_values,
        "search": st.sampled_from(["?q=1", "q=1", "?"]) | json_values,
        "properties": properties | json_values,
    },
)
users = st.fixed_dictionaries(
    {},
    optional={
        "user_id": scalars,
        "anonymous_id": scalars,
        "edgee_id": scalars,
        "properties": properties | json_values,
    },
)
contexts = st.builds(
    Context,
    page=pages,
    user=users,
    client=st.fixed_dictionaries(
        {}, optional={"ip": scalars, "user_agent": scalars, "locale": scalars}
    ),
    campaign=st.fixed_dictionaries({}, optional={"epik": scalars}),
)
tracks = st.fixed_dictionaries(
    {"name": st.sampled_from(["checkout", "Product Added", "My event"]) | texts.filter(str.strip)},
    optional={"properties": properties | json_values},
)


def _events(type_: str, data: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Event]:
    return st.builds(
        Event,
        uuid=st.uuids().map(str) | texts.filter(str.strip),
        timestamp=st.integers(1, 10**14),
        type=st.just(type_),
        data=data,
        context=contexts,
    )


events: st.SearchStrategy[Event] = (
    _events("page", pages) | _events("track", tracks) | _events("user", users)
)

settings: st.SearchStrategy[PinterestSettings] = st.builds(
    PinterestSettings,
    event_names=st.sampled_from(["edgee", "standard"]),
    event_map=st.dictionaries(st.just("My event"), st.sampled_from(EVENT_NAMES)),
    partner_name=st.sampled_from(["", "ss-edgee"]),
)
