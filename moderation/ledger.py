"""The clock of a stored case: every start, pause and stop is a row, and where it stands is computed from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.auth import Principal
from backend.places.calendar import WorkCalendar
from moderation import clock
from moderation.deadlines import Allowance
from moderation.models import Case, ClockEntry, ClockMove, Stage
from moderation.settings import Settings

log = structlog.get_logger()

# Percent of a stage's time at which somebody is told: assignee, again, leader, province (DOMAIN §4).
WARNINGS = (50, 80)
OVERDUE, ESCALATED = 100, 150
LEVELS = (*WARNINGS, OVERDUE, ESCALATED)


@dataclass
class Ledger:
    """The rows of one case, and the stages that they make."""

    case: Case
    calendar: clock.Calendar
    entries: list[ClockEntry] = field(default_factory=list)

    def run(self, stage: Stage) -> clock.Run | None:
        """The stage as it runs or ran last; None when it never began."""
        return runs(self.entries).get(stage)


def open_ledger(case: Case, settings: Settings) -> Ledger:
    """The ledger of a case that was just made: no rows yet, nothing is read."""
    return Ledger(case, calendar_of(case, settings))


def load(session: Session, case: Case, settings: Settings) -> Ledger:
    """The ledger of a stored case."""
    return Ledger(case, calendar_of(case, settings), list(entries_of(session, case)))


def entries_of(session: Session, case: Case) -> Sequence[ClockEntry]:
    """The rows in the order in which they were written."""
    return session.scalars(
        select(ClockEntry).where(ClockEntry.case_id == case.id).order_by(ClockEntry.seq)
    ).all()


def calendar_of(case: Case, settings: Settings) -> clock.Calendar:
    """The unit's working time; None (day and night) when the case's policy says so."""
    return None if case.policy.get("round_the_clock") else settings.calendar


def runs(entries: Iterable[ClockEntry]) -> dict[Stage, clock.Run]:
    """The stages that the rows describe; a stage that was started again counts from its last start."""
    made: dict[Stage, clock.Run] = {}
    for entry in entries:
        if entry.move is ClockMove.START:
            made[entry.stage] = clock.Run(entry.at, entry.minutes or 0)
        elif entry.stage in made:
            made[entry.stage] = _continued(made[entry.stage], entry)
    return made


def _continued(run: clock.Run, entry: ClockEntry) -> clock.Run:
    match entry.move:
        case ClockMove.PAUSE if not run.paused:
            return replace(run, pauses=(*run.pauses, clock.Pause(entry.at, None, entry.reason)))
        case ClockMove.RESUME if run.paused:
            closed = replace(run.pauses[-1], until=entry.at)
            return replace(run, pauses=(*run.pauses[:-1], closed))
        case ClockMove.EXTEND:
            return replace(run, allowance=run.allowance + (entry.minutes or 0))
        case ClockMove.RECALCULATE if entry.minutes is not None:
            return replace(run, allowance=entry.minutes)
        case ClockMove.STOP if run.stopped_at is None:
            return replace(run, stopped_at=entry.at)
        case _:
            return run


def write(
    session: Session,
    ledger: Ledger,
    stage: Stage,
    move: ClockMove,
    at: datetime,
    *,
    minutes: int | None = None,
    reason: str | None = None,
    actor: Principal | None = None,
) -> None:
    """Add a row; ``settle`` afterwards brings the case's columns up to date."""
    entry = ClockEntry(
        case_id=ledger.case.id,
        seq=len(ledger.entries) + 1,
        stage=stage,
        move=move,
        at=at,
        minutes=minutes,
        reason=reason,
        actor_id=actor.id if actor is not None and actor.kind == "staff" else None,
    )
    session.add(entry)
    ledger.entries.append(entry)


def start(session: Session, ledger: Ledger, stage: Stage, at: datetime) -> None:
    """Begin a stage with the allowance of the case's policy."""
    allowance = Allowance.from_snapshot(ledger.case.policy)
    minutes = allowance.intake_minutes if stage is Stage.INTAKE else allowance.handling_minutes
    ledger.case.alarm_level = 0
    write(session, ledger, stage, ClockMove.START, at, minutes=minutes)


def pause(session: Session, ledger: Ledger, at: datetime, reason: str, actor: Principal) -> None:
    """Stop counting both stages while the resident is asked."""
    for stage in _running(ledger):
        if not _known(ledger, stage).paused:
            write(session, ledger, stage, ClockMove.PAUSE, at, reason=reason, actor=actor)
    ledger.case.paused_at = ledger.case.paused_at or at


def resume(session: Session, ledger: Ledger, at: datetime, reason: str, actor: Principal) -> None:
    """Go on counting."""
    for stage in _running(ledger):
        if _known(ledger, stage).paused:
            write(session, ledger, stage, ClockMove.RESUME, at, reason=reason, actor=actor)
    ledger.case.paused_at = None


def stop(session: Session, ledger: Ledger, at: datetime, *stages: Stage) -> None:
    """End stages (all that run when none is named); an open pause ends with them."""
    for stage in _running(ledger):
        if stages and stage not in stages:
            continue
        if _known(ledger, stage).paused:
            write(session, ledger, stage, ClockMove.RESUME, at)
        write(session, ledger, stage, ClockMove.STOP, at)
    if not _running(ledger):
        ledger.case.paused_at = None


def settle(ledger: Ledger, at: datetime) -> None:
    """Bring the case's columns up to date with the rows: stage, both due dates, overdue, the next alarm."""
    case, made = ledger.case, runs(ledger.entries)
    intake, handling = made.get(Stage.INTAKE), made.get(Stage.HANDLING)
    ledger.calendar = _usable(ledger.calendar, [run for run in (intake, handling) if run])
    if intake is not None:
        case.intake_due_at = clock.due_at(intake, ledger.calendar)
    if handling is not None:
        case.due_at = clock.due_at(handling, ledger.calendar)
    stage = _stage(made)
    if stage is not case.stage:
        case.stage, case.alarm_level = stage, 0
    if stage is None:
        case.next_alarm_at = None
        ended = handling.stopped_at if handling is not None else None
        case.is_overdue = ended is not None and ended > case.due_at
        return
    run = made[stage]
    passed = percent(run, ledger.calendar, at)
    case.is_overdue = passed >= OVERDUE
    case.next_alarm_at = None if run.paused else next_alarm(run, ledger.calendar, case.alarm_level)


def _usable(calendar: clock.Calendar, stages: list[clock.Run]) -> clock.Calendar:
    """The calendar, or ordinary office hours when it leaves (nearly) no working time: a deadline there must be."""
    try:
        for run in stages:
            clock.due_at(run, calendar)
    except clock.EndlessClockError:
        log.exception("calendar_without_working_time")
        return WorkCalendar()
    return calendar


def percent(run: clock.Run, calendar: clock.Calendar, at: datetime) -> int:
    """How much of a stage's time has been used."""
    return clock.elapsed(run, calendar, at) * 100 // max(1, run.allowance)


def next_alarm(run: clock.Run, calendar: clock.Calendar, told: int) -> datetime | None:
    """When the first level above ``told`` is reached; None when all have been told."""
    level = next((each for each in LEVELS if each > told), None)
    if level is None:
        return None
    return clock.moment_at(run, calendar, -(-run.allowance * level // 100))


def _running(ledger: Ledger) -> list[Stage]:
    return [stage for stage, run in runs(ledger.entries).items() if run.stopped_at is None]


def _known(ledger: Ledger, stage: Stage) -> clock.Run:
    return runs(ledger.entries)[stage]


def _stage(made: dict[Stage, clock.Run]) -> Stage | None:
    """Intake counts until it ends, then handling."""
    for stage in (Stage.INTAKE, Stage.HANDLING):
        run = made.get(stage)
        if run is not None and run.stopped_at is None:
            return stage
    return None
