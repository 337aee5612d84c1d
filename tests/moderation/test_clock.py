"""The clock of a case: against a count minute by minute, and against the calendar on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.clock import LOCAL
from backend.places.calendar import DayRule, WorkCalendar
from moderation import clock
from moderation.clock import Pause, Run

DAY = 480
OFFICE = WorkCalendar(
    week=(*(((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30))),) * 5, (), ())
)
SATURDAYS = WorkCalendar(
    week=(
        *(((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0))),) * 5,
        ((time(7, 30), time(11, 0)),),
        (),
    ),
    days={
        date(2026, 3, 4): DayRule("closure", "Lũ"),
        date(2026, 3, 8): DayRule("workday", "Trực bù"),
        date(2026, 6, 15): DayRule("holiday", "Ngày hội làng"),
    },
)
CALENDARS = (OFFICE, SATURDAYS, None)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@lru_cache(maxsize=200_000)
def counts(which: int, minute: datetime) -> bool:
    """The slow truth: is this minute working time?"""
    calendar = CALENDARS[which]
    return calendar is None or calendar.is_open(minute)


def brute_due(which: int, run: Run, allowance: int) -> datetime:
    minute = run.started_at.replace(second=0, microsecond=0)
    left = allowance
    while left:
        paused = any(
            pause.until is not None and pause.since <= minute < pause.until for pause in run.pauses
        )
        if counts(which, minute) and not paused:
            left -= 1
        minute += timedelta(minutes=1)
    return minute


moments = st.integers(0, 7 * 366 * 24 * 60 - 1).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
calendars = st.integers(0, len(CALENDARS) - 1)
allowances = st.integers(1, 3 * DAY)
pauses = st.lists(st.tuples(st.integers(0, 5 * 24 * 60), st.integers(0, 3 * 24 * 60)), max_size=3)


def with_pauses(start: datetime, spans: list[tuple[int, int]]) -> tuple[Pause, ...]:
    return tuple(
        Pause(start + timedelta(minutes=after), start + timedelta(minutes=after + length))
        for after, length in spans
    )


@settings(max_examples=120, deadline=None)
@given(moments, calendars, allowances, pauses)
def test_due_is_what_counting_minute_by_minute_gives(
    start: datetime, which: int, allowance: int, spans: list[tuple[int, int]]
) -> None:
    run = Run(start, allowance, with_pauses(start, spans))
    assert clock.due_at(run, CALENDARS[which]) == brute_due(which, run, allowance)


@settings(max_examples=80, deadline=None)
@given(moments, calendars, pauses, st.integers(0, 6 * 24 * 60))
def test_elapsed_is_what_counting_minute_by_minute_gives(
    start: datetime, which: int, spans: list[tuple[int, int]], after: int
) -> None:
    run = Run(start, 10_000, with_pauses(start, spans))
    until = start + timedelta(minutes=after)
    expected = sum(
        1
        for offset in range(after)
        for minute in [start + timedelta(minutes=offset)]
        if counts(which, minute)
        and not any(p.until is not None and p.since <= minute < p.until for p in run.pauses)
    )
    assert clock.elapsed(run, CALENDARS[which], until) == expected
    explained = clock.explain(run, CALENDARS[which], until)
    assert sum(day.counted_minutes for day in explained) == expected


@settings(max_examples=300, deadline=None)
@given(moments, st.integers(0, 20_000), calendars, allowances)
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: int, which: int, allowance: int
) -> None:
    first = clock.due_at(Run(start, allowance), CALENDARS[which])
    second = clock.due_at(Run(start + timedelta(minutes=later), allowance), CALENDARS[which])
    assert first <= second


@settings(max_examples=300, deadline=None)
@given(
    moments, calendars, allowances, pauses, st.tuples(st.integers(0, 9000), st.integers(0, 9000))
)
def test_a_pause_never_shortens(
    start: datetime,
    which: int,
    allowance: int,
    spans: list[tuple[int, int]],
    one_more: tuple[int, int],
) -> None:
    fewer = Run(start, allowance, with_pauses(start, spans))
    more = Run(start, allowance, with_pauses(start, [*spans, one_more]))
    assert clock.due_at(fewer, CALENDARS[which]) <= clock.due_at(more, CALENDARS[which])


@settings(max_examples=200, deadline=None)
@given(moments, calendars, allowances)
def test_at_the_due_moment_exactly_the_allowance_has_passed(
    start: datetime, which: int, allowance: int
) -> None:
    run = Run(start, allowance)
    due = clock.due_at(run, CALENDARS[which])
    assert clock.elapsed(run, CALENDARS[which], due) == allowance
    assert clock.elapsed(run, CALENDARS[which], due - timedelta(minutes=1)) == allowance - 1


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # Tết Bính Ngọ: 16–20 February 2026 off, with the weekends 14–22 without work
        ("2026-02-13 10:00", 7, "2026-03-03 10:00"),
        ("2026-02-13 16:30", 1, "2026-02-23 16:30"),
        # Hùng Kings: Sunday 26 April 2026, so Monday 27 is off
        ("2026-04-24 10:00", 1, "2026-04-28 10:00"),
        # 30 April and 1 May 2026: Thursday and Friday
        ("2026-04-29 10:00", 1, "2026-05-04 10:00"),
        # National Day 2026: 1 and 2 September, Monday 31 August exchanged for Saturday 22
        ("2026-08-28 10:00", 1, "2026-09-03 10:00"),
        ("2026-08-21 10:00", 1, "2026-08-22 10:00"),
        ("2026-08-21 10:00", 2, "2026-08-24 10:00"),
        # Culture Day, 24 November, a holiday since 2026
        ("2026-11-23 10:00", 1, "2026-11-25 10:00"),
        ("2025-11-24 10:00", 1, "2025-11-25 10:00"),
        # Friday 2 May 2025 was exchanged for Saturday 26 April
        ("2025-04-25 10:00", 1, "2025-04-26 10:00"),
        ("2025-04-29 10:00", 1, "2025-05-05 10:00"),
        # 1 May 2027 is a Saturday: Monday 3 is off
        ("2027-04-29 10:00", 1, "2027-05-04 10:00"),
    ],
)
def test_the_calendar_on_the_wall(start: str, days: int, due: str) -> None:
    assert clock.due_at(Run(at(start), days * DAY), OFFICE) == at(due)


def test_a_night_a_weekend_and_a_lunch_break_do_not_count() -> None:
    assert clock.due_at(Run(at("2026-11-20 17:00"), 60), OFFICE) == at("2026-11-23 08:00")
    assert clock.due_at(Run(at("2026-11-20 11:00"), 60), OFFICE) == at("2026-11-20 14:00")
    assert clock.due_at(Run(at("2026-11-21 09:00"), 60), OFFICE) == at("2026-11-23 08:30")


def test_an_emergency_runs_day_and_night() -> None:
    assert clock.due_at(Run(at("2026-02-17 02:00"), 30), None) == at("2026-02-17 02:30")


def test_each_day_says_why_it_counted_or_not() -> None:
    run = Run(at("2026-02-13 15:30"), DAY)
    days = clock.explain(run, OFFICE, at("2026-02-23 17:30"))
    by_day = {day.day.isoformat(): day for day in days}
    assert by_day["2026-02-13"].counted_minutes == 120
    assert by_day["2026-02-14"].why == "weekend"
    assert by_day["2026-02-17"].why == "holiday"
    assert by_day["2026-02-17"].note == "Tết Nguyên Đán"
    assert by_day["2026-02-23"].counted_minutes == DAY
    assert len(days) == 11


def test_a_pause_is_shown_on_the_day_it_stood_still() -> None:
    paused = Pause(at("2026-11-16 09:00"), at("2026-11-16 10:00"), "question")
    run = Run(at("2026-11-16 08:00"), DAY, (paused,))
    day = clock.explain(run, OFFICE, at("2026-11-16 17:30"))[0]
    assert (day.counted_minutes, day.paused_minutes) == (390, 60)


def test_a_calendar_without_working_time_is_noticed() -> None:
    closed = WorkCalendar(week=((),) * 7)
    with pytest.raises(clock.EndlessClockError):
        clock.due_at(Run(at("2026-11-16 08:00"), 60), closed)


def test_a_working_day_is_worth_the_longest_day_of_the_week() -> None:
    assert clock.full_day_minutes(OFFICE) == DAY
    assert clock.full_day_minutes(SATURDAYS) == 480
