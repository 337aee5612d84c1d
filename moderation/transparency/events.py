"""What happens about the transparency log."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class HistoryBroken(Event):
    """A nightly audit ended and something does not hold."""

    broken: int
