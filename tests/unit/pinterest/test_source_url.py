from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.pinterest.source_url import _is_plain, _mended, source_url


@pytest.mark.parametrize(
    ("url", "search", "sent"),
    [
        ("https://shop.example/p", "", "https://shop.example/p"),
        ("https://shop.example/p", "?q=1", "https://shop.example/p?q=1"),
        ("https://shop.example/p", "q=1", "https://shop.example/p?q=1"),
        ("https://shop.example/p?q=1", "?q=1", "https://shop.example/p?q=1"),
        ("https://shop.example/p?", "?", "https://shop.example/p"),
        ("https://shop.example/p#top?x", "?q=1", "https://shop.example/p?q=1"),
        ("HTTP://shop.example", "", "http://shop.example"),
        ("https://jane:secret@shop.example/p", "", "https://shop.example/p"),
        ("https://shop.example/a b?c d", "", "https://shop.example/a%20b?c%20d"),
        (
            "https://shop.example/p?email=jane&q=1&u=jane%40example.com&st=x",
            "",
            "https://shop.example/p?q=1&st=x",
        ),
        ("https://shop.example/p", "?q=" + "x" * 3000, "https://shop.example/p"),
        ("https://shop.example/u/jane@x.de/o", "", "https://shop.example/u/email/o"),
        ("https://shop.example/u/jane%2540x.de", "", "https://shop.example/u/email"),
        ("https://shop.example/@jane/@52.5,13.4", "", "https://shop.example/@jane/@52.5,13.4"),
        ("https://shop.example/p?u=jane%25252540x.de&q=1", "", "https://shop.example/p?q=1"),
        ("https://shop.example/p?q=10%25&%65mail=jane", "", "https://shop.example/p?q=10%25"),
    ],
)
def test_what_is_sent(url: str, search: str, sent: str) -> None:
    assert source_url(url, search) == sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/p",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///p",
        None,
        5,
        {},
        "https://shop.example/" + "x" * 3000,
    ],
)
def test_what_is_no_web_address(url: object) -> None:
    assert source_url(url, "?q=1") == ""


URLS = st.lists(
    st.sampled_from(
        ["https://", "http://", "HTTP://", "shop.example", ":8443", "/", "?", "&", "#", "@", "%40"]
    )
    | st.sampled_from(
        ["email=jane", "q=1", "a b", "\u00a0", "é", "jane@x.de", ".", "\\", "x" * 1030]
    )
    | st.characters(),
    max_size=9,
).map("".join)


@given(URLS.map("https://shop.example".__add__) | URLS, st.sampled_from(["", "?", "?q=1"]))
def test_an_address_that_stays_as_it_is_would_come_out_so(url: str, search: str) -> None:
    if _is_plain(url, search):
        assert _mended(url, search) == url


@pytest.mark.parametrize("url", ["https://shop.example", "http://shop.example:8443/p/1?q=1&st=x"])
def test_most_addresses_stay_as_they_are(url: str) -> None:
    assert _is_plain(url, "")
