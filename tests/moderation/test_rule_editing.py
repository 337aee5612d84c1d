"""Routing rules are edited by those who answer for them, tried before they are kept, and never lost."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.places.models import AdminUnit, Department
from moderation import defaults, rule_editing, rule_trial, settings
from moderation.models import Case, FeedbackCategory, RoutingRule, RoutingRuleVersion
from tests.databases import counting
from tests.factories.accounts import make_staff, principal_of, sign_in
from tests.factories.moderation import Office, make_case, make_office, make_rule
from tests.factories.places import make_commune, make_community, make_department

URL = "/api/v1/routing-rules"
HEALTH = {"category": ["y_te"], "keywords": ["tiêm chủng"]}
DENUNCIATION = "Tôi tố cáo ông Lê Văn Tám, thôn trưởng, ăn chặn gạo cứu đói. Đề nghị điều tra."


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        made = make_office(session)
        defaults.install(session)
        return made


@pytest.fixture
def dung(client: FlaskClient, office: Office) -> FlaskClient:
    """The leader's browser."""
    return sign_in(client, office.staff["dung"])


def table(client: FlaskClient, unit: AdminUnit) -> Any:
    answer = client.get(URL, query_string={"unit": unit.code})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def body(office: Office, **overrides: Any) -> dict[str, Any]:
    return {
        "unit": office.unit.code,
        "name": "Tiêm chủng",
        "conditions": HEALTH,
        "department": "kinh_te",
        **overrides,
    }


def add(client: FlaskClient, office: Office, **overrides: Any) -> Any:
    answer = client.post(URL, json=body(office, **overrides))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def patch(client: FlaskClient, rule_id: str, version: int, **changes: Any) -> Any:
    return client.patch(f"{URL}/{rule_id}", json=changes, headers={"If-Match": f'"{version}"'})


def order(client: FlaskClient, office: Office, version: int, *ids: str) -> Any:
    return client.put(
        f"{URL}/order",
        json={"unit": office.unit.code, "order": ids},
        headers={"If-Match": f'"{version}"'},
    )


def case(office: Office, text: str = "Đường vào làng bị sạt.", **overrides: Any) -> UUID:
    with transaction() as session:
        return make_case(session, office.unit, text=text, **overrides).id


def lead(case_id: UUID) -> UUID | None:
    with reading() as session:
        return session.get_one(Case, case_id).lead_department_id


def test_the_table_is_in_the_order_of_asking_and_ends_with_the_countrys(
    dung: FlaskClient, office: Office
) -> None:
    with transaction() as session:
        make_rule(session, "Tỉnh", unit_id=office.unit.parent_id, conditions={"kind": ["praise"]})
    mine = add(dung, office)
    shown = table(dung, office.unit)
    assert [each["owner"] for each in shown["items"]][:3] == ["unit", "province", "country"]
    assert shown["items"][0] == mine
    assert mine["department"] == {"code": "kinh_te", "name": "Phòng Kinh tế"}
    assert (mine["editable"], mine["fault"], mine["changed_by"]) == (True, None, "Dũng")
    assert not any(each["editable"] for each in shown["items"][1:])
    assert shown["items"][-1]["conditions"] == {}
    assert shown["complete"]
    assert not any(each["hides_rest"] for each in shown["items"])
    assert {"code": "mot_cua", "name": "Một cửa"} in shown["departments"]
    # the country's rule for a department that Ayun does not have is not asked here
    skipped = {each["name"]: each["skipped"] for each in shown["items"]}
    assert (skipped["Cấp nước"], skipped["Hạ tầng, môi trường, đất đai, nông nghiệp"]) == (
        True,
        False,
    )


def test_a_new_rule_decides_at_once_and_its_versions_name_who_made_them(
    dung: FlaskClient, office: Office
) -> None:
    before = case(office, "Lịch tiêm chủng tháng này?", category=FeedbackCategory.Y_TE)
    made = add(dung, office)
    after = case(office, "Lịch tiêm chủng tháng này?", category=FeedbackCategory.Y_TE)
    assert (lead(before), lead(after)) == (office.desk.id, office.economy.id)
    changed = patch(dung, made["id"], 1, name="Y tế dự phòng", conditions={"category": ["y_te"]})
    assert changed.status_code == 200, changed.text
    assert changed.headers["ETag"] == '"2"'
    assert patch(dung, made["id"], 2, name="Y tế dự phòng").get_json()["version"] == 2
    off = patch(dung, made["id"], 2, active=False).get_json()
    assert (off["version"], off["active"]) == (3, False)
    assert lead(case(office, "Lịch tiêm chủng?", category=FeedbackCategory.Y_TE)) == office.desk.id
    past = dung.get(f"{URL}/{made['id']}/versions").get_json()["items"]
    assert [(each["version"], each["name"], each["active"]) for each in past] == [
        (3, "Y tế dự phòng", False),
        (2, "Y tế dự phòng", True),
        (1, "Tiêm chủng", True),
    ]
    assert past[2]["conditions"] == HEALTH
    assert {each["changed_by"] for each in past} == {"Dũng"}
    assert past[0]["department"] == {"code": "kinh_te", "name": "Phòng Kinh tế"}
    row = table(dung, office.unit)["items"][0]
    assert row["decided"] == 1
    assert table(dung, office.unit)["decided_of"] == 3


def test_creating_twice_with_one_key_makes_one_rule(dung: FlaskClient, office: Office) -> None:
    headers = {"Idempotency-Key": "rule-0001"}
    first, again = (dung.post(URL, json=body(office), headers=headers) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert table(dung, office.unit)["version"] == 1


def test_two_people_on_one_rule_lose_nothing(dung: FlaskClient, office: Office) -> None:
    made = add(dung, office)
    assert patch(dung, made["id"], 1, name="Một").status_code == 200
    late = patch(dung, made["id"], 1, name="Hai")
    assert (late.status_code, late.get_json()["current_version"]) == (412, 2)
    missing = dung.patch(f"{URL}/{made['id']}", json={"name": "Ba"})
    assert missing.status_code == 428


def test_the_order_is_changed_as_a_whole_and_decides(dung: FlaskClient, office: Office) -> None:
    wide = add(dung, office, name="Rộng", conditions={"category": ["y_te"]}, department=None)
    narrow = add(dung, office, name="Hẹp")
    assert lead(case(office, "Tiêm chủng?", category=FeedbackCategory.Y_TE)) == office.desk.id
    moved = order(dung, office, 2, narrow["id"], wide["id"])
    assert moved.status_code == 200, moved.text
    assert [each["name"] for each in moved.get_json()["items"]][:2] == ["Hẹp", "Rộng"]
    assert moved.headers["ETag"] == '"4"'
    assert lead(case(office, "Tiêm chủng?", category=FeedbackCategory.Y_TE)) == office.economy.id
    assert order(dung, office, 2, wide["id"], narrow["id"]).status_code == 412
    for wrong in ([wide["id"]], [wide["id"], str(uuid4())], [wide["id"], wide["id"]]):
        refused = order(dung, office, 4, *wrong)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "rules.order")
    # a new one may be put where it belongs at once
    first = add(dung, office, name="Đầu", position=1)
    assert first["version"] == 2
    names = [each["name"] for each in table(dung, office.unit)["items"]]
    assert names[:3] == ["Đầu", "Hẹp", "Rộng"]
    with reading() as session:
        rules = dict(iter(session.execute(select(RoutingRule.id, RoutingRule.version))))
        kept = session.execute(
            select(RoutingRuleVersion.rule_id, func.max(RoutingRuleVersion.version)).group_by(
                RoutingRuleVersion.rule_id
            )
        )
        assert dict(iter(kept)) == rules


def test_only_the_countrys_last_rule_may_take_everything(dung: FlaskClient, office: Office) -> None:
    refused = dung.post(URL, json=body(office, conditions={}))
    assert (refused.status_code, refused.get_json()["code"]) == (422, "rules.always_holds")
    made = add(dung, office)
    emptied = patch(dung, made["id"], 1, conditions={})
    assert emptied.get_json()["code"] == "rules.always_holds"
    # one that was there before there was an editor stays last, and is shown to hide what is below
    with transaction() as session:
        make_rule(session, "Tất cả", unit_id=office.unit.id, position=90)
    shown = table(dung, office.unit)
    assert [each["name"] for each in shown["items"] if each["hides_rest"]] == ["Tất cả"]
    hiding = next(each["id"] for each in shown["items"] if each["name"] == "Tất cả")
    up = order(dung, office, shown["version"], hiding, made["id"])
    assert (up.status_code, up.get_json()["code"]) == (422, "rules.always_holds")


RING = [[108.1, 13.7], [108.3, 13.7], [108.3, 13.9], [108.1, 13.7]]


@pytest.mark.parametrize(
    ("conditions", "where", "why"),
    [
        ({"categry": ["y_te"]}, "categry", "unknown_field"),
        ({"category": ["yte"]}, "category", "unknown_choice"),
        ({"category": []}, "category", "required"),
        ({"policy": ["khong_co"]}, "policy", "unknown_choice"),
        ({"keywords": ["ổ gà"] * 10_000}, "keywords", "too_many"),
        ({"keywords": ["x" * 10_000]}, "keywords", "too_long"),
        ({"keywords": ["?!"]}, "keywords", "empty_keyword"),
        ({"working_time": "yes"}, "working_time", "not_a_boolean"),
        ({"radius": {"latitude": 13.9, "longitude": 108.1, "metres": 1}}, "metres", "out_of_range"),
        ({"radius": {"latitude": 108.1, "longitude": 13.9, "metres": 50}}, "latitude", "outside"),
        ({"community_ids": [str(uuid4())]}, "community_ids", "unknown"),
        ({"unit_codes": ["23798"]}, "unit_codes", "not_here"),
        ({"polygon": {"type": "Point", "coordinates": [1, 2]}}, "polygon", "not_a_polygon"),
        (
            {"polygon": {"type": "Polygon", "coordinates": [RING * 1_000]}},
            "polygon",
            "too_many_positions",
        ),
        (
            {
                "polygon": {
                    "type": "Polygon",
                    "coordinates": [
                        [[108.1, 13.7], [108.3, 13.9], [108.3, 13.7], [108.1, 13.9], [108.1, 13.7]]
                    ],
                }
            },
            "polygon",
            "crosses_itself",
        ),
    ],
)
def test_bad_conditions_are_refused_field_by_field(
    dung: FlaskClient, office: Office, conditions: dict[str, Any], where: str, why: str
) -> None:
    for path in (URL, f"{URL}/trial"):
        refused = dung.post(path, json=body(office, conditions=conditions))
        assert refused.status_code == 422
        said = str(refused.get_json()["errors"])
        assert where in said
        assert why in said
    assert len(table(dung, office.unit)["items"]) == len(defaults.RULES)


def test_a_number_that_is_none_is_refused(dung: FlaskClient, office: Office) -> None:
    circle = {"latitude": float("nan"), "longitude": 108.1, "metres": 50}
    raw = json.dumps(body(office, conditions={"radius": circle}))  # says NaN, which is no JSON
    refused = dung.post(URL, data=raw, content_type="application/json")
    assert refused.status_code in {400, 422}


def test_departments_and_villages_of_others_are_refused(dung: FlaskClient, office: Office) -> None:
    with transaction() as session:
        other = make_commune(session)
        make_department(session, other, code="noi_khac", name="Nơi khác")
        theirs = make_community(session, other)
        ours = make_community(session, office.unit)
    refused = dung.post(URL, json=body(office, department="noi_khac"))
    assert refused.get_json()["errors"] == {"department": ["unknown"]}
    refused = dung.post(URL, json=body(office, conditions={"community_ids": [str(theirs.id)]}))
    assert refused.get_json()["errors"] == {"conditions.community_ids": ["unknown"]}
    made = add(dung, office, conditions={"community_ids": [str(ours.id)]})
    assert made["conditions"] == {"community_ids": [str(ours.id)]}
    assert lead(case(office, community_id=ours.id)) == office.economy.id


def test_a_province_writes_for_its_communes_by_code(client: FlaskClient, office: Office) -> None:
    with transaction() as session:
        province = session.get_one(AdminUnit, office.unit.parent_id)
        boss = make_staff(session, Role.ADMINISTRATOR, unit=province, name="Tỉnh")
    sign_in(client, boss)
    shown = table(client, province)
    assert [each["owner"] for each in shown["items"]] == ["country"] * len(defaults.RULES)
    assert "kinh_te" in {each["code"] for each in shown["departments"]}
    made = add(
        client,
        office,
        unit=province.code,
        conditions={"unit_codes": [office.unit.code], "keywords": ["sạt"]},
    )
    assert made["unit"] == province.full_name
    assert lead(case(office)) == office.economy.id
    for wrong in ({"conditions": {"unit_codes": ["99999"]}}, {"department": "khong_co"}):
        assert patch(client, made["id"], 1, **wrong).status_code == 422
    # what the commune writes comes first; the province sees it in the commune's own list
    add(client, office, name="Của xã", conditions={"keywords": ["sạt"]}, department="mot_cua")
    assert lead(case(office)) == office.desk.id
    assert [each["owner"] for each in table(client, office.unit)["items"]][:2] == [
        "unit",
        "province",
    ]


def test_a_department_that_was_closed_makes_its_rule_red(dung: FlaskClient, office: Office) -> None:
    add(dung, office)
    with transaction() as session:
        session.get_one(Department, office.economy.id).active = False
        settings.changed(session)
    row = table(dung, office.unit)["items"][0]
    assert row["fault"] == {"code": "department_gone", "condition": None}
    assert row["department"]["name"] == "Phòng Kinh tế"


def test_only_those_who_answer_for_the_rules_see_or_change_them(
    client: FlaskClient, office: Office
) -> None:
    with transaction() as session:
        elsewhere = make_staff(session, Role.COMMUNE_LEADER, unit=make_commune(session))
        rule = make_rule(session, "Của xã", unit_id=office.unit.id, conditions=HEALTH)
        common = session.scalars(select(RoutingRule).where(RoutingRule.unit_id.is_(None))).first()
        assert common is not None
    sign_in(client, office.staff["binh"])
    assert client.get(URL, query_string={"unit": office.unit.code}).status_code == 403
    assert client.post(URL, json=body(office)).status_code == 403
    sign_in(client, elsewhere)
    assert client.get(URL, query_string={"unit": office.unit.code}).status_code == 404
    assert client.post(URL, json=body(office)).status_code == 404
    assert client.post(f"{URL}/trial", json=body(office)).status_code == 404
    assert patch(client, str(rule.id), 1, name="Của tôi").status_code == 404
    assert order(client, office, 1, str(rule.id)).status_code == 404
    assert client.get(f"{URL}/{rule.id}/versions").status_code == 404
    sign_in(client, office.staff["hoa"])
    assert patch(client, str(common.id), 1, name="Của tôi").status_code == 404
    assert client.get(f"{URL}/{common.id}/versions").status_code == 200


def test_a_trial_shows_what_would_change_and_stores_nothing(
    dung: FlaskClient, office: Office
) -> None:
    moved = case(office, "Lịch tiêm chủng cho trẻ em thế nào?", category=FeedbackCategory.Y_TE)
    case(office, "Trạm y tế đóng cửa", category=FeedbackCategory.Y_TE)
    case(office)
    tried = dung.post(f"{URL}/trial", json=body(office))
    assert tried.status_code == 200, tried.text
    found = tried.get_json()
    assert (found["examined"], found["decided"], found["changed"]) == (3, 1, 1)
    (shown,) = found["cases"]
    assert shown["id"] == str(moved)
    assert shown["excerpt"] == "Lịch tiêm chủng cho trẻ em thế nào?"
    assert shown["from"]["department"] == "Một cửa"
    assert shown["to"] == {"rule": "Tiêm chủng", "department": "Phòng Kinh tế"}
    assert len(table(dung, office.unit)["items"]) == len(defaults.RULES)


def test_a_trial_of_a_change_stands_where_the_rule_stands(
    dung: FlaskClient, office: Office
) -> None:
    made = add(dung, office, conditions={"keywords": ["sạt"]})
    add(dung, office, name="Sau", conditions={"keywords": ["đường"]}, department="mot_cua")
    case(office)

    def tried(**overrides: Any) -> Any:
        answer = dung.post(
            f"{URL}/trial",
            json=body(office, conditions={"keywords": ["sạt"]}, **overrides),
        )
        assert answer.status_code == 200, answer.text
        found = answer.get_json()
        return found["decided"], found["changed"]

    assert tried(rule_id=made["id"]) == (1, 0)
    assert tried(rule_id=made["id"], department=None) == (1, 1)
    assert tried(rule_id=made["id"], active=False) == (0, 1)
    assert tried(rule_id=made["id"], position=2) == (0, 1)  # below "Sau"
    assert tried(department=None) == (0, 0)  # as the last one it is not asked
    assert tried(department=None, position=1) == (1, 1)
    with transaction() as session:
        other = make_rule(session, "Của ai", conditions=HEALTH)
    refused = dung.post(f"{URL}/trial", json=body(office, rule_id=str(other.id)))
    assert refused.get_json()["errors"] == {"rule_id": ["unknown"]}


def test_a_trial_looks_only_at_what_its_reader_may_read(
    client: FlaskClient, office: Office
) -> None:
    case(office, DENUNCIATION)
    case(office)
    with transaction() as session:
        keeper = make_staff(session, Role.ADMINISTRATOR, unit=office.unit)
    asked = body(office, conditions={"legal_type": ["denunciation"]})
    sign_in(client, office.staff["hoa"])
    seen = client.post(f"{URL}/trial", json=asked).get_json()
    assert (seen["examined"], seen["changed"]) == (2, 1)
    asked = body(office, conditions={"keywords": ["gạo cứu đói"]})
    kept = client.post(f"{URL}/trial", json=asked).get_json()
    assert (kept["decided"], kept["changed"]) == (
        0,
        0,
    )  # no rule but one for just that learns of it
    # who keeps accounts does not read what people wrote, nor finds out by trying words
    sign_in(client, keeper)
    nothing = client.post(f"{URL}/trial", json=asked).get_json()
    assert nothing == {"examined": 0, "decided": 0, "changed": 0, "cases": []}


def test_reading_and_trying_cost_a_fixed_number_of_statements(
    dung: FlaskClient, office: Office
) -> None:
    for _ in range(2):
        add(dung, office)
        case(office, "Lịch tiêm chủng?", category=FeedbackCategory.Y_TE)
    costs = []
    for _ in range(2):
        with counting(core_db.engine()) as reads:
            table(dung, office.unit)
        with counting(core_db.engine()) as tries:
            dung.post(f"{URL}/trial", json=body(office, department=None, position=1))
        costs.append((len(reads), len(tries)))
        for _ in range(5):
            add(dung, office)
            case(office, "Lịch tiêm chủng?", category=FeedbackCategory.Y_TE)
        with reading() as session:
            settings.settings_of(session, office.unit.id)
    assert costs[0] == costs[1]


def test_a_trial_over_many_communes_asks_for_the_generations_once(office: Office) -> None:
    with transaction() as session:
        province = session.get_one(AdminUnit, office.unit.parent_id)
        boss = make_staff(session, Role.ADMINISTRATOR, unit=province)
        for _ in range(3):
            make_case(session, make_office(session, parent_id=province.id).unit)
    with reading() as session:
        actor = principal_of(session, boss)
        draft: rule_editing.Draft = {
            "name": "Thử",
            "conditions": {"category": ["y_te"]},
            "department": None,
            "active": True,
        }
        with counting(core_db.engine()) as sent:
            rule_trial.try_rule(session, actor, province.code, draft)
    assert sum("FROM generation" in each for each in sent) == 1
