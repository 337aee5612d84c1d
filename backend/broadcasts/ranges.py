"""Byte ranges by RFC 9110, section 14: what part of a file a request asks for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(
    r"\s*bytes\s*=\s*(?P<first>\d{0,40})\s*-\s*(?P<last>\d{0,40})\s*\Z", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes that is."""
        return self.last - self.first + 1


class UnsatisfiableError(ValueError):
    """The range is well formed and lies behind the end of the file: 416."""


def read_range(header: str | None, size: int) -> Span | None:
    """The one range that ``header`` asks for out of ``size`` bytes; None when the whole file is to be sent.

    A header that is malformed, of another unit, or asks for several ranges is ignored, as RFC 9110 allows: players
    ask for one range, and several would only multiply the work of whoever answers.

    Raises:
        UnsatisfiableError: no byte of the file is in the range.
    """
    match = _ONE.match(header or "")
    if match is None or (not match["first"] and not match["last"]):
        return None
    if not match["first"]:  # the last n bytes
        wanted = int(match["last"])
        if wanted == 0 or size == 0:
            raise UnsatisfiableError
        return Span(max(0, size - wanted), size - 1)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else size - 1
    if match["last"] and last < first:
        return None  # malformed
    if first >= size:
        raise UnsatisfiableError
    return Span(first, min(last, size - 1))
