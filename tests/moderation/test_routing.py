"""Routing rules: ordered, the first that holds decides, the front desk is last, a broken one is loud."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.core.db import reading, transaction
from moderation import defaults
from moderation.models import Case, RoutingRule
from moderation.routing import Matter, Rule, RuleError, check, decide
from moderation.workflow import Move
from tests.factories.moderation import Office, make_case, make_office, make_rule, move
from tests.factories.places import make_department

A, B = uuid4(), uuid4()


def rule(name: str, conditions: Any, department: UUID | None = A) -> Rule:
    return Rule(uuid4(), name, 1, conditions, department)


def matter(**overrides: Any) -> Matter:
    values: dict[str, Any] = {
        "category": "ha_tang_giao_thong",
        "kind": "report",
        "legal_type": "ordinary",
        "urgency": "normal",
        "text": "Ổ gà trước cổng trường.",
        **overrides,
    }
    return Matter(**values)


def test_the_first_rule_that_holds_decides() -> None:
    rules = [
        rule("khác", {"category": ["y_te"]}),
        rule("đúng", {"category": ["ha_tang_giao_thong"], "urgency": ["normal"]}, B),
        rule("muộn", {}),
    ]
    decision = decide(rules, matter())
    assert decision.rule is rules[1]
    assert decision.department_id == B
    assert decision.matched == {"category": "ha_tang_giao_thong", "urgency": "normal"}


def test_the_last_rule_always_matches_and_without_any_the_front_desk_has_it() -> None:
    last = rule("cuối", {}, None)
    assert decide([rule("a", {"kind": ["praise"]}), last], matter()).reason == "always"
    assert decide([], matter()).reason == "no_rule"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Cho hỏi cái ổ gà này", True),
        ("co cai O GA to lam", True),
        ("Bạn bảo gà nhà hàng xóm", False),
        ("ổ... gà", True),
        ("oga", False),
    ],
)
def test_keywords_are_whole_words_without_regard_to_diacritics(text: str, holds: bool) -> None:
    decision = decide([rule("ổ gà", {"keywords": ["ổ gà"]})], matter(text=text))
    assert (decision.rule is not None) is holds


@pytest.mark.parametrize(
    "conditions",
    [
        {"categry": ["y_te"]},
        {"category": "y_te"},
        {"keywords": [""]},
        {"working_time": "yes"},
        {"keywords": [1]},
        ["category"],
    ],
)
def test_a_rule_that_cannot_be_read_is_loud_and_falls_to_the_front_desk(conditions: Any) -> None:
    decision = decide([rule("hỏng", conditions), rule("sau", {})], matter())
    assert decision.reason == "rule_failed"
    assert decision.department_id is None
    assert decision.failed[0]["rule"] == "hỏng"
    if isinstance(conditions, dict):
        with pytest.raises(RuleError):
            check(conditions)


def test_default_rules_can_be_read_and_end_with_one_that_always_holds() -> None:
    for _name, conditions, _code in defaults.RULES:
        check({key: [str(each) for each in wanted] for key, wanted in conditions.items()})
    assert defaults.RULES[-1][1:] == ({}, None)


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


def routed(office: Office, **overrides: Any) -> Case:
    with transaction() as session:
        return make_case(session, office.unit, **overrides)


def test_the_rule_its_version_and_the_reason_stay_with_the_case(office: Office) -> None:
    with transaction() as session:
        made = make_rule(
            session,
            "Đường sá",
            unit_id=office.unit.id,
            department_id=office.economy.id,
            conditions={"keywords": ["sạt"]},
        )
    case = routed(office)
    assert case.lead_department_id == office.economy.id
    assert case.routed_by_rule == "Đường sá"
    assert case.routing["version"] == made.version
    assert case.routing["matched"] == {"keywords": "sạt"}
    with transaction() as session:
        session.get_one(RoutingRule, made.id).name = "Tên mới"
    with reading() as session:
        assert session.get_one(Case, case.id).routed_by_rule == "Đường sá"


def test_a_changed_rule_holds_at_once(office: Office) -> None:
    assert routed(office).route_reason == "no_rule"
    with transaction() as session:
        make_rule(session, "Mọi việc", department_id=office.economy.id)
    assert routed(office).lead_department_id == office.economy.id


def test_the_communes_own_rule_comes_before_the_provinces(office: Office) -> None:
    with transaction() as session:
        culture = make_department(session, office.unit, code="van_hoa", name="Phòng Văn hóa")
        make_rule(session, "Chung", department_code="kinh_te", position=1)
        make_rule(session, "Tỉnh", unit_id=office.unit.parent_id, department_code="kinh_te")
        make_rule(session, "Xã", unit_id=office.unit.id, department_id=culture.id, position=900)
        make_rule(session, "Không có ở đây", department_code="khong_co", position=0)
    assert routed(office).routed_by_rule == "Xã"


def test_a_broken_rule_in_the_table_sends_the_case_to_the_front_desk(office: Office) -> None:
    with transaction() as session:
        make_rule(session, "Hỏng", conditions={"xyz": 1}, department_id=office.economy.id)
    case = routed(office)
    assert case.lead_department_id == office.desk.id
    assert case.route_reason == "rule_failed"
    assert case.routing["failed"][0]["rule"] == "Hỏng"


def test_what_may_be_a_denunciation_goes_to_no_department(office: Office) -> None:
    with transaction() as session:
        make_rule(session, "Mọi việc", department_id=office.economy.id)
    case = routed(
        office,
        text="Tôi tố cáo ông Lê Văn Tám, thôn trưởng, ăn chặn gạo cứu đói. Đề nghị điều tra.",
    )
    assert case.lead_department_id == office.desk.id
    assert case.route_reason == "other_law"
    # Hoa finds that it is ordinary: now the rules speak
    move(office.hoa, case.id, Move.CONFIRM_LEGAL, legal_type="ordinary")
    with reading() as session:
        again = session.scalars(select(Case)).one()
        assert again.lead_department_id == office.economy.id
