"""Enrolment codes: twelve characters that can be read over the telephone, ``7K4M-92QX-5TBN``.

The first group finds the row, so that wrong tries at the rest can be counted there; the other two are forty random
bits. Pure.
"""

from __future__ import annotations

import re
import secrets

from backend.core.ids import CROCKFORD

_GROUP, _GROUPS = 4, 3
_LOOK_ALIKES = str.maketrans("OIL", "011")


def new_code() -> str:
    """A fresh code in three groups of four."""
    groups = (
        "".join(secrets.choice(CROCKFORD) for _ in range(_GROUP)) for _group in range(_GROUPS)
    )
    return "-".join(groups)


def normalise(text: str) -> str:
    """Read a code as people type it: any case, spaces or no hyphens, O for 0, I or L for 1.

    Raises:
        ValueError: it cannot be one of ours.
    """
    squeezed = re.sub(r"[\s-]", "", text).upper().translate(_LOOK_ALIKES)
    if len(squeezed) != _GROUP * _GROUPS or any(each not in CROCKFORD for each in squeezed):
        raise ValueError("an enrolment code has twelve characters")
    return "-".join(squeezed[place : place + _GROUP] for place in range(0, len(squeezed), _GROUP))


def lookup(code: str) -> str:
    """The part of a normalised code that finds its row."""
    return code[:_GROUP]
