"""The passing of time: warnings at 50 and 80 %, overdue at 100 %, the province at 150 %, each once.

Only cases whose next alarm is due are looked at (an index gives them); each is counted anew from its ledger and the
unit's present calendar, so a calendar that changed is noticed here, and said in the case's history.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.core import jobs
from backend.core.auth import SYSTEM
from backend.core.events import emit
from backend.feedback import projection
from backend.feedback import queries as feedback_queries
from backend.feedback.models import Feedback, TimelineStep
from backend.places.models import AdminUnit
from moderation import history, ledger
from moderation.events import CaseOverdue, CaseWarned
from moderation.models import Case, EventType, Stage
from moderation.settings import Settings, changed, settings_of_all

BELL = "case_clocks"
BATCH = 100
LATER = timedelta(hours=1)  # until a case that could not be counted is tried again
_CLOCK = (
    "intake_due_at",
    "due_at",
    "stage",
    "is_overdue",
    "intake_alarm_level",
    "handling_alarm_level",
    "next_alarm_at",
)

log = structlog.get_logger()


def sweep(session: Session, now: datetime, *, batch: int = BATCH) -> int:
    """Look at the cases whose alarm is due; how many there were (fewer than ``batch``: that was all)."""
    rows = session.execute(
        select(Case, Feedback)
        .join(Feedback, Feedback.id == Case.feedback_id)
        .where(Case.next_alarm_at <= now)
        .order_by(Case.next_alarm_at)
        .limit(batch)
        # In the order of ``queries.hold``; what somebody works on has its turn the next time.
        .with_for_update(of=(Feedback, Case), key_share=True, skip_locked=True)
    ).all()
    if not rows:
        return 0
    cases = [case for case, _feedback in rows]
    for _case, feedback in rows:
        feedback_queries.held(session, feedback)
    entries = ledger.entries_of(session, [case.id for case in cases])
    settings = settings_of_all(session, {case.unit_id for case in cases})
    for case in cases:
        try:
            with session.begin_nested():
                look_at(session, case, settings[case.unit_id], entries.get(case.id, []), now)
        except Exception:  # one case that cannot be counted must not silence the others
            log.exception("clock_failed", case_id=str(case.id))
            _update(session, case.id, next_alarm_at=now + LATER)
    return len(cases)


def look_at(
    session: Session, case: Case, settings: Settings, entries: list[ledger.Entry], now: datetime
) -> None:
    """Count one case anew and say what is to be said. Its version stays: nobody's work becomes stale."""
    session.expunge(case)
    book = ledger.of_rows(case, settings, entries)
    due_before, was_late = case.due_at, case.handling_alarm_level >= ledger.OVERDUE
    recalculated = ledger.recount(book, now)
    ledger.settle(book, now)
    levels = [(stage, level) for stage in Stage for level in ledger.reached(book, stage, now)]
    ledger.settle(book, now)
    ledger.store(session, book)
    columns = {name: getattr(case, name) for name in _CLOCK}
    _update(session, case.id, **columns)
    if recalculated is not None:
        history.note(session, case, EventType.CLOCK_RECALCULATED, SYSTEM, recalculated)
    for stage, level in levels:
        payload = {"stage": stage.value, "level": level}
        history.note(session, case, EventType.CLOCK_WARNED, SYSTEM, payload)
    _show(session, book, was_late=was_late, due_before=due_before, now=now)
    for stage, level in levels:
        kind = CaseOverdue if level >= ledger.OVERDUE else CaseWarned
        emit(session, kind(case.id, stage.value, level))


def _update(session: Session, case_id: UUID, **columns: Any) -> None:
    session.execute(
        update(Case)
        .where(Case.id == case_id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )


def _show(
    session: Session, book: ledger.Ledger, *, was_late: bool, due_before: datetime, now: datetime
) -> None:
    """The resident sees the handling date only; a late intake is the office's own matter."""
    case, late = book.case, ledger.is_late(book, Stage.HANDLING, now)
    if late == was_late and case.due_at == due_before:
        return
    projection.show(
        session,
        case.feedback_id,
        step=TimelineStep.OVERDUE if late and not was_late else None,
        at=now,
        due_at=case.due_at,
        is_overdue=late,
    )


def calendar_changed(session: Session, unit_id: UUID | None, now: datetime) -> None:
    """Have every clock of a unit that has not ended, paused ones too (of its communes, of the country) counted anew by the worker."""
    changed(session)
    statement = update(Case).where(Case.closed_at.is_(None))
    if unit_id is not None:
        communes = select(AdminUnit.id).where(AdminUnit.parent_id == unit_id)
        statement = statement.where(or_(Case.unit_id == unit_id, Case.unit_id.in_(communes)))
    session.execute(
        statement.values(next_alarm_at=now).execution_options(synchronize_session=False)
    )
    jobs.wake(session, BELL)
