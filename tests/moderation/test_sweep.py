"""Time passes: each warning once, the leader at 100 %, the province at 150 %, a changed calendar on record."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from backend.core import clock, events
from backend.core import db as core_db
from backend.core.clock import LOCAL
from backend.core.db import reading, transaction
from backend.core.jobs import run_now
from backend.feedback.models import TrackingView
from backend.places import service as service_of_places
from backend.places.models import CalendarDay, DayKind
from moderation import handlers, jobs, ledger, service, sweep  # noqa: F401 - registers the job
from moderation.events import CaseOverdue, CaseWarned
from moderation.models import (
    Case,
    CaseEvent,
    ClockEntry,
    ClockMove,
    EventType,
    Stage,
    Urgency,
)
from moderation.settings import changed, settings_of
from moderation.workflow import Move
from tests.conftest import Database
from tests.databases import counting
from tests.factories.accounts import sign_in
from tests.factories.moderation import (
    Office,
    broken_link,
    make_case,
    make_office,
    make_policy,
    move,
    until_forwarded,
)
from tests.plans import listening, must_be_read_in_order

MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=LOCAL)


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


@pytest.fixture
def heard(db: Any) -> Iterator[list[tuple[str, int]]]:
    """What the house was told, as (stage, level)."""
    told: list[tuple[str, int]] = []

    def listen(_session: Any, event: Any) -> None:
        told.append((event.stage, event.level))

    before = dict(events._table)
    events.wire({CaseWarned: (listen,), CaseOverdue: (listen,)})
    yield told
    events.wire(before)


def opened(
    office: Office, at: datetime = MONDAY, text: str = "Cỏ mọc quanh nhà văn hóa, xin dọn."
) -> UUID:
    with clock.freeze(at), transaction() as session:
        return make_case(session, office.unit, text=text).id


def sweep_at(moment: datetime) -> int:
    with clock.freeze(moment):
        looked: int = run_now("case_clocks")
        return looked


def case_of(case_id: UUID) -> Case:
    with reading() as session:
        return session.get_one(Case, case_id)


def test_each_level_is_told_once(office: Office, heard: list[tuple[str, int]]) -> None:
    case_id = opened(office)  # intake: 8 working hours of a day of 7.5
    start = MONDAY
    for hours in range(60):
        sweep_at(start + timedelta(hours=hours))
        sweep_at(start + timedelta(hours=hours))
    assert heard == [("intake", 50), ("intake", 80), ("intake", 100), ("intake", 150)]
    case = case_of(case_id)
    assert case.is_overdue
    assert case.next_alarm_at is not None, "handling is watched as well"
    assert case.next_alarm_at < case.due_at
    with reading() as session:
        assert broken_link(session, case.id) is None
        view = session.get_one(TrackingView, case.feedback_id)
        assert not view.is_overdue, "a late intake is the office's own matter"


def test_handling_takes_over_when_intake_is_done(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    case_id = opened(office)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        until_forwarded(office, case_id)
    for day in range(40):
        sweep_at(MONDAY + timedelta(days=day, hours=9))
    assert heard == [("handling", 50), ("handling", 80), ("handling", 100), ("handling", 150)]
    with reading() as session:
        view = session.get_one(TrackingView, case_of(case_id).feedback_id)
        assert view.is_overdue
        assert "overdue" in [entry["step"] for entry in view.timeline]


def test_a_worker_that_was_away_tells_the_leader_and_the_province(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    opened(office)
    sweep_at(MONDAY + timedelta(days=30))
    assert heard == [(stage, level) for stage in ("intake", "handling") for level in (100, 150)]


def test_only_cases_whose_alarm_is_due_are_looked_at(office: Office) -> None:
    for _ in range(3):
        opened(office)
    assert sweep_at(MONDAY + timedelta(minutes=10)) == 0
    assert sweep_at(MONDAY + timedelta(hours=6)) == 3
    assert sweep_at(MONDAY + timedelta(hours=6)) == 0


def test_a_paused_clock_is_silent(office: Office, heard: list[tuple[str, int]]) -> None:
    case_id = opened(office)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        move(office.hoa, case_id, Move.ASK, text="Ở thôn nào?")
    sweep_at(MONDAY + timedelta(days=60))
    assert heard == []


def test_an_emergency_runs_through_the_night(office: Office, heard: list[tuple[str, int]]) -> None:
    night = datetime(2026, 11, 15, 2, 0, tzinfo=LOCAL)
    case_id = opened(office, night, text="Cháy nhà xóm Đình, có người kẹt bên trong, cứu với!!!")
    case = case_of(case_id)
    assert case.urgency is Urgency.EMERGENCY
    assert case.intake_due_at == night + timedelta(minutes=30)
    sweep_at(night + timedelta(minutes=31))
    assert ("intake", 100) in heard


def test_a_warning_makes_nobodys_work_stale(office: Office) -> None:
    case_id = opened(office)
    sweep_at(MONDAY + timedelta(hours=6))
    case = case_of(case_id)
    assert case.version == 1
    assert case.intake_alarm_level == 50
    with transaction() as session:
        service.make_move(
            session,
            office.hoa,
            case_id,
            Move.CONFIRM_LEGAL,
            {"legal_type": "ordinary"},
            version=1,
        )
    with reading() as session:
        assert broken_link(session, case_id) is None


def test_a_changed_calendar_recalculates_and_says_so(office: Office) -> None:
    case_id = opened(office)
    due = case_of(case_id).due_at
    with clock.freeze(MONDAY + timedelta(hours=1)), transaction() as session:
        session.add(
            CalendarDay(
                unit_id=office.unit.id,
                day=(MONDAY + timedelta(days=1)).date(),
                kind=DayKind.CLOSURE,
                note="Lũ",
            )
        )
        session.flush()
        handlers.calendar_changed(session, handlers.CalendarChanged(office.unit.id))
    sweep_at(MONDAY + timedelta(hours=1, minutes=1))
    case = case_of(case_id)
    assert case.due_at == due + timedelta(days=1)
    with reading() as session:
        event = session.scalars(
            select(CaseEvent).where(CaseEvent.type == EventType.CLOCK_RECALCULATED)
        ).one()
        assert event.payload is not None
        assert event.payload["due_before"] < event.payload["due_after"]
        assert session.get_one(TrackingView, case.feedback_id).due_at == case.due_at
        assert broken_link(session, case.id) is None


def test_deadlines_follow_category_urgency_complexity_and_unit(office: Office) -> None:
    with transaction() as session:
        make_policy(session, "Chung")
        make_policy(session, "Xã", unit_id=office.unit.id, handling_days=4)
        make_policy(session, "Xã, phức tạp", unit_id=office.unit.id, complex=True, handling_days=9)
    case_id = opened(office)
    case = case_of(case_id)
    assert case.policy["name"] == "Xã"
    assert case.policy["handling_minutes"] == 4 * 450
    with clock.freeze(MONDAY + timedelta(minutes=30)):
        move(office.hoa, case_id, Move.CLASSIFY, category="khac", complex=True)
    again = case_of(case_id)
    assert again.policy["name"] == "Xã, phức tạp"
    assert again.due_at > case.due_at
    with reading() as session:
        moves = session.scalars(
            select(ClockEntry.move).where(ClockEntry.case_id == case_id).order_by(ClockEntry.seq)
        ).all()
    assert moves == [ClockMove.START, ClockMove.START] + [ClockMove.RECALCULATE] * 2


def test_a_policy_that_changes_later_leaves_the_snapshot(office: Office) -> None:
    case_id = opened(office)
    with transaction() as session:
        make_policy(session, "Mới", unit_id=office.unit.id)
    assert case_of(case_id).policy["name"] == "Thông thường"


def closure(office: Office, day: date, at: datetime) -> None:
    """The office will be closed that day; whoever decided it told the house."""
    with clock.freeze(at), transaction() as session:
        session.add(CalendarDay(unit_id=office.unit.id, day=day, kind=DayKind.CLOSURE, note="Lũ"))
        session.flush()
        handlers.calendar_changed(session, handlers.CalendarChanged(office.unit.id))


def recalculations(case_id: UUID) -> list[CaseEvent]:
    with reading() as session:
        return list(
            session.scalars(
                select(CaseEvent).where(
                    CaseEvent.case_id == case_id, CaseEvent.type == EventType.CLOCK_RECALCULATED
                )
            )
        )


def test_a_case_that_nobody_assigned_becomes_overdue_for_the_resident(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    case_id = opened(office)
    for day in range(30):
        sweep_at(MONDAY + timedelta(days=day, hours=9))
    assert [level for stage, level in heard if stage == "handling"] == [50, 80, 100, 150]
    with reading() as session:
        view = session.get_one(TrackingView, case_of(case_id).feedback_id)
        assert view.is_overdue
        assert [entry["step"] for entry in view.timeline].count("overdue") == 1


def test_intake_that_begins_again_repeats_nothing_about_handling(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    case_id = opened(office)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        until_forwarded(office, case_id)
    sweep_at(MONDAY + timedelta(days=4, hours=9))
    assert heard == [("handling", 50)]
    with clock.freeze(MONDAY + timedelta(days=4, hours=9, minutes=5)):
        move(office.binh, case_id, Move.RETURN, reason="Không thuộc phòng chúng tôi.")
        move(office.hoa, case_id, Move.ASSIGN, department_id=office.economy.id)
    sweep_at(MONDAY + timedelta(days=4, hours=9, minutes=10))
    assert heard == [("handling", 50)]


def test_a_case_is_overdue_from_the_due_minute_on_running_or_ended(office: Office) -> None:
    running, ended = opened(office), opened(office)
    due = case_of(running).due_at
    with clock.freeze(due - timedelta(minutes=1)):
        until_forwarded(office, running)
        until_forwarded(office, ended)
    sweep_at(due - timedelta(minutes=1))
    assert not case_of(running).is_overdue
    sweep_at(due)
    assert case_of(running).is_overdue
    with clock.freeze(due):
        move(office.hoa, ended, Move.REJECT, reason="Không đủ căn cứ.", reply="Xin lỗi bà con.")
    assert case_of(ended).is_overdue


def test_what_was_granted_on_top_outlives_another_policy(office: Office) -> None:
    case_id = opened(office)
    first = case_of(case_id).policy["handling_minutes"]
    with transaction() as session:
        case = session.get_one(Case, case_id)
        book = ledger.load(session, case, settings_of(session, case.unit_id))
        ledger.write(book, Stage.HANDLING, ClockMove.EXTEND, MONDAY, minutes=900)
        ledger.store(session, book)
        run = book.run(Stage.HANDLING)
        assert run is not None
        assert run.allowance == first + 900
        ledger.write(book, Stage.HANDLING, ClockMove.RECALCULATE, MONDAY, minutes=3150)
        run = book.run(Stage.HANDLING)
        assert run is not None
        assert run.allowance == 3150 + 900


def test_a_move_before_the_worker_came_says_that_the_calendar_changed(office: Office) -> None:
    case_id = opened(office)
    due = case_of(case_id).due_at
    closure(office, (MONDAY + timedelta(days=1)).date(), MONDAY + timedelta(hours=1))
    with clock.freeze(MONDAY + timedelta(hours=1)):
        move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type="ordinary")
    assert case_of(case_id).due_at == due + timedelta(days=1)
    (event,) = recalculations(case_id)
    assert event.payload is not None
    assert event.payload["due_before"] < event.payload["due_after"]
    sweep_at(MONDAY + timedelta(hours=1, minutes=1))
    assert len(recalculations(case_id)) == 1
    with reading() as session:
        assert broken_link(session, case_id) is None
        rows = session.scalars(select(ClockEntry).where(ClockEntry.case_id == case_id)).all()
        assert {row.stage for row in rows if row.reason == "calendar"} == set(Stage)


def test_a_changed_calendar_moves_the_date_of_a_paused_case_too(office: Office) -> None:
    case_id = opened(office)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        move(office.hoa, case_id, Move.ASK, text="Ở thôn nào?")
    due = case_of(case_id).due_at
    closure(office, (MONDAY + timedelta(days=1)).date(), MONDAY + timedelta(hours=2))
    sweep_at(MONDAY + timedelta(hours=2, minutes=1))
    case = case_of(case_id)
    assert case.due_at == due + timedelta(days=1)
    assert case.paused_at is not None
    assert case.next_alarm_at is None
    assert len(recalculations(case_id)) == 1


KILLED = """
import os, signal, sys
from datetime import datetime
from backend.core import clock, db
from moderation import sweep

db.connect(sys.argv[1])
with clock.freeze(datetime.fromisoformat(sys.argv[2])), db.transaction() as session:
    sweep.recount(session, clock.now(), batch=2)
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def slices(until: datetime, batch: int = 2) -> int:
    """Let the worker follow changed calendars to the end; how many slices it took."""
    number = 0
    with clock.freeze(until):
        while True:
            with transaction() as session:
                if not sweep.recount(session, clock.now(), batch=batch):
                    return number
            number += 1


def test_a_changed_calendar_costs_whoever_changes_it_the_same_however_many_cases_follow(
    office: Office,
) -> None:
    later = MONDAY + timedelta(hours=1)
    with transaction() as session:
        changed(session)  # the first change of all makes the counter of changes
    sent = []
    for day, more in enumerate((1, 6)):
        for _ in range(more):
            opened(office)
        for unit_id in (office.unit.id, office.unit.parent_id, None):
            with (
                clock.freeze(later),
                counting(core_db.engine()) as statements,
                transaction() as session,
            ):
                service_of_places.set_day(
                    session, unit_id, (later + timedelta(days=1 + day)).date(), DayKind.CLOSURE
                )
            sent.append(len(statements))
            with reading() as session:
                assert not session.scalars(
                    select(CaseEvent).where(CaseEvent.type == EventType.CLOCK_RECALCULATED)
                ).all()
    assert sent[:3] == sent[3:]


@pytest.mark.parametrize("whose", ["unit", "province", "country"])
def test_each_case_is_counted_once_for_a_change_whatever_kills_the_worker(
    office: Office, database: Database, whose: str
) -> None:
    cases = [opened(office, MONDAY + timedelta(seconds=number // 2)) for number in range(7)]
    with clock.freeze(MONDAY):
        ended = opened(office)
        until_forwarded(office, ended)
        move(office.hoa, ended, Move.REJECT, reason="Không rõ.", reply="Xin lỗi bà con.")
        with transaction() as session:
            elsewhere = make_office(session)
            other = make_case(session, elsewhere.unit).id
    follow = {*cases} if whose == "unit" else {*cases, other}
    before = {each: case_of(each).due_at for each in (*cases, ended, other)}
    unit_id = {"unit": office.unit.id, "province": office.unit.parent_id, "country": None}[whose]
    later = MONDAY + timedelta(hours=1)
    with clock.freeze(later), transaction() as session:
        day = (MONDAY + timedelta(days=1)).date()
        service_of_places.set_day(session, unit_id, day, DayKind.CLOSURE, "Lũ")
        handlers.calendar_changed(session, handlers.CalendarChanged(unit_id))
    with clock.freeze(later), transaction() as session:
        assert sweep.recount(session, clock.now(), batch=2)
    command = [sys.executable, "-c", KILLED, database.config.database_url, later.isoformat()]
    killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    assert sum(bool(recalculations(each)) for each in follow) == 2, "the slice left no trace"
    slices(later)
    for each in follow:
        assert case_of(each).due_at == before[each] + timedelta(days=1)
        assert len(recalculations(each)) == 1
    for each in before.keys() - follow:
        assert case_of(each).due_at == before[each]
        assert recalculations(each) == []
    assert slices(later) == 0
    with reading() as session:
        for each in before:
            assert broken_link(session, each) is None


def test_two_changes_are_followed_once_each_and_at_once_when_both_wait(office: Office) -> None:
    cases = [opened(office) for _ in range(3)]
    due = case_of(cases[0]).due_at
    for number in (1, 2):
        closure(
            office, (MONDAY + timedelta(days=number)).date(), MONDAY + timedelta(minutes=number)
        )
    slices(MONDAY + timedelta(minutes=3))
    assert [len(recalculations(each)) for each in cases] == [1, 1, 1]
    closure(office, (MONDAY + timedelta(days=3)).date(), MONDAY + timedelta(minutes=4))
    with clock.freeze(MONDAY + timedelta(minutes=5)), transaction() as session:
        sweep.recount(session, clock.now(), batch=2)
    # The first cases are done already when the next change comes.
    closure(office, (MONDAY + timedelta(days=4)).date(), MONDAY + timedelta(minutes=6))
    slices(MONDAY + timedelta(minutes=7))
    assert case_of(cases[0]).due_at == case_of(cases[2]).due_at > due + timedelta(days=4)
    assert [len(recalculations(each)) for each in cases] == [3, 3, 2]


@pytest.mark.postgresql
@pytest.mark.parametrize("whose", ["unit", "province"])
def test_workers_that_follow_changes_with_cases_in_common_never_wait_for_one_another(
    office: Office, whose: str
) -> None:
    """Each has its mark before either looks what else it may count with it."""
    cases = [opened(office, MONDAY + timedelta(seconds=number // 2)) for number in range(7)]
    due = case_of(cases[0]).due_at
    later = MONDAY + timedelta(hours=1)
    closure(office, (MONDAY + timedelta(days=1)).date(), later)
    with transaction() as session:
        unit_id = {"unit": office.unit.id, "province": office.unit.parent_id}[whose]
        sweep.calendar_changed(session, unit_id, later)
    together = Barrier(2)

    def meet(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if statement.startswith("DELETE FROM calendar_recount") and "unit_id" in statement:
            together.wait(20)

    event.listen(core_db.engine(), "before_cursor_execute", meet)
    try:
        with ThreadPoolExecutor(2) as pool:
            workers = [pool.submit(slices, later, 3) for _ in range(2)]
            assert sum(each.result(60) for each in workers) == 2 * 3, "each mark in three slices"
    finally:
        event.remove(core_db.engine(), "before_cursor_execute", meet)
    assert {case_of(each).due_at for each in cases} == {due + timedelta(days=1)}
    assert [len(recalculations(each)) for each in cases] == [1] * 7
    assert slices(later) == 0


def test_a_case_says_that_it_is_being_counted_anew(client: FlaskClient, office: Office) -> None:
    cases = [opened(office, MONDAY + timedelta(seconds=number)) for number in range(3)]
    sign_in(client, office.staff["hoa"])

    def told() -> list[bool]:
        listed = client.get("/api/v1/cases?sort=-created").get_json()["items"]
        by_id = {item["id"]: item["recounting"] for item in listed}
        for each in cases:
            shown = client.get(f"/api/v1/cases/{each}").get_json()
            assert shown["clock"]["recounting"] is by_id[str(each)]
        return [by_id[str(each)] for each in cases]

    assert told() == [False] * 3
    closure(office, (MONDAY + timedelta(days=1)).date(), MONDAY + timedelta(minutes=1))
    assert told() == [True] * 3
    with clock.freeze(MONDAY + timedelta(minutes=2)), transaction() as session:
        sweep.recount(session, clock.now(), batch=2)
    assert told() == [False, False, True]
    slices(MONDAY + timedelta(minutes=2))
    assert told() == [False] * 3


def test_a_slice_is_read_in_order(office: Office) -> None:
    for _ in range(3):
        opened(office)
    for unit_id in (office.unit.id, office.unit.parent_id):
        with transaction() as session:
            sweep.calendar_changed(session, unit_id, MONDAY)
        for _slice in range(2):
            with listening(core_db.engine()) as sent, transaction() as session:
                sweep.recount(session, MONDAY, batch=2)
            for each in sent:
                if "JOIN feedback" in each[0]:
                    with reading() as session:
                        must_be_read_in_order(session, each, "moderation_case")


def test_what_has_ended_keeps_its_date(office: Office) -> None:
    case_id = opened(office)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        until_forwarded(office, case_id)
    before = case_of(case_id)
    closure(office, (MONDAY + timedelta(days=1)).date(), MONDAY + timedelta(hours=2))
    sweep_at(MONDAY + timedelta(hours=2, minutes=1))
    after = case_of(case_id)
    assert after.intake_due_at == before.intake_due_at
    assert after.due_at > before.due_at


def test_more_time_is_told_about_again_when_it_is_used_up(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    case_id = opened(office)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        until_forwarded(office, case_id)
    due = case_of(case_id).due_at
    sweep_at(due)
    assert heard[-1] == ("handling", 100)
    for back in range(4):
        closure(office, (due - timedelta(days=back)).astimezone(LOCAL).date(), due)
    sweep_at(due + timedelta(minutes=1))
    with reading() as session:
        assert not session.get_one(TrackingView, case_of(case_id).feedback_id).is_overdue
    heard.clear()
    sweep_at(case_of(case_id).due_at)
    assert heard == [("handling", 100)]


def test_a_calendar_that_ends_before_the_last_level_stops_nobody_else(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    """Handling is due within the office's last days; half as much again never comes."""
    with transaction() as session:
        elsewhere = make_office(session)
    with clock.freeze(MONDAY), transaction() as session:
        stuck = make_case(session, office.unit).id
        other = make_case(session, elsewhere.unit).id
    last = case_of(stuck).due_at.astimezone(LOCAL).date()
    with clock.freeze(MONDAY), transaction() as session:
        session.add_all(
            CalendarDay(
                unit_id=office.unit.id,
                day=last + timedelta(days=number),
                kind=DayKind.CLOSURE,
                note="Nghỉ",
            )
            for number in range(1, 366 * 7)
        )
        session.flush()
        handlers.calendar_changed(session, handlers.CalendarChanged(office.unit.id))
    sweep_at(case_of(stuck).due_at)
    assert {stage for stage, _level in heard} == {"intake", "handling"}
    assert heard.count(("handling", 100)) == 2
    assert case_of(stuck).is_overdue
    assert case_of(stuck).next_alarm_at is None
    assert case_of(other).next_alarm_at is not None


def test_a_case_that_cannot_be_counted_does_not_silence_the_others(
    office: Office, heard: list[tuple[str, int]]
) -> None:
    broken, sound = opened(office), opened(office)
    with transaction() as session:
        # Settings of a policy that nothing can read any more.
        session.execute(update(ClockEntry).where(ClockEntry.case_id == broken).values(minutes=-1))
        session.execute(update(Case).where(Case.id == broken).values(next_alarm_at=MONDAY))
        session.execute(
            update(Case).where(Case.id == broken).values(policy={"round_the_clock": False})
        )
        session.execute(update(CaseEvent).where(CaseEvent.case_id == broken).values(seq=2))
    moment = MONDAY + timedelta(hours=6)
    assert sweep_at(moment) == 2
    assert ("intake", 50) in heard
    assert case_of(sound).intake_alarm_level == 50
    assert case_of(broken).next_alarm_at == moment + sweep.LATER
    assert sweep_at(moment) == 0
