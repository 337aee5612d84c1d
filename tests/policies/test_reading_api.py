"""Policies as residents read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from backend.core import clock
from backend.core import db as core_db
from backend.core.api import cache
from backend.core.db import transaction
from backend.feedback.terms import Policy as PolicyNamedByFeedback
from backend.places.models import AdminUnit
from backend.policies import service
from backend.policies.models import PromiseStatus
from backend.policies.national import NATIONAL, ensure_policies
from tests.databases import counting
from tests.factories.places import make_commune, make_department, make_province
from tests.factories.policies import (
    TEXT,
    make_leader,
    make_policy,
    make_published,
    promise,
)

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield
    cache.clear()


def names(client: FlaskClient, unit: AdminUnit, query: str = "") -> list[str]:
    answer = client.get(f"/api/v1/communes/{unit.code}/policies{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [item["name"] for item in answer.get_json()["items"]]


def test_a_policy_says_what_was_promised_by_whom_until_when(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        water = make_department(session, ayun, code="cap_nuoc", name="Đơn vị cấp nước")
        policy = make_published(
            session,
            ayun,
            number="12/NQ-HĐND",
            issuer="HĐND xã",
            issued_on=date(2026, 1, 5),
            valid_from=date(2026, 1, 10),
            valid_to=date(2026, 12, 31),
            promises=[
                promise(due_on=date(2026, 11, 20), department_id=water.id),
                promise(status=PromiseStatus.DONE, due_on=date(2026, 6, 1), note="Đã xong"),
                promise(due_on=None),
            ],
        )
    body = client.get(f"/api/v1/policies/{policy.slug}").get_json()
    first, done, open_ended = body.pop("promises")
    assert first == {
        "id": first["id"],
        "text": "Nối ống nước về 40 hộ cuối làng.",
        "language": "vi",
        "responsible": "Tổ cấp nước",
        "department": "Đơn vị cấp nước",
        "due_on": "2026-11-20",
        "status": "planned",
        "status_label": "Quá hạn",
        "is_late": True,
        "status_at": "2026-11-21T03:00:00Z",
        "note": "",
    }
    assert (done["is_late"], done["status_label"], done["note"]) == (False, "Đã xong", "Đã xong")
    assert (open_ended["is_late"], open_ended["due_on"]) == (False, None)
    assert body == {
        "slug": "nuoc-sach-nong-thon-2026",
        "name": TEXT["name"],
        "summary": TEXT["summary"],
        "body": TEXT["body"],
        "kind": "programme",
        "kind_label": "Chương trình",
        "number": "12/NQ-HĐND",
        "issuer": "HĐND xã",
        "issued_on": "2026-01-05",
        "valid_from": "2026-01-10",
        "valid_to": "2026-12-31",
        "validity": "in_force",
        "state": "published",
        "unit": {"code": ayun.code, "name": ayun.full_name, "level": "commune"},
        "language": "vi",
        "languages": ["vi"],
        "promise_counts": {"total": 3, "done": 1, "late": 1},
        "published_at": "2026-11-21T03:00:00Z",
        "updated_at": "2026-11-21T03:00:00Z",
    }


def test_people_see_their_communes_their_provinces_and_the_countrys(client: FlaskClient) -> None:
    with transaction() as session:
        province = make_province(session)
        ayun, other = make_commune(session), make_commune(session)
        make_published(session, ayun, name="Của xã")
        make_published(session, other, name="Của xã khác")
        make_published(session, province, name="Của tỉnh")
        elsewhere = make_province(session, code="48", name="Đà Nẵng", short_code="DN")
        make_published(session, elsewhere, name="Của tỉnh khác")
        ensure_policies(session)
    found = names(client, ayun, "?limit=100")
    assert found[:2] == ["Của tỉnh", "Của xã"]
    assert len(found) == 2 + len(NATIONAL)
    assert "Nước sạch nông thôn" in found
    assert client.get("/api/v1/policies/nuoc_sach").get_json()["unit"] is None


def test_the_public_never_sees_a_draft(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        dung = make_leader(session, ayun)
        draft = make_policy(session, ayun, by=dung)
        taken_back = make_published(session, ayun, by=dung, name="Đã công bố nhầm")
    assert names(client, ayun) == ["Đã công bố nhầm"]
    with transaction() as session:
        service.move(session, dung, taken_back.id, taken_back.version, "redraft", "Nhầm")
    assert names(client, ayun) == []
    assert names(client, ayun, "?q=nuoc+sach") == []
    for slug in (draft.slug, taken_back.slug, str(draft.id)):
        assert client.get(f"/api/v1/policies/{slug}").status_code == 404


def test_what_was_put_away_leaves_the_list_and_keeps_its_page(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        dung = make_leader(session, ayun)
        policy = make_published(session, ayun, by=dung)
        service.move(session, dung, policy.id, policy.version, "archive")
    assert names(client, ayun) == []
    assert client.get(f"/api/v1/policies/{policy.slug}").get_json()["state"] == "archived"


def test_texts_come_in_the_language_asked_for_or_in_vietnamese(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        english = {"name": "Rural clean water 2026", "summary": "Water.", "body": ""}
        policy = make_published(
            session,
            ayun,
            texts={"vi": TEXT, "en": english},
            promises=[promise(texts={"vi": "Nối ống", "en": "Lay pipes"}), promise()],
        )
    body = client.get(f"/api/v1/policies/{policy.slug}?lang=en").get_json()
    assert (body["name"], body["language"], body["languages"]) == (
        "Rural clean water 2026",
        "en",
        ["en", "vi"],
    )
    assert [each["language"] for each in body["promises"]] == ["en", "vi"]
    assert body["promises"][0]["status_label"] == "Planned"
    assert client.get(f"/api/v1/policies/{policy.slug}?lang=jra").get_json()["language"] == "vi"
    assert names(client, ayun, "?lang=en&q=clean") == ["Rural clean water 2026"]


def test_words_are_found_with_and_without_marks_and_numbers_too(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun, number="12/NQ-HĐND")
        make_published(session, ayun, name="Đường làng sáng", summary="Đèn", body="")
    for q in ("nuoc+sach", "nước+sạch", "12+nq", "quy"):
        assert names(client, ayun, f"?q={q}") == [TEXT["name"]], q
    assert names(client, ayun, "?q=khong+co") == []
    assert names(client, ayun, "?q=%22%27") == []


def test_pages_follow_one_another_without_gap_or_repeat(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        dung = make_leader(session, ayun)
        for number in range(5):
            make_published(session, ayun, by=dung, name=f"Chương trình {number}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/communes/{ayun.code}/policies?limit=2{cursor}").get_json()
        seen += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"Chương trình {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("limit=1000", "limit"),
        ("lang=VI", "lang"),
        ("qq=x", "qq"),
    ],
)
def test_a_bad_question_is_told_where_it_is_wrong(
    client: FlaskClient, query: str, field: str
) -> None:
    with transaction() as session:
        ayun = make_commune(session)
    answer = client.get(f"/api/v1/communes/{ayun.code}/policies?{query}")
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/api/v1/communes/00000/policies").status_code == 404
    for slug in ("khong-co", "%00", "a" * 300, "Nuoc", "%F0%9F%92%A7"):
        assert client.get(f"/api/v1/policies/{slug}").status_code == 404, slug


def test_a_promise_becomes_late_at_midnight_without_a_write(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        policy = make_published(session, ayun, promises=[promise(due_on=date(2026, 11, 21))])
    path = f"/api/v1/policies/{policy.slug}"
    evening = datetime(2026, 11, 21, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
    with clock.freeze(evening):
        assert client.get(path).get_json()["promises"][0]["is_late"] is False
    with clock.freeze(evening + timedelta(minutes=1)):
        assert client.get(path).get_json()["promises"][0]["is_late"] is True


def test_a_second_reading_costs_a_look_up_and_an_edit_is_seen_at_once(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        dung = make_leader(session, ayun)
        policy = make_published(session, ayun, by=dung)
    paths = (f"/api/v1/communes/{ayun.code}/policies", f"/api/v1/policies/{policy.slug}")
    for path in paths:
        first = client.get(path)
        with counting(core_db.engine()) as statements:
            again = client.get(path)
        assert (again.data, statements) == (first.data, [])
    with transaction() as session:
        service.edit(session, dung, policy.id, policy.version, {"issuer": "UBND xã Ayun"})
    for path in paths:
        assert "UBND xã Ayun" in client.get(path).get_data(as_text=True)


def test_a_page_costs_the_same_number_of_statements_however_long(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        ensure_policies(session)
    client.get(f"/api/v1/communes/{ayun.code}/policies?limit=1")
    with counting(core_db.engine()) as few:
        client.get(f"/api/v1/communes/{ayun.code}/policies?limit=2")
    with counting(core_db.engine()) as many:
        client.get(f"/api/v1/communes/{ayun.code}/policies?limit=20")
    assert len(many) == len(few)


def test_what_feedback_may_name_is_there_from_the_beginning(client: FlaskClient) -> None:
    with transaction() as session:
        ensure_policies(session)
        ensure_policies(session)
    assert {slug for slug, *_ in NATIONAL} == {each.value for each in PolicyNamedByFeedback}
    for each in PolicyNamedByFeedback:
        assert client.get(f"/api/v1/policies/{each.value}").status_code == 200
