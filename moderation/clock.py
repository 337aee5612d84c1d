"""The deadlines of a case, computed from its ledger and a calendar. Pure: values in, values out.

Time is counted in whole minutes of Vietnam's time (no daylight saving). Minute ``m`` is the stretch
``[m, m + 1)``; it counts when it is working time and no pause covers it. A stage is due at the end of the
minute in which its allowance is used up. Working time is the unit's ``WorkCalendar``; ``None`` stands for a
clock that runs day and night (emergencies).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from backend.places.calendar import DEFAULT_SPANS, DayType, WorkCalendar, WorkDay

Calendar = WorkCalendar | None  # None: night and day

_DAY = 24 * 60
_ALL_DAY = ((0, _DAY),)
_UTC_OFFSET = 7 * 60
_EPOCH = date(1970, 1, 1).toordinal()
# A stage that has not ended after this many days never will: the calendar has no working time.
_HORIZON_DAYS = 366 * 6


class EndlessClockError(ValueError):
    """The calendar has no working time within years: somebody closed every day."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch during which the clock stood still; ``until`` is None while it still does."""

    since: datetime
    until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One stage: when it began, how many minutes it may take, when it was paused or stopped."""

    started_at: datetime
    allowance: int
    pauses: tuple[Pause, ...] = field(default=())
    extended: int = 0  # minutes of the allowance that were granted on top
    stopped_at: datetime | None = None

    @property
    def paused(self) -> bool:
        """True while a pause is open."""
        return any(pause.until is None for pause in self.pauses)


@dataclass(frozen=True, slots=True)
class CountedDay:
    """What one day contributed, for officials and residents to read."""

    day: date
    counted_minutes: int
    why: str  # ``DayType``, or ``night_and_day``
    note: str | None = None
    paused_minutes: int = 0


def full_day_minutes(calendar: WorkCalendar) -> int:
    """Length of the unit's longest working day: what one "working day" of a deadline is worth."""
    usual = (WorkDay(date.min, DayType.WORKING, spans).minutes for spans in calendar.week)
    return max(usual, default=0) or WorkDay(date.min, DayType.WORKING, DEFAULT_SPANS).minutes


def due_at(run: Run, calendar: Calendar) -> datetime:
    """The moment at which the allowance is used up; an open pause counts as if it never began.

    Raises:
        EndlessClockError: the calendar never gives that much working time.
    """
    return moment_at(run, calendar, run.allowance)


def moment_at(run: Run, calendar: Calendar, minutes: int) -> datetime:
    """The end of the ``minutes``-th counted minute after the start (the start itself for 0)."""
    start = _minute_of(run.started_at)
    if minutes <= 0:
        return _moment(start)
    pauses = _closed(run.pauses)
    left = minutes
    for midnight, spans in _days(calendar, start):
        for opens, closes in _free(spans, midnight, start, pauses):
            if left <= closes - opens:
                return _moment(opens + left)
            left -= closes - opens
    raise EndlessClockError("no working time within six years")


def elapsed(run: Run, calendar: Calendar, at: datetime) -> int:
    """Minutes counted from the start until ``at`` (or until the stage was stopped, if that was earlier)."""
    start, end = _minute_of(run.started_at), _end(run, at)
    pauses = _closed(run.pauses, end)
    total = 0
    for midnight, spans in _days(calendar, start, end):
        for opens, closes in _free(spans, midnight, start, pauses):
            total += max(0, min(closes, end) - opens)
    return total


def explain(run: Run, calendar: Calendar, until: datetime) -> list[CountedDay]:
    """Each local day from the start to ``until``, with the minutes that counted and why."""
    start, end = _minute_of(run.started_at), _end(run, until)
    pauses = _closed(run.pauses, end)
    days = []
    for midnight, spans in _days(calendar, start, end):
        free = sum(max(0, min(b, end) - a) for a, b in _free(spans, midnight, start, pauses))
        whole = sum(max(0, min(b, end) - a) for a, b in _free(spans, midnight, start, ()))
        day = date.fromordinal(_EPOCH + midnight // _DAY)
        why, note = _why(calendar, day)
        days.append(CountedDay(day, free, why, note, paused_minutes=whole - free))
    return days


def working_days(run: Run, calendar: Calendar, until: datetime) -> int:
    """Days with counted time from the start to ``until``; at least 1 once anything was counted."""
    return sum(1 for day in explain(run, calendar, until) if day.counted_minutes)


class Meter:
    """Counts the minutes of a calendar between two others; what it counted once it remembers.

    A list asks for fifty cases at once, some of them years overdue. Safe in several threads.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._first: int | None = None  # the day from which both sums are counted
        self._ahead, self._behind = [0], [0]  # minutes of the first n days after, before it
        self._spans: dict[int, tuple[tuple[int, int], ...]] = {}
        self._lock = threading.Lock()

    def between(self, since: int, until: int) -> int:
        """Counted minutes from one minute of local time to another; negative when that is earlier."""
        calendar = self._calendar
        if calendar is None:
            return until - since
        with self._lock:
            return self._before(calendar, until) - self._before(calendar, since)

    def _before(self, calendar: WorkCalendar, minute: int) -> int:
        day, rest = divmod(minute, _DAY)
        if self._first is None:
            self._first = day
        steps = day - self._first
        sums = self._ahead if steps >= 0 else self._behind
        while len(sums) <= abs(steps):
            fresh = self._first + len(sums) - 1 if steps >= 0 else self._first - len(sums)
            sums.append(sums[-1] + calendar.on(date.fromordinal(_EPOCH + fresh)).minutes)
        spans = self._spans.get(day)
        if spans is None:
            spans = self._spans[day] = calendar.on(date.fromordinal(_EPOCH + day)).stretches
        before = sums[steps] if steps >= 0 else -sums[-steps]
        return before + sum(min(closes, rest) - opens for opens, closes in spans if opens < rest)


def minutes_left(meter: Meter, due: datetime, at: datetime, pauses: Iterable[Pause] = ()) -> int:
    """Counted minutes until ``due``, in a stage that runs; negative once it is over.

    Args:
        pauses: those that ended; time is not over while one lasts, so only what came after ``due`` matters.
    """
    end = _minute_of(due)
    waited = (
        meter.between(since, until) for since, until in _closed(tuple(pauses)) if since >= end
    )
    return meter.between(_minute_of(at), end) + sum(waited)


def is_working_time(calendar: Calendar, at: datetime) -> bool:
    """True when the unit is at work at that moment."""
    return calendar is None or calendar.is_open(at)


def _why(calendar: Calendar, day: date) -> tuple[str, str | None]:
    if calendar is None:
        return "night_and_day", None
    known = calendar.on(day)
    return known.type.value, known.note


def _minute_of(moment: datetime) -> int:
    """Minutes of local time since 1970, rounded down."""
    if moment.tzinfo is None:
        raise ValueError("a moment of the clock needs a time zone")
    return int(moment.timestamp() // 60) + _UTC_OFFSET


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp((minute - _UTC_OFFSET) * 60, tz=UTC)


def _end(run: Run, at: datetime) -> int:
    return _minute_of(at if run.stopped_at is None else min(at, run.stopped_at))


def _closed(pauses: Sequence[Pause], end: int | None = None) -> tuple[tuple[int, int], ...]:
    """Pauses as minute spans, joined and sorted; an open one lasts until ``end`` or is left out."""
    spans = sorted(
        (_minute_of(pause.since), _minute_of(pause.until) if pause.until else end)
        for pause in pauses
        if pause.until is not None or end is not None
    )
    joined: list[tuple[int, int]] = []
    for since, until in spans:
        if until is None or until <= since:
            continue
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return tuple(joined)


def _days(
    calendar: Calendar, start: int, end: int | None = None
) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """Local midnights (as minutes) from the day of ``start`` to the day of ``end``, with their spans."""
    midnight = start - start % _DAY
    last = midnight + _HORIZON_DAYS * _DAY if end is None else end
    while midnight < last or (end is not None and midnight == start - start % _DAY):
        day = date.fromordinal(_EPOCH + midnight // _DAY)
        yield midnight, _ALL_DAY if calendar is None else calendar.on(day).stretches
        midnight += _DAY


def _free(
    spans: Iterable[tuple[int, int]], midnight: int, start: int, pauses: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The parts of a day's spans that lie behind ``start`` and in no pause."""
    for opens, closes in spans:
        begin, finish = max(midnight + opens, start), midnight + closes
        for since, until in pauses:
            if until <= begin or since >= finish:
                continue
            if since > begin:
                yield begin, since
            begin = until
        if begin < finish:
            yield begin, finish


def local_day(moment: datetime) -> date:
    """The date in Vietnam."""
    return (moment.astimezone(UTC) + timedelta(minutes=_UTC_OFFSET)).date()
