"""Working time of an office as a plain value: no database, no clock, the same answer every time.

A day is counted by the most local rule that speaks about it: a closure or make-up day of the unit, then of its
province, then of the whole country; then national holidays; then the office hours of the weekday.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import orjson

from backend.core.clock import LOCAL

_LAST_SECOND = 59
# Made by ``backend.places.national_days``.
NATIONAL_DAYS = Path(__file__).with_name("data") / "national_days.json"
Span = tuple[time, time]

# Office hours where nobody entered any; many units set their own by season.
DEFAULT_SPANS: tuple[Span, ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
DEFAULT_WEEK: tuple[tuple[Span, ...], ...] = (*(DEFAULT_SPANS,) * 5, (), ())


class DayType(enum.StrEnum):
    """Why a day counts, or does not."""

    WORKING = "working"
    MAKE_UP = "make_up"  # a Saturday worked in exchange for a day off
    WEEKEND = "weekend"  # no office hours on this weekday
    HOLIDAY = "holiday"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class DayRule:
    """What somebody entered about one day."""

    kind: str  # holiday, workday, closure
    note: str | None = None


@dataclass(frozen=True, slots=True)
class WorkDay:
    """One day explained: its office hours (local time, in order; none on a day off) and why."""

    day: date
    type: DayType
    spans: tuple[Span, ...]
    note: str | None = None

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """The office hours as minutes after midnight; what overlaps or touches is one stretch."""
        joined: list[tuple[int, int]] = []
        for opens, closes in sorted((_minutes(a), _minutes(b)) for a, b in self.spans):
            if joined and opens <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
            else:
                joined.append((opens, closes))
        return tuple(joined)

    @property
    def minutes(self) -> int:
        """Length of the office hours."""
        return sum(closes - opens for opens, closes in self.stretches)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Office hours per weekday (Monday first) and the days that differ, already merged by locality."""

    week: tuple[tuple[Span, ...], ...] = DEFAULT_WEEK
    days: Mapping[date, DayRule] = field(default_factory=dict)

    def on(self, day: date) -> WorkDay:
        """The day, explained."""
        spans = self.week[day.weekday()]
        rule = self.days.get(day)
        if rule is not None:
            if rule.kind == "workday":
                return WorkDay(day, DayType.MAKE_UP, self._worked(day), rule.note)
            kind = DayType.CLOSURE if rule.kind == "closure" else DayType.HOLIDAY
            return WorkDay(day, kind, (), rule.note)
        if day in make_up_days():
            return WorkDay(day, DayType.MAKE_UP, self._worked(day))
        name = national_holidays().get(day)
        if name is not None:
            return WorkDay(day, DayType.HOLIDAY, (), name)
        return WorkDay(day, DayType.WORKING if spans else DayType.WEEKEND, spans)

    def _worked(self, day: date) -> tuple[Span, ...]:
        """Hours of a day that is worked by order: its own, those of the day it is exchanged for, or of a usual day."""
        instead = make_up_days().get(day)
        usual = self.week if instead is None else (self.week[instead.weekday()], *self.week)
        return next(filter(None, (self.week[day.weekday()], *usual)), ())

    def days_from(self, day: date) -> Iterator[WorkDay]:
        """Each day explained, from ``day`` on, without end."""
        while True:
            yield self.on(day)
            day += timedelta(days=1)

    def is_open(self, moment: datetime) -> bool:
        """True when the office works at that moment (aware)."""
        local = moment.astimezone(LOCAL)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.on(local.date()).stretches)


@lru_cache(maxsize=1)
def _national() -> tuple[Mapping[date, str], Mapping[date, date]]:
    stored = orjson.loads(NATIONAL_DAYS.read_bytes())
    holidays = {date.fromisoformat(day): name for day, name in stored["holidays"].items()}
    made_up = stored["make_up_days"].items()
    return holidays, {
        date.fromisoformat(worked): date.fromisoformat(day_off) for worked, day_off in made_up
    }


def national_holidays() -> Mapping[date, str]:
    """Holidays of the whole country with their Vietnamese names, substitute days included (Labour Code 2019, Art. 112)."""
    return _national()[0]


def make_up_days() -> Mapping[date, date]:
    """Saturdays that the Government made working days -> the day off each is in exchange for."""
    return _national()[1]


def _minutes(moment: time) -> int:
    # 23:59:59 is how people write the end of a day.
    return moment.hour * 60 + moment.minute + (1 if moment.second == _LAST_SECOND else 0)
