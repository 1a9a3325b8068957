"""What pages, storage and the network may hand over, for Hypothesis."""

from __future__ import annotations

import json
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


def facade_documents(now: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Calls as our own page script posts them: the right shape, filled with whatever."""
    page = st.fixed_dictionaries(
        {},
        optional={
            "url": st.one_of(st.just("https://shop.example/a?b=c"), texts),
            "title": texts,
            "data_layer": st.one_of(documents().map(json.dumps), texts),
            "epik": texts,
            "moved": st.booleans(),
        },
    )
    call = st.fixed_dictionaries(
        {
            "type": st.sampled_from(["load", "page", "track", "user", "consent", "reset", "none"]),
            "id": texts,
            "at": st.one_of(now, now, now, numbers),
            "page": st.one_of(page, page, json_values),
        },
        optional={
            "data": st.one_of(words, texts, objects, json_values),
            "components": json_values,
            "held": st.booleans(),
            "mended": st.booleans(),
            "error": texts,
        },
    )
    collection = st.fixed_dictionaries(
        {"events": st.lists(call, min_size=1, max_size=3)},
        optional={
            "state": st.dictionaries(st.sampled_from(["_edgee", "_edgee_user"]), texts),
            "config": st.fixed_dictionaries(
                {}, optional={"consent": st.one_of(words, json_values), "trace": st.booleans()}
            ),
            "context": objects,
        },
    )
    return st.fixed_dictionaries({"data_collection": collection})
