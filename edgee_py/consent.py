"""Consent: three states, who may set them, and which one counts.

An explicit `edgee.consent()` beats everything; then the data layer, whose word lasts until another
page says otherwise (Edgee keeps it too); then what was kept; then the default. Edgee lets a data layer
overwrite an explicit choice at the next call; here it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Consent = Literal["pending", "denied", "granted"]
CONSENTS: tuple[Consent, ...] = ("pending", "denied", "granted")


def parse_consent(value: object) -> Consent | None:
    """One of Edgee's three words (case-sensitive, as in Edgee), or None."""
    return value if isinstance(value, str) and value in CONSENTS else None


def consent_said(word: object) -> Consent | None:
    """What a site says of consent; None where it says nothing.

    A word that is none of the three holds calls back: it was meant to change something, and nothing
    held is lost.
    """
    if word is None or word == "":
        return None
    return parse_consent(word) or "pending"


def default_of(word: object, otherwise: Consent) -> Consent:
    """What an unset consent means, as a site says it."""
    return consent_said(word) or otherwise


@dataclass(frozen=True, slots=True)
class Choice:
    """What is kept on the device: the value, whether an explicit `edgee.consent()` set it, and when.

    at is Unix time in milliseconds. It tells a choice made anew from an old one of the same value.
    """

    value: Consent | None = None
    explicit: bool = False
    at: int = 0

    def declared(self, by_data_layer: Consent | None, at: int) -> Choice:
        """The choice after a page's data layer has spoken."""
        if self.explicit or by_data_layer in (None, self.value):
            return self
        return Choice(by_data_layer, at=at)

    def effective(self, default: Consent, *, gpc: bool) -> Consent:
        """What counts. Under Global Privacy Control an unset consent means denied.

        gpc is true where the visitor's browser asks for it and the site respects it.
        """
        return self.value or ("denied" if gpc else default)
