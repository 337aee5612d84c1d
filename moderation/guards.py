"""Who may open a file that belongs to feedback or to a case: whoever may read the case."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.auth import Principal
from backend.feedback.models import Feedback
from moderation import access
from moderation.models import Case


def of_feedback(session: Session, principal: Principal, feedback_id: UUID) -> bool:
    """Files that a resident sent: the resident's own account, and officials who may read the case."""
    if principal.kind == "resident":
        feedback = session.get(Feedback, feedback_id)
        return feedback is not None and feedback.resident_id == principal.id
    case = session.scalar(select(Case).where(Case.feedback_id == feedback_id))
    return _readable(session, principal, case)


def of_case(session: Session, principal: Principal, case_id: UUID) -> bool:
    """Files that officials added."""
    return _readable(session, principal, session.get(Case, case_id))


def _readable(session: Session, principal: Principal, case: Case | None) -> bool:
    return (
        principal.kind == "staff" and case is not None and access.may_read(session, principal, case)
    )
