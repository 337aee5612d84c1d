"""What happens about the transparency log."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class HistoryBroken(Event):
    """A nightly audit ended and something does not hold."""

    broken: int
    first: str  # as `moderation verify` names it: "GL-7K4M-92QX: link 3, hash"
