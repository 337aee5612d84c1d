"""Finding what must not become public: telephone numbers, identity numbers, plates, accounts, addresses.

Pure: text in, spans out. **Names are never found here**, nor is everything else that gives somebody away; whoever
publishes has to read the text. Spans are code-point offsets into the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MASK = "•••"

# Numbers everybody may know: emergency lines, switchboards, free and service numbers.
_HOTLINES = re.compile(r"^(?:11[1-9]|10(?:22|80)|1(?:8|9)00\d{2,6}|18001\d{3})$")

KINDS = ("phone", "id_number", "plate", "bank_account", "email", "address")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``[start, end)`` of the text that one detector found."""

    start: int
    end: int
    kind: str
    detector: str


@dataclass(frozen=True, slots=True)
class Detector:
    """A pattern; its group ``value`` is what is masked, the rest is context."""

    name: str
    kind: str
    pattern: re.Pattern[str]


def _detector(name: str, kind: str, pattern: str) -> Detector:
    return Detector(name, kind, re.compile(pattern, re.IGNORECASE))


_NOT_IN_NUMBER = r"(?<![\w.,/-])"
_SEP = r"[\s.\-–]?"
_DIGITS_MORE = rf"(?:{_SEP}\d)"
_UPPER = r"[A-ZĐÀ-Ỹ]"
# Two to four words that begin with a capital; a street may have "đường" before it and then any case.
_NAME = rf"{_UPPER}[\w']{{0,7}}(?:\s{_UPPER}[\w']{{0,7}}){{1,3}}"
_STREET = rf"(?:(?:đường|duong|phố|pho)\s[\w']{{1,8}}(?:\s(?-i:{_UPPER})[\w']{{0,7}}){{0,3}}|(?-i:{_NAME}))"

DETECTORS: tuple[Detector, ...] = (
    _detector(
        "email",
        "email",
        r"(?P<value>[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}"
        r"(?:\s?(?:\.|\[\.\]|\(dot\))\s?[a-z]{2,12}){1,3})",
    ),
    _detector(
        "identity_number",
        "id_number",
        r"(?:c[aă]n\s?c[uướứ]+[oơớ]?c(?:\s?c[oôơ]ng\s?d[aâ]n)?|cccd|cmnd|cmt|cm[tn]d|"
        r"ch[uứ]ng\s?minh(?:\s?(?:th[uư]|nh[aâ]n\s?d[aâ]n))?|đ[iị]nh\s?danh|dinh\s?danh)"
        r"[^\d\n]{0,25}(?P<value>\d(?:[\s.\-]?\d){8,11})(?!\d)",
    ),
    _detector(
        "insurance_number",
        "id_number",
        r"(?:bhyt|bhxh|th[eẻ]|m[aã]\s?(?:s[oố]|th[eẻ])?|s[oổ])[^\d\n]{0,20}?"
        r"(?P<value>\b[A-Z]{2}\s?\d(?:[\s.\-]?\d){9,13})(?!\d)",
    ),
    _detector(
        "insurance_book",
        "id_number",
        r"(?:bhxh|bhyt|b[aả]o\s?hi[eể]m)[^\d\n]{0,25}(?P<value>\d(?:[\s.\-]?\d){7,12})(?!\d)",
    ),
    # A citizen's number has twelve digits and begins with a province: 0xx.
    _detector(
        "citizen_number",
        "id_number",
        rf"{_NOT_IN_NUMBER}(?P<value>0\d{{2}}(?:[\s.\-]?\d){{9}})(?![\d])",
    ),
    _detector(
        "bank_account",
        "bank_account",
        r"(?:stk|s[oố]\s?t[aà]i\s?kho[aả]n|t[aà]i\s?kho[aả]n|s[oố]\s?tk|\btk\b|account|"
        r"agribank|vietcombank|\bvcb\b|bidv|vietinbank|sacombank|techcombank|\btcb\b|mbbank|\bmb\b|"
        r"acb|vpbank|tpbank|hdbank|lienvietpostbank|lpbank|\bshb\b|\bvib\b|momo)"
        r"[^\d\n]{0,30}?(?P<value>\d(?:[\s.\-]?\d){5,18})(?!\d)",
    ),
    _detector(
        "phone",
        "phone",
        rf"{_NOT_IN_NUMBER}(?P<value>(?:\(?\+?\s?84\)?{_SEP}(?:\(0\))?|0)"
        rf"[235789]{_DIGITS_MORE}{{8}}\d?)(?!{_SEP}\d)",
    ),
    # "o9o5 12 34 5 sáu bảy": letters for digits and long gaps are how people dodge a filter.
    _detector(
        "phone_disguised",
        "phone",
        r"(?:s[đd]t|đt|dt|zalo|phone|tel|gọi|goi|lh|li[eê]n\s?h[eệ]|s[oố])[\s:.]{0,4}"
        r"(?:s[oố]\s?)?(?P<value>[0o][\s.\-]?[3-9](?:[\s.\-_]{0,3}[\doO]){7,8})(?!\d)",
    ),
    _detector(
        "plate",
        "plate",
        r"(?<![\w/.-])(?P<value>\d{2}\s?-?\s?(?:[A-Z]{1,2}\d?|LD|NG|NN|QT|MĐ)"
        r"(?:\s?[-–.]?\s?)\d{3}\.?\d{2}|(?<![\w/.-])\d{2}\s?-?\s?[A-Z]{1,2}\d?\s?[-–.]\s?\d{4,5})(?![\w])",
    ),
    _detector(
        "land_parcel",
        "address",
        rf"(?P<value>(?:th[uử]a(?:\s[đd][aấ]t)?|l[oô](?:\s[đd][aấ]t)?)(?:\ss[oố])?\s[A-Z]?\d{{1,5}}[A-Z]?\b"
        rf"(?:,?\st[oờ](?:\sb[aả]n\s[đd][oồ])?(?:\ss[oố])?\s\d{{1,4}}\b)?"
        rf"(?:\skhu\s(?:t[aá]i\s[đd][iị]nh\sc[uư]|d[aâ]n\sc[uư])(?:\s(?-i:{_NAME}))?)?)",
    ),
    _detector(
        "map_sheet",
        "address",
        r"(?P<value>t[oờ]\sb[aả]n\s[đd][oồ](?:\ss[oố])?\s\d{1,4})\b",
    ),
    _detector(
        "house_number",
        "address",
        rf"(?P<value>(?:nh[aà]\ss[oố]|s[oố]\snh[aà]|c[aă]n\sh[oộ](?:\ss[oố])?|c[aă]n\snh[aà]\ss[oố])"
        rf"\s?[:.]?\s?[A-Z]?\d{{1,5}}(?:[/-]?[A-Z0-9]{{1,5}}){{0,4}}(?:,?\s{_STREET})?)(?!\w)",
    ),
    _detector(
        "lane",
        "address",
        rf"(?P<value>(?:(?:s[oố]|nh[aà])\s\d{{1,4}}[A-Z]?,?\s)?(?:ki[eệ]t|ng[oõ]|h[eẻ]m|ng[aá]ch)\s"
        rf"\d{{1,4}}(?:/\d{{1,4}}){{1,3}}(?:,?\s{_STREET})?)(?!\w)",
    ),
    _detector(
        "number_and_lane",
        "address",
        rf"(?P<value>\b(?:s[oố]\s)?\d{{1,4}}[A-Z]?,?\s(?:ki[eệ]t|ng[oõ]|h[eẻ]m|ng[aá]ch)\s\d{{1,4}}"
        rf"(?:/\d{{1,4}}){{0,3}}(?:,?\s{_STREET})?)(?!\w)",
    ),
    # 142/8 Nguyễn Thái Học: several slashes, or a first number that is no day of a month.
    _detector(
        "number_with_slashes",
        "address",
        rf"(?<![\w/.,-])(?P<value>(?:(?:3[2-9]|[4-9]\d|\d{{3,4}})/\d{{1,4}}(?:/\d{{1,4}}){{0,3}}"
        rf"|\d{{1,4}}(?:/\d{{1,4}}){{2,3}})[A-Z]?,?\s{_STREET})",
    ),
    # "nhà em ở 52 Ỷ Lan", ", 12A tổ 6, đường Lý Thái Tổ"
    _detector(
        "number_and_street",
        "address",
        rf"(?:(?:[oở]|t[aạ]i|tr[uú]\st[aạ]i|nh[aà](?:\s[a-zà-ỹ]{{1,5}})?|s[oố]|đ/c|[đd][iị]a\sch[iỉ]\s?:?),?"
        rf"|(?-i:{_UPPER}[a-zà-ỹđ']{{1,7}}),)\s(?:s[oố]\s)?"
        rf"(?P<value>\d{{1,4}}[A-Z]?,?\s(?:t[oổ]\s\d{{1,2}},?\s)?{_STREET})",
    ),
)


def detect(text: str) -> list[Span]:
    """What every detector finds in ``text``, in order, without overlaps (the more telling kind wins)."""
    found: list[Span] = []
    for detector in DETECTORS:
        for match in detector.pattern.finditer(text):
            start, end = match.span("value")
            digits = re.sub(r"\D", "", match["value"])
            if detector.kind == "phone" and _HOTLINES.match(digits):
                continue
            span = Span(start, end, detector.kind, detector.name)
            if not any(span.start < other.end and other.start < span.end for other in found):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def mask(text: str, spans: Iterable[Span]) -> str:
    """``text`` with every span replaced by dots."""
    out, place = [], 0
    for span in sorted(spans, key=lambda each: each.start):
        out.append(text[place : span.start])
        out.append(MASK)
        place = max(place, span.end)
    out.append(text[place:])
    return "".join(out)
