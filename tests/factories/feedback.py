"""Makers of feedback, its tracking view and its public record."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from backend.core import clock, crypto, ids
from backend.feedback import notices, projection
from backend.feedback.models import (
    Channel,
    Feedback,
    FeedbackCategory,
    FeedbackKind,
    Identity,
    LegalType,
    Outcome,
    PublicRecord,
)
from backend.feedback.projection import Publication
from backend.places.models import AdminUnit
from tests.factories.accounts import make_staff
from tests.factories.places import make_commune

PIN = "271828"


def make_feedback(session: Session, unit: AdminUnit | None = None, **overrides: Any) -> Feedback:
    """Anonymous feedback with an open tracking view, as a handler finds it; its PIN is ``PIN``."""
    unit = unit or make_commune(session)
    values: dict[str, Any] = {
        "tracking_code": ids.tracking_code("GL"),
        "sealed_pin": crypto.seal(PIN),
        "unit_id": unit.id,
        "submitted_unit_id": unit.id,
        "kind": FeedbackKind.REPORT,
        "text": "Đường vào làng bị sạt sau mưa, xe máy không qua được.",
        "identity": Identity.ANONYMOUS,
        "consent_version": notices.current_version(),
        "language": "vi",
        "channel": Channel.WEB,
        "created_at": clock.now(),
        **overrides,
    }
    row = Feedback(**values)
    session.add(row)
    session.flush()
    projection.start(session, row.id)
    session.flush()
    return row


def make_publication(session: Session, feedback: Feedback, **overrides: Any) -> Publication:
    """What an official presses publish for."""
    values: dict[str, Any] = {
        "confirmed_by": overrides.pop("confirmed_by", None) or make_staff(session).id,
        "confirmed_at": clock.now(),
        "unit_id": feedback.unit_id,
        "kind": feedback.kind,
        "category": FeedbackCategory.HA_TANG_GIAO_THONG,
        "title": "Đường vào làng bị sạt",
        "masked_text": "Đường vào làng bị sạt sau mưa.",
        "outcome": Outcome.DONE,
        "reply": "Đã sửa xong đoạn đường, xe máy đi lại bình thường.",
        "handled_days": 3,
        **overrides,
    }
    return Publication(**values)


def make_record(
    session: Session, feedback: Feedback | None = None, **overrides: Any
) -> PublicRecord:
    """A published outcome of feedback that a person confirmed as ordinary."""
    feedback = feedback or make_feedback(session)
    projection.confirm_legal(session, feedback.id, LegalType.ORDINARY)
    session.flush()
    return projection.publish(
        session, feedback.id, make_publication(session, feedback, **overrides)
    )


def submission(commune: AdminUnit, /, **overrides: Any) -> dict[str, Any]:
    """The JSON body of an anonymous report."""
    return {
        "kind": "report",
        "text": "Đèn đường thôn 2 hỏng ba hôm nay, tối đi rất khó.",
        "commune": commune.code,
        "identity": "anonymous",
        "consent_version": notices.current_version(),
        **overrides,
    }
