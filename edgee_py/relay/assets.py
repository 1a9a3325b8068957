"""The browser half as files: the facade with its settings, the manifest, and what lies under a/<hash>/.

Everything is known and compressed before the first request. A path is looked up among the files that
are there, so that no path can leave the folder.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.util
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response

from edgee_py.relay.errors import RelayError
from edgee_py.relay.settings import RelaySettings

logger = logging.getLogger("edgee.relay")

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
    ".whl": "application/zip",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
#: Suffix of the file and name of the coding, best first.
_CODINGS = ((".br", "br"), (".gz", "gzip"))
_PLACEHOLDER = '"__EDGEE_CONFIG__"'

_IMMUTABLE = "public, max-age=31536000, immutable"
_FACADE = "public, max-age=300, stale-while-revalidate=86400"
_REVALIDATE = "no-cache"

#: Pages on other origins, and isolated ones (COEP), may use the browser half; its workers are isolated
#: too, which an isolated page demands of them.
_ANYWHERE = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cross-origin-embedder-policy": "require-corp",
}


@dataclass
class Asset:
    """One file in its codings. Contents are read at the first request and kept: they never change."""

    media_type: str
    cache_control: str
    path: Path | None = None
    content: dict[str, bytes] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=lambda: _ANYWHERE)

    @cached_property
    def codings(self) -> list[str]:
        """The codings there are, best first."""
        if self.path is None:
            return [coding for _, coding in _CODINGS if coding in self.content]
        return [coding for suffix, coding in _CODINGS if _beside(self.path, suffix).is_file()]

    def read(self, coding: str) -> bytes:
        """The content in a coding; "" for none."""
        if coding not in self.content and self.path is not None:
            suffix = next((suffix for suffix, name in _CODINGS if name == coding), "")
            self.content[coding] = _beside(self.path, suffix).read_bytes()
        return self.content[coding]

    @cached_property
    def digest(self) -> str:
        """What the entity tag is made of."""
        return hashlib.sha256(self.read("")).hexdigest()[:32]

    def respond(self, headers: Headers) -> Response:
        """The best coding the client takes, or 304 where it has the content already."""
        coding = choose_coding(headers.get("accept-encoding", ""), self.codings)
        tag = f'"{self.digest}{"-" if coding else ""}{coding}"'
        answer = {
            "etag": tag,
            "cache-control": self.cache_control,
            "vary": "Accept-Encoding",
            **self.headers,
        }
        if matches(headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=answer)
        if coding:
            answer["content-encoding"] = coding
        response = Response(self.read(coding), headers=answer)
        response.headers["content-type"] = self.media_type
        return response


def choose_coding(accept: str, available: list[str]) -> str:
    """The best available coding under an Accept-Encoding header; "" for none (RFC 9110, 12.5.3)."""
    quality: dict[str, float] = {}
    for element in accept.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            quality[name] = float(weight)
        except ValueError:
            quality[name] = 0.0
    fallback = quality.get("*", 0.0)
    return next((name for name in available if quality.get(name, fallback) > 0), "")


def matches(if_none_match: str, tag: str) -> bool:
    """Whether an If-None-Match header names the tag (weakly, as RFC 9110 has it)."""
    tags = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in (tag, "*") for each in tags)


class Assets:
    """The files of one relay, by their path below the mount point."""

    def __init__(self, settings: RelaySettings) -> None:
        self._files: dict[str, Asset] = {}
        self.problem = ""
        folder = settings.assets or _installed()
        if folder is None or not (folder / "sdk.js").is_file():
            self.problem = (
                "The browser half is not here: pip install 'edgee-py[relay]' brings edgee-py-runtime"
                " (in the sources, `python3 build.py build` makes it); then start the relay again."
            )
            return
        try:
            self._load(folder, settings)
        except (OSError, ValueError) as error:
            self.problem = f"The browser half cannot be used: {error}"
            logger.error("%s", self.problem)

    def get(self, path: str) -> Asset:
        """The asset at a path.

        Raises:
            RelayError: 404; 503 where nothing has been built.
        """
        if self.problem:
            raise RelayError(503, "assets", self.problem)
        asset = self._files.get(path)
        if asset is None:
            raise RelayError(404, "not_found", "There is no such file.")
        return asset

    def _load(self, folder: Path, settings: RelaySettings) -> None:
        facade = configured((folder / "sdk.js").read_text(encoding="utf-8"), settings).encode()
        self._files["sdk.js"] = _compressed(facade, _TYPES[".js"], _FACADE)
        adapters = (folder / "adapters.js").read_bytes()
        self._files["adapters.js"] = _compressed(adapters, _TYPES[".js"], _FACADE)
        manifest = with_integrity((folder / "manifest.json").read_bytes(), "sdk.js", facade)
        self._files["manifest.json"] = _compressed(manifest, _TYPES[".json"], _REVALIDATE)
        self._add(folder, "a", _IMMUTABLE, _ANYWHERE)
        self._add(folder, "inspector", _REVALIDATE, {})

    def _add(self, folder: Path, part: str, cache_control: str, headers: Mapping[str, str]) -> None:
        for path in (folder / part).rglob("*"):
            if path.is_file() and path.suffix not in (".br", ".gz"):
                media_type = _TYPES.get(path.suffix, "application/octet-stream")
                name = path.relative_to(folder).as_posix()
                self._files[name] = Asset(media_type, cache_control, path, headers=headers)


def configured(facade: str, settings: RelaySettings) -> str:
    """The facade with its public settings in place of the text "__EDGEE_CONFIG__".

    Raises:
        ValueError: where the text is not there exactly once.
    """
    if facade.count(_PLACEHOLDER) != 1:
        raise ValueError(f"sdk.js must hold {_PLACEHOLDER} exactly once")
    config = {
        "consent": settings.consent_default,
        "gpc": settings.respect_gpc,
        "settings": settings.pinterest.to_json(),
    }
    if settings.is_inspector_open:
        config["inspector"] = True
    text = json.dumps(config, separators=(",", ":"))  # ASCII only: no U+2028 or U+2029 in a script
    return facade.replace(_PLACEHOLDER, text.replace("<", "\\u003c"))


def with_integrity(manifest: bytes, name: str, content: bytes) -> bytes:
    """The manifest with the integrity of a file that the relay has changed.

    Raises:
        ValueError: where the manifest is no JSON object.
    """
    document = msgspec.json.decode(manifest, type=dict[str, object])
    integrity = document.get("integrity")
    if isinstance(integrity, dict) and name in integrity:
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        integrity[name] = f"sha384-{digest}"
    return msgspec.json.encode(document)


def _compressed(content: bytes, media_type: str, cache_control: str) -> Asset:
    codings = {
        "": content,
        "br": brotli.compress(content),
        "gzip": gzip.compress(content, mtime=0),
    }
    return Asset(media_type, cache_control, content=codings)


def _installed() -> Path | None:
    spec = importlib.util.find_spec("edgee_runtime")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "assets"


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
