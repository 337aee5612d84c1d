"""Numbers in Vietnamese words, as northern announcers say them ("linh", "nghìn", "tư" and "lăm" and "mốt")."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu")
_TEN, _HUNDRED, _THOUSAND, _BILLION = 10, 100, 1_000, 1_000_000_000
_GROUP = 3  # digits between thousands separators
_WITH_DECIMALS = 2  # parts of 2.5
LONGEST = 18  # digits; anything longer is no quantity and is read digit by digit

_LAST_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}


def integer(number: int) -> str:
    """``1005`` → "một nghìn không trăm linh năm"."""
    if number < 0:
        return "âm " + integer(-number)
    if number < _BILLION:
        return _below_billion(number, full=False)
    head, rest = divmod(number, _BILLION)
    words = f"{integer(head)} tỷ"
    return f"{words} {_below_billion(rest, full=True)}" if rest else words


def _below_billion(number: int, *, full: bool) -> str:
    """Groups of three; ``full`` when something was said before, so that hundreds are never left out."""
    if number == 0:
        return DIGITS[0]
    parts: list[str] = []
    for power in (2, 1, 0):
        group = number // _THOUSAND**power % _THOUSAND
        if group:
            words = _below_thousand(group, full=full or bool(parts))
            parts.append(f"{words} {_GROUPS[power]}".strip())
    return " ".join(parts)


def _below_thousand(number: int, *, full: bool) -> str:
    hundreds, rest = divmod(number, _HUNDRED)
    if not hundreds and not full:
        return _below_hundred(rest)
    words = f"{DIGITS[hundreds]} trăm"
    if not rest:
        return words
    return f"{words} linh {DIGITS[rest]}" if rest < _TEN else f"{words} {_below_hundred(rest)}"


def _below_hundred(number: int) -> str:
    tens, last = divmod(number, _TEN)
    if tens == 0:
        return DIGITS[last]
    if tens == 1:
        return "mười" + (f" {'lăm' if last == _TEN // 2 else DIGITS[last]}" if last else "")
    return f"{DIGITS[tens]} mươi" + (f" {_LAST_AFTER_TENS.get(last, DIGITS[last])}" if last else "")


def one_by_one(digits: str) -> str:
    """``"0269"`` → "không hai sáu chín"; whatever is no digit is left out."""
    return " ".join(DIGITS[int(digit)] for digit in digits if digit in "0123456789")


def written(text: str) -> str:
    """A number as it is written: ``1.500.000``, ``2,5``, ``007``, ``-3``.

    A dot before groups of three is a thousands separator, a comma the decimal sign; ``2.5`` and ``0.75`` are taken
    for decimals too, as many people type them.
    """
    sign, body = ("âm ", text[1:]) if text[:1] in "-−" else ("", text)
    whole, decimals = _split(body)
    if len(whole) > LONGEST or (len(whole) > 1 and whole[0] == "0"):
        words = one_by_one(whole)
    else:
        words = integer(int(whole))
    if decimals:
        # "2,15" is said "hai phẩy mười lăm", "2,05" digit by digit.
        plain = len(decimals) <= 2 and decimals[0] != "0"  # noqa: PLR2004 - two digits
        words += " phẩy " + (integer(int(decimals)) if plain else one_by_one(decimals))
    return sign + words


def _split(body: str) -> tuple[str, str]:
    """Digits before and after the decimal sign."""
    if "," in body:
        head, _, tail = body.rpartition(",")
        english = "," in head or (len(tail) == _GROUP and "." not in head and tail == "000")
        if english:  # 1,500,000 or 15,000
            return body.replace(",", "").replace(".", ""), ""
        return head.replace(".", ""), tail
    groups = body.split(".")
    thousands = groups[0] != "0" and all(len(group) == _GROUP for group in groups[1:])
    if len(groups) == _WITH_DECIMALS and not thousands:
        return groups[0], groups[1]
    return "".join(groups), ""
