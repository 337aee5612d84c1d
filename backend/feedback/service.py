"""What residents do with feedback, and what officials write to them. Takes values, knows no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import Principal
from backend.core.errors import Conflict, InvalidInput
from backend.core.events import emit
from backend.feedback import projection, queries
from backend.feedback.events import (
    ContactErased,
    FeedbackWithdrawn,
    PhotosAdded,
    ResidentAnswered,
)
from backend.feedback.models import (
    SETTLED,
    Feedback,
    FeedbackAttachment,
    FeedbackMessage,
    Identity,
    MessageKind,
    NextStep,
    Sender,
    ShownState,
    TimelineStep,
    TrackingView,
)
from backend.uploads import service as uploads
from backend.uploads.models import Purpose

SUBJECT = "feedback"  # of uploads that belong to feedback
PURPOSES = frozenset({Purpose.PHOTO, Purpose.VOICE, Purpose.DOCUMENT})
MAX_FILES = 20  # in all, answers included


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to put into the conversation. Officials' questions and replies carry ``staff_id``."""

    sender: Sender
    kind: MessageKind
    text: str
    staff_id: UUID | None = None
    answers_id: UUID | None = None


def post_message(
    session: Session,
    feedback_id: UUID,
    message: Message,
    *,
    actor: Principal | None = None,
    upload_ids: Sequence[UUID] = (),
) -> FeedbackMessage:
    """Write a message into the conversation of resident and officials; what follows is the caller's to say.

    Args:
        actor: whose files ``upload_ids`` are.
    """
    row = FeedbackMessage(
        feedback_id=feedback_id,
        sender=message.sender,
        kind=message.kind,
        text=message.text,
        staff_id=message.staff_id,
        answers_id=message.answers_id,
        created_at=clock.now(),
    )
    session.add(row)
    if upload_ids and actor is not None:
        session.flush()
        attach(session, actor, feedback_id, upload_ids, message_id=row.id)
    return row


def attach(
    session: Session,
    actor: Principal,
    feedback_id: UUID,
    upload_ids: Sequence[UUID],
    *,
    message_id: UUID | None = None,
    forget_owner: bool = False,
    first: bool = False,
) -> tuple[UUID, ...]:
    """Make uploads part of the feedback; they need not be complete. What is part of it already stays as it is.

    Args:
        first: the feedback was made in this very transaction (saves looking); else the caller holds it.

    Returns:
        Those that were not part of it before.

    Raises:
        InvalidInput: an id is unknown, somebody else's, rejected or of another kind, or there are too many.
    """
    if not upload_ids:
        return ()
    here = set() if first else queries.files_of(session, feedback_id)
    fresh = [upload_id for upload_id in upload_ids if upload_id not in here]
    if len(here) + len(fresh) > MAX_FILES:
        raise InvalidInput({"upload_ids": ["too_many"]})
    claimed = uploads.claim(
        session,
        actor,
        fresh,
        subject_kind=SUBJECT,
        subject_id=feedback_id,
        purposes=PURPOSES,
        forget_owner=forget_owner,
    )
    session.add_all(
        FeedbackAttachment(
            feedback_id=feedback_id,
            message_id=message_id,
            upload_id=upload.id,
            position=len(here) + place,
            created_at=clock.now(),
        )
        for place, upload in enumerate(claimed)
    )
    return tuple(fresh)


def answer(
    session: Session,
    actor: Principal,
    feedback: Feedback,
    *,
    text: str,
    upload_ids: Sequence[UUID] = (),
) -> FeedbackMessage:
    """The resident answers the question that waits.

    Raises:
        Conflict: no question waits for an answer.
    """
    queries.hold(session, feedback.id)
    question = queries.open_question(session, feedback.id)
    if question is None:
        raise Conflict("feedback.nothing_asked")
    question.answered_at = clock.now()
    row = post_message(
        session,
        feedback.id,
        Message(
            sender=Sender.RESIDENT,
            kind=MessageKind.ANSWER,
            text=text,
            answers_id=question.id,
        ),
        actor=actor,
        upload_ids=upload_ids,
    )
    projection.show(session, feedback.id, step=TimelineStep.ANSWERED)
    emit(session, ResidentAnswered(feedback_id=feedback.id, message_id=row.id))
    return row


def add_files(
    session: Session, actor: Principal, feedback: Feedback, upload_ids: Sequence[UUID]
) -> None:
    """The resident sends further files for feedback that is already here; the same ones again change nothing.

    Raises:
        Conflict: the matter is settled.
        InvalidInput: see ``attach``.
    """
    feedback = queries.hold(session, feedback.id)
    _refuse_when_settled(session, feedback, "feedback.settled")
    anonymous = feedback.identity is Identity.ANONYMOUS
    fresh = attach(session, actor, feedback.id, upload_ids, forget_owner=anonymous)
    if not fresh:
        return
    projection.show(session, feedback.id, step=TimelineStep.PHOTOS_ADDED)
    emit(session, PhotosAdded(feedback_id=feedback.id, upload_ids=fresh))


def withdraw(session: Session, feedback: Feedback) -> None:
    """The resident takes the feedback back; a second time changes nothing.

    Raises:
        Conflict: the matter is settled, or follows the law on complaints or denunciations.
    """
    feedback = queries.hold(session, feedback.id)  # officials may be settling it at this moment
    if feedback.withdrawn_at is not None:
        return
    _refuse_when_settled(session, feedback, "feedback.cannot_withdraw")
    feedback.withdrawn_at = clock.now()
    projection.unpublish(session, feedback.id)
    projection.show(
        session,
        feedback.id,
        state=ShownState.WITHDRAWN,
        next_step=NextStep.NONE,
        due_at=None,
        is_overdue=False,
    )
    emit(session, FeedbackWithdrawn(feedback_id=feedback.id))


def _refuse_when_settled(session: Session, feedback: Feedback, code: str) -> None:
    view = session.get(TrackingView, feedback.id, populate_existing=True)
    if view is not None and view.state in SETTLED:
        raise Conflict(code)


def erase_resident(session: Session, resident_id: UUID) -> int:
    """Remove name, telephone number and account from all feedback of a resident.

    What was written stays with the officials (it is the record of a public matter), without leading to a person.

    Returns:
        How many were changed.
    """
    rows = queries.of_resident(session, resident_id)
    now = clock.now()
    for feedback in rows:
        _forget_contact(feedback, now)
    session.flush()
    for feedback in rows:
        emit(session, ContactErased(feedback_id=feedback.id))
    return len(rows)


def erase_contact(session: Session, feedback: Feedback, *, position: bool = False) -> None:
    """Remove name, telephone number and account from one feedback; with ``position`` also where it was sent from."""
    feedback = queries.hold(session, feedback.id)
    _forget_contact(feedback, clock.now())
    if position:
        feedback.latitude = feedback.longitude = feedback.accuracy_m = None
    emit(session, ContactErased(feedback_id=feedback.id))


def forget(session: Session, feedback_id: UUID, settled_before: datetime) -> bool:
    """Long settled: what leads to a person or a place goes; it is not looked at again. True when something did.

    Nothing happens to what was opened again since it was found.
    """
    feedback = queries.hold(session, feedback_id)
    view = session.get_one(TrackingView, feedback_id, populate_existing=True)
    if view.forgotten_at or view.state not in SETTLED or view.updated_at >= settled_before:
        return False
    view.forgotten_at = clock.now()
    leads_somewhere = any(
        each is not None
        for each in (
            feedback.name_sealed,
            feedback.phone_sealed,
            feedback.resident_id,
            feedback.latitude,
        )
    )
    if leads_somewhere:
        erase_contact(session, feedback, position=True)
    return leads_somewhere


def _forget_contact(feedback: Feedback, at: datetime) -> None:
    feedback.name_sealed = feedback.phone_sealed = feedback.phone_index = None
    feedback.resident_id = None
    feedback.identity = Identity.ANONYMOUS
    feedback.erased_at = at
