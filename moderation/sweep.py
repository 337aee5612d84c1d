"""The passing of time: warnings at 50 and 80 %, overdue at 100 %, the province at 150 %, each once.

Only cases whose next alarm is due are looked at (an index gives them); each is counted anew from its ledger and the
unit's present calendar, so a calendar that changed is noticed here, and said in the case's history.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.core import jobs
from backend.core.api.fields import timestamp
from backend.core.auth import SYSTEM
from backend.core.events import emit
from backend.feedback import projection
from backend.feedback import queries as feedback_queries
from backend.feedback.models import Feedback, TimelineStep
from backend.places.models import AdminUnit
from moderation import history, ledger
from moderation.events import CaseOverdue, CaseWarned
from moderation.models import Case, ClockMove, EventType, Stage
from moderation.settings import Settings, changed, settings_of

BELL = "case_clocks"
BATCH = 100


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
    settings = {unit_id: settings_of(session, unit_id) for unit_id in {c.unit_id for c in cases}}
    for case in cases:
        look_at(session, case, settings[case.unit_id], entries.get(case.id, []), now)
    return len(cases)


def look_at(
    session: Session, case: Case, settings: Settings, entries: list[ledger.Entry], now: datetime
) -> None:
    """Count one case anew and say what is to be said. Its version stays: nobody's work becomes stale."""
    session.expunge(case)
    book = ledger.of_rows(case, settings, entries)
    dues, told, was_overdue = (case.intake_due_at, case.due_at), case.alarm_level, case.is_overdue
    ledger.settle(book, now)
    if (case.intake_due_at, case.due_at) != dues:
        _recalculated(session, case, book, dues, now)
    levels = _reached(case, book, now)
    case.alarm_level = levels[-1] if levels else told
    ledger.settle(book, now)
    ledger.store(session, book)
    columns = {
        name: getattr(case, name)
        for name in (
            "intake_due_at",
            "due_at",
            "stage",
            "is_overdue",
            "alarm_level",
            "next_alarm_at",
        )
    }
    if levels and case.stage is not None:
        payload = {"stage": case.stage.value, "level": levels[-1]}
        history.note(session, case, EventType.CLOCK_WARNED, SYSTEM, payload, **columns)
    else:
        session.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(**columns)
            .execution_options(synchronize_session=False)
        )
    _show(session, case, was_overdue=was_overdue, due_before=dues[1], now=now)
    for level in levels:
        if case.stage is not None:
            kind = CaseOverdue if level >= ledger.OVERDUE else CaseWarned
            emit(session, kind(case.id, case.stage.value, level))


def _reached(case: Case, book: ledger.Ledger, now: datetime) -> list[int]:
    """Levels to tell about: of several warnings that were missed the last one, but leader and province each."""
    run = book.run(case.stage) if case.stage else None
    if run is None or run.paused:
        return []
    passed = ledger.percent(run, book.calendar, now)
    fresh = [level for level in ledger.LEVELS if case.alarm_level < level <= passed]
    late = [level for level in fresh if level >= ledger.OVERDUE]
    return late or fresh[-1:]


def _recalculated(
    session: Session,
    case: Case,
    book: ledger.Ledger,
    before: tuple[datetime, datetime],
    now: datetime,
) -> None:
    for stage, run in ledger.runs(book.entries).items():
        if run.stopped_at is None:
            ledger.write(book, stage, ClockMove.RECALCULATE, now, reason="calendar")
    payload = {
        "due_before": timestamp(before[1]),
        "due_after": timestamp(case.due_at),
        "intake_due_before": timestamp(before[0]),
        "intake_due_after": timestamp(case.intake_due_at),
    }
    history.note(
        session,
        case,
        EventType.CLOCK_RECALCULATED,
        SYSTEM,
        payload,
        intake_due_at=case.intake_due_at,
        due_at=case.due_at,
    )


def _show(
    session: Session, case: Case, *, was_overdue: bool, due_before: datetime, now: datetime
) -> None:
    """The resident sees the handling date only; a late intake is the office's own matter."""
    if case.stage is not Stage.HANDLING:
        if case.due_at != due_before:
            projection.show(session, case.feedback_id, due_at=case.due_at, at=now)
        return
    if case.is_overdue == was_overdue and case.due_at == due_before:
        return
    step = TimelineStep.OVERDUE if case.is_overdue and not was_overdue else None
    projection.show(
        session,
        case.feedback_id,
        step=step,
        at=now,
        due_at=case.due_at,
        is_overdue=case.is_overdue,
    )


def calendar_changed(session: Session, unit_id: UUID | None, now: datetime) -> None:
    """Have every running clock of a unit (of its communes, of the country) counted anew by the worker."""
    changed(session)
    statement = update(Case).where(Case.closed_at.is_(None), Case.paused_at.is_(None))
    if unit_id is not None:
        communes = select(AdminUnit.id).where(AdminUnit.parent_id == unit_id)
        statement = statement.where(or_(Case.unit_id == unit_id, Case.unit_id.in_(communes)))
    session.execute(
        statement.values(next_alarm_at=now).execution_options(synchronize_session=False)
    )
    jobs.wake(session, BELL)
