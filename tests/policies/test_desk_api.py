"""Policies at the desk: versions, rights, and everything people may send by mistake or on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.places.models import AdminUnit, Department
from backend.policies.models import Policy, PolicyEvent, PolicyPromise, PolicyText
from backend.policies.national import ensure_policies
from tests.factories.accounts import make_staff, sign_in
from tests.factories.places import (
    become,
    make_commune,
    make_community,
    make_department,
    make_province,
)
from tests.factories.policies import TEXT, make_policy

API = "/api/v1"
PROMISE = {"texts": {"vi": "Nối ống nước về 40 hộ cuối làng."}, "due_on": "2026-12-31"}


@dataclass
class Desk:
    """A commune with its leader and its editor, each signed in."""

    unit: AdminUnit
    department: Department
    dung: FlaskClient
    yen: FlaskClient


@pytest.fixture
def desk(app: Flask) -> Desk:
    with transaction() as session:
        unit = make_commune(session)
        department = make_department(session, unit)
        people = [
            make_staff(session, role, unit=unit) for role in (Role.COMMUNE_LEADER, Role.EDITOR)
        ]
    return Desk(unit, department, *(sign_in(app.test_client(), person) for person in people))


def new(desk: Desk, **changes: Any) -> dict[str, Any]:
    return {"unit": desk.unit.code, "kind": "programme", "texts": {"vi": TEXT}, **changes}


def created(desk: Desk, **changes: Any) -> dict[str, Any]:
    answer = desk.dung.post(f"{API}/console/policies", json=new(desk, **changes))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def patch(who: FlaskClient, policy: dict[str, Any], **changes: Any) -> TestResponse:
    return who.patch(
        f"{API}/console/policies/{policy['id']}",
        json=changes,
        headers={"If-Match": f'"{policy["version"]}"'},
    )


def move(who: FlaskClient, policy: dict[str, Any], name: str, **asked: Any) -> TestResponse:
    return who.post(
        f"{API}/console/policies/{policy['id']}/{name}",
        json=asked,
        headers={"If-Match": f'"{policy["version"]}"'},
    )


def good(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    assert answer.headers["ETag"] == f'"{body["version"]}"'
    return body


def test_a_policy_goes_from_a_draft_to_the_public_and_away(desk: Desk, client: FlaskClient) -> None:
    answer = desk.dung.post(f"{API}/console/policies", json=new(desk, promises=[PROMISE]))
    policy = answer.get_json()
    assert answer.headers["Location"] == f"{API}/console/policies/{policy['id']}"
    assert (policy["state"], policy["state_label"]) == ("draft", "Bản nháp")
    assert [each["move"] for each in policy["allowed_moves"]] == ["publish"]
    policy = good(move(desk.yen, policy, "publish"))
    assert client.get(f"{API}/policies/{policy['slug']}").status_code == 200
    policy = good(move(desk.dung, policy, "archive"))
    assert policy["can_edit"] is False
    assert patch(desk.dung, policy, issuer="UBND xã").status_code == 409
    policy = good(move(desk.dung, policy, "publish"))
    refused = move(desk.dung, policy, "redraft")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "policies.reason_required")
    policy = good(move(desk.dung, policy, "redraft", reason="Nhầm số hiệu"))
    assert client.get(f"{API}/policies/{policy['slug']}").status_code == 404
    assert [each["summary"] for each in policy["events"]] == [
        "Lập bản nháp",
        "Công bố",
        "Lưu trữ",
        "Công bố",
        "Đưa về bản nháp",
    ]
    assert policy["events"][-1]["reason"] == "Nhầm số hiệu"


def test_the_history_says_what_was_before(desk: Desk) -> None:
    policy = created(desk, number="12/NQ-HĐND", promises=[PROMISE])
    kept = {**PROMISE, "id": policy["promises"][0]["id"]}
    policy = good(
        patch(desk.yen, policy, number="13/NQ-HĐND", promises=[{**kept, "status": "done"}])
    )
    last = policy["events"][-1]
    assert last["note"] == "Số hiệu, Cam kết"
    assert last["detail"]["number"] == "12/NQ-HĐND"
    assert last["detail"]["promises"][0]["status"] == "planned"
    same = good(patch(desk.yen, policy, number="13/NQ-HĐND"))
    assert (len(same["events"]), same["version"]) == (2, policy["version"])
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PolicyEvent)) == 2


def test_promises_are_one_list_in_which_each_keeps_its_place_and_its_past(desk: Desk) -> None:
    policy = created(desk, promises=[{**PROMISE, "texts": {"vi": each}} for each in "ABC"])
    a, b, c = policy["promises"]
    policy = good(
        patch(
            desk.dung,
            policy,
            promises=[
                {"id": c["id"], "texts": c["texts"], "department_id": str(desk.department.id)},
                {"texts": {"vi": "D"}, "responsible": "Trưởng làng"},
                {"id": a["id"], "texts": a["texts"], "status": "in_progress", "note": "Đang đào"},
            ],
        )
    )
    assert [each["texts"]["vi"] for each in policy["promises"]] == ["C", "D", "A"]
    assert policy["promises"][0]["id"] == c["id"]
    assert policy["promises"][0]["status_at"] == c["status_at"]
    assert policy["promises"][0]["department"] == {
        "id": str(desk.department.id),
        "name": desk.department.name,
    }
    with reading() as session:
        left = {str(row) for row in session.scalars(select(PolicyPromise.id))}
    assert b["id"] not in left
    assert len(left) == 3


def test_a_change_needs_the_version_that_was_seen(desk: Desk) -> None:
    policy = created(desk)
    path = f"{API}/console/policies/{policy['id']}"
    assert desk.dung.patch(path, json={"issuer": "x"}).status_code == 428
    assert desk.dung.post(f"{path}/publish", json={}).status_code == 428
    wrong = desk.dung.patch(path, json={"issuer": "x"}, headers={"If-Match": "x"})
    assert wrong.status_code == 422
    good(patch(desk.yen, policy, issuer="UBND xã"))
    stale = patch(desk.dung, policy, issuer="HĐND xã")
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale")
    assert move(desk.dung, policy, "publish").status_code == 412


def test_the_same_policy_sent_twice_is_one(desk: Desk) -> None:
    key = {"Idempotency-Key": f"policy-{uuid4()}"}
    first = desk.dung.post(f"{API}/console/policies", json=new(desk), headers=key)
    second = desk.dung.post(f"{API}/console/policies", json=new(desk), headers=key)
    assert first.get_json()["id"] == second.get_json()["id"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Policy)) == 1


def test_two_of_one_name_have_each_their_address(desk: Desk) -> None:
    slugs = [created(desk)["slug"] for _ in range(3)]
    assert slugs[0] == "nuoc-sach-nong-thon-2026"
    assert slugs[1] == f"nuoc-sach-nong-thon-2026-{desk.unit.code}"
    assert slugs[2].startswith("nuoc-sach-nong-thon-2026-")
    assert len(set(slugs)) == 3
    assert all(len(slug) <= 40 for slug in slugs)
    policy = created(desk, texts={"vi": {**TEXT, "name": "…"}})
    assert policy["slug"] == "chinh-sach"
    renamed = good(patch(desk.dung, policy, texts={"vi": {**TEXT, "name": "Tên khác"}}))
    assert renamed["slug"] == "chinh-sach"


def test_other_units_do_not_exist(app: Flask, desk: Desk) -> None:
    policy = created(desk)
    with transaction() as session:
        stranger = make_staff(session, Role.EDITOR, Role.APPROVER, unit=make_commune(session))
    outside = sign_in(app.test_client(), stranger)
    path = f"{API}/console/policies/{policy['id']}"
    assert outside.get(path).status_code == 404
    assert patch(outside, policy, issuer="x").status_code == 404
    assert move(outside, policy, "publish").status_code == 404
    assert outside.post(f"{API}/console/policies", json=new(desk)).status_code == 404
    for query in ("", f"?unit={desk.unit.code}", "?q=nuoc"):
        assert outside.get(f"{API}/console/policies{query}").get_json()["items"] == []


@pytest.mark.parametrize("role", [Role.HANDLER, Role.DRAFTER, Role.TRIAGE_OFFICER])
def test_those_who_do_not_answer_for_policies_are_refused(
    app: Flask, desk: Desk, role: Role
) -> None:
    policy = created(desk)
    with transaction() as session:
        binh = make_staff(session, role, unit=desk.unit)
    for who, status in ((sign_in(app.test_client(), binh), 403), (app.test_client(), 401)):
        assert who.get(f"{API}/console/policies").status_code == status
        assert who.get(f"{API}/console/policies/{policy['id']}").status_code == status
        assert who.post(f"{API}/console/policies", json=new(desk)).status_code == status
        assert patch(who, policy, issuer="x").status_code == status
        assert move(who, policy, "publish").status_code == status


def test_a_grant_on_one_village_is_none_on_the_commune(app: Flask, desk: Desk) -> None:
    policy = created(desk)
    with transaction() as session:
        community = make_community(session, desk.unit)
        narrow = make_staff(session, Role.EDITOR, unit=desk.unit, community_id=community.id)
    yen = sign_in(app.test_client(), narrow)
    assert yen.get(f"{API}/console/policies/{policy['id']}").status_code == 404
    assert yen.post(f"{API}/console/policies", json=new(desk)).status_code == 404


def test_the_province_answers_for_its_own_and_sees_its_communes(app: Flask, desk: Desk) -> None:
    commune_policy = created(desk)
    with transaction() as session:
        province = session.get_one(AdminUnit, desk.unit.parent_id)
        person = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
    phuoc = sign_in(app.test_client(), person)
    answer = phuoc.post(f"{API}/console/policies", json=new(desk, unit=province.code))
    assert answer.status_code == 201
    own = answer.get_json()
    ids = [each["id"] for each in phuoc.get(f"{API}/console/policies").get_json()["items"]]
    assert ids == [own["id"], commune_policy["id"]]
    assert desk.dung.get(f"{API}/console/policies/{own['id']}").status_code == 404


def test_the_countrys_policies_are_read_by_all_and_changed_by_none(desk: Desk) -> None:
    with transaction() as session:
        ensure_policies(session)
    own = created(desk)
    listed = desk.yen.get(f"{API}/console/policies?national=true&limit=100").get_json()["items"]
    assert len(listed) == 23
    assert own["id"] not in {each["id"] for each in listed}
    found = desk.yen.get(f"{API}/console/policies/{listed[0]['id']}").get_json()
    assert (found["can_edit"], found["allowed_moves"], found["unit"]) == (False, [], None)
    assert found["events"][0]["actor"]["name"] == "Hệ thống"
    refused = patch(desk.dung, found, issuer="x")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "policies.national")
    assert move(desk.dung, found, "archive").status_code == 403


def test_the_list_is_filtered_by_state_unit_and_words(desk: Desk) -> None:
    draft = created(desk)
    public = good(move(desk.dung, created(desk, texts={"vi": {**TEXT, "name": "Đèn"}}), "publish"))

    def ids(query: str) -> list[str]:
        answer = desk.yen.get(f"{API}/console/policies?{query}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [each["id"] for each in answer.get_json()["items"]]

    assert ids("state=draft") == [draft["id"]]
    assert ids("state=published") == [public["id"]]
    assert ids("q=den") == [public["id"]]
    assert ids(f"unit={desk.unit.code}") == [public["id"], draft["id"]]
    assert ids("unit=00000") == []
    first = desk.yen.get(f"{API}/console/policies?limit=1").get_json()
    assert ids(f"limit=1&cursor={first['next_cursor']}") == [draft["id"]]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"unit": "5"}, "unit"),
    ({"unit": None}, "unit"),
    ({"kind": "law"}, "kind"),
    ({"kind": None}, "kind"),
    ({"texts": {}}, "texts"),
    ({"texts": {"en": TEXT}}, "texts"),
    ({"texts": {"vi": {"name": ""}}}, "texts"),
    ({"texts": {"vi": {**TEXT, "name": "x" * 201}}}, "texts"),
    ({"texts": {"vi": {**TEXT, "name": "hai\ndòng"}}}, "texts"),
    ({"texts": {"vi": {**TEXT, "body": "x" * 20_001}}}, "texts"),
    ({"texts": {"vi": {**TEXT, "body_html": "<p>x</p>"}}}, "texts"),
    ({"texts": [TEXT]}, "texts"),
    ({"number": "x" * 61}, "number"),
    ({"issued_on": "hôm qua"}, "issued_on"),
    ({"issued_on": "2026-02-30"}, "issued_on"),
    ({"issued_on": 20260101}, "issued_on"),
    ({"valid_from": "2027-01-02", "valid_to": "2027-01-01"}, "valid_to"),
    ({"slug": "nuoc_sach"}, "slug"),
    ({"state": "published"}, "state"),
    ({"promises": {}}, "promises"),
    ({"promises": [PROMISE] * 101}, "promises"),
    ({"promises": [{"texts": {"vi": ""}}]}, "promises"),
    ({"promises": [{"texts": {"en": "Pipes"}}]}, "promises"),
    ({"promises": [{"texts": {"vi": "x" * 501}}]}, "promises"),
    ({"promises": [{**PROMISE, "status": "late"}]}, "promises"),
    ({"promises": [{**PROMISE, "due_on": "31/12/2026"}]}, "promises"),
    ({"promises": [{**PROMISE, "id": "x"}]}, "promises"),
    ({"promises": [{**PROMISE, "id": str(uuid4())}]}, "promises"),
    ({"promises": [{**PROMISE, "department_id": str(uuid4())}]}, "promises"),
    ({"promises": [{**PROMISE, "is_late": False}]}, "promises"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_a_bad_policy_is_told_where_it_is_wrong(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    answer = desk.dung.post(f"{API}/console/policies", json=new(desk, **changes))
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert field in answer.get_json()["errors"]
    with reading() as session:
        assert session.scalars(select(Policy)).all() == []


def test_a_promise_of_another_policy_or_twice_the_same_is_refused(desk: Desk) -> None:
    mine, other = created(desk, promises=[PROMISE]), created(desk, promises=[PROMISE])
    theirs = {**PROMISE, "id": other["promises"][0]["id"]}
    own = {**PROMISE, "id": mine["promises"][0]["id"]}
    for promises in ([theirs], [own, own]):
        refused = patch(desk.dung, mine, promises=promises)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "policies.promises")


def test_a_department_is_of_the_unit_and_in_use_unless_it_was_there_before(desk: Desk) -> None:
    with transaction() as session:
        foreign = make_department(session, make_commune(session))
        provincial = make_department(
            session, session.get_one(AdminUnit, desk.unit.parent_id), code="so_nnmt"
        )
    policy = created(desk)

    def with_department(department: Department) -> list[dict[str, Any]]:
        return [{**PROMISE, "department_id": str(department.id)}]

    assert patch(desk.dung, policy, promises=with_department(foreign)).status_code == 422
    policy = good(patch(desk.dung, policy, promises=with_department(provincial)))
    policy = good(patch(desk.dung, policy, promises=with_department(desk.department)))
    with transaction() as session:
        session.get_one(Department, desk.department.id).active = False
    policy = good(patch(desk.dung, policy, promises=with_department(desk.department)))
    policy = good(patch(desk.dung, policy, promises=[]))
    assert patch(desk.dung, policy, promises=with_department(desk.department)).status_code == 422


def test_what_is_public_stays_complete(desk: Desk) -> None:
    policy = created(desk, texts={"vi": {"name": "Chưa có tóm tắt"}})
    assert policy["allowed_moves"] == []
    refused = move(desk.dung, policy, "publish")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "policies.incomplete")
    policy = good(patch(desk.dung, policy, texts={"vi": TEXT}))
    policy = good(move(desk.dung, policy, "publish"))
    emptied = patch(desk.dung, policy, texts={"vi": {**TEXT, "summary": ""}})
    assert (emptied.status_code, emptied.get_json()["code"]) == (422, "policies.incomplete")
    with reading() as session:
        assert session.scalars(select(PolicyText.summary)).all() == [TEXT["summary"]]


def test_a_move_that_is_not_open_is_a_conflict(desk: Desk) -> None:
    policy = created(desk)
    refused = move(desk.dung, policy, "archive")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "policies.move_not_possible")
    assert move(desk.dung, policy, "fly").status_code == 404
    assert move(desk.dung, {"id": uuid4(), "version": 1}, "publish").status_code == 404


def test_what_a_unit_of_the_past_promised_stays_with_those_who_answer_for_it(
    app: Flask, desk: Desk
) -> None:
    with transaction() as session:
        province = make_province(session, code="48", name="Đà Nẵng", short_code="DN")
        commune = make_commune(session, parent_id=province.id)
        policy = make_policy(session, commune)
        person = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
    found = sign_in(app.test_client(), person).get(f"{API}/console/policies/{policy.id}")
    assert found.status_code == 200
    assert found.get_json()["can_edit"] is True


def test_a_successor_is_told_that_it_may_change_what_it_took_over_and_finds_it(desk: Desk) -> None:
    policy = created(desk)
    with transaction() as session:
        old = session.get_one(AdminUnit, desk.unit.id)
        new_unit = make_commune(session, parent_id=old.parent_id)
        become(session, new_unit, old)
        person = make_staff(session, Role.EDITOR, unit=new_unit)
    heir = sign_in(desk.dung.application.test_client(), person)
    shown = good(heir.get(f"{API}/console/policies/{policy['id']}"))
    assert shown["can_edit"] is True
    assert [each["move"] for each in shown["allowed_moves"]] == ["publish"]
    good(patch(heir, shown, issuer="UBND xã"))
    listed = heir.get(f"{API}/console/policies?unit={new_unit.code}").get_json()["items"]
    assert [each["id"] for each in listed] == [policy["id"]]
