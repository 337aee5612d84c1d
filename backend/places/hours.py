"""Hours of the day as people write them: ``07:30``, and ``24:00`` for the end of a day, which no ``time`` can say."""

from __future__ import annotations

import re
from datetime import time

END_OF_DAY = time(23, 59, 59)
_TEXT = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)


def read_hour(text: str) -> time:
    """``07:30`` or ``24:00``.

    Raises:
        ValueError: it is neither.
    """
    if not _TEXT.fullmatch(text):
        raise ValueError(text)
    return END_OF_DAY if text == "24:00" else time.fromisoformat(text)


def write_hour(hour: time) -> str:
    """The opposite of ``read_hour``."""
    return "24:00" if hour == END_OF_DAY else f"{hour:%H:%M}"
