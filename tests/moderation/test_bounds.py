"""Lists, counts and searches look at a bounded number of cases, and say when there are more."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import column, insert, select, table, text

from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.full_text import create_statements
from backend.core.ids import new_id
from backend.feedback.models import Feedback
from backend.places.models import AdminUnit
from moderation import access, queries, search, settings
from moderation.filters import Filters
from moderation.models import Case
from moderation.workflow import Move
from tests.databases import counting
from tests.factories.accounts import make_staff, principal_of, sign_in
from tests.factories.feedback import submission
from tests.factories.moderation import Office, make_case, make_office, move, until_forwarded
from tests.factories.places import become, make_commune
from tests.plans import listening, must_be_looked_up, must_be_read_in_order

_CASE: Any = Case.__table__
_FEEDBACK: Any = Feedback.__table__


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


def opened(office: Office, number: int, text: str = "Ổ gà trước cổng trường.") -> list[Any]:
    with transaction() as session:
        return [make_case(session, office.unit, text=text).id for _ in range(number)]


@pytest.mark.parametrize(
    "narrowed",
    [
        Filters(),
        Filters(category=queries.FeedbackCategory.KHAC),
        Filters(urgency=queries.Urgency.EMERGENCY, state=queries.CaseState.REOPENED),
    ],
)
def test_counting_never_looks_at_more_cases_than_it_takes(
    office: Office, narrowed: Filters
) -> None:
    (case_id,) = opened(office, 1)
    until_forwarded(office, case_id)
    with transaction() as session:
        province = session.get_one(AdminUnit, office.unit.parent_id)
        head = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
        both = make_staff(session, Role.TRIAGE_OFFICER, unit=province)
    with reading() as session:
        people = [office.hoa, office.binh, principal_of(session, head), principal_of(session, both)]
    for person in people:
        with reading() as session, listening(core_db.engine()) as sent:
            queries.counts(session, person, narrowed)
        counted = [each for each in sent if "GROUP BY" in each[0]]
        assert len(counted) == 2
        for each in counted:
            assert "LIMIT" in each[0]
            with reading() as session:
                must_be_read_in_order(session, each, "moderation_case")


def test_counts_say_when_there_are_more(
    client: FlaskClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_others = opened(office, 5)
    until_forwarded(office, first)
    move(office.binh, first, Move.START)
    sign_in(client, office.staff["binh"])
    exact = client.get("/api/v1/cases/counts").get_json()
    assert exact["by_view"]["all"] == 5
    assert exact["at_least"] == []
    monkeypatch.setattr(queries, "MOST_COUNTED", 3)
    bounded = client.get("/api/v1/cases/counts").get_json()
    assert bounded["by_view"]["all"] == 3
    assert "all" in bounded["at_least"]
    assert bounded["by_view"]["mine"] == 1, "one's own cases are counted by themselves"
    assert "mine" not in bounded["at_least"]
    narrowed = client.get(f"/api/v1/cases/counts?assignee={office.binh.id}").get_json()
    assert narrowed["by_view"]["all"] == 1
    assert narrowed["at_least"] == []


def test_a_case_of_ones_commune_and_ones_province_counts_once(office: Office) -> None:
    opened(office, 2)
    with transaction() as session:
        province = session.get_one(AdminUnit, office.unit.parent_id)
        person = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
        grant = make_staff(session, Role.TRIAGE_OFFICER, unit=office.unit)
    with reading() as session:
        grants = (*principal_of(session, person).grants, *principal_of(session, grant).grants)
        everywhere = queries.Principal(kind="staff", id=person.id, grants=grants)
        assert queries.counts(session, everywhere, Filters()).by["by_view"]["all"] == 2


def test_a_search_for_a_common_word_says_that_there_is_more(
    client: FlaskClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [str(each) for each in opened(office, 5)]
    (rare,) = opened(office, 1, text="Cầu treo bị mục một tấm ván.")
    sign_in(client, office.staff["hoa"])
    whole = client.get("/api/v1/cases?q=cổng trường").get_json()
    assert not whole["truncated"]
    assert sorted(item["id"] for item in whole["items"]) == sorted(cases)
    monkeypatch.setattr(search, "MOST_HITS", 3)
    newest = client.get("/api/v1/cases?q=cong truong").get_json()
    assert newest["truncated"]
    assert sorted(item["id"] for item in newest["items"]) == sorted(cases[-3:])
    assert "all" in client.get("/api/v1/cases/counts?q=cong truong").get_json()["at_least"]
    # What is older than the newest cases that are walked through is found by the index.
    monkeypatch.setattr(search, "MOST_WALKED", 0)
    found = client.get("/api/v1/cases?q=tam van").get_json()
    assert [item["id"] for item in found["items"]] == [str(rare)]
    assert not found["truncated"]


@pytest.fixture
def crowd(office: Office) -> Office:
    """Thousands of cases, all of them here, and the database has looked at how they are spread."""
    (case_id,) = opened(office, 1)
    with transaction() as session:
        row = session.execute(select(_CASE).where(_CASE.c.id == case_id)).one()._asdict()
        told = (
            session.execute(select(_FEEDBACK).where(_FEEDBACK.c.id == row["feedback_id"]))
            .one()
            ._asdict()
        )
        copies = []
        for number in range(2_500):
            feedback_id, code = new_id(), f"GL-{number:04d}-COPY"
            mine = {"id": feedback_id, "tracking_code": code, "sealed_pin": f"{number}"}
            session.execute(insert(_FEEDBACK), {**told, **mine})
            ended = {"state": queries.CaseState.RESOLVED, "closed_at": row["created_at"]}
            copies.append(
                {
                    **row,
                    **(ended if number % 3 == 0 else {}),
                    "id": new_id(),
                    "feedback_id": feedback_id,
                    "tracking_code": code,
                    "search_id": number,
                    "is_overdue": number % 2 == 0,
                }
            )
        session.execute(insert(_CASE), copies)
        session.execute(text("ANALYZE"))
    return office


def test_looking_for_cases_of_what_a_unit_was_made_from_reads_none_of_the_others(
    crowd: Office,
) -> None:
    """None is the answer nearly everywhere; a database that knows of one province only would read all cases for it."""
    with transaction() as session:
        unit = session.get_one(AdminUnit, crowd.unit.id)
        become(session, unit, *(make_commune(session, parent_id=unit.parent_id) for _ in range(2)))
    with reading() as session, listening(core_db.engine()) as sent:
        assert access.scope_of(session, crowd.hoa).unit_ids == {crowd.unit.id}
    (only,) = sent
    with reading() as session:
        must_be_looked_up(session, only, "moderation_case")


def test_a_page_of_a_crowd_is_read_in_order(crowd: Office) -> None:
    """For one's own unit, for its province, and for a unit with the cases of what it was made from."""
    with transaction() as session:
        unit = session.get_one(AdminUnit, crowd.unit.id)
        heir = make_office(session, parent_id=unit.parent_id)
        become(session, heir.unit, unit)
        province = session.get_one(AdminUnit, unit.parent_id)
        head = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
    with reading() as session:
        people = [crowd.hoa, principal_of(session, head), heir.hoa]
    narrowings = [
        Filters(),
        Filters(view=queries.View.OVERDUE),
        Filters(view=queries.View.UNASSIGNED),
        Filters(view=queries.View.CLOSED),
        Filters(state=queries.CaseState.RECEIVED),
        Filters(urgency=queries.Urgency.NORMAL),
        Filters(category=queries.FeedbackCategory.HA_TANG_GIAO_THONG),
        Filters(commune=heir.unit.code),
    ]
    asked = [
        *itertools.product(people, narrowings, queries.Sort),
        # Of the cases of two days the most urgent are sorted.
        *((person, Filters(view=queries.View.DUE_SOON), queries.Sort.DUE) for person in people),
    ]
    for person, narrowed, sort in asked:
        with reading() as session, listening(core_db.engine()) as sent:
            queries.list_cases(session, person, narrowed, sort=sort, limit=50)
        with reading() as session:
            must_be_read_in_order(session, sent[-1], "moderation_case")


@pytest.mark.sqlite
def test_half_a_word_is_looked_up_and_not_gathered(office: Office) -> None:
    """Without an entry of its own, FTS5 gathers every hit of every word that begins so; Vietnamese words have 7 letters."""
    with reading() as session:
        known = table("sqlite_master", column("name"), column("sql"))
        asked = select(known.c.sql).where(known.c.name == "moderation_case_fts")
        made = session.scalar(asked)
    (wanted, *_triggers) = create_statements(
        "moderation_case", "sqlite", "search_id", "1 2 3 4 5 6"
    )
    assert made == wanted
    (case_id,) = opened(office, 1, text="Nghiêng cột điện")
    for query in ("n", "ng", "ngh", "nghi", "nghie", "nghien", "nghieng", "nghieng cot"):
        with reading() as session:
            found = queries.list_cases(session, office.hoa, Filters(q=query)).items
        assert [each.case.id for each in found] == [case_id], query


@pytest.mark.postgresql
def test_a_search_fetches_a_bounded_number_of_cases(office: Office) -> None:
    opened(office, 2)
    with reading() as session, listening(core_db.engine()) as sent:
        search.newest(session, "ổ gà", [office.unit.id])
    walked, indexed = (each for each in sent if "moderation_case" in each[0])
    with reading() as session:
        must_be_read_in_order(session, walked, "moderation_case")
    assert "LIMIT" in indexed[0]
    assert "ORDER BY" not in indexed[0], "to sort is to fetch all"


def test_feedback_costs_few_statements_also_when_the_rules_have_just_changed(
    client: FlaskClient, office: Office
) -> None:
    for most, changed in ((15, True), (10, False)):
        if changed:
            with transaction() as session:
                settings.changed(session)
        with counting(core_db.engine()) as sent:
            answer = client.post("/api/v1/feedback", json=submission(office.unit))
        assert answer.status_code == 201
        assert len(sent) <= most, sent


def test_a_move_costs_few_statements(client: FlaskClient, office: Office) -> None:
    (case_id,) = opened(office, 1)
    sign_in(client, office.staff["hoa"])
    with counting(core_db.engine()) as sent:
        answer = client.post(
            f"/api/v1/cases/{case_id}/moves/confirm_legal",
            json={"legal_type": "ordinary"},
            headers={"If-Match": '"1"'},
        )
    assert answer.status_code == 200
    assert len(sent) <= 14, sent
    for once in ("UPDATE moderation_case", "UPDATE tracking_view", "FROM clock_entry"):
        assert sum(once in each for each in sent) == 1, once
