"""A first reading of a text by rules: category, kind, legal type, urgency, abuse, spam, each with its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.models import FeedbackCategory, FeedbackKind, LegalType, Urgency


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one field of a suggestion has its value: the words of the text that spoke for it."""

    field: str
    value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A guess, for a person to confirm."""

    category: FeedbackCategory
    kind: FeedbackKind
    legal_type: LegalType
    urgency: Urgency
    abusive: bool
    spam: bool
    reasons: tuple[Reason, ...]


def classify(text: str) -> Suggestion:
    """Read ``text``."""
    return Suggestion(
        FeedbackCategory.KHAC,
        FeedbackKind.REPORT,
        LegalType.ORDINARY,
        Urgency.NORMAL,
        False,
        False,
        (),
    )
