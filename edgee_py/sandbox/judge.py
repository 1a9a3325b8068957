"""How Pinterest judges a request and each event in it, as far as that is known.

Source: the responses of Pinterest's OpenAPI description; the wording for unknown keys is that of the
live API, which is jsonschema's own. The texts for single events are ours: Pinterest publishes none.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, get_args

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from edgee_py.pinterest.contract import EVENT_NAMES, ActionSource, json_schema
from edgee_py.pinterest.normalise import is_hash

#: Pinterest's error bodies by status. 422's code is not published.
ERRORS: dict[int, tuple[int, str]] = {
    400: (4196, "The request was invalid."),
    401: (2, "Authentication failed."),
    403: (29, "You are not permitted to access that resource."),
    404: (0, "Not found."),
    422: (0, "Not all events were successfully processed."),
    429: (
        8,
        "This request exceeded a rate limit. This can happen if the client exceeds one\n"
        "of the published rate limits within a short time window.",
    ),
    500: (0, "Unexpected error."),
    502: (0, "Unexpected error."),
    503: (4197, "The endpoint has been ramped down and is currently not accepting any traffic."),
}

_ACTION_SOURCES: tuple[str, ...] = get_args(ActionSource)
_OLDEST_SECONDS = 7 * 24 * 3600
#: Clocks differ a little; Pinterest says only that an event cannot be in the future.
_CLOCK_SECONDS = 60

_LONGEST_MESSAGE = 300

_HASHED = ("em", "ph", "ge", "db", "ln", "fn", "ct", "st", "zp", "country", "external_id")


class InvalidRequest(ValueError):
    """The request as a whole is refused with 400; the text is the message's."""


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def read_events(body: bytes) -> list[dict[str, Any]]:
    """The events of a request's body.

    Raises:
        InvalidRequest: where the body is not what Pinterest's schema demands.
    """
    try:
        data = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidRequest("Invalid request: the body is not JSON") from None
    error = best_match(_validator().iter_errors(data))
    if error is not None:
        raise InvalidRequest(f"Invalid request: {_message(error)}")
    events: list[dict[str, Any]] = data["data"]
    return events


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _message(error: ValidationError) -> str:
    """jsonschema's text; it quotes the value, so not where that is long or somebody's data."""
    path = [str(part) for part in error.absolute_path]
    if path[-1:] == ["user_data"] and error.validator == "anyOf":
        return "user_data needs em, hashed_maids, or client_ip_address with client_user_agent"
    is_structural = error.validator in ("additionalProperties", "required")
    if is_structural or ("user_data" not in path and len(error.message) <= _LONGEST_MESSAGE):
        return error.message
    return f"{'.'.join(path)} does not satisfy {error.validator}"


def judge(event: dict[str, Any], now: float) -> dict[str, str]:
    """Pinterest's entry for one event: `status`, `error_message`, `warning_message`."""
    error = _error(event, now)
    return {
        "status": "failed" if error else "processed",
        "error_message": error,
        "warning_message": _warning(event["user_data"]),
    }


def _error(event: dict[str, Any], now: float) -> str:
    if event["event_name"] not in EVENT_NAMES:
        return "event_name is not one of Pinterest's events"
    if event["action_source"] not in _ACTION_SOURCES:
        return f"action_source must be one of {', '.join(_ACTION_SOURCES)}"
    if not event["event_id"]:
        return "event_id is empty"
    if event["event_time"] > now + _CLOCK_SECONDS:
        return "event_time is in the future"
    if event["event_time"] < now - _OLDEST_SECONDS:
        return "event_time is more than seven days ago"
    return ""


def _warning(user_data: dict[str, Any]) -> str:
    wrong = [
        name
        for name in (*_HASHED, "hashed_maids")
        if not all(is_hash(each) for each in user_data.get(name, []))
    ]
    return f"Not SHA-256 hashes: {', '.join(wrong)}" if wrong else ""
