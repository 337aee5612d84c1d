"""The privacy notice, version by version.

A version is never edited once somebody has agreed to it: a change is a new pair of files, ``<version>.vi.html`` and
``<version>.en.html``, beside the old ones. Feedback keeps the number of the version that its sender agreed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backend.core.i18n import DEFAULT

_FOLDER = Path(__file__).with_name("notice_texts")


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """One version of the notice in one language."""

    version: int
    language: str
    html: str


@lru_cache
def versions() -> tuple[int, ...]:
    """All versions there are, oldest first."""
    return tuple(sorted(int(path.name.split(".")[0]) for path in _FOLDER.glob(f"*.{DEFAULT}.html")))


def current_version() -> int:
    """The version that senders are shown today."""
    return versions()[-1]


def accepted_versions() -> tuple[int, ...]:
    """Today's version and the one before it: feedback may have waited on a telephone without network."""
    return versions()[-2:]


@lru_cache
def notice(language: str, version: int | None = None) -> PrivacyNotice:
    """The notice in a language (Vietnamese when there is no translation); today's version when none is named.

    Raises:
        KeyError: there is no such version.
    """
    wanted = version or current_version()
    for speech in (language, DEFAULT):
        path = _FOLDER / f"{wanted}.{speech}.html"
        if path.exists():
            return PrivacyNotice(wanted, speech, path.read_text().strip())
    raise KeyError(wanted)
