"""Communes over HTTP: search by anything people call them, on any day."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.core import db as core_db
from backend.core.api import cache
from backend.places import service
from tests.databases import counting


def found(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/communes", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def test_ayun_is_found_by_code_by_name_and_by_its_former_name(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    for typed in ("23798", "ayun", "xã Ayun", "X. AYUN", "Ayun, huyện Mang Yang"):
        first = found(client, q=typed)[0]
        assert (first["code"], first["full_name"]) == ("23798", "Xã Ayun"), typed
        assert first["matched"]["reason"] == "current", typed
        assert first["province"] == {"code": "52", "name": "Gia Lai"}
        assert (first["valid_from"], first["valid_to"]) == ("2025-07-01", None)
    for typed in ("dak jo ta", "Đak Jơ Ta", "ĐAK JƠ TA", "xã Đak Jơ Ta"):
        (only,) = found(client, q=typed)
        assert only["code"] == "23798", typed
        assert only["matched"] == {
            "name": "Xã Đak Jơ Ta",
            "code": "23798",
            "district": "Huyện Mang Yang",
            "valid_from": None,
            "valid_to": "2025-06-30",
            "reason": "former_name",
        }


def test_another_day_has_other_communes(gia_lai: service.ImportReport, client: FlaskClient) -> None:
    (before,) = found(client, q="23798", at="2025-06-01")
    assert before["full_name"] == "Xã Đak Jơ Ta"
    assert before["province"] == {"code": "64", "name": "Gia Lai"}
    assert found(client, q="23798", at="2025-07-01")[0]["full_name"] == "Xã Ayun"
    assert client.get("/api/v1/communes/23798?at=2025-06-30").get_json()["name"] == "Đak Jơ Ta"
    assert len(found(client, province="64", at="2025-06-01", limit=200)) == 200
    assert found(client, province="52", at="2025-06-01")[0]["province"]["name"] == "Bình Định"


def test_a_former_code_or_a_merged_name_leads_to_todays_commune(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    (by_code,) = found(client, q="23797")
    assert by_code["code"] == "23798"
    assert by_code["matched"]["reason"] == "former_code"
    merged = next(each for each in found(client, q="Xã Ayun Hạ"))
    assert merged["full_name"] == "Xã Chư A Thai"
    assert merged["matched"]["reason"] == "merged_into"
    assert merged["matched"]["name"] == "Xã Ayun Hạ"


def test_a_divided_commune_leads_to_each_part(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    names = {each["name"] for each in found(client, q="An Nghĩa", province="52")}
    assert {"An Hòa", "An Toàn"} <= names


def test_whole_names_come_before_beginnings_and_beginnings_before_the_rest(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    names = [each["full_name"] for each in found(client, q="quy nhon", limit=50)]
    assert names[0] == "Phường Quy Nhơn"
    assert names[1:5] == [
        "Phường Quy Nhơn Bắc",
        "Phường Quy Nhơn Đông",
        "Phường Quy Nhơn Nam",
        "Phường Quy Nhơn Tây",
    ]
    assert len(names) == len(set(names))
    words = [each["full_name"] for each in found(client, q="khe", limit=50)]
    assert "Phường An Khê" in words
    assert "Xã Bình Khê" in words
    assert found(client, q="hoai nhon", limit=2)[0]["full_name"] == "Phường Hoài Nhơn"


def test_what_is_typed_is_text_and_not_a_pattern(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    for typed in (
        "%",
        "_",
        "a%n",
        "'; DROP TABLE admin_unit; --",
        "\\",
        '"',
        "<script>",
        "\x00\x01",
    ):
        answer = client.get("/api/v1/communes", query_string={"q": typed, "limit": 5})
        assert answer.status_code == 200
        if typed != "\x00\x01":  # nothing left after cleaning: everything
            assert answer.get_json()["items"] == [], typed


def test_all_communes_of_a_province_by_name(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    communes = found(client, province="52", limit=200)
    assert len(communes) == 135
    assert all(each["matched"] is None for each in communes)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "out_of_range"),
        ("limit=201", "limit", "out_of_range"),
        ("limit=x", "limit", "not_a_number"),
        ("at=yesterday", "at", "not_a_date"),
        ("at=2025-02-30", "at", "not_a_date"),
        ("province=99", "province", "unknown"),
        ("province=5", "province", "malformed"),
        ("q=" + "a" * 101, "q", "too_long"),
    ],
)
def test_a_wrong_question_is_answered_by_naming_the_field(
    client: FlaskClient, query: str, field: str, code: str
) -> None:
    answer = client.get(f"/api/v1/communes?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {field: [code]}


def test_a_commune_says_what_it_was_made_from(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    ayun = client.get("/api/v1/communes/23798").get_json()
    assert [each["name"] for each in ayun["predecessors"]] == ["Xã Ayun", "Xã Đak Jơ Ta"]
    assert ayun["predecessors"][0]["kind"] == "merged"
    assert ayun["languages"] == ["vi"]
    assert ayun["hotline"] is None
    assert ayun["matched"] is None


def test_a_code_that_ended_says_what_came_after(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    answer = client.get("/api/v1/communes/23797?lang=en")
    assert answer.status_code == 410
    problem = answer.get_json()
    assert problem["code"] == "places.commune_replaced"
    assert problem["successors"] == [{"code": "23798", "name": "Xã Ayun"}]
    assert "Xã Ayun" in problem["title"]


@pytest.mark.parametrize("code", ["00000", "abc", "٢٣٧٩٨", "23798x", "%00", "1" * 400, "23798%0A"])
def test_an_unknown_code_is_not_found(
    gia_lai: service.ImportReport, client: FlaskClient, code: str
) -> None:
    for path in (f"/api/v1/communes/{code}", f"/api/v1/communes/{code}/communities"):
        assert client.get(path).status_code == 404


def test_a_warm_answer_asks_the_database_nothing_and_a_change_shows(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    cache.clear()
    with counting(core_db.engine()) as cold:
        first = client.get("/api/v1/communes?q=ayun")
    assert len([each for each in cold if not each.startswith("BEGIN")]) <= 4
    with counting(core_db.engine()) as warm:
        second = client.get("/api/v1/communes?q=ayun")
        unchanged = client.get(
            "/api/v1/communes?q=ayun", headers={"If-None-Match": first.headers["ETag"]}
        )
    assert all("FROM generation" in each or each == "BEGIN" for each in warm)  # once a second
    assert second.get_data() == first.get_data()
    assert unchanged.status_code == 304
    with core_db.transaction() as session:
        ayun = service.commune_by_code(session, "23798")
        assert ayun is not None
        service.mark_staffed(session, ayun.id)
    cache.generations.look_again()
    assert client.get("/api/v1/communes?q=ayun").get_json()["items"][0]["staffed"] is True


def test_provinces_are_listed_with_the_number_of_known_communes(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    provinces = client.get("/api/v1/provinces").get_json()["items"]
    assert len(provinces) == 34
    counts = {each["code"]: each["commune_count"] for each in provinces}
    assert counts["52"] == 135
    assert counts["01"] == 0
