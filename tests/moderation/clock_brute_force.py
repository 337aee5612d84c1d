"""The clock counted minute by minute, as a patient person would with a calendar and a pencil.

Shares no arithmetic with ``moderation.clock``: no spans are joined or cut, each minute of each day is simply marked
1 (the office works) or 0, pauses rub minutes out, and then the ones are counted. Only facts are taken from outside:
who works when, and which days the country has off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = timedelta(minutes=1)
MINUTES = 24 * 60
# Nobody counts further by hand; what takes longer is "later".
PATIENCE_DAYS = 150


@dataclass
class Office:
    """Who works when. ``hours``: Monday first; ``rules``: the day's kind, as somebody entered it."""

    hours: Sequence[Sequence[tuple[time, time]]]
    rules: Mapping[date, str]
    holidays: Mapping[date, str]
    make_up: Mapping[date, date]
    always: bool = False
    _marked: dict[date, bytes] = field(default_factory=dict)

    def day(self, day: date) -> bytes:
        """One byte for each minute of the day: 1 when it is working time."""
        if day not in self._marked:
            self._marked[day] = self._mark(day)
        return self._marked[day]

    def _mark(self, day: date) -> bytes:
        if self.always:
            return b"\x01" * MINUTES
        minutes = bytearray(MINUTES)
        for opens, closes in self._hours_on(day):
            first = opens.hour * 60 + opens.minute
            last = MINUTES if closes == time(23, 59, 59) else closes.hour * 60 + closes.minute
            minutes[first:last] = b"\x01" * (last - first)
        return bytes(minutes)

    def _hours_on(self, day: date) -> Sequence[tuple[time, time]]:
        usual = self.hours[day.weekday()]
        match self.rules.get(day):
            case "workday":
                return self._worked(day)
            case "holiday" | "closure":
                return ()
        if day in self.make_up:
            return self._worked(day)
        return () if day in self.holidays else usual

    def _worked(self, day: date) -> Sequence[tuple[time, time]]:
        if self.hours[day.weekday()]:
            return self.hours[day.weekday()]
        if day in self.make_up and self.hours[self.make_up[day].weekday()]:
            return self.hours[self.make_up[day].weekday()]
        for usual in self.hours:
            if usual:
                return usual
        return ()


@dataclass
class Count:
    """A sheet of minutes from the midnight before the start on, with the pauses rubbed out."""

    start: datetime
    unpaused: bytes
    minutes: bytes

    def due(self, allowance: int) -> datetime | None:
        """The end of the minute in which the allowance is used up; None when patience ends before."""
        here = _minute(self.start)
        if allowance <= 0:
            return here
        left = allowance
        for worked in self.minutes[_into(here) :]:
            here += MINUTE
            if worked:
                left -= 1
                if left == 0:
                    return here
        return None

    def until(self, end: datetime) -> list[tuple[date, int, int]]:
        """Each day up to ``end``: the minutes that counted, and those that a pause took away."""
        first, last = _into(_minute(self.start)), _minutes_between(self._midnight, _minute(end))
        days = []
        for index in range(len(self.minutes) // MINUTES):
            begin, finish = index * MINUTES, (index + 1) * MINUTES
            if index and begin >= last:
                break
            stretch = slice(max(begin, first), max(begin, first, min(finish, last)))
            counted = sum(self.minutes[stretch])
            day = self._midnight.date() + timedelta(days=index)
            days.append((day, counted, sum(self.unpaused[stretch]) - counted))
        return days

    @property
    def _midnight(self) -> datetime:
        return _minute(self.start).replace(hour=0, minute=0)


def count(
    office: Office,
    start: datetime,
    pauses: Sequence[tuple[datetime, datetime | None]],
    *,
    forever: bool,
    days: int = PATIENCE_DAYS,
) -> Count:
    """The sheet of one run. ``forever``: a pause that is still open takes everything after it, or nothing."""
    midnight = _minute(start).replace(hour=0, minute=0)
    unpaused = b"".join(
        office.day(midnight.date() + timedelta(days=index)) for index in range(days)
    )
    minutes = bytearray(unpaused)
    for since, until in pauses:
        if until is None and not forever:
            continue
        first = max(0, _minutes_between(midnight, _minute(since)))
        last = len(minutes) if until is None else _minutes_between(midnight, _minute(until))
        last = max(first, min(last, len(minutes)))
        minutes[first:last] = bytes(last - first)
    return Count(start, unpaused, bytes(minutes))


def _minute(moment: datetime) -> datetime:
    """The beginning of the minute, on the wall in Vietnam."""
    return moment.astimezone(VIETNAM).replace(second=0, microsecond=0)


def _into(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _minutes_between(earlier: datetime, later: datetime) -> int:
    return (later - earlier) // MINUTE
