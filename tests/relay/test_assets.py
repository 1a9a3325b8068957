from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path

import brotli
import pytest

from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.relay.assets import choose_coding, configured
from edgee_py.relay.settings import RelaySettings
from tests.relay.conftest import RelayFactory

WASM = b"\0asm" + b"x" * 5000
FACADE = 'const config="__EDGEE_CONFIG__";' + "/* facade */" * 100


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """What build.py makes, in small."""
    folder = tmp_path / "assets"
    (folder / "a" / "cafe").mkdir(parents=True)
    (folder / "inspector").mkdir()
    (folder / "sdk.js").write_text(FACADE)
    (folder / "adapters.js").write_text("/* adapters */" * 100)
    manifest = {
        "version": "1",
        "first_visit": ["sdk.js", "a/cafe/python.wasm"],
        "integrity": {"sdk.js": "sha384-old", "a/cafe/python.wasm": "sha384-w"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name, content in {
        "python.wasm": WASM,
        "worker.mjs": b"export {}",
        "edgee_py.zip": b"PK",
        "edgee_py-1-py3-none-any.whl": b"PK",
    }.items():
        path = folder / "a" / "cafe" / name
        path.write_bytes(content)
        path.with_name(name + ".br").write_bytes(brotli.compress(content))
        path.with_name(name + ".gz").write_bytes(gzip.compress(content))
    (folder / "inspector" / "index.html").write_text("<!doctype html><title>Inspector</title>")
    (folder / "inspector" / "inspector.js").write_text("/* page */")
    (tmp_path / "secret.txt").write_text("not an asset")
    return folder


def test_the_facade_carries_the_public_settings_and_no_secret(
    relay: RelayFactory, assets: Path
) -> None:
    settings = PinterestSettings(event_map={"</script>\u2028": "lead"}, event_names="standard")

    answer = relay(assets=assets, pinterest=settings, default_consent="pending").client.get(
        "/_edgee/sdk.js"
    )

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.text.isascii()
    assert "</script>" not in answer.text
    literal = answer.text.removeprefix("const config=").partition(";/*")[0]
    assert json.loads(literal) == {
        "consent": "pending",
        "gpc": True,
        "settings": {"event_names": "standard", "event_map": {"</script>\u2028": "lead"}},
    }


@pytest.mark.parametrize("facade", ["no placeholder", '"__EDGEE_CONFIG__" "__EDGEE_CONFIG__"'])
def test_a_facade_without_its_one_place_for_them_is_refused(facade: str) -> None:
    with pytest.raises(ValueError, match="exactly once"):
        configured(facade, RelaySettings())


@pytest.mark.parametrize("path", ["/_edgee/sdk.js", "/_edgee/adapters.js"])
def test_the_scripts_of_tags_are_cached_briefly_and_revalidated(
    relay: RelayFactory, assets: Path, path: str
) -> None:
    client = relay(assets=assets).client
    first = client.get(path)

    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    other = client.get(path, headers={"if-none-match": '"other"'})

    assert "max-age=300" in first.headers["cache-control"]
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("accept", "coding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("", None), ("br;q=0, gzip;q=0.5", "gzip")],
)
@pytest.mark.parametrize("path", ["a/cafe/python.wasm", "sdk.js", "adapters.js"])
def test_the_best_coding_the_browser_takes(
    relay: RelayFactory, assets: Path, path: str, accept: str, coding: str | None
) -> None:
    client = relay(assets=assets).client
    plain = client.get(f"/_edgee/{path}", headers={"accept-encoding": ""})

    answer = client.get(f"/_edgee/{path}", headers={"accept-encoding": accept})

    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == plain.content  # the client decodes
    assert (answer.headers["etag"] == plain.headers["etag"]) is (coding is None)
    if coding:
        assert int(answer.headers["content-length"]) < len(plain.content)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("python.wasm", "application/wasm"),
        ("worker.mjs", "text/javascript; charset=utf-8"),
        ("edgee_py.zip", "application/zip"),
        ("edgee_py-1-py3-none-any.whl", "application/zip"),
    ],
)
def test_hashed_files_are_immutable_and_open_to_pages_elsewhere(
    relay: RelayFactory, assets: Path, name: str, media_type: str
) -> None:
    answer = relay(assets=assets).client.get(f"/_edgee/a/cafe/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"


def test_the_manifest_knows_the_facade_as_it_is_served(relay: RelayFactory, assets: Path) -> None:
    client = relay(assets=assets).client
    digest = base64.b64encode(hashlib.sha384(client.get("/_edgee/sdk.js").content).digest())

    manifest = client.get("/_edgee/manifest.json").json()

    assert manifest["first_visit"] == ["sdk.js", "a/cafe/python.wasm"]
    assert manifest["integrity"] == {
        "sdk.js": f"sha384-{digest.decode()}",
        "a/cafe/python.wasm": "sha384-w",
    }


@pytest.mark.parametrize(
    "path",
    [
        "a/cafe/nothing.js",
        "a/../../secret.txt",
        "a/%2e%2e/%2e%2e/secret.txt",
        "a/cafe",
        "a/",
        "a/cafe/python.wasm.br",
        "a//etc/passwd",
        "a/cafe/%00",
    ],
)
def test_only_what_was_built_is_served(relay: RelayFactory, assets: Path, path: str) -> None:
    answer = relay(assets=assets).client.get(f"/_edgee/{path}")

    assert answer.status_code == 404


def test_a_head_request_has_no_body(relay: RelayFactory, assets: Path) -> None:
    answer = relay(assets=assets).client.head("/_edgee/sdk.js")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "damage", ["absent", "no adapters", "no manifest", "bad manifest", "no placeholder"]
)
def test_without_the_browser_half_events_are_taken_and_the_rest_says_what_to_do(
    relay: RelayFactory, assets: Path, damage: str, tmp_path: Path
) -> None:
    if damage == "no adapters":
        (assets / "adapters.js").unlink()
    elif damage == "no manifest":
        (assets / "manifest.json").unlink()
    elif damage == "bad manifest":
        (assets / "manifest.json").write_text("[]")
    elif damage == "no placeholder":
        (assets / "sdk.js").write_text("nothing")
    running = relay(assets=tmp_path / "nowhere" if damage == "absent" else assets)

    for path in ("sdk.js", "adapters.js", "manifest.json", "a/cafe/python.wasm"):
        answer = running.client.get(f"/_edgee/{path}")
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "assets"
    if damage == "absent":
        assert "python3 build.py" in answer.json()["error"]["message"]
    assert running.client.get("/_edgee/readyz").status_code == 200


@pytest.mark.parametrize(
    ("accept", "available", "expected"),
    [
        ("gzip, deflate, br, zstd", ["br", "gzip"], "br"),
        ("gzip, deflate, br", ["gzip"], "gzip"),
        ("*", ["br", "gzip"], "br"),
        ("*;q=0", ["br"], ""),
        ("BR;Q=1", ["br"], "br"),
        ("br;q=junk, gzip", ["br", "gzip"], "gzip"),
        ("identity", ["br"], ""),
        ("br", [], ""),
    ],
)
def test_negotiation(accept: str, available: list[str], expected: str) -> None:
    assert choose_coding(accept, available) == expected
