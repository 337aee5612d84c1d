"""The editorial desk over HTTP: versions, rights, and everything people may send by mistake or on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts.models import Staff
from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.essentials.categories import ensure_categories
from backend.essentials.models import Article
from backend.places.models import AdminUnit
from tests.databases import counting
from tests.factories.accounts import make_staff, sign_in
from tests.factories.essentials import TEXT, make_draft, make_person, make_published
from tests.factories.places import make_commune, make_community, make_province

API = "/api/v1"


@dataclass
class Desk:
    """A commune with a drafter, an editor and an approver, each signed in."""

    unit: AdminUnit
    lien: FlaskClient
    yen: FlaskClient
    dung: FlaskClient


@pytest.fixture
def desk(app: Flask) -> Desk:
    with transaction() as session:
        ensure_categories(session)
        unit = make_commune(session)
        people: list[Staff] = [
            make_staff(session, role, unit=unit)
            for role in (Role.DRAFTER, Role.EDITOR, Role.COMMUNE_LEADER)
        ]
    return Desk(unit, *(sign_in(app.test_client(), person) for person in people))


def new(desk: Desk, **changes: Any) -> dict[str, Any]:
    return {"unit": desk.unit.code, "category": "kien_thuc", "texts": {"vi": TEXT}, **changes}


def created(desk: Desk, **changes: Any) -> dict[str, Any]:
    answer = desk.lien.post(f"{API}/console/articles", json=new(desk, **changes))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def move(who: FlaskClient, article: dict[str, Any], name: str, **asked: Any) -> TestResponse:
    return who.post(
        f"{API}/console/articles/{article['id']}/{name}",
        json=asked,
        headers={"If-Match": f'"{article["version"]}"'},
    )


def moved(who: FlaskClient, article: dict[str, Any], name: str, **asked: Any) -> dict[str, Any]:
    answer = move(who, article, name, **asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    assert answer.headers["ETag"] == f'"{body["version"]}"'
    return body


def moves(article: dict[str, Any]) -> dict[str, list[str]]:
    return {each["move"]: each["requires"] for each in article["allowed_moves"]}


def test_an_article_goes_from_the_desk_to_the_public(desk: Desk, client: FlaskClient) -> None:
    answer = desk.lien.post(f"{API}/console/articles", json=new(desk))
    article = answer.get_json()
    assert answer.headers["Location"] == f"{API}/console/articles/{article['id']}"
    assert (article["state"], article["state_label"]) == ("draft", "Bản nháp")
    assert moves(article) == {"submit": [], "cancel": []}
    article = moved(desk.lien, article, "submit")
    assert moves(article) == {}
    seen = desk.dung.get(f"{API}/console/articles/{article['id']}")
    assert moves(seen.get_json()) == {"return": ["reason"], "approve": [], "cancel": ["reason"]}
    article = moved(desk.dung, article, "approve")
    article = moved(desk.yen, article, "publish")
    assert article["public_url"] == f"/c/{desk.unit.code}/a/{article['id']}"
    assert [event["summary"] for event in article["events"]] == [
        "Tạo bản nháp",
        "Gửi duyệt",
        "Duyệt",
        "Đăng",
    ]
    assert client.get(f"{API}/articles/{article['id']}").status_code == 200


def test_a_change_needs_the_version_that_was_seen(desk: Desk) -> None:
    article = created(desk)
    path = f"{API}/console/articles/{article['id']}"
    change = {"priority": "priority"}
    assert desk.lien.patch(path, json=change).status_code == 428
    for wrong in ("x", '"x"', "*", '"1", "2"'):
        refused = desk.lien.patch(path, json=change, headers={"If-Match": wrong})
        assert refused.status_code == 422, wrong
    stale = desk.lien.patch(path, json=change, headers={"If-Match": '"99"'})
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale")
    assert stale.get_json()["current_version"] == article["version"]
    ok = desk.lien.patch(path, json=change, headers={"If-Match": f'"{article["version"]}"'})
    assert (ok.status_code, ok.get_json()["priority"]) == (200, "priority")
    again = desk.yen.patch(path, json=change, headers={"If-Match": f'"{article["version"]}"'})
    assert again.status_code == 412
    assert desk.lien.post(f"{path}/submit", json={}).status_code == 428


def test_the_same_draft_sent_twice_is_one_article(desk: Desk) -> None:
    key = {"Idempotency-Key": f"draft-{uuid4()}"}
    first = desk.lien.post(f"{API}/console/articles", json=new(desk), headers=key)
    second = desk.lien.post(f"{API}/console/articles", json=new(desk), headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json()["id"] == second.get_json()["id"]
    other = desk.lien.post(
        f"{API}/console/articles", json=new(desk, priority="priority"), headers=key
    )
    assert other.status_code == 422
    with reading() as session:
        assert len(session.scalars(select(Article)).all()) == 1


def test_the_author_who_is_also_the_approver_gives_a_reason(app: Flask, desk: Desk) -> None:
    with transaction() as session:
        alone = make_staff(session, Role.DRAFTER, Role.APPROVER, unit=desk.unit)
    siu = sign_in(app.test_client(), alone)
    article = siu.post(f"{API}/console/articles", json=new(desk)).get_json()
    article = moved(siu, article, "submit")
    assert moves(article)["approve"] == ["override_reason"]
    refused = move(siu, article, "approve")
    assert refused.status_code == 422
    assert refused.get_json()["code"] == "essentials.author_is_approver"
    article = moved(siu, article, "approve", override_reason="Cả xã chỉ có một người")
    assert article["events"][-1]["detail"] == {"override_reason": "Cả xã chỉ có một người"}


def test_rights_are_asked_for_and_other_communes_do_not_exist(app: Flask, desk: Desk) -> None:
    article = created(desk)
    with transaction() as session:
        stranger = make_staff(session, Role.EDITOR, Role.APPROVER, unit=make_commune(session))
        handler = make_staff(session, Role.HANDLER, unit=desk.unit)
    outside, binh = (sign_in(app.test_client(), who) for who in (stranger, handler))
    nobody = app.test_client()
    for path in (f"{API}/console/articles", f"{API}/console/articles/{article['id']}"):
        assert nobody.get(path).status_code == 401
        assert binh.get(path).status_code == 403
    assert nobody.post(f"{API}/console/articles", json=new(desk)).status_code == 401
    assert binh.post(f"{API}/console/articles", json=new(desk)).status_code == 403
    assert desk.dung.post(f"{API}/console/articles", json=new(desk)).status_code == 403
    assert outside.get(f"{API}/console/articles/{article['id']}").status_code == 404
    assert outside.post(f"{API}/console/articles", json=new(desk)).status_code == 404
    assert move(outside, article, "submit").status_code == 404
    assert outside.get(f"{API}/console/articles").get_json()["items"] == []
    assert outside.get(f"{API}/console/articles?unit={desk.unit.code}").get_json()["items"] == []
    version = f"{API}/console/articles/{article['id']}/versions/1"
    assert outside.get(version).status_code == 404


def test_a_move_that_is_not_open_is_a_conflict(desk: Desk) -> None:
    article = created(desk)
    refused = move(desk.dung, article, "approve")
    assert (refused.status_code, refused.get_json()["code"]) == (
        409,
        "essentials.move_not_possible",
    )
    assert move(desk.yen, article, "fly").status_code == 404
    urgent = move(desk.dung, article, "publish")
    assert (urgent.status_code, urgent.get_json()["code"]) == (409, "essentials.only_emergency")


BAD_DRAFTS: list[tuple[dict[str, Any], str]] = [
    ({"unit": None}, "unit"),
    ({"unit": "5"}, "unit"),
    ({"unit": 23798}, "unit"),
    ({"category": "khong_co"}, "category"),
    ({"category": {"slug": "x"}}, "category"),
    ({"texts": {}}, "texts"),
    ({"texts": []}, "texts"),
    ({"texts": {"vi": {"title": ""}}}, "texts"),
    ({"texts": {"vi": {"title": "x" * 201}}}, "texts"),
    ({"texts": {"vi": {"title": "hai\ndòng"}}}, "texts"),
    ({"texts": {"VI_vn": TEXT}}, "texts"),
    ({"texts": {"vi": {**TEXT, "html": "x"}}}, "texts"),
    ({"texts": {"vi": {**TEXT, "body_html": "x" * 100_001}}}, "texts"),
    ({"priority": "urgent"}, "priority"),
    ({"scope": "all"}, "scope"),
    ({"scope": [{"unit": "99999"}]}, "scope"),
    ({"scope": [{"unit": "{unit}", "community_id": str(uuid4())}]}, "scope"),
    ({"valid_from": "hôm qua"}, "valid_from"),
    ({"valid_from": "2026-11-21T10:00:00"}, "valid_from"),
    ({"valid_from": "2027-01-02T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"}, "valid_to"),
    ({"state": "published"}, "state"),
    ({"author_id": str(uuid4())}, "author_id"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_DRAFTS)
def test_a_bad_draft_is_told_where_it_is_wrong(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    body = new(desk, **changes)
    if isinstance(body.get("scope"), list) and body["scope"][0]["unit"] == "{unit}":
        body["scope"] = [{**body["scope"][0], "unit": desk.unit.code}]
    answer = desk.lien.post(f"{API}/console/articles", json=body)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert field in answer.get_json()["errors"]
    with reading() as session:
        assert session.scalars(select(Article)).all() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"unit": "\\u0000"}',
        b'{"texts": {"vi": {"title": "\\ud800"}}}',
    ],
)
def test_what_is_not_even_json_is_refused_politely(desk: Desk, raw: bytes) -> None:
    answer = desk.lien.post(f"{API}/console/articles", data=raw, content_type="application/json")
    assert answer.status_code in {400, 422}, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"


def test_ten_megabytes_are_too_many(desk: Desk) -> None:
    body = new(desk, texts={"vi": {**TEXT, "body_html": "x" * 10_000_000}})
    assert desk.lien.post(f"{API}/console/articles", json=body).status_code == 413


def test_strange_characters_are_cleaned_and_hostile_ones_stay_words(desk: Desk) -> None:
    title = "Họp\u0000 \u202elàng'; DROP TABLE article; -- <script>"
    texts = {"vi": {"title": title, "body_html": "<p>x</p><img src=x onerror=alert(1)>"}}
    article = created(desk, texts=texts)
    assert article["title"] == "Họp làng'; DROP TABLE article; -- <script>"
    assert article["texts"]["vi"]["body_html"] == "<p>x</p>"


def test_the_list_is_filtered_and_searched(desk: Desk) -> None:
    first = created(desk)
    second = created(desk, texts={"vi": {**TEXT, "title": "Họp làng"}})
    moved(desk.lien, second, "submit")

    def found(query: str) -> list[str]:
        answer = desk.yen.get(f"{API}/console/articles?{query}")
        assert answer.status_code == 200
        return [item["id"] for item in answer.get_json()["items"]]

    assert found("") == [second["id"], first["id"]]
    assert found("state=submitted") == [second["id"]]
    assert found("q=hop lang") == [second["id"]]
    assert found(f"unit={desk.unit.code}&state=draft") == [first["id"]]
    page = desk.yen.get(f"{API}/console/articles?limit=1").get_json()
    rest = desk.yen.get(f"{API}/console/articles?limit=1&cursor={page['next_cursor']}").get_json()
    assert (page["items"][0]["id"], rest["items"][0]["id"]) == (second["id"], first["id"])
    for bad in ("state=flying", "limit=0", "cursor=x", "unit=abc"):
        assert desk.yen.get(f"{API}/console/articles?{bad}").status_code == 422


def test_versions_are_kept_whole_and_compared_word_by_word(desk: Desk) -> None:
    article = moved(desk.lien, created(desk), "submit")
    words = {**TEXT, "summary": "Trạm y tế xã tiêm vào thứ Sáu hằng tuần."}
    changed = desk.yen.patch(
        f"{API}/console/articles/{article['id']}",
        json={"texts": {"vi": words}},
        headers={"If-Match": f'"{article["version"]}"'},
    ).get_json()
    changed = moved(desk.dung, changed, "approve")
    assert [each["number"] for each in changed["versions"]] == [1, 2]
    path = f"{API}/console/articles/{article['id']}/versions"
    second = desk.yen.get(f"{path}/2?against=1").get_json()
    assert second["texts"]["vi"]["summary"] == words["summary"]
    pieces = [piece for piece in second["changes"]["vi"] if piece["op"] != "same"]
    assert pieces == [{"op": "removed", "text": "Năm"}, {"op": "added", "text": "Sáu"}]
    assert desk.yen.get(f"{path}/1").get_json()["changes"] is None
    assert desk.yen.get(f"{path}/9").status_code == 404
    assert desk.yen.get(f"{path}/2?against=9").status_code == 404


def test_the_desk_sees_whom_an_article_is_for(app: Flask, desk: Desk) -> None:
    with transaction() as session:
        lang = make_community(session, desk.unit)
    article = created(desk, scope=[{"unit": desk.unit.code, "community_id": str(lang.id)}])
    (place,) = article["scope"]
    assert place["unit"]["code"] == desk.unit.code
    assert place["community"] == {"id": str(lang.id), "name": lang.name}


def test_a_list_of_fifty_costs_as_many_statements_as_a_list_of_two(desk: Desk) -> None:
    costs = []
    for number in (2, 20):
        with transaction() as session:
            lien = make_person(session, desk.unit, Role.DRAFTER)
            for _ in range(number):
                make_draft(session, lien, desk.unit)
        with counting(core_db.engine()) as statements:
            desk.yen.get(f"{API}/console/articles?limit=50")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8, statements


def test_a_province_editor_works_on_a_communes_article(app: Flask, desk: Desk) -> None:
    with transaction() as session:
        province = session.get_one(AdminUnit, desk.unit.parent_id)
        person = make_staff(session, Role.EDITOR, unit=province)
        elsewhere = make_province(session, code="01", name="Hà Nội", short_code="HN")
        hanoi = make_staff(session, Role.EDITOR, unit=elsewhere)
        make_published(session, province)
    article = created(desk)
    editor, far = sign_in(app.test_client(), person), sign_in(app.test_client(), hanoi)
    assert editor.get(f"{API}/console/articles/{article['id']}").get_json()["can_edit"]
    assert far.get(f"{API}/console/articles/{article['id']}").status_code == 404
