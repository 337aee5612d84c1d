"""The offline voices that can read a bulletin (espeak-ng, shipped with the house)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.broadcasts.models import Language


@dataclass(frozen=True, slots=True)
class Voice:
    """``name`` as the library knows it; the label is ``broadcasts.voice.<name>``."""

    name: str
    language: Language


VOICES = (
    Voice("vi", Language.VI),
    Voice("vi-vn-x-central", Language.VI),
    Voice("vi-vn-x-south", Language.VI),
    Voice("en", Language.EN),
)
NAMES = tuple(voice.name for voice in VOICES)
# Nobody has made a synthetic voice for these: they are recorded by people.
SPOKEN = frozenset(voice.language for voice in VOICES)
