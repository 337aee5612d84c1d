"""Articles over HTTP, as residents' telephones and the portal ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from backend.core import clock
from backend.core import db as core_db
from backend.core.api import cache
from backend.core.auth import Role
from backend.core.db import transaction
from backend.essentials.models import Article
from tests.databases import counting
from tests.factories.essentials import (
    TEXT,
    make_desk,
    make_draft,
    make_person,
    make_published,
    step,
)
from tests.factories.places import make_commune, make_community, make_province

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield
    cache.clear()


def test_the_categories_are_named_in_the_callers_language(client: FlaskClient) -> None:
    with transaction() as session:
        make_published(session, make_commune(session))
    answer = client.get("/api/v1/categories")
    items = answer.get_json()["items"]
    assert len(items) == 12
    assert items[0] == {
        "slug": "chu_truong_chinh_sach",
        "label": "Chủ trương, chính sách, sự kiện quan trọng",
    }
    english = client.get("/api/v1/categories?lang=en").get_json()["items"]
    assert english[0]["label"] == "Policy, local rules, important events"


def test_a_card_says_everything_a_list_shows(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lang = make_community(session, ayun)
        article = make_published(
            session,
            ayun,
            valid_to=NOW + timedelta(days=9),
            scope=[{"unit": ayun.code, "community_id": lang.id}],
        )
    answer = client.get(f"/api/v1/communes/{ayun.code}/articles")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "items": [
            {
                "id": str(article.id),
                "slug": "lich-tiem-chung-thang-12",
                "title": TEXT["title"],
                "summary": TEXT["summary"],
                "category": {
                    "slug": "kien_thuc",
                    "label": "Kiến thức kinh tế, văn hóa, xã hội, khoa học",
                },
                "priority": "normal",
                "published_at": "2026-11-21T03:00:00Z",
                "updated_at": "2026-11-21T03:00:00Z",
                "valid_to": "2026-11-30T03:00:00Z",
                "unit": {"code": ayun.code, "name": ayun.full_name, "level": "commune"},
                "language": "vi",
                "languages": ["vi"],
                "cover": None,
                "corrected_at": None,
                "communities": [{"id": str(lang.id), "name": lang.name}],
            }
        ],
        "next_cursor": None,
    }


def test_an_article_has_its_text_and_its_history_in_short(client: FlaskClient) -> None:
    with transaction() as session:
        article = make_published(session, make_commune(session))
    body = client.get(f"/api/v1/articles/{article.id}").get_json()
    assert body["body_html"] == TEXT["body_html"]
    assert body["attachments"] == []
    assert (body["state"], body["versions"], body["correction_note"]) == ("published", 1, None)


def test_a_second_reading_costs_a_look_up_and_a_304_costs_less(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        article = make_published(session, ayun)
    for path in (f"/api/v1/communes/{ayun.code}/articles", f"/api/v1/articles/{article.id}"):
        first = client.get(path)
        cache.generations._seen_at = float("inf")  # on a slow machine a second passes meanwhile
        with counting(core_db.engine()) as statements:
            again = client.get(path)
            unchanged = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        cache.generations.look_again()
        assert again.data == first.data
        assert (unchanged.status_code, unchanged.data) == (304, b"")
        assert unchanged.headers["ETag"] == first.headers["ETag"]
        assert statements == []


def test_a_change_is_seen_at_once_by_the_process_that_made_it(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        article = make_published(session, ayun)
        dung = make_person(session, ayun, Role.APPROVER)
    path = f"/api/v1/communes/{ayun.code}/articles"
    assert len(client.get(path).get_json()["items"]) == 1
    with transaction() as session:
        step(session, dung, session.get_one(Article, article.id), "withdraw", reason="Nhầm")
    cache.generations.look_again()
    assert client.get(path).get_json()["items"] == []
    gone = client.get(f"/api/v1/articles/{article.id}")
    assert gone.status_code == 410
    assert gone.get_json()["code"] == "essentials.withdrawn"
    assert gone.get_json()["detail"] == "Lý do: Nhầm"


def test_windows_open_and_close_without_a_write(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun, valid_to=NOW + timedelta(hours=3))
        step(session, lien, article, "submit")
        step(session, dung, article, "approve")
        step(session, yen, article, "schedule", publish_at=NOW + timedelta(hours=1))
    path = f"/api/v1/communes/{ayun.code}/articles"
    detail = f"/api/v1/articles/{article.id}"
    seen = []
    for hours in (0, 0.99, 1, 2.99, 3, 5):
        with clock.freeze(NOW + timedelta(hours=hours)):
            page, one = client.get(path), client.get(detail)
            state = one.get_json()["state"] if one.status_code == 200 else one.status_code
            seen.append((len(page.get_json()["items"]), state))
    assert seen == [
        (0, 404),
        (0, 404),
        (1, "published"),
        (1, "published"),
        (0, "expired"),
        (0, "expired"),
    ]


def test_language_of_text_and_of_labels(client: FlaskClient) -> None:
    texts = {"vi": TEXT, "en": {**TEXT, "title": "Vaccination"}, "bdq": {**TEXT, "title": "Bơ̆"}}
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun, texts=texts)
    path = f"/api/v1/communes/{ayun.code}/articles"
    english = client.get(path, headers={"Accept-Language": "en-GB,en;q=0.9"}).get_json()["items"][0]
    assert (english["title"], english["language"]) == ("Vaccination", "en")
    bahnar = client.get(path + "?lang=bdq").get_json()["items"][0]
    assert (bahnar["title"], bahnar["category"]["label"][:9]) == ("Bơ̆", "Kiến thức")
    assert set(bahnar["languages"]) == {"vi", "en", "bdq"}


def test_a_province_has_a_list_of_its_own(client: FlaskClient) -> None:
    with transaction() as session:
        province = make_province(session)
        make_published(session, province, title="Cả tỉnh")
        make_published(session, make_commune(session))
    items = client.get(f"/api/v1/provinces/{province.code}/articles").get_json()["items"]
    assert [item["title"] for item in items] == ["Cả tỉnh"]
    assert client.get("/api/v1/provinces/99/articles").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=mot", "limit"),
        ("cursor=@@@", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=WyJ4IiwieSJd", "cursor"),
        ("category=khong_co", "category"),
        ("category=../../etc", "category"),
        ("community=1", "community"),
        ("lang=<script>", "lang"),
        ("q=" + "x" * 3000, "q"),
    ],
)
def test_bad_questions_are_answered_politely(client: FlaskClient, query: str, field: str) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun)
    answer = client.get(f"/api/v1/communes/{ayun.code}/articles?{query}")
    assert answer.status_code == 422, answer.data
    assert field in answer.get_json()["errors"]


@pytest.mark.parametrize("code", ["99999", "0", "x", "21583%27--", "52"])
def test_an_unknown_commune_is_not_found(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/api/v1/communes/{code}/articles")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "places.commune_not_found"


def test_an_address_that_no_commune_can_have_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/api/v1/communes/%00/articles")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "article_id", ["00000000-0000-7000-8000-000000000000", "1", "x" * 400, "../../secrets"]
)
def test_an_unknown_article_is_not_found(client: FlaskClient, article_id: str) -> None:
    assert client.get(f"/api/v1/articles/{article_id}").status_code == 404


def test_a_draft_is_not_found_by_its_id(client: FlaskClient) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        draft = make_draft(session, make_person(session, ayun, Role.DRAFTER), ayun)
    answer = client.get(f"/api/v1/articles/{draft.id}")
    assert answer.status_code == 404
    assert TEXT["title"] not in answer.get_data(as_text=True)


def test_hostile_words_come_back_as_words(client: FlaskClient) -> None:
    title = "<script>alert(1)</script> '; DROP TABLE article; -- {{7*7}} \u202e"
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun, title=title)
    answer = client.get(f"/api/v1/communes/{ayun.code}/articles")
    assert answer.content_type == "application/json"
    assert answer.get_json()["items"][0]["title"] == title
