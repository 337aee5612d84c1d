"""The rooms' doors, as residents and officials use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.broadcasts import desk, jobs
from backend.broadcasts.models import BroadcastState, Language
from backend.core import clock, db
from backend.core.api import cache
from backend.core.auth import Grant, Principal, Role
from backend.core.db import bump, transaction
from tests.broadcasts.conftest import House
from tests.databases import counting
from tests.factories.accounts import sign_in
from tests.factories.broadcasts import make_broadcast
from tests.factories.places import make_commune
from tests.plans import listening, lists, must_look_up_words

LIST = "/api/v1/communes/23798/broadcasts"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def tam(app: Flask, ayun: House) -> FlaskClient:
    return sign_in(app.test_client(), ayun.tam)


@pytest.fixture
def dung(app: Flask, ayun: House) -> FlaskClient:
    return sign_in(app.test_client(), ayun.dung)


def test_residents_find_what_was_said_newest_first(client: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        for hours in (3, 1, 2):
            make_broadcast(
                session, ayun.commune, title=f"{hours} giờ trước",
                aired_at=clock.now() - timedelta(hours=hours),
            )  # fmt: skip
        make_broadcast(session, ayun.commune, state=BroadcastState.DRAFT, title="nháp")
        make_broadcast(session, make_commune(session), title="nơi khác")
    answer = client.get(LIST)
    assert answer.status_code == 200
    items = answer.get_json()["items"]
    assert [item["title"] for item in items] == ["1 giờ trước", "2 giờ trước", "3 giờ trước"]
    first = items[0]
    assert first["is_synthetic"] is True
    assert first["unit"] == {"code": "23798", "name": "Xã Ayun"}
    assert client.get(first["audio"]["url"]).status_code == 200
    detail = client.get(f"/api/v1/broadcasts/{first['id']}").get_json()
    assert detail["transcript"] == "Bà con chú ý."
    assert detail["audio"] == first["audio"]
    assert client.get(LIST, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_list_is_turned_page_by_page_and_narrowed(client: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        for hours in range(1, 6):
            make_broadcast(
                session, ayun.commune, aired_at=clock.now() - timedelta(hours=hours),
                language=Language.BAHNAR if hours == 5 else Language.VI,
            )  # fmt: skip
        make_broadcast(session, ayun.commune, aired_at=clock.now() - timedelta(days=3))
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{LIST}?limit=2{cursor}").get_json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 6
    assert len(client.get(f"{LIST}?language=bdq").get_json()["items"]) == 1
    day = (clock.now() - timedelta(days=3)).astimezone(clock.LOCAL).date()
    assert len(client.get(f"{LIST}?date={day}").get_json()["items"]) == 1


@pytest.mark.parametrize(
    "query", ["?date=99", "?language=xx", "?cursor=zz", "?programme=1", "?limit=0"]
)
def test_queries_that_make_no_sense_are_named(client: FlaskClient, ayun: House, query: str) -> None:
    answer = client.get(LIST + query)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [query[1:].split("=", maxsplit=1)[0]]


def test_a_withdrawn_broadcast_says_why_it_is_gone(client: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        gone = make_broadcast(
            session, ayun.commune, state=BroadcastState.WITHDRAWN, state_reason="Sai ngày họp"
        )
        draft = make_broadcast(session, ayun.commune, state=BroadcastState.DRAFT)
    answer = client.get(f"/api/v1/broadcasts/{gone.id}")
    assert answer.status_code == 410
    assert "Sai ngày họp" in answer.get_json()["detail"]
    assert client.get(f"/api/v1/broadcasts/{draft.id}").status_code == 404
    assert client.get("/api/v1/communes/00000/broadcasts").status_code == 404


def test_a_bulletin_in_minutes(
    app: Flask, client: FlaskClient, tam: FlaskClient, dung: FlaskClient
) -> None:
    draft = {
        "unit": "23798",
        "title": "Họp thôn",
        "text": "17h30 ngày 5/4, bà con đến nhà văn hóa họp thôn.",
        "voice": "vi-vn-x-south",
    }
    made = tam.post("/api/v1/console/broadcasts", json=draft)
    assert made.status_code == 201, made.get_json()
    address = made.headers["Location"]
    assert made.get_json()["rendition"]["state"] == "queued"
    jobs.make_renditions()

    ready = tam.get(address)
    shown = ready.get_json()
    assert shown["rendition"]["state"] == "ready"
    assert shown["is_synthetic"] is True
    path = f"/api/v1/console/broadcasts/{shown['id']}"
    sent = tam.post(f"{path}/submit", json={}, headers={"If-Match": ready.headers["ETag"]})
    assert sent.get_json()["state"] == "submitted"

    waiting = dung.get(address)
    offered = {each["move"]: each["requires"] for each in waiting.get_json()["allowed_moves"]}
    assert offered == {"approve": ["sha256"], "return": ["reason"], "cancel": ["reason"]}
    heard = dung.get(waiting.get_json()["rendition"]["url"])
    assert heard.status_code == 200
    approved = dung.post(
        f"{path}/approve",
        json={"sha256": shown["rendition"]["sha256"]},
        headers={"If-Match": waiting.headers["ETag"]},
    )
    assert approved.get_json()["state"] == "approved", approved.get_json()
    aired = tam.post(f"{path}/publish", json={}, headers={"If-Match": approved.headers["ETag"]})
    assert aired.get_json()["state"] == "aired"
    assert [each["type"] for each in aired.get_json()["events"]] == [
        "create", "submit", "approve", "publish",
    ]  # fmt: skip
    assert aired.get_json()["public_url"] == f"/c/23798/listen/{shown['id']}"
    cache.generations.look_again()
    [item] = client.get(LIST).get_json()["items"]
    assert client.get(item["audio"]["url"]).data == heard.data


def test_changes_say_which_version_they_change(tam: FlaskClient) -> None:
    made = tam.post(
        "/api/v1/console/broadcasts", json={"unit": "23798", "title": "x", "text": "Chào"}
    )
    path = f"/api/v1/console/broadcasts/{made.get_json()['id']}"
    assert tam.patch(path, json={"title": "y"}).status_code == 428
    assert tam.patch(path, json={"title": "y"}, headers={"If-Match": '"99"'}).status_code == 412
    version = tam.get(made.headers["Location"]).headers["ETag"]
    changed = tam.patch(path, json={"title": "y"}, headers={"If-Match": version})
    assert changed.status_code == 200
    assert tam.post(f"{path}/submit", json={}, headers={"If-Match": version}).status_code == 412


def test_the_same_request_twice_makes_one_broadcast(tam: FlaskClient) -> None:
    body = {"unit": "23798", "title": "Họp", "text": "Chào bà con"}
    headers = {"Idempotency-Key": "mot-lan-thoi-nhe"}
    first = tam.post("/api/v1/console/broadcasts", json=body, headers=headers)
    again = tam.post("/api/v1/console/broadcasts", json=body, headers=headers)
    assert first.get_json() == again.get_json()
    assert len(tam.get("/api/v1/console/broadcasts").get_json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "\x00\x07"}, "title"),
        ({"title": ["x"]}, "title"),
        ({"text": "x" * 60_001}, "text"),
        ({"voice": "robot"}, "voice"),
        ({"language": "fr"}, "language"),
        ({"words_per_minute": 5000}, "words_per_minute"),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "scheduled_at"),
        ({"scheduled_at": "mai"}, "scheduled_at"),
        ({"upload_id": "1"}, "upload_id"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(
    tam: FlaskClient, body: dict[str, Any], field: str
) -> None:
    answer = tam.post(
        "/api/v1/console/broadcasts", json={"unit": "23798", "title": "Bản tin", **body}
    )
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
    assert tam.get("/api/v1/console/broadcasts").get_json()["items"] == []


def test_html_in_a_title_is_only_text(client: FlaskClient, ayun: House) -> None:
    nasty = "<script>alert(1)</script>' OR 1=1 --"
    with transaction() as session:
        make_broadcast(session, ayun.commune, title=nasty)
    assert client.get(LIST).get_json()["items"][0]["title"] == nasty


def test_the_console_list_is_searched_without_diacritics(tam: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        make_broadcast(session, ayun.commune, title="Đường bê tông", summary="Làng Hven")
        make_broadcast(session, ayun.commune, title="Cà phê 100%", transcript="Giá hôm nay tăng.")
    for q, found in (
        ("duong be", ["Đường bê tông"]),
        ("TÔNG hven", ["Đường bê tông"]),  # words may stand anywhere in what it is called and says
        ("gia tang", ["Cà phê 100%"]),
        ("100", ["Cà phê 100%"]),
        ("uong", []),  # a word is known by its beginning
        ("duong ca phe", []),
        ("%", []),
        ("khong co", []),
    ):
        answer = tam.get("/api/v1/console/broadcasts", query_string={"q": q})
        assert [item["title"] for item in answer.get_json()["items"]] == found, q


def test_the_console_finds_a_broadcast_by_what_it_says_now(tam: FlaskClient, ayun: House) -> None:
    def found(q: str) -> int:
        answer = tam.get("/api/v1/console/broadcasts", query_string={"q": q})
        return len(answer.get_json()["items"])

    draft = {"unit": "23798", "title": "Lịch tiêm", "text": "Mời bà con đến trạm y tế."}
    made = tam.post("/api/v1/console/broadcasts", json=draft).get_json()
    address, version = f"/api/v1/console/broadcasts/{made['id']}", f'"{made["version"]}"'
    assert (found("lich tiem tram y te"), found("nha van hoa")) == (1, 0)
    new = {"text": "Mời bà con đến nhà văn hóa."}
    changed = tam.patch(address, json=new, headers={"If-Match": version})
    assert changed.status_code == 200
    assert (found("lich tiem tram y te"), found("lich tiem nha van hoa")) == (0, 1)


def test_a_search_asks_the_index_of_words(ayun: House) -> None:
    with transaction() as session:
        make_broadcast(session, ayun.commune, title="Lịch tiêm")
        province_id = ayun.commune.parent_id
        assert province_id is not None
        over_all = Grant(Role.PROVINCE_SUPERVISOR, province_id, "province")
        for reader in (ayun.tam_acts, Principal(kind="staff", grants=(over_all,))):
            with listening(db.engine()) as sent:
                assert len(desk.broadcasts(session, reader, q="lich tiem").items) == 1
            (page,) = lists(sent)
            must_look_up_words(session, page, "broadcast_words")


def test_residents_and_strangers_stay_outside_the_desk(client: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        broadcast = make_broadcast(session, ayun.commune)
    for method, path in [
        ("get", "/api/v1/console/broadcasts"),
        ("get", f"/api/v1/console/broadcasts/{broadcast.id}"),
        ("post", "/api/v1/console/broadcasts"),
        ("post", f"/api/v1/console/broadcasts/{broadcast.id}/withdraw"),
    ]:
        assert getattr(client, method)(path, json={}).status_code == 401


def test_a_longer_list_needs_no_more_statements(
    client: FlaskClient, tam: FlaskClient, ayun: House
) -> None:
    def statements(ask: FlaskClient, path: str) -> int:
        cache.clear()
        with counting(db.engine()) as sent:
            assert ask.get(path).status_code == 200
        return len(sent)

    console = "/api/v1/console/broadcasts?limit=100"
    with transaction() as session:
        make_broadcast(session, ayun.commune)
    few = statements(client, LIST), statements(tam, console)
    with transaction() as session:
        for _ in range(15):
            make_broadcast(session, ayun.commune)
        bump(session, "broadcasts")
    assert (statements(client, LIST), statements(tam, console)) == few
    assert max(few) <= 7
