"""Which minutes of which day are working time, and why: hours of the unit, national holidays, own additions.

Pure: values in, values out. National holidays with their substitute days and swapped Saturdays come from the
``holidays`` package (VN); rows of the calendar overrule it, and a unit's own rows overrule those of the country.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property, lru_cache

import holidays

# Decree 45/2019 leaves hours to each body; these hold where nobody entered any.
STANDARD_SPANS = ((7 * 60 + 30, 11 * 60 + 30), (13 * 60 + 30, 17 * 60 + 30))
_SATURDAY = 5
_ALL_DAY = ((0, 24 * 60),)

Spans = tuple[tuple[int, int], ...]  # minutes after local midnight, [opens, closes)


class Why(enum.StrEnum):
    """Why a day counts as it does; the words are ``cases.day.<value>``."""

    WORKING = "working"
    NIGHT_AND_DAY = "night_and_day"
    WEEKLY_REST = "weekly_rest"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    CLOSURE = "closure"


class Kind(enum.StrEnum):
    """What a calendar row makes of a day; the values of ``places.DayKind``."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A row of the calendar: what the day is, and the note that people read."""

    kind: Kind
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the clock sees it.

    Attributes:
        spans: working minutes; empty on a day off.
        note: name of the holiday or reason of the closure (Vietnamese), if any.
        note_en: the same in English, where it is known.
    """

    spans: Spans
    why: Why
    note: str | None = None
    note_en: str | None = None

    @property
    def minutes(self) -> int:
        """Length of the working time."""
        return sum(closes - opens for opens, closes in self.spans)


@dataclass(frozen=True)
class Calendar:
    """Working time of one unit.

    Attributes:
        week: weekday (0 = Monday) -> spans; a weekday that is absent is a day of rest.
        days: days that differ.
        round_the_clock: every minute counts (emergencies).
    """

    week: Mapping[int, Spans] = field(default_factory=dict)
    days: Mapping[date, OwnDay] = field(default_factory=dict)
    round_the_clock: bool = False

    @cached_property
    def _known(self) -> dict[date, Day]:
        return {}

    def day(self, day: date) -> Day:
        """What ``day`` is; remembered."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._resolve(day)
        return known

    @cached_property
    def full_day_minutes(self) -> int:
        """Length of the unit's longest working day: what one "working day" of a deadline is worth."""
        lengths = [sum(b - a for a, b in spans) for spans in self.week.values()]
        return max(lengths, default=0) or sum(b - a for a, b in STANDARD_SPANS)

    @property
    def never_open(self) -> bool:
        """True when no weekday has hours: a clock on it would never end."""
        return not self.round_the_clock and not any(self.week.values())

    def _resolve(self, day: date) -> Day:
        if self.round_the_clock:
            return Day(_ALL_DAY, Why.NIGHT_AND_DAY)
        own = self.days.get(day)
        if own is not None:
            if own.kind is Kind.WORKDAY:
                return Day(self._make_up_spans(day), Why.MAKE_UP, own.note, own.note)
            why = Why.CLOSURE if own.kind is Kind.CLOSURE else Why.HOLIDAY
            return Day((), why, own.note, own.note)
        national = _national(day.year)
        if day in national.off:
            vi, en = national.off[day]
            return Day((), Why.HOLIDAY, vi, en)
        if day in national.swapped:
            return Day(self._make_up_spans(day), Why.MAKE_UP)
        spans = self.week.get(day.weekday(), ())
        return Day(spans, Why.WORKING if spans else Why.WEEKLY_REST)

    def _make_up_spans(self, day: date) -> Spans:
        """A made-up Saturday is worked like an ordinary weekday, not like a Saturday morning."""
        ordinary = [self.week[weekday] for weekday in range(_SATURDAY) if self.week.get(weekday)]
        return ordinary[0] if ordinary else self.week.get(day.weekday(), ())


STANDARD_WEEK: Mapping[int, Spans] = dict.fromkeys(range(_SATURDAY), STANDARD_SPANS)
STANDARD = Calendar(week=STANDARD_WEEK)
ROUND_THE_CLOCK = Calendar(round_the_clock=True)


@dataclass(frozen=True, slots=True)
class _National:
    off: Mapping[date, tuple[str, str]]
    swapped: frozenset[date]


@lru_cache(maxsize=64)
def _national(year: int) -> _National:
    """Days off and swapped Saturdays of a year, with their names in Vietnamese and English."""
    vi = holidays.country_holidays("VN", years=year, language="vi")
    en = holidays.country_holidays("VN", years=year, language="en_US")
    off = {day: (str(name), str(en.get(day, name))) for day, name in vi.items()}
    swapped = frozenset(day for day in vi.weekend_workdays if day.year == year)
    return _National(off, swapped)


def to_spans(hours: Iterable[tuple[time, time]]) -> Spans:
    """Office hours as sorted minute spans; overlapping stretches are joined."""
    joined: list[tuple[int, int]] = []
    for opens, closes in sorted((_minute(a), _minute(b)) for a, b in hours):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return tuple(joined)


def _minute(moment: time) -> int:
    # 23:59:59 is how people write the end of a day.
    return moment.hour * 60 + moment.minute + (1 if moment.second == 59 else 0)  # noqa: PLR2004
