"""What a search or a position leads to, as plain values."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from backend.places.models import AdminUnit


class Reason(enum.StrEnum):
    """Why a commune was found."""

    CURRENT = "current"
    FORMER_NAME = "former_name"  # the same code had this name
    FORMER_CODE = "former_code"
    MERGED_INTO = "merged_into"  # what had this name is a part of it now


@dataclass(frozen=True, slots=True)
class Match:
    """The unit whose name or code was typed, and how it leads to the one found."""

    unit: AdminUnit
    reason: Reason


@dataclass(frozen=True, slots=True)
class Hit:
    """A commune of the day asked for; ``matched`` is None when nothing was typed."""

    commune: AdminUnit
    matched: Match | None = None


class Method(enum.StrEnum):
    """How sure the answer to a position is."""

    BOUNDARY = "boundary"  # the position lies inside the outline
    NEAREST_CENTRES = "nearest_centres"  # a guess, for the person to confirm


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commune and how far its centre is, in metres."""

    commune: AdminUnit
    distance_m: int


@dataclass(frozen=True, slots=True)
class Located:
    """What was found: one certain commune, or guesses by distance; none when nothing is near."""

    method: Method
    candidates: tuple[Candidate, ...]
