"""What pages, storage and the network may hand over, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

texts = st.text(max_size=12)
numbers = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(st.none(), numbers, texts)

_NAMES = [
    "data_collection",
    "events",
    "context",
    "page",
    "user",
    "client",
    "campaign",
    "session",
    "components",
    "consent",
    "data",
    "type",
    "properties",
    "name",
    "url",
    "path",
    "search",
    "title",
    "keywords",
    "referrer",
    "user_id",
    "anonymous_id",
    "edgee_id",
    "email",
    "phone",
    "zip",
    "country",
    "products",
    "price",
    "quantity",
    "value",
    "id",
    "at",
    "method",
    "arguments",
    "queued",
    "held",
    "state",
    "config",
    "all",
    "pinterest_capi",
    "v",
    "consent_explicit",
    "consent_at",
    "epik",
    "session_id",
    "session_count",
    "first_seen",
    "last_seen",
    "screen_width",
    "locale",
    "error",
]

#: Names that mean something somewhere, so that wrong types land where they hurt.
names = st.one_of(
    st.sampled_from(_NAMES),
    texts,
)

json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)

#: Also what JSON has no word for.
anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        scalars,
        st.floats(),
        st.integers(),
        st.text(st.characters(exclude_categories=()), max_size=5),
        st.binary(max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner),
        st.dictionaries(st.one_of(names, st.integers()), inner, max_size=3),
    ),
    max_leaves=10,
)

objects = st.dictionaries(names, json_values, max_size=5)
words = st.sampled_from(["granted", "pending", "denied", "Granted", "yes"])


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Data layer documents: the right shape, filled with whatever."""
    entry = st.fixed_dictionaries(
        {"type": st.sampled_from(["page", "track", "user", "screen"])},
        optional={"data": json_values, "components": json_values, "consent": words},
    )
    context = st.fixed_dictionaries(
        {}, optional={"page": objects, "user": users, "client": objects, "campaign": objects}
    )
    collection = st.fixed_dictionaries(
        {},
        optional={
            "events": st.one_of(st.lists(entry, max_size=3), json_values),
            "context": st.one_of(context, json_values),
            "components": json_values,
            "consent": st.one_of(words, json_values),
        },
    )
    return st.fixed_dictionaries({"data_collection": collection})


users = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["a", "b", 7]),
        "anonymous_id": st.sampled_from(["x", "y"]),
        "properties": st.dictionaries(names, scalars, max_size=3),
    },
)
