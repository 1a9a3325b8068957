"""What the relay answers when it does not do as asked: `{"error": {"code", "message"}}`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class RelayError(Exception):
    """An answer other than success.

    status: the HTTP status. code: a word for machines. message: what to do, for people.
    retry_after: seconds to wait, where waiting helps.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer that no cache keeps."""
    return _Json(msgspec.json.encode(content), status, headers)


class _Json(Response):
    """A Response made in a third of the time: what its headers are is known."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str] | None) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
        ]
        for name, value in (headers or {}).items():
            self.raw_headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))


def error_body(code: str, message: str) -> dict[str, object]:
    """The shape of every error."""
    return {"error": {"code": code, "message": message}}


def error_response(error: RelayError) -> Response:
    """The answer an error stands for."""
    headers = {"retry-after": str(error.retry_after)} if error.retry_after else {}
    return json_response(error_body(error.code, error.message), error.status, headers)


async def on_relay_error(_: Request, error: Exception) -> Response:
    """Starlette's handler for RelayError."""
    if not isinstance(error, RelayError):
        raise error
    return error_response(error)


async def on_http_exception(_: Request, error: Exception) -> Response:
    """Starlette's handler for its own errors: unknown paths and methods."""
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    body = error_body(code, str(error.detail))
    return json_response(body, error.status_code, error.headers)
