from __future__ import annotations

import pytest

from edgee_py.relay.origins import InvalidOrigin, may_post, normalise_origin

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://Shop.Example", SHOP),
        ("https://shop.example/", SHOP),
        ("https://shop.example:443", SHOP),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8787", "http://[::1]:8787"),
    ],
)
def test_an_origin_is_written_in_one_way(given: str, expected: str) -> None:
    assert normalise_origin(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "",
        "null",
        "*",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop.example/a",
        "https://shop.example?x",
        "https://u@shop.example",
        "https://shop.example:port",
        "https://shop.example:99999",
        "https://*.shop.example",
        "https://a b.example",
        "https://[::1",
    ],
)
def test_anything_else_is_no_origin(given: str) -> None:
    with pytest.raises(InvalidOrigin):
        normalise_origin(given)


@pytest.mark.parametrize(
    ("origin", "site", "allowed", "expected"),
    [
        pytest.param(SHOP, None, (), True, id="same origin"),
        pytest.param("https://shop.example:444", None, (), False, id="another port"),
        pytest.param("http://shop.example", None, (), False, id="another scheme"),
        pytest.param("http://shop.example", "same-origin", (), True, id="the browser knows better"),
        pytest.param("https://evil.example", "cross-site", (), False, id="another site"),
        pytest.param("null", "same-origin", (), False, id="opaque"),
        pytest.param(None, None, (), True, id="a server or curl"),
        pytest.param(None, "same-origin", (), True, id="no Origin, same origin"),
        pytest.param(None, "none", (), True, id="no Origin, typed by the user"),
        pytest.param(None, "cross-site", (), False, id="no Origin, another site"),
        pytest.param(None, "same-site", (), False, id="no Origin, a sibling"),
        pytest.param("https://a.example", "cross-site", ("https://a.example",), True, id="listed"),
        pytest.param("https://b.example", None, ("https://a.example",), False, id="not listed"),
        pytest.param(SHOP, "same-origin", ("https://a.example",), False, id="the list is the list"),
    ],
)
def test_who_may_post(
    origin: str | None, site: str | None, allowed: tuple[str, ...], expected: bool
) -> None:
    assert may_post(origin, site, SHOP, allowed) is expected
