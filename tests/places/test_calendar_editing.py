"""Officials keep their office's calendar: whose it is, what they may enter, what is inherited, who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from backend.core import clock
from backend.core.auth import SYSTEM, Role
from backend.core.db import engine, reading, transaction
from backend.core.errors import InvalidInput, NotFound, PreconditionFailed
from backend.places import calendar_editing, calendar_view, queries, service
from backend.places.calendar import DEFAULT_WEEK, DayType
from backend.places.events import CalendarChanged
from backend.places.hours import END_OF_DAY
from backend.places.models import AdminUnit, CalendarChange, CalendarDay, DayKind, WorkingHours
from tests.factories.accounts import make_staff, sign_in
from tests.factories.places import make_commune, make_community, make_office_hours, make_province
from tests.places.conftest import hearing

API = "/api/v1"
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MORNING = [{"opens": "07:00", "closes": "11:00"}]
WHOLE_DAY = [{"opens": "07:00", "closes": "11:30"}, {"opens": "13:30", "closes": "17:00"}]
WEEK: list[list[dict[str, str]]] = [WHOLE_DAY] * 5 + [MORNING, []]
FLOOD = {"day": "2026-11-25", "kind": "closure", "note": "Lũ, cơ quan đóng cửa"}


@dataclass
class Office:
    """A commune, its province, and who works there, each signed in."""

    unit: AdminUnit
    province: AdminUnit
    dung: FlaskClient  # leads the commune
    dung_id: Any
    admin: FlaskClient  # of the province


@pytest.fixture
def office(app: Flask) -> Office:
    with transaction() as session:
        unit = make_commune(session)
        province = queries.province_of(session, unit)
        dung = make_staff(session, Role.COMMUNE_LEADER, unit=unit)
        admin = make_staff(session, Role.ADMINISTRATOR, unit=province)
    return Office(
        unit,
        province,
        sign_in(app.test_client(), dung),
        dung.id,
        sign_in(app.test_client(), admin),
    )


def calendar(who: FlaskClient, unit: AdminUnit, year: int = 2026) -> dict[str, Any]:
    answer = who.get(f"{API}/units/{unit.code}/calendar?year={year}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    assert answer.headers["ETag"] == f'"{body["version"]}"'
    return body


def change(
    who: FlaskClient, unit: AdminUnit, method: str, path: str, body: Any = None, **options: Any
) -> TestResponse:
    """As the page does it: with the version that was read just before, unless ``version`` names another."""
    version = options.pop("version", None)
    if version is None:
        version = calendar(who, unit)["version"]
    return who.open(
        f"{API}/units/{unit.code}/{path}?year=2026",
        method=method,
        json=body,
        headers={"If-Match": f'"{version}"'},
    )


def changed(*args: Any, **options: Any) -> dict[str, Any]:
    answer = change(*args, **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def said(word: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """How a word about a day is sent: the day is in the address."""
    rest = {name: value for name, value in word.items() if name != "day"}
    return "PUT", f"calendar-days/{word['day']}", rest


def on(shown: dict[str, Any], day: str) -> dict[str, Any] | None:
    return next((each for each in shown["days"] if each["day"] == day), None)


def test_where_nobody_entered_anything_the_usual_hours_and_the_national_days_show(
    office: Office,
) -> None:
    shown = calendar(office.dung, office.unit)
    assert (shown["version"], shown["changed_at"]) == (0, None)
    assert shown["hours"] == shown["inherited_hours"]
    assert shown["hours"]["source"] == "usual"
    assert shown["hours"]["week"][0] == [
        {"opens": "07:30", "closes": "11:30"},
        {"opens": "13:30", "closes": "17:00"},
    ]
    tet = on(shown, "2026-02-17")
    assert tet is not None
    assert (tet["type"], tet["source"], tet["inherited"]) == ("holiday", "country", None)
    assert tet["note"] == "Tết Nguyên Đán"
    swapped = on(shown, "2026-08-22")
    assert swapped is not None
    assert (swapped["type"], swapped["source"]) == ("make_up", "country")
    assert swapped["spans"] == shown["hours"]["week"][0]
    assert on(shown, "2026-11-25") is None
    assert shown["national_days_known"]
    assert not calendar(office.dung, office.unit, 2099)["national_days_known"]


def test_this_year_is_shown_when_none_is_named(office: Office) -> None:
    answer = office.dung.get(f"{API}/units/{office.unit.code}/calendar")
    assert answer.get_json()["year"] == clock.today_local().year


def test_own_hours_stand_beside_the_inherited_ones_and_can_be_given_up(office: Office) -> None:
    with transaction() as session:
        make_office_hours(session)
        service.set_hours(session, office.province.id, {0: [(time(6), time(10))]})
    shown = calendar(office.dung, office.unit)
    assert shown["hours"]["source"] == "province"
    assert shown["hours"]["week"][0] == [{"opens": "06:00", "closes": "10:00"}]

    own = changed(office.dung, office.unit, "PUT", "working-hours", {"week": WEEK})
    assert own["hours"] == {"source": "unit", "week": WEEK}
    assert own["inherited_hours"] == shown["hours"]
    with reading() as session:
        counted = queries.calendar_for(session, office.unit.id)
    assert counted.week[5] == ((time(7), time(11)),)

    back = changed(office.dung, office.unit, "DELETE", "working-hours")
    assert back["hours"] == shown["hours"]
    assert back["version"] == 2
    with reading() as session:
        assert queries.calendar_for(session, office.unit.id).week[0] == ((time(6), time(10)),)


def test_the_province_has_a_calendar_of_its_own_that_its_communes_inherit(office: Office) -> None:
    festival = {"day": "2026-11-19", "kind": "holiday", "note": "Lễ hội cồng chiêng"}
    own = changed(office.admin, office.province, *said(festival))
    assert on(own, "2026-11-19")["source"] == "unit"  # type: ignore[index] # it was just made
    theirs = on(calendar(office.dung, office.unit), "2026-11-19")
    assert theirs is not None
    assert (theirs["source"], theirs["inherited"]) == ("province", None)

    kept_open = {"day": "2026-11-19", "kind": "workday", "note": "Xã vẫn trực"}
    here = on(changed(office.dung, office.unit, *said(kept_open)), "2026-11-19")
    assert here is not None
    assert (here["type"], here["source"]) == ("make_up", "unit")
    assert (here["inherited"]["type"], here["inherited"]["note"]) == (
        "holiday",
        "Lễ hội cồng chiêng",
    )


def test_a_day_is_closed_then_explained_otherwise_then_given_back(office: Office) -> None:
    shown = on(changed(office.dung, office.unit, *said(FLOOD)), FLOOD["day"])
    assert shown is not None
    assert (shown["type"], shown["note"], shown["source"]) == ("closure", FLOOD["note"], "unit")
    assert (shown["spans"], shown["inherited"]["type"]) == ([], "working")
    again = {**FLOOD, "note": "Lũ rút chậm"}
    shown = on(changed(office.dung, office.unit, *said(again)), FLOOD["day"])
    assert shown is not None
    assert shown["note"] == "Lũ rút chậm"
    path = f"calendar-days/{FLOOD['day']}"
    assert on(changed(office.dung, office.unit, "DELETE", path), FLOOD["day"]) is None
    gone = change(office.dung, office.unit, "DELETE", path)
    assert (gone.status_code, gone.get_json()["code"]) == (404, "places.day_not_set")
    with reading() as session:
        assert session.scalars(select(CalendarDay)).all() == []


def test_a_saturday_is_worked_like_the_week(office: Office) -> None:
    saturday = {"day": "2026-11-28", "kind": "workday", "note": "Làm bù"}
    shown = on(changed(office.dung, office.unit, *said(saturday)), "2026-11-28")
    assert shown is not None
    assert shown["type"] == "make_up"
    assert len(shown["spans"]) == 2
    assert shown["inherited"]["type"] == "weekend"


def test_every_change_is_on_record_with_who_what_and_what_it_was_before(office: Office) -> None:
    changed(office.dung, office.unit, *said(FLOOD))
    changed(office.admin, office.unit, "PUT", "working-hours", {"week": WEEK})
    changed(office.dung, office.unit, "DELETE", f"calendar-days/{FLOOD['day']}")
    with reading() as session:
        records = session.scalars(
            select(CalendarChange)
            .where(CalendarChange.unit_id == office.unit.id)
            .order_by(CalendarChange.version)
        ).all()
    assert [(each.version, each.act) for each in records] == [(1, "day"), (2, "hours"), (3, "day")]
    assert {each.actor_kind for each in records} == {"staff"}
    assert records[0].actor_id == records[2].actor_id == office.dung_id != records[1].actor_id
    closed = {"kind": "closure", "note": FLOOD["note"]}
    assert records[0].detail == {"day": FLOOD["day"], "before": None, "after": closed}
    assert records[2].detail == {"day": FLOOD["day"], "before": closed, "after": None}
    assert records[1].detail["before"] == []
    assert records[1].detail["after"][:2] == ["1:07:00-11:30", "1:13:30-17:00"]


def test_the_operators_commands_are_on_record_and_make_open_pages_stale(office: Office) -> None:
    seen = calendar(office.dung, office.unit)["version"]
    run = office.dung.application.test_cli_runner()
    args = ["places", "set-hours", "--unit", office.unit.code, "1:07:00-11:00"]
    done = run.invoke(args=args)
    assert done.exit_code == 0, done.output
    late = change(office.dung, office.unit, *said(FLOOD), version=seen)
    assert (late.status_code, late.get_json()["current_version"]) == (412, 1)
    with reading() as session:
        record = session.scalars(select(CalendarChange)).one()
    assert (record.actor_kind, record.actor_id) == ("system", None)


def test_running_deadlines_hear_of_each_change_and_of_nothing_else(office: Office) -> None:
    with hearing(CalendarChanged) as heard:
        changed(office.dung, office.unit, *said(FLOOD))
        changed(office.dung, office.unit, "PUT", "working-hours", {"week": WEEK})
        assert heard == [CalendarChanged(office.unit.id)] * 2
        version = calendar(office.dung, office.unit)["version"]
        changed(office.dung, office.unit, *said(FLOOD))
        same = changed(office.dung, office.unit, "PUT", "working-hours", {"week": WEEK})
        assert same["version"] == version
        changed(office.dung, office.unit, "DELETE", "working-hours")
        assert len(heard) == 3
        changed(office.dung, office.unit, "DELETE", "working-hours")
        assert len(heard) == 3
        refused = change(office.dung, office.unit, *said(FLOOD), version=0)
        assert refused.status_code == 412
        assert len(heard) == 3


def test_hours_that_touch_are_one_span_and_a_day_can_be_whole(office: Office) -> None:
    week: list[Any] = [[] for _ in range(7)]
    week[0] = [{"opens": "12:00", "closes": "24:00"}, {"opens": "00:00", "closes": "12:00"}]
    own = changed(office.dung, office.unit, "PUT", "working-hours", {"week": week})
    assert own["hours"]["week"][0] == [{"opens": "00:00", "closes": "24:00"}]
    with reading() as session:
        row = session.scalars(select(WorkingHours)).one()
        assert (row.opens, row.closes) == (time(0), END_OF_DAY)
        assert queries.calendar_for(session, office.unit.id).on(date(2026, 11, 23)).minutes == 1440


@pytest.mark.parametrize(
    ("week", "where"),
    [
        (WEEK[:6], "week"),
        ([*WEEK, []], "week"),
        ([[]] * 7, "week"),
        ([[{"opens": "11:00", "closes": "07:00"}], *WEEK[1:]], "week"),
        ([[{"opens": "07:00", "closes": "07:00"}], *WEEK[1:]], "week"),
        ([[{"opens": "07:00", "closes": "24:01"}], *WEEK[1:]], "week"),
        ([[{"opens": "24:00", "closes": "24:00"}], *WEEK[1:]], "week"),
        ([[{"opens": "7:00", "closes": "11:00"}], *WEEK[1:]], "week"),
        ([[{"opens": "07:00:30", "closes": "11:00"}], *WEEK[1:]], "week"),
        ([[{"opens": "٠٧:٠٠", "closes": "11:00"}], *WEEK[1:]], "week"),
        ([[{"opens": 7, "closes": 11}], *WEEK[1:]], "week"),
        ([[{"opens": "07:00"}], *WEEK[1:]], "week"),
        ([[*MORNING, {"opens": "10:59", "closes": "12:00"}], *WEEK[1:]], "week"),
        ([[{"opens": f"{n:02}:00", "closes": f"{n:02}:30"} for n in range(5)], *WEEK[1:]], "week"),
        ([MORNING * 10_000, *WEEK[1:]], "week"),
        ("monday", "week"),
        (None, "week"),
    ],
)
def test_a_week_that_cannot_be_is_refused_whole(office: Office, week: Any, where: str) -> None:
    answer = change(office.dung, office.unit, "PUT", "working-hours", {"week": week}, version=0)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert where in answer.get_json()["errors"]
    with reading() as session:
        assert session.scalars(select(WorkingHours)).all() == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"day": "2019-12-31"}, "day"),
        ({"day": "2101-01-01"}, "day"),
        ({"day": "0000-01-01"}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "25.11.2026"}, "day"),
        ({"day": "9" * 500}, "day"),
        ({"kind": "weekend"}, "kind"),
        ({"kind": ["closure"]}, "kind"),
        ({"note": ""}, "note"),
        ({"note": "   "}, "note"),
        ({"note": "x" * 201}, "note"),
        ({"note": "hai\ndòng"}, "note"),
        ({"unit": "23798"}, "unit"),
    ],
)
def test_a_day_that_cannot_be_is_refused(office: Office, wrong: Any, where: str) -> None:
    body = {**FLOOD, **wrong}
    answer = change(office.dung, office.unit, *said(body), version=0)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert where in answer.get_json()["errors"]


@pytest.mark.parametrize("year", ["0", "-1", "2019", "2101", "9" * 30, "nam nay", "2026.5"])
def test_a_year_out_of_reach_is_refused(office: Office, year: str) -> None:
    answer = office.dung.get(f"{API}/units/{office.unit.code}/calendar?year={year}")
    assert answer.status_code == 422
    assert "year" in answer.get_json()["errors"]


@pytest.mark.parametrize("day", ["2026-11-25", "2026-13-45", "0000-00-00", "hom-nay-do"])
def test_a_day_about_which_nothing_was_said_cannot_be_given_back(office: Office, day: str) -> None:
    answer = change(office.dung, office.unit, "DELETE", f"calendar-days/{day}", version=0)
    assert answer.status_code == 404


def test_no_unit_has_thousands_of_days_of_its_own(office: Office, db: Any) -> None:
    with transaction() as session:
        first = date(2021, 1, 1).toordinal()
        session.add_all(
            CalendarDay(
                unit_id=office.unit.id, day=date.fromordinal(first + n), kind=DayKind.CLOSURE
            )
            for n in range(calendar_editing.MOST_DAYS)
        )
    answer = change(office.dung, office.unit, *said(FLOOD))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "places.too_many_days")
    known = {**FLOOD, "day": "2021-01-01"}
    assert change(office.dung, office.unit, *said(known)).status_code == 200


def test_a_change_names_the_version_it_changes(office: Office) -> None:
    path = f"{API}/units/{office.unit.code}"
    for method, where, body in (
        ("PUT", "working-hours", {"week": WEEK}),
        ("DELETE", "working-hours", None),
        said(FLOOD),
        ("DELETE", f"calendar-days/{FLOOD['day']}", None),
    ):
        without = office.dung.open(f"{path}/{where}", method=method, json=body)
        assert without.status_code == 428
        stale = change(office.dung, office.unit, method, where, body, version=7)
        assert stale.status_code == 412
        assert stale.get_json()["current_version"] == 0


@contextmanager
def after_statement(number: int, work: Callable[[], None]) -> Iterator[list[int]]:
    """Do ``work`` once, between that statement inside the block and the next; the list is how many there were."""
    sent: list[int] = []

    def count(*_: object) -> None:
        sent.append(len(sent) + 1)
        if sent[-1] == number:
            work()

    event.listen(engine(), "after_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(engine(), "after_cursor_execute", count)


def test_nobody_is_given_a_version_without_what_it_stands_for(office: Office) -> None:
    """Somebody stores hours between two of the statements that read a year, whichever two they are."""

    def read() -> dict[str, Any]:
        with reading() as session:
            return calendar_view.year_of(session, office.unit, 2026)

    for number in (1, 2, 3):
        before = read()

        def store(minute: int = number) -> None:
            with transaction() as session:
                service.set_hours(session, office.unit.id, {0: [(time(6), time(7, minute))]})

        with after_statement(number, store) as sent:
            seen = read()
        now = read()
        assert len(sent) > number
        assert now["version"] == before["version"] + 1
        assert seen["version"] == before["version"] or seen["hours"] == now["hours"]
        assert now["hours"] != before["hours"]


def test_only_the_leader_and_administrators_of_the_unit_or_its_province_find_it(
    app: Flask, office: Office
) -> None:
    with transaction() as session:
        province = make_province(session, code="66", name="Đắk Lắk")
        elsewhere = make_commune(session, parent_id=province.id)
        neighbour = make_commune(session, parent_id=office.province.id)
        village = make_community(session, office.unit)
        strangers = [
            make_staff(session, Role.COMMUNE_LEADER, unit=elsewhere),
            make_staff(session, Role.COMMUNE_LEADER, unit=neighbour),
            make_staff(session, Role.ADMINISTRATOR, unit=province),
            make_staff(session, Role.COMMUNE_LEADER, unit=office.unit, community_id=village.id),
        ]
        unable = [
            make_staff(session, role, unit=office.unit)
            for role in (Role.TRIAGE_OFFICER, Role.HANDLER, Role.EDITOR, Role.APPROVER)
        ]
        local_admin = make_staff(session, Role.ADMINISTRATOR, unit=office.unit)
    paths = (
        ("GET", "calendar", None),
        ("PUT", "working-hours", {"week": WEEK}),
        ("DELETE", "working-hours", None),
        said(FLOOD),
        ("DELETE", f"calendar-days/{FLOOD['day']}", None),
    )
    for people, status in ((strangers, 404), (unable, 403)):
        for person in people:
            who = sign_in(app.test_client(), person)
            for method, path, body in paths:
                answer = who.open(
                    f"{API}/units/{office.unit.code}/{path}",
                    method=method,
                    json=body,
                    headers={"If-Match": '"0"'},
                )
                assert answer.status_code == status, (person.username, method, path)
    nobody = app.test_client().get(f"{API}/units/{office.unit.code}/calendar")
    assert nobody.status_code == 401
    above = office.dung.get(f"{API}/units/{office.province.code}/calendar")
    assert above.status_code == 404, "a commune does not keep its province's calendar"
    for who in (office.admin, sign_in(app.test_client(), local_admin)):
        changed(who, office.unit, *said({**FLOOD, "note": f"Bởi {id(who)}"}))
    for code in ("99999", "0", "x" * 200, "%00"):
        assert office.dung.get(f"{API}/units/{code}/calendar").status_code == 404


def test_the_service_refuses_what_the_routes_refuse(office: Office) -> None:
    code = office.unit.code
    overlapping = {0: [(time(7), time(12)), (time(11), time(17))]}
    with pytest.raises(InvalidInput), transaction() as session:
        calendar_editing.set_hours(session, SYSTEM, code, 0, overlapping)
    with pytest.raises(PreconditionFailed), transaction() as session:
        calendar_editing.inherit_hours(session, SYSTEM, code, 1)
    with pytest.raises(NotFound), transaction() as session:
        calendar_editing.inherit_day(session, SYSTEM, code, 0, date(2026, 11, 25))
    with pytest.raises(NotFound), transaction() as session:
        service.hold_calendar(session, office.dung_id)
    with reading() as session:
        assert queries.calendar_for(session, office.unit.id).week == DEFAULT_WEEK


def test_past_years_show_what_was_entered_for_them(office: Office) -> None:
    with transaction() as session:
        service.set_day(session, office.unit.id, date(2022, 5, 4), DayKind.CLOSURE, "Bão")
    shown = on(calendar(office.dung, office.unit, 2022), "2022-05-04")
    assert shown is not None
    assert shown["note"] == "Bão"
    with clock.freeze(NOON), reading() as session:
        counted = queries.calendar_for(session, office.unit.id)
    assert counted.on(date(2022, 5, 4)).type is DayType.WORKING, "nobody counts that far back"
