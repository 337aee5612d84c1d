"""Routing rules: ordered, the first that holds decides, the front desk is last, a broken one is loud."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.places.distance import metres as distance
from backend.places.models import AdminUnit, Department
from moderation import defaults, settings
from moderation.models import Case, RoutingRule, RoutingRuleVersion
from moderation.outlines import OutlineError, read_outline
from moderation.routing import Matter, Rule, RuleError, check, decide
from moderation.workflow import Move
from notifications.models import Message
from tests.factories.accounts import make_staff
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
    ("conditions", "why"),
    [
        ({"categry": ["y_te"]}, "categry: unknown_condition"),
        ({"category": "y_te"}, "category: not_a_list_of_words"),
        ({"category": []}, "category: required"),
        ({"keywords": [""]}, "keywords: empty_keyword"),
        ({"keywords": ["…"]}, "keywords: empty_keyword"),
        ({"keywords": [1]}, "keywords: not_a_list_of_words"),
        ({"keywords": ["ổ gà"] * 10_000}, "keywords: too_many"),
        ({"keywords": ["ổ" * 61]}, "keywords: too_long"),
        ({"working_time": "yes"}, "working_time: not_yes_or_no"),
        ({"radius": {"latitude": 13.9, "longitude": 108.0}}, "radius: not_a_circle"),
        (
            {"radius": {"latitude": math.nan, "longitude": 108.0, "metres": 50}},
            "radius: not_a_position",
        ),
        (
            {"radius": {"latitude": 13.9, "longitude": 108.0, "metres": math.inf}},
            "radius: out_of_range",
        ),
        ({"polygon": {"type": "Point", "coordinates": [108.0, 13.9]}}, "polygon: not_a_polygon"),
        (["category"], "not_an_object"),
    ],
)
def test_a_rule_that_cannot_be_read_is_loud_and_falls_to_the_front_desk(
    conditions: Any, why: str
) -> None:
    decision = decide([rule("hỏng", conditions), rule("sau", {})], matter())
    assert decision.reason == "rule_failed"
    assert decision.department_id is None
    assert decision.failed is not None
    assert (decision.failed.name, str(decision.failed.fault)) == ("hỏng", why)
    with pytest.raises(RuleError, match=why):
        check(conditions)


def test_every_condition_that_is_wrong_is_named() -> None:
    with pytest.raises(RuleError) as caught:
        check({"xyz": 1, "category": ["y_te"], "keywords": [], "working_time": 1})
    assert [(each.condition, each.code) for each in caught.value.faults] == [
        ("xyz", "unknown_condition"),
        ("working_time", "not_yes_or_no"),
        ("keywords", "required"),
    ]


# Ayun's market and what lies around it, WGS 84.
MARKET = {"latitude": 13.8000, "longitude": 108.2000}
SQUARE = [[108.1, 13.7], [108.3, 13.7], [108.3, 13.9], [108.1, 13.9], [108.1, 13.7]]
HOLE = [[108.19, 13.79], [108.21, 13.79], [108.21, 13.81], [108.19, 13.81], [108.19, 13.79]]


def holds(conditions: dict[str, Any], **overrides: Any) -> bool:
    return decide([rule("ở đây", conditions)], matter(**overrides)).rule is not None


def test_a_radius_holds_along_the_ellipsoid_and_for_nobody_without_a_position() -> None:
    near = {"radius": {**MARKET, "metres": 1_000}}
    # 0.009 degrees of latitude are 996 m here, 0.0091 are 1,007 m; of longitude 0.0092 are 995 m, 0.0093 are 1,006 m
    assert holds(near, latitude=13.8090, longitude=108.2)
    assert not holds(near, latitude=13.8091, longitude=108.2)
    assert holds(near, latitude=13.8, longitude=108.2092)
    assert not holds(near, latitude=13.8, longitude=108.2093)
    assert not holds(near, latitude=13.8063, longitude=108.2070)  # in the box, beyond the circle
    assert not holds(near)


@given(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), st.sampled_from([10, 150, 1_000, 2_000]))
def test_the_box_around_a_circle_never_cuts_it(north: float, east: float, metres: int) -> None:
    there = {"latitude": MARKET["latitude"] + north, "longitude": MARKET["longitude"] + east}
    away = distance(*MARKET.values(), *there.values())
    assert holds({"radius": {**MARKET, "metres": metres}}, **there) is (away <= metres)


def test_a_polygon_holds_inside_not_in_its_holes_and_in_each_part() -> None:
    drawn = {"polygon": {"type": "Polygon", "coordinates": [SQUARE, HOLE]}}
    assert holds(drawn, latitude=13.75, longitude=108.15)
    assert not holds(drawn, latitude=13.80, longitude=108.20)
    assert not holds(drawn, latitude=13.95, longitude=108.2)
    assert not holds(drawn)
    parts = {"polygon": {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}}
    assert holds(parts, latitude=13.80, longitude=108.20)


@pytest.mark.parametrize(
    ("ring", "why"),
    [
        ([[108.1, 13.7], [108.3, 13.9], [108.3, 13.7], [108.1, 13.9], [108.1, 13.7]], "crosses"),
        ([*SQUARE[:2], [108.2, 13.7], *SQUARE[2:]], "crosses_itself"),  # back over its first edge
        (SQUARE[:-1], "open_ring"),
        ([[108.1, 13.7], [108.2, 13.8], [108.3, 13.9], [108.1, 13.7]], "no_area"),
        ([[108.1, 13.7]] * 5, "no_area"),
        ([[13.7, 108.1], [13.7, 108.3], [13.9, 108.3], [13.7, 108.1]], "not_a_position"),
        ([[108.1, math.nan], *SQUARE[1:-1], [108.1, math.nan]], "not_a_position"),
        ([["108.1", 13.7]] * 4, "not_a_position"),
        ([[True, 13.7]] * 4, "not_a_position"),
        ([[108.1, 13.7]] * 100_000, "too_many_positions"),
        ([], "not_a_polygon"),
        ("SQUARE", "not_a_polygon"),
    ],
)
def test_an_area_drawn_by_mistake_is_refused(ring: Any, why: str) -> None:
    for geometry in (
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "MultiPolygon", "coordinates": [[HOLE], [ring]]},
    ):
        with pytest.raises(OutlineError, match=why):
            read_outline(geometry)


@given(
    st.lists(st.floats(0.001, 0.05), min_size=3, max_size=40), st.floats(0, 1), st.floats(0, 6.28)
)
def test_a_star_around_a_point_is_an_area_that_covers_it(
    reaches: list[float], turn: float, heading: float
) -> None:
    corners = len(reaches)
    ring = [
        [
            108.2 + reach * math.cos(turn + 2 * math.pi * corner / corners),
            13.8 + reach * math.sin(turn + 2 * math.pi * corner / corners),
        ]
        for corner, reach in enumerate(reaches)
    ]
    outline = read_outline({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    assert outline.covers(13.8, 108.2)
    assert not outline.covers(13.8 + 0.06 * math.sin(heading), 108.2 + 0.06 * math.cos(heading))


def test_a_provinces_rule_names_the_communes_it_is_for() -> None:
    assert holds({"unit_codes": ["23798", "23801"]}, unit_code="23801")
    assert not holds({"unit_codes": ["23798"]}, unit_code="23801")


CATEGORIES = ["y_te", "giao_duc", "ha_tang_giao_thong"]
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "category": st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2),
        "urgency": st.lists(st.sampled_from(["normal", "emergency"]), min_size=1, max_size=1),
        "keywords": st.lists(st.sampled_from(["ổ gà", "trường", "điện"]), min_size=1, max_size=2),
        "working_time": st.booleans(),
    },
)
RULES = st.lists(CONDITIONS.map(lambda each: rule("quy tắc", each, uuid4())), max_size=8)
MATTERS = st.builds(
    matter,
    category=st.sampled_from(CATEGORIES),
    urgency=st.sampled_from(["normal", "emergency"]),
    text=st.sampled_from(["Ổ gà trước cổng trường.", "Mất điện", "Cảm ơn"]),
    working_time=st.booleans(),
)


@given(RULES, MATTERS)
def test_the_first_that_holds_alone_decides_among_all(rules: list[Rule], about: Matter) -> None:
    alone = [each for each in rules if decide([each], about).rule is not None]
    decision = decide(rules, about)
    assert decision.rule is (alone[0] if alone else None)
    # asked the other way round, the last of them decides
    assert decide(rules[::-1], about).rule is (alone[-1] if alone else None)


@given(RULES, MATTERS, st.integers(0, 8))
def test_a_rule_that_never_holds_changes_nothing_wherever_it_stands(
    rules: list[Rule], about: Matter, place: int
) -> None:
    never = rule("không bao giờ", {"category": ["khac"], "keywords": ["khongcotunay"]})
    assert decide([*rules[:place], never, *rules[place:]], about) == decide(rules, about)


def test_a_department_that_is_gone_fails_loudly_only_when_the_rule_holds() -> None:
    gone = Rule(uuid4(), "Y tế", 3, {"category": ["y_te"]}, None, lost=True)
    last = rule("cuối", {}, B)
    assert decide([gone, last], matter()).rule is last
    decision = decide([gone, last], matter(category="y_te"))
    assert (decision.reason, decision.failed) == ("rule_failed", gone)
    assert str(gone.fault) == "department_gone"


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
    assert case.routing["failed"] == [
        {
            "rule_id": case.routing["failed"][0]["rule_id"],
            "rule": "Hỏng",
            "version": 1,
            "why": "xyz: unknown_condition",
        }
    ]


def told() -> int:
    with reading() as session:
        rows = session.scalars(select(Message).where(Message.kind == "routing_rule_failed"))
        return len(rows.all())


def test_a_version_that_fails_is_told_once_and_the_next_one_again(office: Office) -> None:
    with transaction() as session:
        made = make_rule(session, "Hỏng", conditions={"xyz": 1}, unit_id=office.unit.id)
    routed(office)
    routed(office)
    assert told() == 1
    with transaction() as session:
        row = session.get_one(RoutingRule, made.id)
        row.conditions = {"xyz": 2}
        session.flush()
        session.add(RoutingRuleVersion(rule_id=row.id, version=2, snapshot={}))
        settings.changed(session)
    routed(office)
    assert told() == 2


def test_a_rule_whose_department_was_closed_is_loud_not_silent(office: Office) -> None:
    with transaction() as session:
        culture = make_department(session, office.unit, code="van_hoa", name="Phòng Văn hóa")
        for place, target in enumerate(({"department_id": culture.id}, {"department_code": "no"})):
            make_rule(session, f"Quy tắc {place}", unit_id=office.unit.id, position=place, **target)
    assert routed(office).lead_department_id == culture.id
    with transaction() as session:
        session.get_one(Department, culture.id).active = False
        settings.changed(session)
    case = routed(office)
    assert (case.lead_department_id, case.route_reason) == (office.desk.id, "rule_failed")
    assert case.routing["failed"][0]["why"] == "department_gone"


def test_a_rule_that_works_again_is_told_again_when_it_fails(office: Office) -> None:
    with transaction() as session:
        culture = make_department(session, office.unit, code="van_hoa", name="Phòng Văn hóa").id
        make_rule(session, "Văn hóa", unit_id=office.unit.id, department_id=culture)
    for works, times in ((False, 1), (False, 1), (True, 1), (True, 1), (False, 2)):
        with transaction() as session:
            session.get_one(Department, culture).active = works
            settings.changed(session)
        assert (routed(office).lead_department_id == culture) is works
        assert told() == times


def test_a_failure_is_told_to_whoever_can_mend_the_rule(office: Office) -> None:
    with transaction() as session:
        province = session.get_one(AdminUnit, office.unit.parent_id)
        boss = make_staff(session, Role.ADMINISTRATOR, unit=province).id
        make_rule(session, "Tỉnh", conditions={"xyz": 1}, unit_id=province.id)
    routed(office)
    with transaction() as session:
        session.execute(update(RoutingRule).values(unit_id=None))
        session.execute(update(RoutingRuleVersion).values(failed_at=None))
        settings.changed(session)
    routed(office)
    with reading() as session:
        failed = select(Message).where(Message.kind == "routing_rule_failed")
        rows = session.scalars(failed.order_by(Message.id))
        of_province, of_country = (row.audience for row in rows)
    assert (of_province["unit_id"], of_province["permission"]) == (str(province.id), "rules:manage")
    assert of_country["staff_ids"] == [str(boss)]


def test_where_it_happened_decides(office: Office) -> None:
    with transaction() as session:
        make_rule(
            session,
            "Quanh chợ",
            unit_id=office.unit.id,
            department_id=office.economy.id,
            conditions={"radius": {**MARKET, "metres": 500}, "unit_codes": [office.unit.code]},
        )
    assert routed(office).lead_department_id == office.desk.id
    case = routed(office, latitude=13.8010, longitude=108.2)
    assert case.lead_department_id == office.economy.id
    assert case.routing["matched"] == {"unit_codes": office.unit.code, "radius": "111 m"}


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
