"""A text as officials write it, turned into the words that a voice is to say."""

from __future__ import annotations

import html
import re
import unicodedata

from backend.broadcasts.reading.documents import document_numbers
from backend.broadcasts.reading.moments import dates, times
from backend.broadcasts.reading.quantities import measures, numbers, roman_numerals, telephones
from backend.broadcasts.reading.words import ABBREVIATIONS, DOTTED, LETTERS

# No word is this long; the patterns below would take quadratic time over it.
_ENDLESS = re.compile(r"\S{80}")
_SPACES = re.compile(r"[^\S\n]+")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[\w-]+(?:\.[\w-]+)*\.(?:vn|com|org|net)\b"
)
_DOTTED = re.compile(
    r"\b(?P<short>" + "|".join(sorted(DOTTED, key=len, reverse=True)) + r")\.\s?(?=[A-ZĐÀ-Ỹ])"
)
_NUMBERED = re.compile(r"\b(?P<short>P|Q|KP|TDP|QL|TL)\s?\.?\s?(?=\d)")
_NUMBERED_WORDS = {"P": "phường", "Q": "quận"}
_ABBREVIATION = re.compile(
    r"(?<![\w])(?:"
    + "|".join(re.escape(short) for short in sorted(ABBREVIATIONS, key=len, reverse=True))
    + r")(?![\w])"
)
_CAPITALS = re.compile(r"(?<![\w])[A-ZĐ]{2,6}(?![\w])")
_UPPER_WORD = re.compile(r"(?<![\w])[^\W\d_]{2,}(?![\w])")
_VOWELS = frozenset("AEIOUY")
_SHORTEST_SYLLABLE = 3
_SYMBOLS = {
    "&": " và ",
    "@": " a còng ",
    "+": " cộng ",
    "=": " bằng ",
    "≥": " từ ",
    "≤": " không quá ",
    ">": " trên ",
    "<": " dưới ",
    "×": " nhân ",
    "÷": " chia ",
    "±": " cộng trừ ",
    "$": " đô la ",
    "№": " số ",
}
# Marks at which a voice pauses or changes its tune stay; everything else that is no letter goes.
_KEPT = frozenset(".,;:!?\n ")
_ELLIPSIS = re.compile(r"(?:\.\s?){2,}|…")
_BULLET = re.compile(r"^[ \t]*(?:[-–—•*·+]|\(?\d{1,2}[.)])[ \t]+(?=\S)", re.MULTILINE)
_ORDERED = re.compile(r"^[ \t]*\(?(?P<n>\d{1,2})[.)][ \t]+(?=\S)", re.MULTILINE)
_DASH = re.compile(r"\s+[-–—]\s+")
_JOINED = re.compile(r"(?<=\w)[/](?=\w)")


def aloud(text: str) -> str:
    """What a voice should say for ``text``: words and the punctuation that shapes speech, one paragraph a line."""
    text = unicodedata.normalize("NFC", html.unescape(_TAG.sub(" ", text)))
    text = _ENDLESS.sub(r"\g<0> ", _SPACES.sub(" ", text))
    text = "\n".join(line for line in text.split("\n") if line.strip())
    text = _quiet_capitals(text)
    text = _ORDERED.sub(lambda match: f"{match['n']}, ", text)
    text = _BULLET.sub("", text)
    text = _ADDRESS.sub(_address, text)
    text = document_numbers(text)
    text = roman_numerals(text)
    text = telephones(text)
    text = dates(text)
    text = times(text)
    text = _NUMBERED.sub(
        lambda match: (_NUMBERED_WORDS.get(match["short"]) or ABBREVIATIONS[match["short"]]) + " ",
        text,
    )
    text = measures(text)
    text = numbers(text)
    text = _DOTTED.sub(lambda match: DOTTED[match["short"]] + " ", text)
    text = _ABBREVIATION.sub(lambda match: ABBREVIATIONS[match[0]], text)
    text = _CAPITALS.sub(_spell, text)
    return _tidy(text)


def _quiet_capitals(text: str) -> str:
    """Headlines in capitals are read as words: lower-case every word but the abbreviations we know."""
    lines = []
    for line in text.split("\n"):
        letters = [character for character in line if character.isalpha()]
        shouted = bool(letters) and sum(letter.isupper() for letter in letters) > 0.7 * len(letters)
        if shouted and len(letters) > _SHORTEST_SYLLABLE * 2:
            line = _UPPER_WORD.sub(_quiet, line)  # noqa: PLW2901 - the line, quieter
        lines.append(line)
    return "\n".join(lines)


def _quiet(match: re.Match[str]) -> str:
    word = match[0]
    return word if word in ABBREVIATIONS or not _VOWELS & set(_bare(word)) else word.lower()


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _address(match: re.Match[str]) -> str:
    whole = re.sub(r"^(?:https?://)?(?:www\.)?", "", match[0])
    ending = re.search(r"[.,;:!?)\]]*$", whole)
    tail = ending[0] if ending else ""
    body = whole.removesuffix(tail) if tail else whole
    spoken = body.rstrip("/")
    for mark, word in (
        (".", " chấm "),
        ("@", " a còng "),
        ("/", " gạch chéo "),
        ("-", " gạch ngang "),
        ("_", " gạch dưới "),
    ):
        spoken = spoken.replace(mark, word)
    return spoken + tail


def _spell(match: re.Match[str]) -> str:
    word = match[0]
    if _VOWELS & set(word) and len(word) >= _SHORTEST_SYLLABLE:
        return word.lower()  # can be pronounced: ASEAN
    return " ".join(LETTERS[letter] for letter in word)


def _tidy(text: str) -> str:
    text = _JOINED.sub(" trên ", _ELLIPSIS.sub(". ", text))
    text = _DASH.sub(", ", text)
    out = []
    for character in text:
        if character in _SYMBOLS:
            out.append(_SYMBOLS[character])
        elif character.isalpha() or unicodedata.combining(character) or character in _KEPT:
            out.append(character)
        else:
            out.append(" ")
    lines = []
    for line in "".join(out).split("\n"):
        squeezed = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", line)).strip()
        squeezed = re.sub(r"([.,;:!?])(?:\s*[.,;:])+", r"\1", squeezed).strip(" ,;:")
        if any(character.isalpha() for character in squeezed):
            lines.append(squeezed)
    return "\n".join(lines)
