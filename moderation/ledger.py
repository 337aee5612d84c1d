"""The clock of a stored case: every start, pause and stop is a row, and where it stands is computed from the rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from backend.core import ids
from backend.core.api.fields import timestamp
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


class Entry(NamedTuple):
    """A row of ``ClockEntry`` as a plain value; a case has dozens, and nobody ever changes one."""

    case_id: UUID
    seq: int
    stage: Stage
    move: ClockMove
    at: datetime
    minutes: int | None
    reason: str | None
    actor_id: UUID | None


_LOADED = "moderation.ledgers"
_ENTRY: Any = ClockEntry.__table__
# Built once, and from the plain table: these run at every submission and every move.
_INSERT: Any = insert(_ENTRY)
_ENTRIES: Any = select(*(_ENTRY.c[name] for name in Entry._fields)).order_by(
    _ENTRY.c.case_id, _ENTRY.c.seq
)
_OF_CASES = _ENTRIES.where(_ENTRY.c.case_id.in_(bindparam("case_ids", expanding=True)))


@dataclass
class Ledger:
    """The rows of one case, and the stages that they make."""

    case: Case
    calendar: clock.Calendar
    entries: list[Entry] = field(default_factory=list)
    stored: int = 0  # how many of them the database has

    def run(self, stage: Stage) -> clock.Run | None:
        """The stage as it runs or ran last; None when it never began."""
        return runs(self.entries).get(stage)


def open_ledger(case: Case, settings: Settings) -> Ledger:
    """The ledger of a case that was just made: no rows yet, nothing is read."""
    return Ledger(case, calendar_of(case, settings))


def load(session: Session, case: Case, settings: Settings) -> Ledger:
    """The ledger of a stored case that this transaction holds."""
    book = of_rows(case, settings, entries_of(session, [case.id]).get(case.id, []))
    session.info.setdefault(_LOADED, {})[case.id] = book
    return book


def loaded(session: Session, case_id: UUID) -> Ledger | None:
    """The ledger that a move of this very transaction worked with: who shows the case need not read it again."""
    book: Ledger | None = session.info.get(_LOADED, {}).get(case_id)
    return book


def of_rows(case: Case, settings: Settings, entries: list[Entry]) -> Ledger:
    """The ledger that these rows, as they are stored, make."""
    return Ledger(case, calendar_of(case, settings), entries, len(entries))


def entries_of(session: Session, case_ids: Collection[UUID]) -> dict[UUID, list[Entry]]:
    """The rows of cases in the order in which they were written; one statement."""
    found: dict[UUID, list[Entry]] = {}
    for row in session.execute(_OF_CASES, {"case_ids": list(case_ids)}):
        found.setdefault(row.case_id, []).append(Entry._make(row))
    return found


def store(session: Session, ledger: Ledger) -> None:
    """Write the new rows; the case itself must be in the database."""
    fresh = ledger.entries[ledger.stored :]
    if fresh:
        session.execute(_INSERT, [{"id": ids.new_id(), **each._asdict()} for each in fresh])
        ledger.stored = len(ledger.entries)


def calendar_of(case: Case, settings: Settings) -> clock.Calendar:
    """The unit's working time; None (day and night) when the case's policy says so."""
    return None if case.policy.get("round_the_clock") else settings.calendar


def runs(entries: Iterable[Entry]) -> dict[Stage, clock.Run]:
    """The stages that the rows describe; a stage that was started again counts from its last start."""
    made: dict[Stage, clock.Run] = {}
    for entry in entries:
        if entry.move is ClockMove.START:
            made[entry.stage] = clock.Run(entry.at, entry.minutes or 0)
        elif entry.stage in made:
            made[entry.stage] = _continued(made[entry.stage], entry)
    return made


def _continued(run: clock.Run, entry: Entry) -> clock.Run:
    match entry.move:
        case ClockMove.PAUSE if not run.paused:
            return replace(run, pauses=(*run.pauses, clock.Pause(entry.at, None, entry.reason)))
        case ClockMove.RESUME if run.paused:
            closed = replace(run.pauses[-1], until=entry.at)
            return replace(run, pauses=(*run.pauses[:-1], closed))
        case ClockMove.EXTEND:
            more = entry.minutes or 0
            return replace(run, allowance=run.allowance + more, extended=run.extended + more)
        case ClockMove.RECALCULATE if entry.minutes is not None:
            # Another policy: what was granted on top of the first one stays granted.
            return replace(run, allowance=entry.minutes + run.extended)
        case ClockMove.STOP if run.stopped_at is None:
            return replace(run, stopped_at=entry.at)
        case _:
            return run


def write(
    ledger: Ledger,
    stage: Stage,
    move: ClockMove,
    at: datetime,
    *,
    minutes: int | None = None,
    reason: str | None = None,
    actor: Principal | None = None,
) -> None:
    """Add a row; ``settle`` afterwards brings the case's columns up to date, ``store`` puts it into the database."""
    actor_id = actor.id if actor is not None and actor.kind == "staff" else None
    seq = len(ledger.entries) + 1
    ledger.entries.append(Entry(ledger.case.id, seq, stage, move, at, minutes, reason, actor_id))


def start(ledger: Ledger, stage: Stage, at: datetime) -> None:
    """Begin a stage with the allowance of the case's policy."""
    allowance = Allowance.from_snapshot(ledger.case.policy)
    minutes = allowance.intake_minutes if stage is Stage.INTAKE else allowance.handling_minutes
    _tell(ledger.case, stage, 0)
    write(ledger, stage, ClockMove.START, at, minutes=minutes)


def pause(ledger: Ledger, at: datetime, reason: str, actor: Principal) -> None:
    """Stop counting both stages while the resident is asked."""
    for stage in _running(ledger):
        if not _known(ledger, stage).paused:
            write(ledger, stage, ClockMove.PAUSE, at, reason=reason, actor=actor)
    ledger.case.paused_at = ledger.case.paused_at or at


def resume(ledger: Ledger, at: datetime, reason: str, actor: Principal) -> None:
    """Go on counting."""
    for stage in _running(ledger):
        if _known(ledger, stage).paused:
            write(ledger, stage, ClockMove.RESUME, at, reason=reason, actor=actor)
    ledger.case.paused_at = None


def stop(ledger: Ledger, at: datetime, *stages: Stage) -> None:
    """End stages (all that run when none is named); an open pause ends with them."""
    for stage in _running(ledger):
        if stages and stage not in stages:
            continue
        if _known(ledger, stage).paused:
            write(ledger, stage, ClockMove.RESUME, at)
        write(ledger, stage, ClockMove.STOP, at)
    if not _running(ledger):
        ledger.case.paused_at = None


def recount(ledger: Ledger, at: datetime) -> dict[str, Any] | None:
    """Notice that the unit's calendar changed since the case was settled: new due dates, a row for each stage.

    Whoever is about to change the case asks first, so that no change of the calendar is lost in a change of the case.

    Returns:
        What the history says about it; None when nothing changed.
    """
    case, before = ledger.case, (ledger.case.intake_due_at, ledger.case.due_at)
    running = {stage: run for stage, run in runs(ledger.entries).items() if run.stopped_at is None}
    _set_dues(case, _dues(ledger, running))
    if (case.intake_due_at, case.due_at) == before:
        return None
    for stage in running:
        write(ledger, stage, ClockMove.RECALCULATE, at, reason="calendar")
    return {
        "due_before": timestamp(before[1]),
        "due_after": timestamp(case.due_at),
        "intake_due_before": timestamp(before[0]),
        "intake_due_after": timestamp(case.intake_due_at),
    }


def settle(ledger: Ledger, at: datetime) -> None:
    """Bring the case's columns up to date with the rows: stage, both due dates, overdue, the next alarm."""
    case, made = ledger.case, runs(ledger.entries)
    fresh = {entry.stage for entry in ledger.entries[ledger.stored :]}
    # What has ended keeps its date, whatever happens to the calendar.
    open_or_new = {
        stage: run for stage, run in made.items() if run.stopped_at is None or stage in fresh
    }
    _set_dues(case, _dues(ledger, open_or_new))
    case.stage = _stage(made)
    running = {stage: run for stage, run in made.items() if run.stopped_at is None}
    # The date of handling is the resident's: it stays missed when the work ends. A late intake is over with it.
    case.is_overdue = is_late(ledger, Stage.HANDLING, at) or any(
        is_late(ledger, stage, at) for stage in running
    )
    alarms = []
    for stage, run in running.items():
        _step_back(ledger, stage, run, at)
        if not run.paused:
            alarms.append(next_alarm(run, ledger.calendar, told(case, stage)))
    case.next_alarm_at = min((each for each in alarms if each is not None), default=None)


def is_late(ledger: Ledger, stage: Stage, at: datetime) -> bool:
    """True from the minute on in which a stage's time is used up; also when it ended no earlier than that."""
    run = ledger.run(stage)
    if run is None:
        return False
    if run.stopped_at is not None:
        due = ledger.case.intake_due_at if stage is Stage.INTAKE else ledger.case.due_at
        return run.stopped_at >= due
    return percent(run, ledger.calendar, at) >= OVERDUE


def told(case: Case, stage: Stage) -> int:
    """The level of ``LEVELS`` that was last told about a stage; 0 for none."""
    return case.intake_alarm_level if stage is Stage.INTAKE else case.handling_alarm_level


def _tell(case: Case, stage: Stage, level: int) -> None:
    if stage is Stage.INTAKE:
        case.intake_alarm_level = level
    else:
        case.handling_alarm_level = level


def reached(ledger: Ledger, stage: Stage, at: datetime) -> list[int]:
    """Levels of a stage to tell about now, noted as told: of missed warnings the last, but leader and province each."""
    run = ledger.run(stage)
    if run is None or run.stopped_at is not None or run.paused:
        return []
    before, passed = told(ledger.case, stage), percent(run, ledger.calendar, at)
    fresh = [level for level in LEVELS if before < level <= passed]
    if fresh:
        _tell(ledger.case, stage, fresh[-1])
    late = [level for level in fresh if level >= OVERDUE]
    return late or fresh[-1:]


def _step_back(ledger: Ledger, stage: Stage, run: clock.Run, at: datetime) -> None:
    """More time was given: what is reached once more is told once more."""
    passed = percent(run, ledger.calendar, at)
    level = max((each for each in LEVELS if each <= passed), default=0)
    _tell(ledger.case, stage, min(level, told(ledger.case, stage)))


def _set_dues(case: Case, dues: dict[Stage, datetime]) -> None:
    case.intake_due_at = dues.get(Stage.INTAKE, case.intake_due_at)
    case.due_at = dues.get(Stage.HANDLING, case.due_at)


def _dues(ledger: Ledger, made: dict[Stage, clock.Run]) -> dict[Stage, datetime]:
    """When each stage is due; by ordinary office hours when the calendar leaves (nearly) no working time."""
    try:
        return {stage: clock.due_at(run, ledger.calendar) for stage, run in made.items()}
    except clock.EndlessClockError:
        log.exception("calendar_without_working_time")
        ledger.calendar = WorkCalendar()
        return {stage: clock.due_at(run, ledger.calendar) for stage, run in made.items()}


def percent(run: clock.Run, calendar: clock.Calendar, at: datetime) -> int:
    """How much of a stage's time has been used."""
    return clock.elapsed(run, calendar, at) * 100 // max(1, run.allowance)


def next_alarm(run: clock.Run, calendar: clock.Calendar, told: int) -> datetime | None:
    """When the first level above ``told`` is reached; None when all have been told, or within years it is not.

    A stage may be due before the calendar runs out of working time and escalate after it; a change of the calendar
    has it counted anew.
    """
    level = next((each for each in LEVELS if each > told), None)
    if level is None:
        return None
    try:
        return clock.moment_at(run, calendar, -(-run.allowance * level // 100))
    except clock.EndlessClockError:
        log.warning("alarm_out_of_sight", level=level)
        return None


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
