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

MONDAY = 0
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
    def minutes(self) -> int:
        """Length of the office hours."""
        return sum(_minutes(closes) - _minutes(opens) for opens, closes in self.spans)


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
                return WorkDay(day, DayType.MAKE_UP, spans or self.week[MONDAY], rule.note)
            kind = DayType.CLOSURE if rule.kind == "closure" else DayType.HOLIDAY
            return WorkDay(day, kind, (), rule.note)
        if day in make_up_days():
            return WorkDay(day, DayType.MAKE_UP, spans or self.week[MONDAY])
        name = national_holidays().get(day)
        if name is not None:
            return WorkDay(day, DayType.HOLIDAY, (), name)
        return WorkDay(day, DayType.WORKING if spans else DayType.WEEKEND, spans)

    def days_from(self, day: date) -> Iterator[WorkDay]:
        """Each day explained, from ``day`` on, without end."""
        while True:
            yield self.on(day)
            day += timedelta(days=1)

    def is_open(self, moment: datetime) -> bool:
        """True when the office works at that moment (aware)."""
        local = moment.astimezone(LOCAL)
        return any(opens <= local.time() < closes for opens, closes in self.on(local.date()).spans)


@lru_cache(maxsize=1)
def _national() -> tuple[Mapping[date, str], frozenset[date]]:
    stored = orjson.loads(NATIONAL_DAYS.read_bytes())
    holidays = {date.fromisoformat(day): name for day, name in stored["holidays"].items()}
    return holidays, frozenset(map(date.fromisoformat, stored["make_up_days"]))


def national_holidays() -> Mapping[date, str]:
    """Holidays of the whole country with their Vietnamese names, substitute days included (Labour Code 2019, Art. 112)."""
    return _national()[0]


def make_up_days() -> frozenset[date]:
    """Saturdays that the Government made working days in exchange for a day off."""
    return _national()[1]


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
