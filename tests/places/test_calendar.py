"""Working time: weekdays, Tết, substitute days, make-up Saturdays, what the country and the unit say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound
from backend.core.ids import new_id
from backend.places import queries, service
from backend.places.calendar import NATIONAL_DAYS, DayRule, DayType, WorkCalendar
from backend.places.events import CalendarChanged
from backend.places.models import CalendarChange, DayKind
from backend.places.national_days import ANNOUNCED, national_days
from tests.conftest import Database
from tests.databases import somebody_waits, wait_for
from tests.factories.places import make_commune, make_office_hours, make_province
from tests.places.conftest import hearing

PLAIN = WorkCalendar()


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 23), DayType.WORKING),
        (date(2026, 11, 21), DayType.WEEKEND),
        (date(2026, 1, 2), DayType.HOLIDAY),  # announced late, for 10 January
        (date(2026, 1, 10), DayType.MAKE_UP),
        (date(2026, 2, 17), DayType.HOLIDAY),  # Mùng 1 Tết Bính Ngọ
        (date(2026, 2, 16), DayType.HOLIDAY),  # Giao thừa
        (date(2026, 4, 27), DayType.HOLIDAY),  # Giỗ Tổ fell on a Sunday
        (date(2026, 8, 31), DayType.HOLIDAY),  # exchanged for 22 August
        (date(2026, 8, 22), DayType.MAKE_UP),  # a Saturday
        (date(2026, 9, 2), DayType.HOLIDAY),
        (date(2027, 2, 10), DayType.HOLIDAY),  # Tết Đinh Mùi, substitute day
        (date(2027, 1, 4), DayType.WORKING),
    ],
)
def test_the_national_calendar_is_known(day: date, kind: DayType) -> None:
    assert PLAIN.on(day).type is kind


def test_the_stored_days_are_those_of_the_package_and_reach_far_enough() -> None:
    stored = orjson.loads(NATIONAL_DAYS.read_bytes())
    assert stored == national_days(), "run `python -m backend.places.national_days`"
    assert stored["last_year"] >= clock.today_local().year + 10


def test_an_announced_exchange_names_its_paper_and_is_a_weekday_for_a_day_of_rest() -> None:
    for entry in orjson.loads(ANNOUNCED.read_bytes()):
        assert entry["source"]
        assert date.fromisoformat(entry["day_off"]).weekday() < 5
        assert date.fromisoformat(entry["worked"]).weekday() >= 5


def test_a_holiday_is_named_in_vietnamese() -> None:
    assert PLAIN.on(date(2026, 2, 17)).note == "Tết Nguyên Đán"


def test_a_working_day_has_seven_and_a_half_hours_and_a_day_off_none() -> None:
    assert PLAIN.on(date(2026, 11, 23)).minutes == 450
    assert PLAIN.on(date(2026, 11, 22)).minutes == 0


def test_a_make_up_saturday_is_worked_like_a_monday() -> None:
    assert PLAIN.on(date(2026, 8, 22)).spans == PLAIN.week[0]


EXCHANGED_SATURDAYS = [  # worked, and the day off it is for
    (date(2026, 8, 22), date(2026, 8, 31)),  # a Monday
    (date(2026, 1, 10), date(2026, 1, 2)),  # a Friday
]
MORNING, LONG = (time(7), time(11)), (time(7), time(17))


@pytest.mark.parametrize(("saturday", "day_off"), EXCHANGED_SATURDAYS)
def test_a_make_up_saturday_has_its_own_hours_or_those_of_the_day_it_is_for(
    saturday: date, day_off: date
) -> None:
    hours = [((time(6, day), time(11)),) for day in range(5)]
    without = WorkCalendar((*hours, (), ()))
    assert without.on(saturday).spans == hours[day_off.weekday()]
    assert WorkCalendar((*hours, (MORNING,), ())).on(saturday).spans == (MORNING,)


@pytest.mark.parametrize("closed", range(5))
@pytest.mark.parametrize(("saturday", "day_off"), EXCHANGED_SATURDAYS)
def test_a_worked_saturday_is_never_without_hours_where_somebody_works_at_all(
    saturday: date, day_off: date, closed: int
) -> None:
    week = [(LONG,)] * 5
    week[closed] = ()
    ordered = WorkCalendar((*week, (), ()), {saturday: DayRule("workday")})
    for calendar in (ordered, WorkCalendar((*week, (), ()))):
        assert calendar.on(saturday).spans == (LONG,)
    assert WorkCalendar(((),) * 7).on(saturday).spans == ()


@pytest.mark.parametrize(
    ("spans", "minutes"),
    [
        (((time(7), time(12)), (time(11), time(17))), 600),
        (((time(13), time(17)), (time(7), time(12)), (time(8), time(9))), 540),
        (((time(0), time(23, 59, 59)),), 1440),
        (((time(0), time(12)), (time(12), time(23, 59, 59))), 1440),
        (((time(7, 30, 30), time(11, 30, 10)),), 240),
        ((), 0),
    ],
)
def test_a_minute_is_worked_once_and_a_day_can_be_whole(
    spans: tuple[tuple[time, time], ...], minutes: int
) -> None:
    calendar = WorkCalendar((spans,) * 7)
    day = date(2026, 11, 23)
    assert calendar.on(day).minutes == minutes
    midnight = datetime.combine(day, time(0), clock.LOCAL)
    opened = [calendar.is_open(midnight + timedelta(minutes=n, seconds=59)) for n in range(1440)]
    assert sum(opened) == minutes


def test_what_somebody_entered_outweighs_the_national_calendar() -> None:
    calendar = WorkCalendar(
        days={
            date(2026, 9, 2): DayRule("workday", "trực"),
            date(2026, 11, 23): DayRule("closure", "lũ"),
        }
    )
    assert calendar.on(date(2026, 9, 2)).type is DayType.MAKE_UP
    assert calendar.on(date(2026, 11, 23)).type is DayType.CLOSURE
    assert calendar.on(date(2026, 11, 23)).note == "lũ"


def test_open_is_asked_in_utc_and_answered_in_vietnams_time() -> None:
    assert PLAIN.is_open(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))  # 8:00 there
    assert not PLAIN.is_open(datetime(2026, 11, 23, 5, 0, tzinfo=UTC))  # lunch
    assert not PLAIN.is_open(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))  # 17:00 sharp


def test_days_are_explained_one_after_another() -> None:
    days = PLAIN.days_from(date(2026, 11, 20))
    assert [next(days).type for _ in range(5)] == [
        DayType.WORKING,
        DayType.WEEKEND,
        DayType.WEEKEND,
        DayType.WORKING,
        DayType.HOLIDAY,  # Ngày Văn hóa Việt Nam
    ]


def test_the_unit_outweighs_its_province_and_the_province_the_country(db: Database) -> None:
    day = date(2026, 11, 25)
    with transaction() as session:
        province = make_province(session)
        here = make_commune(session, parent_id=province.id)
        there = make_commune(session, parent_id=province.id)
        elsewhere = make_commune(session, parent_id=make_province(session, code="66").id)
        make_office_hours(session)
        service.set_hours(session, here.id, {0: [(time(7), time(11))]})
        service.set_day(session, None, day, DayKind.HOLIDAY, "cả nước")
        service.set_day(session, province.id, day, DayKind.WORKDAY, "tỉnh")
        service.set_day(session, here.id, day, DayKind.CLOSURE, "xã")
    with reading() as session:
        ours = queries.calendar_for(session, here.id)
        neighbours = queries.calendar_for(session, there.id)
        strangers = queries.calendar_for(session, elsewhere.id)
    assert ours.on(day).note == "xã"
    assert ours.week[0] == ((time(7), time(11)),)
    assert ours.week[1] == ()
    assert neighbours.on(day).type is DayType.MAKE_UP
    assert neighbours.week[1] == PLAIN.week[1]
    assert strangers.on(day).type is DayType.HOLIDAY


def test_a_changed_calendar_is_told_and_a_rule_can_be_taken_back(db: Database) -> None:
    with hearing(CalendarChanged) as heard, transaction() as session:
        commune = make_commune(session)
        service.set_day(session, commune.id, date(2026, 11, 25), DayKind.CLOSURE)
        service.set_day(session, commune.id, date(2026, 11, 25), None)
    assert heard == [CalendarChanged(commune.id)] * 2
    with reading() as session:
        calendar = queries.calendar_for(session, commune.id)
    assert calendar.on(date(2026, 11, 25)).type is DayType.WORKING


def test_what_changes_nothing_is_told_to_nobody(db: Database) -> None:
    flood = (date(2026, 11, 25), DayKind.CLOSURE, "lũ")
    hours = {4: [(time(7), time(11))], 0: [(time(13), time(17)), (time(7), time(11))]}
    with transaction() as session:
        commune = make_commune(session)
    for unit_id in (commune.id, None):
        with hearing(CalendarChanged) as heard:
            for _again in range(2):
                with transaction() as session:
                    service.set_day(session, unit_id, *flood)
                    service.set_hours(session, unit_id, hours)
                    service.set_day(session, unit_id, date(2026, 11, 26), None)
        assert heard == [CalendarChanged(unit_id)] * 2
        with reading() as session:
            last = queries.calendar_change(session, unit_id)
        assert last is not None
        assert last.version == 2


def test_no_two_changes_of_the_countrys_calendar_are_of_one_version(db: Database) -> None:
    def change() -> CalendarChange:
        return CalendarChange(unit_id=None, version=1, actor_kind="system", act="day", detail={})

    with transaction() as session:
        session.add(change())
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(change())


@pytest.mark.postgresql
def test_of_two_operators_who_change_the_countrys_calendar_at_once_one_is_told_so(
    app: Flask,
) -> None:
    """SQLite has one writer, who sees what the one before wrote."""
    with transaction() as session:
        commune = make_commune(session)
    run = app.test_cli_runner()
    ours = ["places", "set-day", "--day", "2027-01-02", "--kind", "holiday"]
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            service.set_day(session, None, date(2027, 1, 1), DayKind.HOLIDAY)
            session.flush()
            second = pool.submit(run.invoke, args=ours)
            wait_for(somebody_waits, "the second operator to wait")
        refused = second.result(20)
    assert refused.exit_code == 1
    assert refused.output == (
        "Error: Somebody changed this calendar at the same moment. Nothing was stored; do it again.\n"
    )
    assert run.invoke(args=ours).exit_code == 0
    with reading() as session:
        calendar = queries.calendar_for(session, commune.id)
    assert all(calendar.on(date(2027, 1, day)).type is DayType.HOLIDAY for day in (1, 2))


def test_overlapping_hours_and_unknown_units_are_refused(db: Database) -> None:
    with transaction() as session:
        commune = make_commune(session)
    for spans in (
        [(time(7), time(12)), (time(11), time(17))],
        [(time(12), time(7))],
        [(time(7), time(7))],
    ):
        with pytest.raises(InvalidInput) as refused, transaction() as session:
            service.set_hours(session, commune.id, {0: spans})
        assert refused.value.errors == {"week": ["overlap"]}
    with pytest.raises(NotFound), transaction() as session:
        service.set_day(session, new_id(), date(2026, 11, 25), DayKind.CLOSURE)


def test_the_operator_keeps_the_calendar_by_command(app: Flask) -> None:
    with transaction() as session:
        commune = make_commune(session, code="23798")
    run = app.test_cli_runner()
    for args in (
        ["set-day", "--unit", "23798", "--day", "2026-11-25", "--kind", "closure", "--note", "lũ"],
        ["set-day", "--day", "2026-11-26", "--kind", "holiday"],
        ["set-hours", "--unit", "23798", "1:07:00-11:30", "1:13:30-17:00", "6:07:00-11:00"],
    ):
        done = run.invoke(args=["places", *args])
        assert done.exit_code == 0, done.output
    with reading() as session:
        calendar = queries.calendar_for(session, commune.id)
    assert calendar.on(date(2026, 11, 25)).note == "lũ"
    assert calendar.on(date(2026, 11, 26)).type is DayType.HOLIDAY
    assert calendar.on(date(2026, 11, 28)).type is DayType.WORKING  # a Saturday morning
    for args in (
        ["set-hours", "1:07:00"],
        ["set-hours", "8:07:00-11:00"],
        ["set-hours", "1:27:00-28:00"],
        ["set-hours", "1:11:00-07:00"],
        ["set-hours", "--unit", "99999", "1:07:00-11:00"],
        ["set-day", "--unit", "99999", "--day", "2026-11-25", "--kind", "closure"],
        ["set-day", "--day", "25/11/2026", "--kind", "closure"],
        ["set-day", "--day", "2026-11-25", "--kind", "closure", "--note", "x" * 201],
        ["set-day", "--day", "2026-11-25", "--kind", "closure", "--note", " "],
    ):
        assert run.invoke(args=["places", *args]).exit_code != 0, args
    back = ["set-day", "--unit", "23798", "--day", "2026-11-25", "--kind", "plain"]
    assert run.invoke(args=["places", *back]).exit_code == 0
    with reading() as session:
        calendar = queries.calendar_for(session, commune.id)
    assert calendar.on(date(2026, 11, 25)).type is DayType.WEEKEND  # no hours on Wednesdays
