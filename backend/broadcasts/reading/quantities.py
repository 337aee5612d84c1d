"""Telephone numbers, money, measures, spans, fractions, Roman numerals and every number that is left."""

from __future__ import annotations

import re

from backend.broadcasts.reading.numbers import integer, one_by_one, written
from backend.broadcasts.reading.words import PER, UNITS

_N = r"\d+(?:[.,]\d+)*"  # as people write numbers, with separators
_UNITS = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_PER = "|".join(re.escape(unit) for unit in sorted(PER, key=len, reverse=True))

_MOBILE = re.compile(r"(?<![\d.,])(?:\+84|0)\s?\d(?:[\s.-]?\d){7,9}(?![\d])")
_CALL = re.compile(
    r"(?P<cue>\b(?:gọi|số|tổng đài|đường dây nóng|hotline|điện thoại|máy|đt|sđt|liên hệ)\s*:?\s*(?:số\s*)?)"
    r"(?P<n>1\d{2}|1022|1[89]00(?:[\s.-]?\d){4,6})(?![\d.,]*\d)",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?<![\d.,/-])(?P<a>{_N})\s*(?P<u1>{_UNITS})?\s*[-–]\s*(?P<b>{_N})(?!\s*[-–]\s*\d)(?![\w/]*[-–]\d)(?=\s*(?:{_UNITS})?(?![\w]))"
)
_PRICE = re.compile(
    rf"(?<![^\W\d])(?P<money>đồng|đ|VNĐ|VND)\s?/\s?(?P<per>{_PER}|[a-zà-ỹđ]+)", re.IGNORECASE
)
_MEASURE = re.compile(rf"(?P<n>{_N})\s?(?P<u>{_UNITS})(?![\w²³])")
_NEGATIVE = re.compile(rf"(?<![\w.,)-])[-−](?P<n>{_N})(?=\s?(?:°|oC|độ))")
_FRACTION = re.compile(r"(?<![\d/.,])(?P<a>\d{1,4})/(?P<b>\d{1,4})(?![\d/.,]*\d)")
_NUMBER = re.compile(_N)
_ROMAN = re.compile(
    r"(?P<cue>\b(?:khóa|khoá|kỳ|quý|chương|phần|mục|thế kỷ|lần thứ|loại|cấp|nhóm|vùng|đợt|điều|hạng)\s+)"
    r"(?P<r>[IVXLC]{1,7})\b",
    re.IGNORECASE,
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_PER_HUNDRED = 100


def telephones(text: str) -> str:
    """``0912.345.678`` → digits one by one; short numbers after words such as "gọi", "đường dây nóng" too."""

    def read(match: re.Match[str]) -> str:
        plus = "cộng " if match[0].startswith("+") else ""
        groups = [one_by_one(group) for group in re.split(r"[\s.-]+", match[0].lstrip("+"))]
        return plus + ", ".join(groups)

    text = _MOBILE.sub(read, text)
    return _CALL.sub(lambda match: match["cue"] + one_by_one(match["n"]), text)


def roman_numerals(text: str) -> str:
    """``khóa XV`` → "khóa mười lăm", only after words that take such numbers."""

    def read(match: re.Match[str]) -> str:
        if match["r"] != match["r"].upper():
            return match[0]
        total = 0
        values = [_ROMAN_VALUES[letter] for letter in match["r"]]
        for place, value in enumerate(values):
            total += -value if any(later > value for later in values[place + 1 :]) else value
        return match["cue"] + integer(total)

    return _ROMAN.sub(read, text)


def measures(text: str) -> str:
    """``2,5 ha`` → "hai phẩy năm héc ta"; ``5-7 kg`` → "năm đến bảy ki lô gam"; ``15.000đ/kg``."""
    text = _SPAN.sub(lambda match: f"{match['a']} {match['u1'] or ''} đến {match['b']}", text)
    text = _NEGATIVE.sub(lambda match: f"âm {match['n']}", text)
    text = _PRICE.sub(lambda match: f"đồng một {PER.get(match['per'], match['per'])}", text)
    return _MEASURE.sub(lambda match: f"{written(match['n'])} {UNITS[match['u']]}", text)


def numbers(text: str) -> str:
    """Whatever digits are left; ``3/4`` → "ba phần tư"."""

    def fraction(match: re.Match[str]) -> str:
        top, bottom = int(match["a"]), int(match["b"])
        if top < bottom <= _PER_HUNDRED:
            below = "tư" if bottom == 4 else integer(bottom)  # noqa: PLR2004 - "phần tư"
            return f"{integer(top)} phần {below}"
        return f"{written(match['a'])} trên {written(match['b'])}"  # "số nhà 12/5"

    text = _FRACTION.sub(fraction, text)
    return _NUMBER.sub(lambda match: f" {written(match[0])} ", text)
