"""A call: the record of one `edgee.…()` as the page made it. Nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast

from edgee_py.refusal import Reason

Method = Literal["load", "page", "track", "user", "consent", "reset"]
METHODS: tuple[Method, ...] = ("load", "page", "track", "user", "consent", "reset")

#: A call waits at most this long on the device (seven days, Pinterest's own age limit), in ms.
MAX_AGE_MS = 7 * 24 * 3600 * 1000

#: More calls do not wait on a device; the oldest go.
MAX_CALLS = 1000

#: Longer arguments (JSON, in characters) are refused: they would crowd the journal, and no conversion
#: needs them.
MAX_ARGUMENTS = 65536

#: Later times than this (the year 5138) are mistakes that no calendar can show.
MAX_TIME_MS = 10**14


class InvalidCall(ValueError):
    """A record that is no call: unknown method, missing id, wrong shape. The text says which."""

    def __init__(self, detail: str, reason: Reason = Reason.INVALID_CALL) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it was when the call was made.

    Attributes:
        url: `location.href`.
        title: the document's.
        referrer: the address of the page before it.
        canonical: the href of `<link rel=canonical>`, resolved.
        keywords: the content of `<meta name=keywords>`.
        data_layer: the raw text of `#__EDGEE_DATA_LAYER__`.
        epik: the `_epik` cookie, Pinterest's click id.
        moved: a client-side navigation has left the URL the data layer was written for.
    """

    url: str = ""
    title: str = ""
    referrer: str = ""
    canonical: str = ""
    keywords: str = ""
    data_layer: str = ""
    epik: str = ""
    moved: bool = False

    @classmethod
    def from_json(cls, value: object) -> Page:
        """Read a snapshot; whatever is absent or of a wrong type is left at its default."""
        if not isinstance(value, dict):
            return cls()
        taken: dict[str, Any] = {}
        for each in fields(cls):
            given = value.get(each.name)
            if type(given) is type(each.default):
                taken[each.name] = given
        return cls(**taken)

    def to_json(self) -> dict[str, Any]:
        """Only what is set."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) != f.default}


@dataclass(frozen=True, slots=True)
class Call:
    """`{id, at, method, arguments, page}`; `at` is Unix time in milliseconds.

    `load` is the call the facade makes itself once the document's data layer is known: it stands for
    the declared events or, where none is declared, for the automatic page event.
    `held` marks a call that waits for consent; its personal fields are hashed already. `is_mended` is
    true where the arguments held what JSON has no word for.
    """

    id: str
    at: int
    method: Method
    arguments: tuple[Any, ...] = ()
    page: Page = field(default_factory=Page)
    held: bool = False
    is_mended: bool = False

    @classmethod
    def from_json(cls, value: object) -> Call:
        """Read a journal record.

        Raises:
            InvalidCall: where id, at or method are not what they must be, or where it is noted why the
                call could not be recorded (`error`: "too_large", or in words).
        """
        if not isinstance(value, dict):
            raise InvalidCall("a call must be an object")
        id_, at, method = value.get("id"), value.get("at"), value.get("method")
        arguments = value.get("arguments", [])
        if not isinstance(id_, str) or not 0 < len(id_) <= 128:
            raise InvalidCall("id must be a string of 1 to 128 characters")
        if isinstance(at, bool) or not isinstance(at, int | float) or not 1 <= at < MAX_TIME_MS:
            raise InvalidCall("at must be a time in milliseconds")
        if method not in METHODS:
            raise InvalidCall(
                'There is no such method: edgee.push(["track", "name"]) takes page, track, user,'
                " consent and reset."
            )
        if not isinstance(arguments, list):
            raise InvalidCall("arguments must be a list")
        error = value.get("error")
        if error == Reason.TOO_LARGE:
            raise InvalidCall("", Reason.TOO_LARGE)
        if isinstance(error, str):
            raise InvalidCall(f"The arguments cannot be read: {error}")
        return cls(
            id=id_,
            at=int(at),
            method=cast(Method, method),
            arguments=tuple(arguments),
            page=Page.from_json(value.get("page")),
            held=value.get("held") is True,
            is_mended=value.get("mended") is True,
        )

    def to_json(self) -> dict[str, Any]:
        """The journal record."""
        record: dict[str, Any] = {
            "id": self.id,
            "at": self.at,
            "method": self.method,
            "arguments": list(self.arguments),
            "page": self.page.to_json(),
        }
        if self.held:
            record["held"] = True
        return record
