"""What always holds of the clock, whatever the calendar: random offices, runs, pauses and stops in 2024–2030."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.clock import LOCAL
from backend.places.calendar import (
    DEFAULT_WEEK,
    DayRule,
    DayType,
    Span,
    WorkCalendar,
    WorkDay,
    make_up_days,
    national_holidays,
)
from moderation import clock
from moderation.clock import Pause, Run
from tests.moderation.clock_brute_force import PATIENCE_DAYS, Count, Office, count

MINUTE = timedelta(minutes=1)
DAY = 24 * 60
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
END_OF_DAY = time(23, 59, 59)
NIGHT_AND_DAY: tuple[tuple[Span, ...], ...] = (((time(0), END_OF_DAY),),) * 7
# Where clocks go wrong: days off in a row, exchanged Saturdays, the ends of months and years, a leap day.
CORNERS = sorted(
    day
    for day in {
        *national_holidays(),
        *make_up_days(),
        *(date(year, 12, 31) for year in range(2024, 2031)),
        *(date(year, 1, 1) for year in range(2024, 2031)),
        date(2024, 2, 29),
        date(2028, 2, 29),
    }
    if FIRST <= day <= LAST
)


@dataclass
class Story:
    """A calendar, and a stage that runs on it."""

    calendar: WorkCalendar | None
    run: Run

    def sheet(self, *, forever: bool, days: int = PATIENCE_DAYS) -> Count:
        """The same, to be counted by hand: that many days of it."""
        known = self.calendar
        office = Office(
            hours=known.week if known else (),
            rules={day: rule.kind for day, rule in known.days.items()} if known else {},
            holidays=national_holidays(),
            make_up=make_up_days(),
            always=known is None,
        )
        pauses = [(pause.since, pause.until) for pause in self.run.pauses]
        return count(office, self.run.started_at, pauses, forever=forever, days=days)

    def shifted(self, minutes: int) -> Run:
        """The same stage, begun later."""
        later = self.run.started_at + timedelta(minutes=minutes)
        return replace(self.run, started_at=later)


def of_day(minute: int) -> time:
    return END_OF_DAY if minute == DAY else time(minute // 60, minute % 60)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to three stretches of a day; they may overlap, touch, and begin or end at midnight."""
    edges = st.one_of(st.sampled_from([0, DAY, 450, 690, 810, 1020]), st.integers(0, DAY))
    drawn = draw(st.lists(st.tuples(edges, edges), max_size=3))
    kept = [(min(pair), max(pair)) for pair in drawn]
    return tuple((of_day(a), of_day(b)) for a, b in kept if a < b)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[Span, ...], ...]:
    """The usual hours, night and day, or two plans of a day and days off in any order."""
    usual = draw(st.sampled_from([None, DEFAULT_WEEK, NIGHT_AND_DAY]))
    if usual is not None:
        return usual
    plans = ((), draw(spans()), draw(spans()))
    order = draw(st.integers(0, 3**7 - 1))
    return tuple(plans[order // 3**weekday % 3] for weekday in range(7))


days = st.one_of(
    st.sampled_from(CORNERS),
    st.integers(0, (LAST - FIRST).days).map(lambda after: FIRST + timedelta(days=after)),
)


@st.composite
def calendars(draw: st.DrawFn, near: date) -> WorkCalendar | None:
    if draw(st.integers(0, 5)) == 0:
        return None
    rules = draw(
        st.dictionaries(
            st.integers(-2, 25).map(lambda after: near + timedelta(days=after)),
            st.sampled_from(["holiday", "workday", "closure"]).map(DayRule),
            max_size=8,
        )
    )
    return WorkCalendar(draw(weeks()), rules)


@st.composite
def pauses(draw: st.DrawFn, start: datetime, *, may_be_open: bool) -> tuple[Pause, ...]:
    """Before the start, after it, over each other, empty, to the second."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        since = start + timedelta(seconds=draw(st.integers(-3 * 86_400, 12 * 86_400)))
        length = draw(st.one_of(st.integers(0, 120), st.integers(0, 6 * 86_400)))
        still = may_be_open and draw(st.integers(0, 3)) == 0
        made.append(Pause(since, None if still else since + timedelta(seconds=length)))
    return tuple(made)


@st.composite
def stories(draw: st.DrawFn, *, may_be_open: bool = False, may_stop: bool = False) -> Story:
    day = draw(days)
    begins = datetime.combine(day, time(0), LOCAL) + timedelta(
        seconds=draw(st.one_of(st.integers(0, 86_399), st.sampled_from([0, 27_000, 86_340])))
    )
    start = begins.astimezone(draw(st.sampled_from([UTC, LOCAL])))
    stopped = draw(st.none() | st.integers(-3600, 15 * 86_400)) if may_stop else None
    run = Run(
        start,
        allowance=draw(st.one_of(st.integers(1, 600), st.integers(1, 15 * 450))),
        pauses=draw(pauses(start, may_be_open=may_be_open)),
        stopped_at=None if stopped is None else start + timedelta(seconds=stopped),
    )
    return Story(draw(calendars(day)), run)


def due_or_none(story: Story) -> datetime | None:
    """When the stage is due; None when the calendar never gives that much time."""
    try:
        return clock.due_at(story.run, story.calendar)
    except clock.EndlessClockError:
        return None


@settings(max_examples=150, deadline=None)
@given(stories(may_be_open=True))
def test_due_is_what_counting_by_hand_gives(story: Story) -> None:
    expected = story.sheet(forever=False).due(story.run.allowance)
    due = due_or_none(story)
    if expected is None:
        assert due is None or due - story.run.started_at > timedelta(days=PATIENCE_DAYS - 1)
    else:
        assert due == expected


@settings(max_examples=150, deadline=None)
@given(stories(may_be_open=True, may_stop=True), st.integers(-86_400, 40 * 86_400))
def test_elapsed_and_each_days_share_are_what_counting_by_hand_gives(
    story: Story, after: int
) -> None:
    at = story.run.started_at + timedelta(seconds=after)
    end = min(at, story.run.stopped_at or at)
    expected = story.sheet(forever=True, days=42).until(end)
    told = clock.explain(story.run, story.calendar, at)
    assert [(day.day, day.counted_minutes, day.paused_minutes) for day in told] == expected
    total = sum(counted for _, counted, _ in expected)
    assert clock.elapsed(story.run, story.calendar, at) == total
    worked = sum(1 for _, counted, _ in expected if counted)
    assert clock.working_days(story.run, story.calendar, at) == worked


@settings(max_examples=150, deadline=None)
@given(stories(), st.lists(st.integers(0, 40 * 86_400), min_size=1, max_size=4))
def test_what_is_left_is_the_allowance_without_what_passed(
    story: Story, moments: list[int]
) -> None:
    due, meter = due_or_none(story), clock.Meter(story.calendar)
    if due is None:
        return
    for after in moments:  # of one meter, in any order
        at = story.run.started_at + timedelta(seconds=after)
        ended = tuple(each for each in story.run.pauses if each.until and each.until <= at)
        so_far = replace(story.run, pauses=ended)
        until = clock.due_at(so_far, story.calendar)
        left = clock.minutes_left(meter, until, at, ended)
        assert left == story.run.allowance - clock.elapsed(so_far, story.calendar, at)


@settings(max_examples=60, deadline=None)
@given(days, st.data())
def test_working_time_is_asked_minute_by_minute_as_it_is_counted(day: date, data: Any) -> None:
    calendar = data.draw(calendars(day))
    minute = data.draw(st.one_of(st.integers(0, DAY - 1), st.sampled_from([0, 450, 690, DAY - 1])))
    moment = datetime.combine(day, time(minute // 60, minute % 60), LOCAL)
    sheet = Story(calendar, Run(moment, 1)).sheet(forever=True, days=1)
    [(_, counted, _)] = sheet.until(moment + MINUTE)
    assert clock.is_working_time(calendar, moment) is bool(counted)


@settings(max_examples=100, deadline=None)
@given(stories(may_be_open=True), st.integers(0, 30 * DAY))
def test_a_later_start_is_never_due_earlier(story: Story, later: int) -> None:
    first = due_or_none(story)
    second = due_or_none(Story(story.calendar, story.shifted(later)))
    if first is None or second is None:
        # Closed for good, or only a later start's six years reach what the earlier one's did not.
        return
    assert first <= second


@settings(max_examples=100, deadline=None)
@given(stories(), st.data())
def test_a_pause_never_shortens(story: Story, data: Any) -> None:
    [*more] = data.draw(pauses(story.run.started_at, may_be_open=True))
    paused = replace(story.run, pauses=(*story.run.pauses, *more))
    before, after = due_or_none(story), due_or_none(Story(story.calendar, paused))
    assert after is None or (before is not None and before <= after)
    at = story.run.started_at + timedelta(days=data.draw(st.integers(0, 30)))
    counted = clock.elapsed(story.run, story.calendar, at)
    assert clock.elapsed(paused, story.calendar, at) <= counted


@settings(max_examples=100, deadline=None)
@given(stories(), st.integers(0, 5 * DAY))
def test_pauses_that_overlap_count_once_in_any_order(story: Story, cut: int) -> None:
    """Each pause, told as two halves that overlap, and all of them backwards."""
    halves = [
        half
        for pause in story.run.pauses
        if pause.until is not None
        for middle in [min(pause.until, pause.since + timedelta(minutes=cut))]
        for half in (Pause(pause.since, pause.until), Pause(middle, pause.until))
    ]
    retold = replace(story.run, pauses=tuple(reversed(halves)))
    assert due_or_none(Story(story.calendar, retold)) == due_or_none(story)


@settings(max_examples=80, deadline=None)
@given(stories(may_be_open=True), st.integers(0, 10 * 450))
def test_more_time_is_never_due_earlier(story: Story, more: int) -> None:
    given_more = replace(story.run, allowance=story.run.allowance + more)
    first, second = due_or_none(story), due_or_none(Story(story.calendar, given_more))
    assert second is None or (first is not None and first <= second)


@settings(max_examples=100, deadline=None)
@given(stories())
def test_at_the_due_moment_exactly_the_allowance_has_passed(story: Story) -> None:
    due = due_or_none(story)
    if due is None:
        return
    assert clock.elapsed(story.run, story.calendar, due) == story.run.allowance
    assert clock.elapsed(story.run, story.calendar, due - MINUTE) == story.run.allowance - 1


@settings(max_examples=120, deadline=None)
@given(stories(), st.integers(0, 20))
def test_what_had_passed_by_midnight_was_due_by_then(story: Story, nights: int) -> None:
    """The last minute before the office closes is due at closing time, not when it opens again."""
    evening = story.run.started_at.astimezone(LOCAL) + timedelta(days=nights)
    midnight = datetime.combine(evening.date() + timedelta(days=1), time(0), LOCAL)
    passed = clock.elapsed(story.run, story.calendar, midnight)
    reached = clock.moment_at(story.run, story.calendar, passed)
    assert reached <= midnight
    if passed:
        assert clock.elapsed(story.run, story.calendar, reached - MINUTE) == passed - 1


@settings(max_examples=100, deadline=None)
@given(stories(may_be_open=True), st.integers(0, 15 * DAY), st.integers(0, 15 * DAY))
def test_what_passed_adds_up(story: Story, first: int, second: int) -> None:
    start = story.run.started_at
    middle, end = (start + timedelta(minutes=each) for each in (first, first + second))
    whole = clock.elapsed(story.run, story.calendar, end)
    before = clock.elapsed(story.run, story.calendar, middle)
    after = clock.elapsed(story.shifted(first), story.calendar, end)
    assert whole == before + after


@settings(max_examples=80, deadline=None)
@given(stories(may_be_open=True, may_stop=True), st.integers(-DAY, 20 * DAY))
def test_the_explanation_sums_to_what_passed_and_leaves_no_day_out(
    story: Story, after: int
) -> None:
    until = story.run.started_at + timedelta(minutes=after)
    told = clock.explain(story.run, story.calendar, until)
    counted = sum(day.counted_minutes for day in told)
    assert counted == clock.elapsed(story.run, story.calendar, until)
    assert told[0].day == story.run.started_at.astimezone(LOCAL).date()
    for day, following in itertools.pairwise(told):
        assert following.day - day.day == timedelta(days=1)
    for day in told:
        assert 0 <= day.counted_minutes + day.paused_minutes <= DAY
        if day.why in {DayType.HOLIDAY, DayType.CLOSURE, DayType.WEEKEND}:
            assert day.counted_minutes == 0


@settings(max_examples=100, deadline=None)
@given(stories(may_be_open=True), st.integers(0, 20 * DAY), st.integers(1, 20 * DAY))
def test_time_that_passed_does_not_come_back_and_a_stop_ends_it(
    story: Story, first: int, more: int
) -> None:
    early, late = (story.run.started_at + timedelta(minutes=m) for m in (first, first + more))
    before = clock.elapsed(story.run, story.calendar, early)
    after = clock.elapsed(story.run, story.calendar, late)
    assert before <= after <= before + more
    stopped = replace(story.run, stopped_at=early)
    assert clock.elapsed(stopped, story.calendar, late) == before


@dataclass(frozen=True)
class AskedCalendar(WorkCalendar):
    """Remembers which days it was asked about."""

    asked: list[date] = field(default_factory=list)

    def on(self, day: date) -> WorkDay:
        self.asked.append(day)
        return WorkCalendar.on(self, day)

    def taken(self) -> list[date]:
        """The days since the last time."""
        days = list(self.asked)
        self.asked.clear()
        return days


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def days_between(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + timedelta(days=after) for after in range((end - begin).days + 1)]


@pytest.mark.parametrize(
    ("started", "paused_until", "due"),
    [
        ("2026-03-02 08:00", None, "2026-03-11"),  # 7 working days, a plain week
        ("2026-02-12 15:00", None, "2026-03-02"),  # over Tết
        ("2026-03-02 08:00", "2026-03-16 08:00", "2026-03-25"),  # the resident took two weeks
    ],
)
def test_one_case_asks_the_calendar_about_its_own_days_only(
    started: str, paused_until: str | None, due: str
) -> None:
    start = local(started)
    stood = (Pause(start, local(paused_until)),) if paused_until else ()
    run, calendar = Run(start, 7 * 450, stood), AskedCalendar()
    own_days = days_between(started[:10], due)
    end = clock.due_at(run, calendar)
    assert calendar.taken() == own_days[: (end.astimezone(LOCAL).date() - own_days[0]).days + 1]
    assert end.astimezone(LOCAL).date() == own_days[-1]
    assert clock.elapsed(run, calendar, end) == run.allowance
    assert calendar.taken() == own_days
    clock.explain(run, calendar, end)
    # Once for the hours and once for the reason.
    assert sorted(calendar.taken()) == sorted(own_days * 2)


def test_a_stopped_case_is_not_counted_on_for_years() -> None:
    run = Run(local("2024-03-04 08:00"), 7 * 450, stopped_at=local("2024-03-06 10:00"))
    calendar = AskedCalendar()
    clock.elapsed(run, calendar, local("2030-01-01 08:00"))
    clock.explain(run, calendar, local("2030-01-01 08:00"))
    assert sorted(set(calendar.asked)) == days_between("2024-03-04", "2024-03-06")
