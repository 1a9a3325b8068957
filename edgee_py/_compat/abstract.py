"""What `Edgee` asks of the world it runs in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from edgee_py.call import Page
from edgee_py.transport import Answer

T = TypeVar("T")


class World(ABC):
    """Storage, the page, the way to the relay, and when delivery runs."""

    @abstractmethod
    def relay(self, url: str) -> str:
        """The relay's URL as requests from here need it.

        Raises:
            ValueError: where no request from here can go to it.
        """

    @abstractmethod
    def storage(self) -> MutableMapping[str, str]:
        """Where the visitor's state and the journal are kept."""

    @abstractmethod
    def page(self) -> Page:
        """The page as it is now; an empty one where there is none."""

    @abstractmethod
    def client(self) -> dict[str, Any]:
        """`context.client`: locale, timezone and screen, as far as this world has them."""

    @abstractmethod
    def gpc(self) -> bool:
        """Whether Global Privacy Control is set."""

    @abstractmethod
    def plain(self, value: Any) -> Any:
        """A value of this world's own (a JavaScript proxy) as Python's; others as they are."""

    @abstractmethod
    def courier(self, courier: Courier) -> Delivering:
        """Start what delivers for an `Edgee`."""


class Courier(ABC):
    """What a delivery needs of `Edgee`: the next request, and a place for its answer.

    lock is held wherever the state behind it is read or changed.
    """

    lock: AbstractContextManager[object]

    @abstractmethod
    def next_request(
        self, *, hurry: bool = False
    ) -> tuple[object, str, str, dict[str, str]] | None:
        """A token for the answer, URL, body and headers; None where nothing is due."""

    @abstractmethod
    def answered(self, token: object, answer: Answer) -> None:
        """The relay's answer to the request with this token."""

    @abstractmethod
    def due_in(self) -> int | None:
        """Milliseconds until something is due; None where nothing waits."""


class Delivering(ABC):
    """A running delivery."""

    @abstractmethod
    def wake(self) -> None:
        """There is something to deliver."""

    @abstractmethod
    def flush(self, done: Callable[[], T]) -> Any:
        """Deliver now; `done()` makes the result. Blocks and returns it, or is awaitable for it."""

    @abstractmethod
    def close(self) -> None:
        """Stop; what is not delivered stays in the journal."""


def not_whole(url: str) -> ValueError:
    """The error of a relay's URL to which no request can go from here."""
    return ValueError(
        f'relay must be a whole URL here, as "https://shop.example/_edgee", not {url!r}'
    )
