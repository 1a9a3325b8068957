from __future__ import annotations

import pytest

from edgee_py.pinterest.source_url import source_url


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
