"""Text as people type it, made fit to store, to compare and to shorten."""

from __future__ import annotations

import re
import unicodedata

# C0/C1 controls except tab and line feed, lone surrogates, non-characters, and the bidi overrides
# that can make a text read differently from what it says.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff]"
)
_SPACES = re.compile(r"\s+")
_D_WITH_STROKE = str.maketrans("đĐ", "dD")


def clean(text: str) -> str:
    r"""NFC, ``\n`` line ends, no control characters or lone surrogates, no space at either end."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", unified)).strip()


def fold(text: str) -> str:
    """The search key of a text: lower case, no diacritics, đ as d, single spaces."""
    decomposed = unicodedata.normalize(
        "NFD", _UNWANTED.sub("", text).translate(_D_WITH_STROKE).lower()
    )
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def excerpt(text: str, length: int) -> str:
    """The first ``length`` characters on one line, cut at a word, with an ellipsis when something was left out."""
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut).rstrip(" ,;:.") + "…"


def slugify(text: str, length: int = 80) -> str:
    """Lower-case ASCII words joined by hyphens, for addresses."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:length].rstrip("-")
