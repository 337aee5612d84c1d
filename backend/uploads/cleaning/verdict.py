"""What cleaning finds, as plain values that cross from the child process to its parent."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.uploads.models import RejectReason


class Refused(Exception):  # noqa: N818 - a verdict, not a fault
    """The file is not taken."""

    def __init__(self, reason: RejectReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Form:
    """One cleaned form of a photo, written to ``path``."""

    variant: str  # "480", "1280": the widest it may be
    format: str  # "webp", "jpg": also the suffix of its address
    width: int
    height: int
    bytes: int
    content_type: str
    sha256: str
    path: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome: refused with a reason, or taken as ``content_type``, a photo with its forms."""

    reason: str | None = None
    content_type: str | None = None
    forms: list[Form] = field(default_factory=list)
