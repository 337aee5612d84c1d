"""The words people read. Vietnamese first and complete; every other language falls back to it.

Each room keeps its own catalogues, ``<room>/i18n/<language>.json``: flat objects of dotted keys.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

LANGUAGES = ("vi", "en")
DEFAULT = "vi"

_HOUSE = Path(__file__).resolve().parents[2]


def catalogue_files(language: str) -> list[Path]:
    """Every room's catalogue of one language."""
    return sorted(
        path
        for pattern in ("backend/*/i18n", "moderation/i18n", "notifications/i18n")
        for path in _HOUSE.glob(f"{pattern}/{language}.json")
    )


@lru_cache
def catalogue(language: str) -> dict[str, str]:
    """All messages of one language, merged.

    Raises:
        ValueError: two rooms use the same key.
    """
    merged: dict[str, str] = {}
    for path in catalogue_files(language):
        messages: dict[str, str] = orjson.loads(path.read_bytes())
        twice = merged.keys() & messages.keys()
        if twice:
            raise ValueError(f"{path}: defined elsewhere already: {', '.join(sorted(twice))}")
        merged.update(messages)
    return merged


def has(key: str) -> bool:
    """True when there is a message of that key."""
    return key in catalogue(DEFAULT)


def t(key: str, language: str = DEFAULT, **params: Any) -> str:
    """The message of ``key``, its ``{placeholders}`` filled; the key itself when nobody wrote it."""
    message = catalogue(language if language in LANGUAGES else DEFAULT).get(key) or catalogue(
        DEFAULT
    ).get(key, key)
    return message.format(**params) if params else message
