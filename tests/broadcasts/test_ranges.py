from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.broadcasts.ranges import Span, UnsatisfiableError, read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-", Span(0, 99)),
        ("bytes=10-19", Span(10, 19)),
        ("bytes=90-500", Span(90, 99)),
        ("bytes=-1", Span(99, 99)),
        ("bytes=-500", Span(0, 99)),
        ("BYTES = 0-1", Span(0, 1)),
        (None, None),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-9", None),  # several ranges: the whole file
        ("seconds=0-1", None),
        ("bytes=٣-٥", None),
        ("bytes=0-1\n", Span(0, 1)),
        # Numbers may be longer than any file (RFC 9110, 14.1.1).
        ("bytes=98-99999999999999999999999", Span(98, 99)),
        ("bytes=-99999999999999999999999", Span(0, 99)),
        ("bytes=0-" + "9" * 5_000, None),
    ],
)
def test_what_a_range_header_asks_for(header: str | None, span: Span | None) -> None:
    assert read_range(header, 100) == span


@pytest.mark.parametrize(
    "header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + "9" * 25 + "-"]
)
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(UnsatisfiableError):
        read_range(header, 100)


@given(header=some.text(max_size=40), size=some.integers(1, 10**12))
def test_whatever_is_asked_the_span_lies_inside_the_file(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        try:
            span = read_range(text, size)
        except UnsatisfiableError:
            continue
        assert span is None or (0 <= span.first <= span.last < size)
