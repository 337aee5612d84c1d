"""Reads of the feedback room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from backend.core import crypto
from backend.core.api.paging import Page, merged_page, page
from backend.feedback.models import (
    SETTLED_UNFORGOTTEN,
    Feedback,
    FeedbackAttachment,
    FeedbackCategory,
    FeedbackKind,
    FeedbackMessage,
    Identity,
    MessageKind,
    NextStep,
    Outcome,
    PublicRecord,
    Sender,
    ShownState,
    TrackingView,
)
from backend.places import queries as places
from backend.places.models import AdminUnit
from backend.uploads.models import Upload

_HELD = "feedback.held"


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the sender may know, but for the conversation: plain columns, fetched in one statement."""

    feedback_id: UUID
    created_at: datetime
    tracking_code: str
    sealed_pin: str
    resident_id: UUID | None
    kind: FeedbackKind
    category: FeedbackCategory | None
    text: str
    place_text: str | None
    identity: Identity
    state: ShownState
    next_step: NextStep
    due_at: datetime | None
    is_overdue: bool
    timeline: list[dict[str, Any]]
    reason: str | None
    merged_into: str | None
    updated_at: datetime
    unit_code: str
    unit_name: str
    record_id: UUID | None  # of the public record, when there is one


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the sender, opened; only for those who may see it."""

    name: str | None
    phone: str | None  # E.164


_F, _T = Feedback.__table__, TrackingView.__table__
_U, _R = AdminUnit.__table__, PublicRecord.__table__
# Built once, and from plain tables: for so small an answer, putting the statement together and passing
# it through the mapper cost more than running it.
# Creation and id come first: pages are cut by them.
_STATUSES: Any = select(
    _F.c.id,
    _F.c.created_at,
    _F.c.tracking_code,
    _F.c.sealed_pin,
    _F.c.resident_id,
    _F.c.kind,
    _F.c.category,
    _F.c.text,
    _F.c.place_text,
    _F.c.identity,
    _T.c.state,
    _T.c.next_step,
    _T.c.due_at,
    _T.c.is_overdue,
    _T.c.timeline,
    _T.c.reason,
    _T.c.merged_into,
    _T.c.updated_at,
    _U.c.code,
    _U.c.full_name,
    _R.c.id,
).select_from(
    _F.join(_T, _T.c.feedback_id == _F.c.id)
    .join(_U, _U.c.id == _F.c.unit_id)
    .outerjoin(_R, _R.c.feedback_id == _F.c.id)
)
_ID_BY_CODE: Any = select(_F.c.id).where(_F.c.tracking_code == bindparam("code"))
_STATUS_BY_CODE = _STATUSES.where(_F.c.tracking_code == bindparam("code"))


def status_by_code(session: Session, tracking_code: str) -> Status | None:
    """What the sender may know of feedback, by its normalised tracking code."""
    row = session.execute(_STATUS_BY_CODE, {"code": tracking_code}).one_or_none()
    return Status(*row) if row else None


def statuses_of_resident(
    session: Session, resident_id: UUID, *, cursor: str | None, limit: int
) -> Page:
    """The feedback of a signed-in resident, newest first; items are rows as ``Status`` has them."""
    return page(
        session,
        _STATUSES.where(_F.c.resident_id == resident_id),
        keys=(_F.c.created_at.desc(), _F.c.id.desc()),
        cursor=cursor,
        limit=limit,
    )


def feedback(session: Session, feedback_id: UUID) -> Feedback | None:
    """The feedback of that id."""
    return session.get(Feedback, feedback_id)


def hold(session: Session, feedback_id: UUID) -> Feedback:
    """The feedback, read anew and locked until this transaction ends; a second time costs nothing.

    **The one order of locks**: whoever changes anything about feedback (its view, its messages, its case, its
    public record) locks the feedback itself first. Residents come from the feedback, officials and clocks from the
    case; without a common first lock each would wait for the other, and a line of the timeline could be lost.
    Rows may still refer to the feedback in the meantime (``FOR NO KEY UPDATE``).

    Raises:
        NoResultFound: there is no such feedback.
    """
    kept: Feedback | None = session.info.get(_HELD, {}).get(feedback_id)
    if kept is not None:
        return kept
    session.flush()
    found = session.get_one(
        Feedback, feedback_id, populate_existing=True, with_for_update={"key_share": True}
    )
    return held(session, found)


def held(session: Session, feedback: Feedback) -> Feedback:
    """Note that this transaction has locked ``feedback``, as ``hold`` does, in a statement of its own."""
    session.info.setdefault(_HELD, {})[feedback.id] = feedback
    return feedback


def by_code(session: Session, tracking_code: str) -> Feedback | None:
    """The feedback of that normalised tracking code."""
    return session.scalar(select(Feedback).where(Feedback.tracking_code == tracking_code))


def thread(session: Session, feedback_id: UUID) -> list[FeedbackMessage]:
    """The messages between the resident and the officials, oldest first."""
    return list(
        session.scalars(
            select(FeedbackMessage)
            .where(FeedbackMessage.feedback_id == feedback_id)
            .order_by(FeedbackMessage.created_at, FeedbackMessage.id)
        )
    )


def open_question(session: Session, feedback_id: UUID) -> FeedbackMessage | None:
    """The latest question of the officials that waits for an answer."""
    return session.scalar(
        select(FeedbackMessage)
        .where(
            FeedbackMessage.feedback_id == feedback_id,
            FeedbackMessage.kind == MessageKind.QUESTION,
            FeedbackMessage.sender == Sender.OFFICIAL,
            FeedbackMessage.answered_at.is_(None),
        )
        .order_by(FeedbackMessage.created_at.desc(), FeedbackMessage.id.desc())
        .limit(1)
    )


def attachments(session: Session, feedback_id: UUID) -> list[tuple[FeedbackAttachment, Upload]]:
    """The files of the feedback and of its messages with their uploads, in order, in one statement."""
    rows = session.execute(
        select(FeedbackAttachment, Upload)
        .join(Upload, Upload.id == FeedbackAttachment.upload_id)
        .where(FeedbackAttachment.feedback_id == feedback_id)
        .order_by(FeedbackAttachment.position, FeedbackAttachment.id)
    )
    return [(attachment, upload) for attachment, upload in rows]


def files_of(session: Session, feedback_id: UUID) -> set[UUID]:
    """The uploads of the feedback and of its messages."""
    return set(
        session.scalars(
            select(FeedbackAttachment.upload_id).where(
                FeedbackAttachment.feedback_id == feedback_id
            )
        )
    )


def contact(session: Session, feedback_id: UUID) -> Contact:
    """Name and telephone number of the sender; the caller has checked, and logs, who looks."""
    row = session.execute(
        select(Feedback.name_sealed, Feedback.phone_sealed).where(Feedback.id == feedback_id)
    ).one_or_none()
    name, phone = row or (None, None)
    return Contact(
        name=crypto.open_sealed(name) if name else None,
        phone=crypto.open_sealed(phone) if phone else None,
    )


def record(session: Session, record_id: UUID) -> tuple[PublicRecord, AdminUnit] | None:
    """A public outcome and its unit."""
    row = session.execute(
        select(PublicRecord, AdminUnit)
        .join(AdminUnit, AdminUnit.id == PublicRecord.unit_id)
        .where(PublicRecord.id == record_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which public outcomes are wanted; None leaves a criterion out."""

    category: FeedbackCategory | None = None
    kind: FeedbackKind | None = None
    outcome: Outcome | None = None


EVERYTHING = RecordFilter()


def records(
    session: Session,
    unit: AdminUnit,
    wanted: RecordFilter = EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Public outcomes of a commune, or of a province and all its communes, latest first.

    Those of the units that it was made from are among them. Items are rows ``(PublicRecord, AdminUnit)``.
    """
    line = places.lineages(session, [unit.id])[unit.id]
    homes = [PublicRecord.unit_id, *([] if unit.parent_id else [PublicRecord.province_id])]
    fitting = [
        column == value
        for column, value in (
            (PublicRecord.category, wanted.category),
            (PublicRecord.kind, wanted.kind),
            (PublicRecord.outcome, wanted.outcome),
        )
        if value is not None
    ]
    rows: Any = select(PublicRecord, AdminUnit).join(
        AdminUnit, AdminUnit.id == PublicRecord.unit_id
    )
    keys = (PublicRecord.published_at.desc(), PublicRecord.id.desc())
    if len(line) == len(homes) == 1:  # nearly every commune: nothing to merge
        alone = rows.where(PublicRecord.unit_id == unit.id, *fitting)
        return page(session, alone, keys=keys, cursor=cursor, limit=limit)
    branches = [
        select(PublicRecord.published_at, PublicRecord.id).where(home == unit_id, *fitting)
        for unit_id in line
        for home in homes
    ]
    found = merged_page(session, branches, cursor=cursor, limit=limit)
    here = PublicRecord.id.in_([row.id for row in found.items])
    return Page(session.execute(rows.where(here).order_by(*keys)).all(), found.next_cursor)


def of_resident(session: Session, resident_id: UUID) -> Sequence[Feedback]:
    """All feedback that leads to a resident's account, newest first."""
    return session.scalars(
        select(Feedback)
        .where(Feedback.resident_id == resident_id)
        .order_by(Feedback.created_at.desc(), Feedback.id.desc())
    ).all()


def code_is_taken(session: Session, tracking_code: str) -> bool:
    """True when some feedback has that tracking code."""
    return session.scalar(_ID_BY_CODE, {"code": tracking_code}) is not None


def settled_before(session: Session, moment: datetime, limit: int) -> Sequence[UUID]:
    """Feedback settled before ``moment`` that was not looked at since, longest first; not held yet."""
    return session.scalars(
        select(TrackingView.feedback_id)
        .where(text(SETTLED_UNFORGOTTEN), TrackingView.updated_at < moment)
        .order_by(TrackingView.updated_at)
        .limit(limit)
    ).all()
