"""Numbers of documents: ``147/KH-UBND``, ``19/2025/QĐ-TTg`` (Decree 30/2020, Annex I)."""

from __future__ import annotations

import re

from backend.broadcasts.reading.numbers import integer
from backend.broadcasts.reading.words import ABBREVIATIONS, DOCUMENTS, LETTERS

_NUMBER = re.compile(
    r"(?P<so>\b[Ss]ố\s*:?\s*)?(?<![\d/])(?P<n>\d{1,6}[a-z]?)(?:/(?P<y>(?:19|20)\d{2}))?/(?P<code>[A-ZĐ][\wĐđ]*(?:[-–][\wĐđ&]+)*)"
)
# The Party puts the kind first: 04-NQ/TU.
_PARTY_NUMBER = re.compile(
    r"(?P<so>\b[Ss]ố\s*:?\s*)?(?<![\d/])(?P<n>\d{1,4})(?P<y>)[-–](?P<code>[A-ZĐ][\wĐđ]*/[A-ZĐ][\wĐđ]*)"
)
_WORDS_BEFORE = 60  # characters in which the kind of document may stand already


def document_numbers(text: str) -> str:
    """``Kế hoạch số 147/KH-UBND`` → "Kế hoạch số một trăm bốn mươi bảy của ủy ban nhân dân"."""
    return _PARTY_NUMBER.sub(_read, _NUMBER.sub(_read, text))


def _read(match: re.Match[str]) -> str:
    kind, _, rest = re.sub(r"[–/]", "-", match["code"]).partition("-")
    if kind not in DOCUMENTS and not rest:
        return match[0]  # "5/X" is something else
    number = match["n"]
    letter = number[-1] if number[-1].isalpha() else ""
    words = f"số {integer(int(number.removesuffix(letter)))}"
    if letter:
        words += f" {LETTERS[letter.upper()]}"
    if match["y"]:
        words += f" năm {integer(int(match['y']))}"
    before = match.string[max(0, match.start() - _WORDS_BEFORE) : match.start()].lower()
    name = DOCUMENTS.get(kind)
    said = name is not None and (name in before or f"{kind.lower()} " in before[-8:])
    if name is None:
        words += f" {_letters(kind)}"
    elif not said:
        words = f"{name} {words}"
    if rest:
        words += " của " + " ".join(_issuer(part) for part in rest.split("-"))
    return words


def _issuer(part: str) -> str:
    return ABBREVIATIONS.get(part) or _letters(part)


def _letters(code: str) -> str:
    return " ".join(
        LETTERS[letter.upper()]
        if letter.upper() in LETTERS
        else integer(int(letter))
        if letter in "0123456789"
        else letter
        for letter in code
        if letter.isalnum()
    )
