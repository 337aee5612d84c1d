"""Administration of staff: within one's own units, never above oneself, on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.accounts import queries
from backend.accounts.events import StaffDeactivated
from backend.accounts.models import AdminAct, RoleGrant, Staff
from backend.accounts.rules import levels_of
from backend.core import clock
from backend.core import db as core_db
from backend.core.auth import Permission, Role
from backend.core.db import reading, transaction
from backend.core.ids import new_id
from backend.places.models import AdminUnit
from tests.accounts.conftest import hearing
from tests.databases import counting
from tests.factories.accounts import make_staff, sign_in
from tests.factories.places import make_commune, make_community, make_department, make_province


@pytest.fixture
def office(client: FlaskClient, admin: Staff) -> FlaskClient:
    """The browser of Ayun's administrator."""
    return sign_in(client, admin)


@pytest.fixture
def quynhon(ayun: AdminUnit) -> AdminUnit:
    with transaction() as session:
        return make_commune(session, code="21583", name="Quy Nhơn", parent_id=ayun.parent_id)


@pytest.fixture
def stranger(quynhon: AdminUnit) -> Staff:
    with transaction() as session:
        return make_staff(session, Role.DRAFTER, unit=quynhon, name="Người lạ")


def acts() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(AdminAct.act).order_by(AdminAct.at, AdminAct.id)))


def new(**overrides: Any) -> dict[str, Any]:
    return {"username": "binh.ayun", "name": "Bình", "unit": "23798", **overrides}


# ------------------------------------------------------------ adding people
def test_a_new_colleague_gets_a_password_to_change_and_can_do_nothing_before(
    browser: Callable[[], FlaskClient], office: FlaskClient, ayun: AdminUnit
) -> None:
    with transaction() as session:
        department = make_department(session, ayun)
    created = office.post(
        "/api/v1/staff",
        json=new(
            email="binh@ayun.example",
            phone="0905 222 333",
            grants=[{"role": "handler", "unit": "23798", "department_id": str(department.id)}],
        ),
    )
    assert created.status_code == 201, created.get_json()
    body = created.get_json()
    assert created.headers["Location"] == f"/api/v1/staff/{body['id']}"
    assert body["phone_masked"] == "••• ••• 333"
    assert body["grants"][0]["department"] == {"id": str(department.id), "name": "Phòng Kinh tế"}
    assert body["unit"]["name"] == "Xã Ayun"
    theirs = browser()
    with reading() as session:
        binh = session.get_one(Staff, queries.staff_by_username(session, "binh.ayun").id)  # type: ignore[union-attr]
    sign_in(theirs, binh, body["initial_password"])
    me = theirs.get("/api/v1/me").get_json()["staff"]
    assert me["must_change_password"] is True
    assert me["permissions"] == []
    change = {"current_password": body["initial_password"], "new_password": "mat-khau-cua-binh"}
    assert theirs.post("/api/v1/me/password", json=change).status_code == 204
    me = theirs.get("/api/v1/me").get_json()["staff"]
    assert "cases:handle" in me["permissions"]
    assert acts() == ["staff.created", "grant.added"]


def test_a_repeated_creation_is_one(office: FlaskClient) -> None:
    headers = {"Idempotency-Key": "create-binh-0001"}
    first = office.post("/api/v1/staff", json=new(), headers=headers)
    again = office.post("/api/v1/staff", json=new(), headers=headers)
    assert again.get_json() == first.get_json()
    other = office.post("/api/v1/staff", json=new(name="Khác"), headers=headers)
    assert other.status_code == 422
    assert acts() == ["staff.created"]


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"username": "Bình"}, "username"),
        ({"username": "ab"}, "username"),
        ({"username": "x" * 61}, "username"),
        ({"username": "-binh"}, "username"),
        ({"name": "  "}, "name"),
        ({"unit": "21583"}, "unit"),  # another commune
        ({"unit": "52"}, "unit"),  # above
        ({"unit": "00000"}, "unit"),
        ({"unit": "gl"}, "unit"),
        ({"email": "no"}, "email"),
        ({"language": "jra"}, "language"),
        ({"password": "x"}, "password"),
        ({"grants": [{"role": "drafter", "unit": "23798"}] * 21}, "grants"),
    ],
)
def test_what_cannot_be_created_is_named(
    office: FlaskClient, quynhon: AdminUnit, overrides: dict[str, Any], field: str
) -> None:
    answer = office.post("/api/v1/staff", json=new(**overrides))
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
    assert acts() == []


def test_a_user_name_is_somebodys_only_once(office: FlaskClient, hoa: Staff) -> None:
    answer = office.post("/api/v1/staff", json=new(username="hoa.ayun"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "staff.username_taken")


def test_of_two_who_create_the_same_name_at_once_one_is_told(app: Flask, admin: Staff) -> None:
    statuses: list[int] = []
    offices = [sign_in(app.test_client(), admin) for _ in range(3)]
    together = threading.Barrier(3)

    def go(office: FlaskClient) -> None:
        together.wait()
        statuses.append(office.post("/api/v1/staff", json=new()).status_code)

    threads = [threading.Thread(target=go, args=(office,)) for office in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409]


def test_a_grant_that_fails_leaves_nobody_behind(office: FlaskClient, quynhon: AdminUnit) -> None:
    answer = office.post("/api/v1/staff", json=new(grants=[{"role": "drafter", "unit": "21583"}]))
    assert answer.status_code == 422
    with reading() as session:
        assert queries.staff_by_username(session, "binh.ayun") is None


# ------------------------------------------------------------ scope
def test_people_of_other_units_do_not_exist_for_an_administrator(
    office: FlaskClient, hoa: Staff, stranger: Staff
) -> None:
    listed = office.get("/api/v1/staff").get_json()["items"]
    assert "Người lạ" not in {each["name"] for each in listed}
    path = f"/api/v1/staff/{stranger.id}"
    assert office.get(path).status_code == 404
    headers = {"If-Match": '"1"'}
    assert office.patch(path, json={"name": "X"}, headers=headers).status_code == 404
    grant = {"role": "drafter", "unit": "23798"}
    assert office.post(f"{path}/grants", json=grant).status_code == 404
    assert office.post(f"{path}/reset", json={}).status_code == 404
    assert office.delete(f"{path}/grants/{new_id()}").status_code == 404


def test_only_administrators_administer(browser: Callable[[], FlaskClient], hoa: Staff) -> None:
    desk = sign_in(browser(), hoa)
    assert desk.get("/api/v1/staff").status_code == 403
    assert desk.post("/api/v1/staff", json=new()).status_code == 403
    assert browser().get("/api/v1/staff").status_code == 401


def test_nobody_grants_beyond_their_units_nor_to_themselves(
    office: FlaskClient, admin: Staff, hoa: Staff, quynhon: AdminUnit
) -> None:
    for unit in ("21583", "52"):
        answer = office.post(
            f"/api/v1/staff/{hoa.id}/grants", json={"role": "administrator", "unit": unit}
        )
        assert (answer.status_code, answer.get_json()["errors"]) == (422, {"unit": ["unknown"]})
    mine = office.post(
        f"/api/v1/staff/{admin.id}/grants", json={"role": "triage_officer", "unit": "23798"}
    )
    assert (mine.status_code, mine.get_json()["code"]) == (403, "staff.not_yourself")
    assert office.post(f"/api/v1/staff/{admin.id}/reset", json={}).status_code == 403


def test_whoever_holds_powers_beyond_cannot_be_taken_over(
    office: FlaskClient, ayun: AdminUnit, quynhon: AdminUnit
) -> None:
    with transaction() as session:
        above = make_staff(session, Role.DRAFTER, unit=ayun)
        session.add(RoleGrant(staff_id=above.id, role=Role.ADMINISTRATOR, unit_id=ayun.parent_id))
    reset = office.post(f"/api/v1/staff/{above.id}/reset", json={})
    assert (reset.status_code, reset.get_json()["code"]) == (403, "staff.beyond_your_units")
    changed = office.patch(
        f"/api/v1/staff/{above.id}", json={"active": False}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 403


def test_an_administrator_of_the_province_administers_its_communes(
    client: FlaskClient, ayun: AdminUnit, hoa: Staff, stranger: Staff
) -> None:
    with transaction() as session:
        province = session.get_one(AdminUnit, ayun.parent_id)
        boss = make_staff(session, Role.ADMINISTRATOR, unit=province)
        other = make_province(session, code="66", name="Đắk Lắk")
        outsider = make_staff(session, Role.DRAFTER, unit=make_commune(session, parent_id=other.id))
    sign_in(client, boss)
    names = {each["username"] for each in client.get("/api/v1/staff").get_json()["items"]}
    assert {hoa.username, stranger.username} <= names
    assert outsider.username not in names
    there = client.get("/api/v1/staff?unit=21583").get_json()["items"]
    assert [each["username"] for each in there] == [stranger.username]


# ------------------------------------------------------------ roles
def test_a_role_is_given_ended_and_both_are_on_record(
    browser: Callable[[], FlaskClient], office: FlaskClient, hoa: Staff, admin: Staff
) -> None:
    desk = sign_in(browser(), hoa)
    path = f"/api/v1/staff/{hoa.id}/grants"
    given = office.post(path, json={"role": "drafter", "unit": "23798"})
    assert given.status_code == 201
    assert "articles:write" in desk.get("/api/v1/me").get_json()["staff"]["permissions"]
    twice = office.post(path, json={"role": "drafter", "unit": "23798"})
    assert (twice.status_code, twice.get_json()["code"]) == (409, "staff.has_this_role")
    ended = office.delete(f"{path}/{given.get_json()['id']}")
    assert ended.status_code == 204
    assert "articles:write" not in desk.get("/api/v1/me").get_json()["staff"]["permissions"]
    assert office.delete(f"{path}/{given.get_json()['id']}").status_code == 404
    with reading() as session:
        records = session.scalars(select(AdminAct).order_by(AdminAct.at, AdminAct.id)).all()
        assert [(each.act, each.actor_id, each.target_id) for each in records] == [
            ("grant.added", admin.id, hoa.id),
            ("grant.revoked", admin.id, hoa.id),
        ]
        assert records[0].detail["role"] == "drafter"


def test_a_role_holds_from_its_first_moment_to_its_last(
    browser: Callable[[], FlaskClient], office: FlaskClient, hoa: Staff
) -> None:
    now = clock.now()
    given = office.post(
        f"/api/v1/staff/{hoa.id}/grants",
        json={
            "role": "drafter",
            "unit": "23798",
            "valid_from": (now + timedelta(minutes=5)).isoformat(),
            "valid_to": (now + timedelta(minutes=10)).isoformat(),
        },
    )
    assert given.status_code == 201
    desk = sign_in(browser(), hoa)
    for minutes, held in ((1, False), (6, True), (11, False)):
        with clock.freeze(now + timedelta(minutes=minutes)):
            permissions = desk.get("/api/v1/me").get_json()["staff"]["permissions"]
            assert ("articles:write" in permissions) is held, minutes


def test_roles_that_make_no_sense_are_refused(
    office: FlaskClient, ayun: AdminUnit, quynhon: AdminUnit, hoa: Staff
) -> None:
    with transaction() as session:
        foreign = make_department(session, quynhon)
        foreign_community = make_community(session, quynhon)
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    for body, field in (
        ({"role": "handler"}, "department_id"),
        ({"role": "handler", "department_id": str(foreign.id)}, "department_id"),
        ({"role": "village_head", "community_id": str(foreign_community.id)}, "community_id"),
        ({"role": "village_head", "community_id": str(new_id())}, "community_id"),
        ({"role": "province_supervisor"}, "role"),
        ({"role": "portal_client"}, "role"),
        ({"role": "king"}, "role"),
        ({"role": "drafter", "valid_to": yesterday}, "valid_to"),
        ({"role": "drafter", "valid_from": "2026-11-23"}, "valid_from"),
        ({"role": "drafter", "department_id": "x"}, "department_id"),
        ({}, "role"),
    ):
        answer = office.post(f"/api/v1/staff/{hoa.id}/grants", json={"unit": "23798", **body})
        assert answer.status_code == 422, body
        assert field in answer.get_json()["errors"], body


@pytest.mark.parametrize(
    "role",
    [role.value for role in Role if levels_of(role) and role is not Role.PROVINCE_SUPERVISOR],
)
def test_a_role_is_narrowed_only_to_what_it_knows(
    office: FlaskClient, ayun: AdminUnit, hoa: Staff, role: str
) -> None:
    """An article, a programme, a device belongs to everybody in a commune: a part of it would open nothing."""
    with transaction() as session:
        department = str(make_department(session, ayun).id)
        community = str(make_community(session, ayun).id)
    path = f"/api/v1/staff/{hoa.id}/grants"
    body = {"role": role, "unit": "23798"}
    answers = {
        "department_id": office.post(path, json={**body, "department_id": department}),
        "community_id": office.post(path, json={**body, "community_id": community}),
    }
    allowed = {"handler": ["department_id"], "village_head": ["community_id"]}.get(role, [])
    for field, answer in answers.items():
        if field in allowed:
            assert answer.status_code == 201
        elif role == "handler":
            assert answer.get_json()["errors"] == {"department_id": ["required"]}
        else:
            assert answer.status_code == 422
            assert answer.get_json()["errors"] == {field: ["not_for_this_role"]}


def test_a_commune_is_staffed_while_somebody_may_sort_its_feedback(
    office: FlaskClient, ayun: AdminUnit, hoa: Staff
) -> None:
    with transaction() as session:
        session.get_one(AdminUnit, ayun.id).is_staffed = False

    def staffed() -> bool:
        with reading() as session:
            return session.get_one(AdminUnit, ayun.id).is_staffed

    path = f"/api/v1/staff/{hoa.id}/grants"
    office.post(path, json={"role": "drafter", "unit": "23798"})
    assert staffed()  # Hoa sorts already; the commune is looked at again
    held = office.get(f"/api/v1/staff/{hoa.id}").get_json()["grants"]
    triage = next(each["id"] for each in held if each["role"] == "triage_officer")
    office.delete(f"{path}/{triage}")
    assert not staffed()
    office.post(path, json={"role": "one_stop_desk", "unit": "23798"})
    assert staffed()
    version = office.get(f"/api/v1/staff/{hoa.id}").headers["ETag"]
    office.patch(f"/api/v1/staff/{hoa.id}", json={"active": False}, headers={"If-Match": version})
    assert not staffed()


# ------------------------------------------------------------ changing people
def test_a_change_says_which_version_it_changes(office: FlaskClient, hoa: Staff) -> None:
    path = f"/api/v1/staff/{hoa.id}"
    version = office.get(path).headers["ETag"]
    assert office.patch(path, json={"name": "Hoa H'Nga"}).status_code == 428
    changed = office.patch(path, json={"name": "Hoa H'Nga"}, headers={"If-Match": version})
    assert changed.status_code == 200
    assert changed.get_json()["name"] == "Hoa H'Nga"
    assert changed.headers["ETag"] != version
    stale = office.patch(path, json={"name": "Khác"}, headers={"If-Match": version})
    assert stale.status_code == 412
    assert office.patch(path, json={}, headers={"If-Match": '"x"'}).status_code == 422
    found = office.get("/api/v1/staff?q=h'nga").get_json()["items"]
    assert [each["username"] for each in found] == ["hoa.ayun"]


def test_whoever_is_deactivated_is_out_at_once(
    browser: Callable[[], FlaskClient], office: FlaskClient, hoa: Staff
) -> None:
    desk = sign_in(browser(), hoa)
    path = f"/api/v1/staff/{hoa.id}"
    version = office.get(path).headers["ETag"]
    with hearing(StaffDeactivated) as heard:
        gone = office.patch(
            path, json={"active": False, "reason": "nghỉ hưu"}, headers={"If-Match": version}
        )
    assert gone.get_json()["active"] is False
    assert desk.get("/api/v1/me").status_code == 401
    assert desk.post("/api/v1/auth/refresh").status_code == 401
    assert heard == [StaffDeactivated(hoa.id)]
    back = office.patch(path, json={"active": True}, headers={"If-Match": gone.headers["ETag"]})
    assert back.get_json()["active"] is True
    sign_in(browser(), hoa)
    with reading() as session:
        act = session.scalars(select(AdminAct).where(AdminAct.act == "staff.deactivated")).one()
        assert act.reason == "nghỉ hưu"


def test_a_reset_hands_out_a_password_and_ends_everything(
    browser: Callable[[], FlaskClient], office: FlaskClient, hoa: Staff
) -> None:
    desk = sign_in(browser(), hoa)
    handed = office.post(f"/api/v1/staff/{hoa.id}/reset", json={"reason": "quên mật khẩu"})
    assert handed.status_code == 200
    assert desk.get("/api/v1/me").status_code == 401
    password = handed.get_json()["initial_password"]
    fresh = sign_in(browser(), hoa, password)
    assert fresh.get("/api/v1/me").get_json()["staff"]["must_change_password"] is True
    assert "staff.reset" in acts()


def test_nobody_waits_for_a_password_to_be_hashed(
    browser: Callable[[], FlaskClient],
    office: FlaskClient,
    hoa: Staff,
    open_while_hashing: list[int],
) -> None:
    created = office.post("/api/v1/staff", json=new())
    assert created.status_code == 201, created.get_json()
    assert office.post(f"/api/v1/staff/{hoa.id}/reset", json={}).status_code == 200
    assert open_while_hashing == [0, 0]


# ------------------------------------------------------------ lists
def test_the_list_is_paged_filtered_and_of_constant_cost(
    office: FlaskClient, ayun: AdminUnit
) -> None:
    with transaction() as session:
        for number in range(30):
            make_staff(session, Role.DRAFTER, Role.EDITOR, unit=ayun, name=f"Người {number:02d}")
        make_staff(session, unit=ayun, name="Nghỉ việc", active=False)

    def cost(limit: int) -> int:
        with counting(core_db.engine()) as statements:
            answer = office.get(f"/api/v1/staff?limit={limit}")
        assert len(answer.get_json()["items"]) == limit
        return len([each for each in statements if not each.startswith("BEGIN")])

    assert cost(5) == cost(30) <= 6
    names: list[str] = []
    cursor = ""
    while True:
        answer = office.get(f"/api/v1/staff?limit=7&active=true{cursor}").get_json()
        names += [each["name"] for each in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert len(names) == len(set(names)) == 31
    assert names == sorted(names, key=str.casefold)
    inactive = office.get("/api/v1/staff?active=false").get_json()["items"]
    assert [each["name"] for each in inactive] == ["Nghỉ việc"]
    assert office.get("/api/v1/staff?cursor=nonsense").status_code == 422
    assert office.get("/api/v1/staff?unit=00000").status_code == 422
    assert office.get("/api/v1/staff?q=%25").get_json()["items"] == []


def test_departments_and_roles_for_the_forms(office: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        make_department(session, ayun)
    departments = office.get("/api/v1/departments?unit=23798").get_json()["items"]
    assert [each["name"] for each in departments] == ["Phòng Kinh tế"]
    assert office.get("/api/v1/departments?unit=00000").status_code == 404
    assert office.get("/api/v1/departments").status_code == 422
    roles = {each["role"]: each for each in office.get("/api/v1/roles?lang=en").get_json()["items"]}
    assert "portal_client" not in roles
    assert roles["handler"]["needs_department"] is True
    assert [name for name, each in roles.items() if each["takes_community"]] == ["village_head"]
    assert roles["handler"]["label"] == "Handler"
    assert roles["province_supervisor"]["levels"] == ["province"]


def test_other_rooms_ask_who_may_do_what(ayun: AdminUnit, quynhon: AdminUnit, hoa: Staff) -> None:
    with transaction() as session:
        economy = make_department(session, ayun)
        culture = make_department(session, ayun, code="van_hoa", name="Phòng Văn hóa")
        binh = make_staff(session, Role.HANDLER, unit=ayun, name="Bình", department_id=economy.id)
        van = make_staff(session, Role.HANDLER, unit=ayun, name="Vân", department_id=culture.id)
        make_staff(session, Role.HANDLER, unit=ayun, active=False, department_id=economy.id)
        make_staff(session, Role.HANDLER, unit=quynhon)
    with reading() as session:
        handlers = queries.staff_with(session, Permission.CASES_HANDLE, ayun.id)
        assert [each.id for each in handlers] == [binh.id, van.id]
        ours = queries.staff_with(session, Permission.CASES_HANDLE, ayun.id, economy.id)
        assert [each.id for each in ours] == [binh.id]
        assert queries.staff_names(session, [hoa.id, binh.id, new_id()]) == {
            hoa.id: "Hoa",
            binh.id: "Bình",
        }
        assert queries.staff_names(session, []) == {}


def test_whoever_holds_a_role_on_a_part_is_not_told_about_the_whole(ayun: AdminUnit) -> None:
    """Such grants are refused today; one made before opens nothing, so its holder hears of nothing."""
    with transaction() as session:
        community, department = make_community(session, ayun), make_department(session, ayun)
        dung = make_staff(session, Role.APPROVER, unit=ayun)
        make_staff(session, Role.APPROVER, unit=ayun, community_id=community.id)
        make_staff(session, Role.APPROVER, unit=ayun, department_id=department.id)
        siu = make_staff(session, Role.VILLAGE_HEAD, unit=ayun, community_id=community.id)
    with reading() as session:
        told = queries.staff_with(session, Permission.ARTICLES_APPROVE, ayun.id)
        assert [each.id for each in told] == [dung.id]
        helping = queries.staff_with(session, Permission.CASES_ASSISTED, ayun.id)
        assert [each.id for each in helping] == [siu.id]
