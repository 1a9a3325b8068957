"""A visit as a list of steps, written in TOML or JSON.

    [[steps]]
    goto = "/checkout.html"

    [[steps]]
    fill = "#email"
    value = "jane@example.com"

    [[steps]]
    expect = "checkout"
    order_id = "1001"

Each step has one action, and what that needs beside it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from edgee_py.consent import CONSENTS
from edgee_py.verify.expectation import Expectation

Action = Literal["goto", "click", "fill", "select", "press", "wait", "consent", "expect"]
ACTIONS: tuple[Action, ...] = get_args(Action)

#: These say with `value` what to fill in, which option to choose, which key to press.
_WITH_VALUE: tuple[Action, ...] = ("fill", "select", "press")


class InvalidSteps(ValueError):
    """The steps cannot be read. The text says where and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    target: an address (goto), a Playwright selector (click, fill, select, press, wait), seconds (wait),
    granted, pending or denied (consent), or an event's name (expect). fields: of an expectation.
    """

    action: Action
    target: str | float
    value: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """For people; what was filled in is nobody's business."""
        if self.action == "expect":
            return f"expect {self.expectation}"
        return f"{self.action} {self.target}"

    @property
    def expectation(self) -> Expectation:
        """What an `expect` step expects."""
        return Expectation(str(self.target), self.fields)


def read_steps(file: Path) -> list[Step]:
    """Read a file of steps.

    Raises:
        InvalidSteps: where it cannot be read or holds something that is no step.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise InvalidSteps(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if file.suffix == ".json" else "TOML"
        raise InvalidSteps(f"{file} is no valid {kind}: {error}") from None
    steps = document.get("steps") if isinstance(document, dict) else document
    if not isinstance(steps, list) or not steps:
        raise InvalidSteps(f"{file} has no steps: write [[steps]]")
    return [_step(each, f"{file}, step {number}") for number, each in enumerate(steps, 1)]


def _step(given: object, where: str) -> Step:
    found = [each for each in ACTIONS if isinstance(given, dict) and each in given]
    if len(found) != 1:
        raise InvalidSteps(f"{where} must have one of {', '.join(ACTIONS)}")
    [action] = found
    rest = dict(cast(dict[str, Any], given))
    target = rest.pop(action)
    if action == "expect":
        return Step(action, _text(target, f"{where}: expect"), fields=rest)
    value = rest.pop("value", None) if action in _WITH_VALUE else ""
    if rest:
        raise InvalidSteps(f"{where}: {action} knows no {next(iter(rest))!r}")
    is_seconds = action == "wait" and type(target) in (int, float) and 0 <= target <= 3600
    if not is_seconds:
        target = _text(target, f"{where}: {action}")
    if action == "consent" and target not in CONSENTS:
        raise InvalidSteps(f"{where}: consent must be one of {', '.join(CONSENTS)}")
    if action in _WITH_VALUE and not isinstance(value, str):
        raise InvalidSteps(f"{where}: {action} needs a text as value")
    return Step(action, target, str(value))


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidSteps(f"{where} must be a text")
    return value
