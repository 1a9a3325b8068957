"""How the sandbox answers: JSON, or one of Pinterest's errors."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from edgee_py.sandbox.judge import ERRORS


class Refused(Exception):
    """The request as a whole is refused: Pinterest's status, its message or ours, headers."""

    def __init__(
        self, status: int, message: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message or ERRORS[status][1]
        self.headers = headers


def error_answer(refused: Refused) -> Response:
    """Pinterest's error body."""
    body = {"code": ERRORS[refused.status][0], "message": refused.message}
    return json_answer(body, refused.status, refused.headers)


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON, escaped to ASCII: an event may hold lone surrogates, which UTF-8 cannot carry."""
    return Response(json.dumps(content), status, headers, media_type="application/json")
