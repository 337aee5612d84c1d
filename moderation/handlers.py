"""Reactions of the moderation room to what happens elsewhere, in the transaction of the cause."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.events import emit
from backend.feedback.events import (
    ContactErased,
    FeedbackSubmitted,
    FeedbackWithdrawn,
    PhotosAdded,
    ResidentAnswered,
)
from backend.feedback.models import Feedback
from backend.places.events import CalendarChanged
from moderation import service, sweep
from moderation.events import CaseAnswered
from moderation.models import EventType
from moderation.workflow import Move


def open_case(session: Session, event: FeedbackSubmitted) -> None:
    """Feedback and its case are stored together, or neither is."""
    service.open_case(session, session.get_one(Feedback, event.feedback_id))


def resident_answered(session: Session, event: ResidentAnswered) -> None:
    """The clock goes on; an answer that nobody waits for any more is kept all the same."""
    given = {"message_id": event.message_id}
    if service.resident_move(session, event.feedback_id, Move.ANSWER, given) is not None:
        return
    payload = {"message_id": str(event.message_id)}
    case = service.note_of_resident(session, event.feedback_id, EventType.ANSWERED, payload)
    if case is not None:
        answered = CaseAnswered(
            case.id, case.feedback_id, case.assignee_id, case.lead_department_id
        )
        emit(session, answered)


def feedback_withdrawn(session: Session, event: FeedbackWithdrawn) -> None:
    """Nothing more is done about it."""
    service.resident_move(session, event.feedback_id, Move.WITHDRAW, {})


def photos_added(session: Session, event: PhotosAdded) -> None:
    """The history says that there is more to see."""
    payload = {"upload_ids": [str(each) for each in event.upload_ids]}
    service.note_of_resident(session, event.feedback_id, EventType.PHOTOS_ADDED, payload)


def contact_erased(session: Session, event: ContactErased) -> None:
    """The history says that nobody can be called back any more."""
    service.note_of_resident(session, event.feedback_id, EventType.CONTACT_ERASED, {})


def calendar_changed(session: Session, event: CalendarChanged) -> None:
    """Running clocks are counted anew."""
    sweep.calendar_changed(session, event.unit_id, clock.now())
