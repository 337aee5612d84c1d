from __future__ import annotations

import pytest

from backend.core.api import names, names_exactly


@pytest.mark.parametrize(
    ("header", "weakly", "strongly"),
    [
        ('"b"', True, True),
        ('"a", "b"', True, True),
        ('"a",W/"b"', True, False),
        ('W/"b"', True, False),
        ("*", True, True),
        ('"ab"', False, False),
        ("b", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_a_tag_is_found_among_those_that_a_header_names(
    header: str | None, weakly: bool, strongly: bool
) -> None:
    assert names(header, '"b"') is weakly
    assert names_exactly(header, '"b"') is strongly
