"""Who sees what may be a complaint or a denunciation: intake, leaders and supervisors, and nobody who handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import Staff
from backend.core.auth import Principal, Role
from backend.core.db import reading, transaction
from backend.feedback.service import SUBJECT as FEEDBACK
from backend.places.models import AdminUnit
from backend.uploads import access as uploads
from backend.uploads.models import Upload
from moderation import access
from moderation.models import Case
from moderation.words import SUBJECT as CASE
from moderation.workflow import Who
from tests.architecture.test_routes import address
from tests.factories.accounts import make_staff, principal_of, sign_in
from tests.factories.moderation import Office, make_case, make_office
from tests.factories.places import become, make_commune, make_department, make_province
from tests.factories.uploads import make_clean_photo

DENUNCIATION = "Tôi tố cáo ông Lê Văn Tám, thôn trưởng, ăn chặn gạo cứu đói. Đề nghị điều tra."
ORDINARY = "Gạo cứu đói chia rồi mà đường vào kho còn ổ gà."
SORTS = ("due", "-created", "urgency")
GUARDED = ("staff", "resident", "signed_in")


@dataclass
class Place:
    """A commune with one restricted and one ordinary case, each with a sent photo and a proof."""

    office: Office
    restricted: UUID
    ordinary: UUID
    photos: dict[UUID, list[UUID]]


@pytest.fixture
def place(db: Any) -> Place:
    with transaction() as session:
        office = make_office(session)
        cases = [make_case(session, office.unit, text=text) for text in (DENUNCIATION, ORDINARY)]
        assert [case.restricted for case in cases] == [True, False]
        photos = {
            case.id: [
                make_clean_photo(session, subject_kind=kind, subject_id=subject).id
                for kind, subject in ((FEEDBACK, case.feedback_id), (CASE, case.id))
            ]
            for case in cases
        }
        return Place(office, cases[0].id, cases[1].id, photos)


def somebody(session: Session, place: Place, role: Role, level: str) -> Staff:
    """Of the commune or of its province; a handler for one department only."""
    unit = place.office.unit
    if level == "province":
        unit = session.get_one(AdminUnit, unit.parent_id)
    narrowed = {}
    if role is Role.HANDLER:
        narrowed["department_id"] = make_department(session, unit, code="so", name="Sở").id
    return make_staff(session, role, unit=unit, **narrowed)


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.get_json()["items"]}


@pytest.mark.parametrize(
    ("role", "level", "whole"),
    [
        (Role.HANDLER, "commune", False),
        (Role.HANDLER, "province", False),
        (Role.TRIAGE_OFFICER, "commune", True),
        (Role.TRIAGE_OFFICER, "province", True),
        (Role.COMMUNE_LEADER, "province", True),
        (Role.PROVINCE_SUPERVISOR, "province", True),
    ],
)
def test_what_is_restricted_is_for_intake_leaders_and_supervisors(
    client: FlaskClient, place: Place, role: Role, level: str, whole: bool
) -> None:
    with transaction() as session:
        person = somebody(session, place, role, level)
    sign_in(client, person)
    seen = {str(place.ordinary), *([str(place.restricted)] if whole else [])}
    for sort in SORTS:
        assert ids(client.get(f"/api/v1/cases?sort={sort}")) == seen
    assert ids(client.get("/api/v1/cases?q=cứu đói")) == seen
    counted = client.get("/api/v1/cases/counts").get_json()
    assert counted["by_view"]["all"] == len(seen)
    assert counted["by_legal_type"]["denunciation"] == int(whole)
    assert client.get("/api/v1/cases/counts?q=cứu đói").get_json()["by_view"]["all"] == len(seen)
    assert client.get(f"/api/v1/cases/{place.ordinary}").status_code == 200
    assert client.get(f"/api/v1/cases/{place.restricted}").status_code == (200 if whole else 404)
    with reading() as session:
        principal = principal_of(session, person)
        for case_id, may in ((place.ordinary, True), (place.restricted, whole)):
            for photo in place.photos[case_id]:
                upload = session.get_one(Upload, photo)
                assert uploads.may_read(session, principal, upload) is may
    for photo in place.photos[place.restricted]:
        answer = client.get(f"/api/v1/uploads/{photo}/content?variant=480")
        assert answer.status_code == (200 if whole else 404)


def test_a_provinces_handler_who_takes_in_for_one_commune_sees_its_restricted_cases_only(
    place: Place,
) -> None:
    with transaction() as session:
        parent = session.get_one(AdminUnit, place.office.unit.parent_id)
        neighbour = make_office(session, parent_id=parent.id)
        theirs = make_case(session, neighbour.unit, text=DENUNCIATION).id
        others = make_case(session, neighbour.unit, text=ORDINARY).id
        handler = somebody(session, place, Role.HANDLER, "province")
        intake = place.office.staff["hoa"]
        both = principal_of(session, handler).grants + principal_of(session, intake).grants
        person = Principal(kind="staff", id=handler.id, grants=both)
    with reading() as session:
        for checked in (False, True):
            condition = access.scope_of(session, person).condition(checked=checked)
            found = set(session.scalars(select(Case.id).where(condition)))
            assert found == {place.restricted, place.ordinary, others}
        readable = {
            case.id
            for case in session.scalars(select(Case))
            if access.may_read(session, person, case)
        }
        assert readable == found
        assert theirs not in readable


@pytest.mark.parametrize("level", ["commune", "province"])
@pytest.mark.parametrize(
    ("role", "whole"), [(Role.COMMUNE_LEADER, True), (Role.HANDLER, False), (Role.DRAFTER, None)]
)
def test_who_holds_a_grant_on_what_a_unit_became_answers_for_its_cases(
    client: FlaskClient, place: Place, role: Role, whole: bool | None, level: str
) -> None:
    with transaction() as session:
        ended = session.get_one(AdminUnit, place.office.unit.id)
        if level == "province":
            ended = session.get_one(AdminUnit, ended.parent_id)
            heir = make_province(session, code="66", name="Đắk Lắk")
        else:
            heir = make_commune(session, parent_id=ended.parent_id)
        other = make_commune(session, parent_id=ended.parent_id or ended.id)
        unrelated = make_case(session, other).id if level == "commune" else None
        become(session, heir, ended)
        narrowed = {"department_id": make_department(session, heir, code="so", name="Sở").id}
        person = make_staff(session, role, unit=heir, **(narrowed if role is Role.HANDLER else {}))
    sign_in(client, person)
    seen = {str(place.ordinary)} if whole is False else {str(place.ordinary), str(place.restricted)}
    if whole is None:
        seen = set()
        assert client.get("/api/v1/cases").status_code == 403
    else:
        for sort in SORTS:
            assert ids(client.get(f"/api/v1/cases?sort={sort}")) == seen
        assert client.get("/api/v1/cases/counts").get_json()["by_view"]["all"] == len(seen)
    for case_id in (place.ordinary, place.restricted):
        answer = client.get(f"/api/v1/cases/{case_id}")
        assert answer.status_code == (
            403 if whole is None else 200 if str(case_id) in seen else 404
        )
    with reading() as session:
        principal = principal_of(session, person)
        for case_id in (place.ordinary, place.restricted):
            case = session.get_one(Case, case_id)
            assert access.may_read(session, principal, case) is (str(case_id) in seen)
            actor = access.actor_on(session, principal, case)
            assert (Who.LEADER in actor.roles) is bool(whole)
        if unrelated is not None:
            assert not access.may_read(session, principal, session.get_one(Case, unrelated))


def test_units_that_ended_without_a_case_leave_the_queue_one_equality(place: Place) -> None:
    with transaction() as session:
        heir = session.get_one(AdminUnit, place.office.unit.id)
        become(session, heir, *(make_commune(session, parent_id=heir.parent_id) for _ in range(3)))
    with reading() as session:
        assert access.scope_of(session, place.office.hoa).unit_ids == {heir.id}


def test_a_commune_asked_for_is_the_one_of_today_with_what_it_was_made_from(
    client: FlaskClient, place: Place
) -> None:
    """Unknown is wrong, somebody else's has nothing; the list and its counts say the same."""
    with transaction() as session:
        ended = session.get_one(AdminUnit, place.office.unit.id)
        heir = make_commune(session, parent_id=ended.parent_id)
        neighbour = make_commune(session, parent_id=ended.parent_id)
        make_case(session, neighbour)
        become(session, heir, ended)
        province = session.get_one(AdminUnit, heir.parent_id)
        elsewhere = make_commune(session, parent_id=make_province(session, code="66").id)
        make_case(session, elsewhere)
        desk = make_department(session, heir, code="so", name="Sở").id
        people = {
            make_staff(session, Role.TRIAGE_OFFICER, unit=heir): True,
            make_staff(session, Role.HANDLER, unit=heir, department_id=desk): False,
            make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province): True,
        }
    for person, whole in people.items():
        sign_in(client, person)
        here = {str(place.ordinary), *([str(place.restricted)] if whole else [])}
        for words in ("", "&q=cứu đói"):
            for code, seen in ((heir.code, here), (elsewhere.code, set())):
                for sort in SORTS:
                    listed = client.get(f"/api/v1/cases?commune={code}&sort={sort}{words}")
                    assert ids(listed) == seen
                counted = client.get(f"/api/v1/cases/counts?commune={code}{words}").get_json()
                assert counted["by_view"]["all"] == len(seen)
            for code in (ended.code, "99999"):
                for where in ("cases", "cases/counts"):
                    answer = client.get(f"/api/v1/{where}?commune={code}{words}")
                    assert answer.status_code == 422
                    assert answer.get_json()["errors"] == {"commune": ["unknown"]}


def test_a_case_of_what_ended_is_given_to_those_who_took_its_place(
    client: FlaskClient, place: Place
) -> None:
    with transaction() as session:
        ended = session.get_one(AdminUnit, place.office.unit.id)
        heir = make_office(session, parent_id=ended.parent_id)
        stranger = make_office(session, parent_id=ended.parent_id)
        become(session, heir.unit, ended)
    sign_in(client, heir.staff["hoa"])
    path = f"/api/v1/cases/{place.ordinary}"
    offered = client.get(f"{path}/handlers/{heir.economy.id}").get_json()["items"]
    assert [each["name"] for each in offered] == ["Bình"]
    body = {"department_id": str(stranger.economy.id)}
    version = client.get(path).get_json()["version"]
    confirmed = client.post(
        f"{path}/moves/confirm_legal",
        json={"legal_type": "ordinary"},
        headers={"If-Match": f'"{version}"'},
    ).get_json()
    headers = {"If-Match": f'"{confirmed["version"]}"'}
    refused = client.post(f"{path}/moves/assign", json=body, headers=headers)
    assert refused.get_json()["errors"] == {"department_id": ["unknown"]}
    body = {"department_id": str(heir.economy.id), "staff_id": str(heir.binh.id)}
    given = client.post(f"{path}/moves/assign", json=body, headers=headers)
    assert given.status_code == 200, given.text
    assert given.get_json()["assignee"]["name"] == "Bình"
    sign_in(client, heir.staff["binh"])
    assert "start" in [each["move"] for each in client.get(path).get_json()["allowed_moves"]]


def test_strangers_are_turned_away_before_their_words_are_read(
    app: Flask, client: FlaskClient
) -> None:
    """What is wrong with a body is told to those who may send it; the same for every route of the house."""
    heard, asked = [], 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH"}:
            view = app.view_functions[rule.endpoint]
            kind = getattr(getattr(view, "view_class", None), method.lower(), view)
            if (
                not rule.rule.startswith("/api/v1/")
                or kind.__access__.partition(":")[0] not in GUARDED
            ):
                continue
            asked += 1
            answer = client.open(
                address(rule), method=method, data=b"{", content_type="application/json"
            )
            if answer.status_code != 401:
                heard.append((method, rule.rule, answer.status_code))
    assert asked > 20
    assert heard == []
