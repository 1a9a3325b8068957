"""The forms in which the same text is written: composed, with other scripts' digits, with marks."""

from __future__ import annotations

import unicodedata

#: Letters that are compared as others but that Unicode does not decompose, after lower-casing.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def composed(text: str) -> str:
    """Unicode's composed form (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def ascii_digits(text: str) -> str:
    """Full-width characters and other scripts' digits in their ASCII form."""
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in wide)


def fold(text: str) -> str:
    """Letters and digits only, lower case, without marks: `Côte d'Ivoire` → `cotedivoire`."""
    return "".join(words(text))


def words(text: str) -> list[str]:
    """The words of a text, each folded: `St. Kitts & Nevis` → `st`, `kitts`, `nevis`."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        unmarked = "".join(c for c in decomposed if not unicodedata.combining(c))
        text = unmarked.lower().translate(_PLAIN)
    kept = "".join(c if c.isalnum() else " " for c in text.lower())
    return composed(kept).split()
