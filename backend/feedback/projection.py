"""What moderation writes for residents and the public: the tracking view and the public record.

Moderation stands above this room and knows the case; residents only ever read what it puts here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.db import bump
from backend.core.errors import Conflict, NotFound
from backend.feedback import queries
from backend.feedback.models import (
    Feedback,
    FeedbackCategory,
    FeedbackKind,
    LegalType,
    NextStep,
    Outcome,
    PublicRecord,
    ShownState,
    TimelineStep,
    TrackingView,
)
from backend.places.models import AdminUnit
from backend.uploads import publication

AREA = "feedback"  # of the public content
_OPENED = "feedback.opened_views"
_CHANGED = "feedback.changed_views"


class Shown(TypedDict, total=False):
    """What can be changed on a tracking view; what is not named stays as it is.

    ``reason``: why it was rejected or closed, in plain words; shown to whoever has the PIN only.
    ``merged_into``: tracking code of the feedback that it was merged into.
    """

    state: ShownState
    next_step: NextStep
    due_at: datetime | None
    is_overdue: bool
    reason: str | None
    legal_hint: LegalType | None
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a fresh view shows."""

    state: ShownState
    next_step: NextStep
    due_at: datetime | None
    legal_hint: LegalType | None


# Built once, and from the plain table: this runs at every submission.
_VIEW: Any = TrackingView.__table__
_INSERT = insert(_VIEW)


def start(
    session: Session,
    feedback_id: UUID,
    *,
    due_at: datetime | None = None,
    next_step: NextStep = NextStep.INTAKE,
    legal_hint: LegalType | None = None,
) -> Opened:
    """Open the tracking view of feedback that was submitted in this very transaction (saves a look-up)."""
    now = clock.now()
    view = Opened(ShownState.RECEIVED, next_step, due_at, legal_hint)
    session.flush()  # the feedback comes first
    session.execute(
        _INSERT,
        {
            "feedback_id": feedback_id,
            "state": view.state,
            "next_step": next_step,
            "due_at": due_at,
            "is_overdue": False,
            "timeline": [_entry(TimelineStep.RECEIVED, now)],
            "legal_hint": legal_hint,
            "updated_at": now,
        },
    )
    # Whoever submitted wants to read it without asking the database.
    session.info.setdefault(_OPENED, {})[feedback_id] = view
    return view


def opened(session: Session, feedback_id: UUID) -> Opened | None:
    """The view that ``start`` made in this very transaction."""
    view: Opened | None = session.info.get(_OPENED, {}).get(feedback_id)
    return view


def _view(session: Session, feedback_id: UUID) -> TrackingView:
    """The view, to be changed: nobody else changes it until this transaction ends. Opened when there is none."""
    queries.hold(session, feedback_id)
    with session.no_autoflush:  # what waits to be written has no part in it
        view = session.get(TrackingView, feedback_id)
    if view is None:
        start(session, feedback_id)
        view = session.get_one(TrackingView, feedback_id)
    # A session forgets what nobody holds; a move changes the view more than once.
    session.info.setdefault(_CHANGED, {})[feedback_id] = view
    return view


def show(
    session: Session,
    feedback_id: UUID,
    *,
    step: TimelineStep | None = None,
    at: datetime | None = None,
    **changes: Unpack[Shown],
) -> TrackingView:
    """Change what the resident sees; opens the view when there is none.

    Args:
        step: what happened, for the timeline; a new state adds its own line when none is named.
        at: when it happened; now when not given.
        changes: see ``Shown``.
    """
    view = _view(session, feedback_id)
    state = changes.get("state")
    if step is None and state is not None and state is not view.state:
        step = TimelineStep(state.value)
    if step is not None:
        view.timeline = [*view.timeline, _entry(step, at or clock.now())]
    for name, value in changes.items():
        setattr(view, name, value)
    view.updated_at = clock.now()
    return view


def _entry(step: TimelineStep, at: datetime) -> dict[str, Any]:
    utc = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"at": utc, "step": step.value}


def confirm_legal(session: Session, feedback_id: UUID, legal_type: LegalType) -> TrackingView:
    """Note the legal type that a person confirmed. A complaint or denunciation leaves the public record at once."""
    if legal_type is not LegalType.ORDINARY:
        unpublish(session, feedback_id)
    view = _view(session, feedback_id)
    view.confirmed_legal_type = legal_type
    view.updated_at = clock.now()
    return view


def move(session: Session, feedback_id: UUID, unit_id: UUID) -> None:
    """Hand feedback to another responsible unit; the unit as at submission stays on the row."""
    queries.hold(session, feedback_id).unit_id = unit_id
    show(session, feedback_id, step=TimelineStep.TRANSFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What an official looked at and pressed publish for: masked text only, never the original.

    ``photo_ids`` are files of the feedback itself, ``evidence_ids`` files of the officials (proof of the outcome).
    ``confirmed_by`` and ``confirmed_at`` name the person who confirmed that the feedback is ordinary.
    """

    confirmed_by: UUID
    confirmed_at: datetime
    unit_id: UUID
    kind: FeedbackKind
    category: FeedbackCategory
    title: str
    masked_text: str
    outcome: Outcome
    reply: str
    planned_on: date | None = None
    other_body: str | None = None
    place_text: str | None = None
    handled_days: int | None = None
    photo_ids: Sequence[UUID] = field(default_factory=tuple)
    evidence_ids: Sequence[UUID] = field(default_factory=tuple)


def publish(session: Session, feedback_id: UUID, what: Publication) -> PublicRecord:
    """Put an outcome on the public record, or put a corrected one in its place (same address).

    Raises:
        NotFound: there is no such feedback.
        Conflict: nobody confirmed that it is ordinary (the database refuses that as well), it was withdrawn,
            a photo is not one of its own, or a file is not clean.
    """
    feedback = _feedback(session, feedback_id)
    view = session.get(TrackingView, feedback_id)
    if view is None or view.confirmed_legal_type is not LegalType.ORDINARY:
        raise Conflict("feedback.legal_type_not_confirmed")
    if feedback.withdrawn_at is not None:
        raise Conflict("feedback.withdrawn")
    _own_photos_only(session, feedback_id, what.photo_ids)
    unit = session.get_one(AdminUnit, what.unit_id)
    record = session.scalar(select(PublicRecord).where(PublicRecord.feedback_id == feedback_id))
    now = clock.now()
    if record is None:
        record = PublicRecord(feedback_id=feedback_id, published_at=now)
        session.add(record)
    else:
        kept = {*what.photo_ids, *what.evidence_ids}
        publication.unpublish_all(session, _upload_ids(record) - kept)
    record.legal_type = LegalType.ORDINARY
    record.legal_confirmed_by = what.confirmed_by
    record.legal_confirmed_at = what.confirmed_at
    record.unit_id = what.unit_id
    record.province_id = unit.parent_id
    record.kind = what.kind
    record.category = what.category
    record.title = what.title
    record.masked_text = what.masked_text
    record.outcome = what.outcome
    record.reply = what.reply
    record.planned_on = what.planned_on
    record.other_body = what.other_body
    record.place_text = what.place_text
    record.submitted_on = feedback.created_at.astimezone(clock.LOCAL).date()
    record.handled_days = what.handled_days
    record.photos = publication.publish_all(session, list(what.photo_ids))
    record.evidence = publication.publish_all(session, list(what.evidence_ids))
    record.updated_at = now
    session.flush()  # the database's own check speaks here, not at the end of the transaction
    bump(session, AREA)
    return record


def unpublish(session: Session, feedback_id: UUID) -> bool:
    """Take an outcome and its files off the public record; True when there was one."""
    record = session.scalar(select(PublicRecord).where(PublicRecord.feedback_id == feedback_id))
    if record is None:
        return False
    publication.unpublish_all(session, _upload_ids(record))
    session.delete(record)
    session.flush()
    bump(session, AREA)
    return True


def rate(session: Session, feedback_id: UUID, grade: str | None) -> None:
    """Show the resident's satisfaction beside the public outcome, if there is one."""
    record = session.scalar(select(PublicRecord).where(PublicRecord.feedback_id == feedback_id))
    if record is not None:
        record.satisfaction = grade
        bump(session, AREA)


def _feedback(session: Session, feedback_id: UUID) -> Feedback:
    feedback = session.get(Feedback, feedback_id)
    if feedback is None:
        raise NotFound("feedback.not_found")
    return feedback


def _own_photos_only(session: Session, feedback_id: UUID, photo_ids: Sequence[UUID]) -> None:
    if not photo_ids:
        return
    own = queries.files_of(session, feedback_id)
    if not own.issuperset(photo_ids):
        raise Conflict("feedback.foreign_photo")


def _upload_ids(record: PublicRecord) -> set[UUID]:
    return {UUID(file["upload_id"]) for file in [*record.photos, *record.evidence]}
