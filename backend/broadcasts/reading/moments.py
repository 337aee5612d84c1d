"""Dates and times of day, read aloud."""

from __future__ import annotations

import re

from backend.broadcasts.reading.numbers import integer

_MONTHS, _DAYS, _LAST_SIMPLE_DAY = 12, 31, 10

_FULL_DATE = re.compile(
    r"(?P<before>\bngày\s+)?(?<![\d/.-])(?P<d>\d{1,2})(?P<sep>[/.-])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4})(?![\d/])",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(
    r"(?P<before>\bngày\s+)?(?<![\d/.-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d-])"
)
_DAY_SPAN = re.compile(
    r"(?<![\d/.-])(?P<d1>\d{1,2})\s*[-–]\s*(?P<d2>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>\d{4}))?(?![\d/])"
)
# Without a year a date looks like a fraction; words before it tell.
_SHORT_DATE = re.compile(
    r"(?P<cue>\b(?:ngày|sáng|trưa|chiều|tối|đêm|hôm|từ|đến|trước|sau|nay|mai|qua|lễ|dịp|"
    r"chủ nhật|thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7]))[\s,(]+|[-–(]\s*)"
    r"(?P<d>\d{1,2})[/-](?P<m>\d{1,2})(?![\d/])",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    r"(?P<before>\btháng\s+)?(?<![\d/.-])(?P<m>\d{1,2})/(?P<y>(?:19|20)\d{2})(?![\d/])",
    re.IGNORECASE,
)
_SPOKEN_DAY = re.compile(r"\bngày\s+(?P<d>\d{1,2})(?=\s+tháng\b)", re.IGNORECASE)
_SPOKEN_MONTH = re.compile(r"\btháng\s+0?4\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"\b(?P<word>thứ)\s*(?P<n>[2-7])\b", re.IGNORECASE)
_WEEKDAYS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}

_TIME = re.compile(
    r"(?<![\d:])(?P<h>[01]?\d|2[0-4])\s?(?:h|giờ|g(?=\d)|:(?=\d))\s?(?P<m>[0-5]\d)?(?:[:'](?P<s>[0-5]\d)\b)?"
    r"(?:\s?(?:phút|ph|p)\b)?(?![\w])"
)
_HYPHEN = re.compile(r"\s*[-–]\s*$")


def _day(day: int) -> str:
    """The first ten days of a month are "mùng"."""
    return f"mùng {integer(day)}" if day <= _LAST_SIMPLE_DAY else integer(day)


def _month(month: int) -> str:
    return "tư" if month == 4 else integer(month)  # noqa: PLR2004 - "tháng tư"


def _is_date(day: int, month: int) -> bool:
    return 1 <= day <= _DAYS and 1 <= month <= _MONTHS


def _whole_date(match: re.Match[str]) -> str:
    day, month = int(match["d"]), int(match["m"])
    if not _is_date(day, month):
        return match[0]
    return f"ngày {_day(day)} tháng {_month(month)} năm {integer(int(match['y']))}"


def _span(match: re.Match[str]) -> str:
    first, last, month = int(match["d1"]), int(match["d2"]), int(match["m"])
    if not (_is_date(first, month) and first < last <= _DAYS):
        return match[0]
    year = f" năm {integer(int(match['y']))}" if match["y"] else ""
    return f"{_day(first)} đến {_day(last)} tháng {_month(month)}{year}"


def _short_date(match: re.Match[str]) -> str:
    day, month = int(match["d"]), int(match["m"])
    if not _is_date(day, month):
        return match[0]
    cue = match["cue"]
    word = "" if cue.strip().lower() == "ngày" else "ngày "
    if cue.strip() in {"-", "–"}:
        cue = " đến "
    return f"{cue}{word}{_day(day)} tháng {_month(month)}"


def _month_year(match: re.Match[str]) -> str:
    if not 1 <= int(match["m"]) <= _MONTHS:
        return match[0]
    return f"tháng {_month(int(match['m']))} năm {integer(int(match['y']))}"


def dates(text: str) -> str:
    """``ngày 20/11/2026`` → "ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"."""
    text = _ISO_DATE.sub(_whole_date, text)
    text = _FULL_DATE.sub(_whole_date, text)
    text = _DAY_SPAN.sub(_span, text)
    text = _MONTH_YEAR.sub(_month_year, text)
    # A cue may be the date before it: "từ 1/11 đến 5/11", "1/11 - 5/11".
    text = _SHORT_DATE.sub(_short_date, text)
    text = _SPOKEN_DAY.sub(lambda match: f"ngày {_day(int(match['d']))}", text)
    text = _SPOKEN_MONTH.sub("tháng tư", text)
    return _WEEKDAY.sub(lambda match: f"{match['word']} {_WEEKDAYS[match['n']]}", text)


def _time(match: re.Match[str]) -> str:
    hour, minute, second = int(match["h"]), match["m"], match["s"]
    words = f"{integer(hour)} giờ"
    if minute and int(minute):
        words += f" {integer(int(minute))} phút"
    if second and int(second):
        words += f" {integer(int(second))} giây"
    before = match.string[: match.start()]
    return f" {words}" if _HYPHEN.search(before) else words


def times(text: str) -> str:
    """``17h30`` → "mười bảy giờ ba mươi phút"; ``7h - 9h`` → "bảy giờ đến chín giờ"."""
    spoken = _TIME.sub(_time, text)
    return re.sub(r"(giờ|phút)\s*[-–]\s*(?=(?:\w+ ){1,3}giờ\b)", r"\1 đến ", spoken)
