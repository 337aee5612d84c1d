"""Parts of an address: what could be nobody's name or number is no address of ours (404) and never asked for in the database."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

# What fits into an INTEGER of both databases; and no more digits than that has, whatever they say.
_LARGEST, _DIGITS = 2**31 - 1, r"\d{1,10}"


class Name(UnicodeConverter):
    """Text without control characters: PostgreSQL cannot compare with NUL."""

    def __init__(self, rules: Map, *args: Any, **lengths: Any) -> None:
        super().__init__(rules, *args, **lengths)
        self.regex = self.regex.replace("[^/]", r"[^/\x00-\x1f\x7f]")


class Number(IntegerConverter):
    """A whole number that a row can have."""

    regex = _DIGITS

    def __init__(self, rules: Map, **bounds: Any) -> None:
        super().__init__(rules, **{"max": _LARGEST, **bounds})


def know_addresses(app: Flask) -> None:
    """Let every rule that is added from now on read its parts like this."""
    app.url_map.converters.update(default=Name, string=Name, int=Number)
