"""The passing of time: warnings at 50 and 80 %, overdue at 100 %, the province at 150 %, each once.

Only cases whose next alarm is due are looked at (an index gives them); each is counted anew from its ledger and the
unit's present calendar, so a calendar that changed is noticed here, and said in the case's history.

Whoever changes a calendar leaves a mark; the open cases that follow it are counted anew slice by slice. A slice and
where it ended are stored together: whatever kills the worker, no case is left out and none counted twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from backend.core import jobs
from backend.core.auth import SYSTEM
from backend.core.events import emit
from backend.feedback import projection
from backend.feedback import queries as feedback_queries
from backend.feedback.models import Feedback, TimelineStep
from backend.places.models import AdminUnit, UnitLevel
from moderation import history, ledger
from moderation.events import CaseOverdue, CaseWarned
from moderation.models import CalendarRecount, Case, EventType, Stage
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


# In the order of ``queries.hold``.
_CASES = select(Case, Feedback).join(Feedback, Feedback.id == Case.feedback_id)
_HELD: dict[str, Any] = {"of": (Feedback, Case), "key_share": True}


def sweep(session: Session, now: datetime, *, batch: int = BATCH) -> int:
    """Look at the cases whose alarm is due; how many there were (fewer than ``batch``: that was all)."""
    due = _CASES.where(Case.next_alarm_at <= now).order_by(Case.next_alarm_at).limit(batch)
    # What somebody works on has its turn the next time.
    return len(_look_at_all(session, due.with_for_update(**_HELD, skip_locked=True), now))


def recount(session: Session, now: datetime, *, batch: int = BATCH) -> bool:
    """Count one slice of the cases that follow a changed calendar; False when no change waits any more."""
    mark = session.scalar(
        select(CalendarRecount)
        .order_by(CalendarRecount.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mark is None:
        return False
    if mark.reached_at is None:
        # Counted is by the present calendar: what changed since the mark was made is counted with it. A mark that
        # another worker holds stays with it: it may just want this one.
        counted_with_it = (
            select(CalendarRecount.id)
            .where(
                CalendarRecount.unit_id == mark.unit_id,
                CalendarRecount.reached_at.is_(None),
                CalendarRecount.id != mark.id,
            )
            .with_for_update(skip_locked=True)
        )
        session.execute(
            delete(CalendarRecount).where(CalendarRecount.id.in_(counted_with_it)),
            execution_options={"synchronize_session": False},
        )
    follows = Case.province_id if mark.of_province else Case.unit_id
    index = f"ix_moderation_case_queue_{'province' if mark.of_province else 'unit'}_newest"
    waiting = _CASES.where(follows == mark.unit_id, Case.closed_at.is_(None)).with_hint(
        # Without statistics it would rather walk the archive.
        Case,
        f"INDEXED BY {index}",
        "sqlite",
    )
    if mark.reached_at is not None:
        here = and_(Case.created_at == mark.reached_at, Case.id > mark.reached_id)
        waiting = waiting.where(
            Case.created_at >= mark.reached_at, or_(Case.created_at > mark.reached_at, here)
        )
    # No case may be passed by here, for the mark moves on. Of two workers with cases in common (a unit's mark and its
    # province's) one waits for the other and never both: every slice locks its cases in this order.
    slice_ = waiting.order_by(Case.created_at, Case.id).limit(batch).with_for_update(**_HELD)
    looked_at = _look_at_all(session, slice_, now)
    if len(looked_at) < batch:
        session.delete(mark)
    else:
        mark.reached_at, mark.reached_id = looked_at[-1].created_at, looked_at[-1].id
    return True


def _look_at_all(session: Session, statement: Select[Case, Feedback], now: datetime) -> list[Case]:
    rows = session.execute(statement).all()
    if not rows:
        return []
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
    return cases


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
    """Have every clock that follows this calendar and has not ended, paused ones too, counted anew by the worker.

    However many cases there are, only a mark is left here: one for a unit, one for each province for the country.
    """
    changed(session)
    unit = AdminUnit.level == UnitLevel.PROVINCE if unit_id is None else AdminUnit.id == unit_id
    session.add_all(
        CalendarRecount(unit_id=each, of_province=level is UnitLevel.PROVINCE, changed_at=now)
        for each, level in session.execute(select(AdminUnit.id, AdminUnit.level).where(unit))
    )
    jobs.wake(session, BELL)
