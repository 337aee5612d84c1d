"""Time passes: each warning once, the leader at 100 %, the province at 150 %, a changed calendar on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.core import clock, events
from backend.core.clock import LOCAL
from backend.core.db import reading, transaction
from backend.core.jobs import run_now
from backend.feedback.models import TrackingView
from backend.places.models import CalendarDay, DayKind
from moderation import handlers, history, jobs, service  # noqa: F401 - registers the job
from moderation.events import CaseOverdue, CaseWarned
from moderation.models import Case, CaseEvent, ClockEntry, ClockMove, EventType, Urgency
from moderation.workflow import Move
from tests.factories.moderation import (
    Office,
    make_case,
    make_office,
    make_policy,
    move,
    until_forwarded,
)

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
    assert case.next_alarm_at is None
    with reading() as session:
        assert history.verify(session, case) is None
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
    assert heard == [("intake", 100), ("intake", 150)]


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
    assert case.alarm_level == 50
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
        assert history.verify(session, session.get_one(Case, case_id)) is None


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
        assert history.verify(session, case) is None


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
