"""Pages as browsers, search engines and messengers get them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from lxml import html as lxml_html
from werkzeug.test import TestResponse

from backend.core import clock
from backend.core import db as core_db
from backend.core.api import cache
from backend.core.auth import Role
from backend.core.db import transaction
from backend.essentials.models import Article
from backend.feedback.models import FeedbackCategory, Outcome
from backend.pages import render
from backend.pages import shell as shells
from backend.pages.shell import DIST, inline_hash, json_script, resident_shell
from backend.places.models import AdminUnit, SuccessionKind, UnitSuccession
from tests.databases import counting
from tests.factories.broadcasts import make_broadcast
from tests.factories.essentials import TEXT, make_person, make_published, step
from tests.factories.feedback import make_feedback, make_record
from tests.factories.places import make_commune

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield
    cache.clear()


@pytest.fixture
def ayun(client: FlaskClient) -> AdminUnit:
    with transaction() as session:
        unit = make_commune(session, name="Ayun")
        make_published(session, unit)
    return unit


def read(answer: TestResponse) -> Any:
    assert answer.content_type == "text/html; charset=utf-8"
    return lxml_html.document_fromstring(answer.get_data(as_text=True))


def data_of(page: Any) -> dict[str, Any]:
    (script,) = page.xpath('//script[@id="tl-data"]')
    found: dict[str, Any] = json.loads(script.text)
    return found


def meta(page: Any, name: str) -> str:
    (value,) = page.xpath(f'//meta[@property="{name}" or @name="{name}"]/@content')
    return str(value)


def test_a_commune_can_be_read_without_javascript(client: FlaskClient, ayun: AdminUnit) -> None:
    answer = client.get(f"/c/{ayun.code}", headers=BROWSER)
    assert answer.status_code == 200
    page = read(answer)
    assert page.get("lang") == "vi"
    assert page.xpath("//h1/text()") == ["Xã Ayun"]
    assert page.xpath("//article//h3/a/text()") == [TEXT["title"]]
    assert page.xpath("//title/text()") == ["Xã Ayun – Tiếng Làng"]
    assert meta(page, "og:title") == "Xã Ayun"
    (feed,) = page.xpath('//link[@rel="alternate"][1]/@href')[:1]
    assert feed == f"http://localhost/feeds/communes/{ayun.code}/articles.atom"


def test_the_data_beside_the_page_is_what_the_api_answers(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    data = data_of(read(client.get(f"/c/{ayun.code}")))
    api = "/api/v1"
    assert data["commune"] == client.get(f"{api}/communes/{ayun.code}").get_json()
    listed = client.get(f"{api}/communes/{ayun.code}/articles?limit=10").get_json()
    assert data["articles"] == listed
    article_id = listed["items"][0]["id"]
    page = data_of(read(client.get(f"/c/{ayun.code}/a/{article_id}")))
    assert page["article"] == client.get(f"{api}/articles/{article_id}").get_json()
    assert page["commune"] == data["commune"]


def test_a_shared_article_shows_title_and_summary(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        article = make_published(session, ayun, title="Nghỉ học <ngày mai> & “tránh bão”")
    page = read(client.get(f"/c/{ayun.code}/a/{article.id}"))
    assert meta(page, "og:title") == "Nghỉ học <ngày mai> & “tránh bão”"
    assert meta(page, "og:type") == "article"
    assert meta(page, "og:description") == TEXT["summary"]
    assert meta(page, "og:url") == f"http://localhost/c/{ayun.code}/a/{article.id}"
    assert meta(page, "og:image").startswith("http://localhost/")
    assert page.xpath("//h1/text()") == ["Nghỉ học <ngày mai> & “tránh bão”"]
    assert "mang theo sổ tiêm" in page.text_content()


def test_a_correction_and_an_end_are_said_on_the_page(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        article = make_published(session, ayun, valid_to=NOW + timedelta(days=2))
        yen, dung = (make_person(session, ayun, role) for role in (Role.EDITOR, Role.APPROVER))
        step(session, yen, article, "correct", note="Sửa giờ tiêm")
        step(session, yen, article, "submit")
        step(session, dung, article, "approve")
    path = f"/c/{ayun.code}/a/{article.id}"
    text = read(client.get(path)).text_content()
    assert "Đính chính lúc 10:00, 21/11/2026: Sửa giờ tiêm" in " ".join(text.split())
    with clock.freeze(NOW + timedelta(days=2)):
        text = read(client.get(path)).text_content()
    assert "hết hiệu lực từ thứ Hai, 23/11/2026" in text


def test_the_search_of_a_commune_works_without_javascript(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    with transaction() as session:
        make_published(session, ayun, title="Họp làng", summary="", body_html="<p>19 giờ</p>")
    page = read(client.get(f"/c/{ayun.code}?q=hop lang"))
    assert page.xpath("//article//h3/a/text()") == ["Họp làng"]
    assert page.xpath('//input[@name="q"]/@value') == ["hop lang"]
    api = client.get(f"/api/v1/communes/{ayun.code}/articles?limit=10&q=hop lang").get_json()
    assert data_of(page)["articles"] == api
    nothing = read(client.get(f"/c/{ayun.code}?q=khongco"))
    assert "Không tìm thấy tin nào" in nothing.text_content()


def test_more_news_is_a_link(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        for number in range(11):
            make_published(session, ayun, title=f"Tin {number}")
    page = read(client.get(f"/c/{ayun.code}"))
    assert len(page.xpath("//article")) == 10
    (link,) = page.xpath('//a[contains(@href, "cursor=")]/@href')
    further = read(client.get(link))
    assert len(further.xpath("//article")) == 2
    assert len(data_of(further)["articles"]["items"]) == 2


def test_the_page_speaks_the_language_that_was_chosen(client: FlaskClient, ayun: AdminUnit) -> None:
    texts = {"vi": TEXT, "en": {**TEXT, "title": "Vaccination"}}
    with transaction() as session:
        make_published(session, ayun, texts=texts)
    client.set_cookie("tl_lang", "en")
    answer = client.get(f"/c/{ayun.code}", headers={"Accept-Language": "fr"})
    page = read(answer)
    assert page.get("lang") == "en"
    assert "Vaccination" in page.xpath("//article//h3/a/text()")
    assert "Cookie" in answer.headers["Vary"]
    client.delete_cookie("tl_lang")
    again = read(client.get(f"/c/{ayun.code}", headers={"Accept-Language": "en"}))
    assert again.get("lang") == "vi"


def test_the_front_page_remembers_the_commune(client: FlaskClient, ayun: AdminUnit) -> None:
    page = read(client.get("/"))
    assert page.xpath("//h1/text()") == ["Bà con sống ở đâu?"]
    assert f"/c/{ayun.code}" in page.xpath("//main//a/@href")
    data = json.loads(page.xpath('//script[@id="tl-data"]/text()')[0])
    assert [place["code"] for place in data["communes"]] == [ayun.code]
    assert data["communes"][0]["staffed"] is True
    found = read(client.get("/?choose=&q=ayun"))
    assert found.xpath("//main//li/a/@href") == [f"/c/{ayun.code}"]
    client.set_cookie("tl_commune", ayun.code)
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/c/{ayun.code}")
    assert client.get("/?choose").status_code == 200
    client.set_cookie("tl_commune", "//evil.example")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/send?mend=1", "/track", "/track/GL-7K4M-92QX", "/mine", "/settings"]
)
def test_a_persons_own_screens_are_drawn_by_the_app_and_not_indexed(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    page = read(answer)
    assert answer.status_code == 200
    assert meta(page, "robots") == "noindex"
    assert page.xpath('//*[@id="app"]')
    assert not page.xpath('//script[@id="tl-data"]')


@pytest.mark.parametrize(
    "rest", ["listen", "outcomes", "listen/00000000-0000-7000-8000-000000000000"]
)
def test_screens_of_a_commune_come_with_its_name(
    client: FlaskClient, ayun: AdminUnit, rest: str
) -> None:
    page = read(client.get(f"/c/{ayun.code}/{rest}"))
    assert data_of(page)["commune"]["code"] == ayun.code
    assert "Xã Ayun" in page.xpath("//title/text()")[0]


def test_the_form_is_drawn_for_the_chosen_place_and_can_send_nothing_by_itself(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    nowhere = read(client.get("/send"))
    assert meta(nowhere, "robots") == "noindex"
    assert list(data_of(nowhere)) == ["feedback_categories"]
    assert [field.get("value") for field in nowhere.xpath('//input[@type="radio"]')] == [
        "report", "proposal", "policy_evaluation", "question", "praise",
    ]  # fmt: skip
    assert nowhere.xpath('//*[@id="text"]')
    # What is written before the app is there must not end up in an address.
    assert not nowhere.xpath("//form")
    assert all(button.get("disabled") is not None for button in nowhere.xpath("//main//button"))
    client.set_cookie("tl_commune", ayun.code)
    assert "Xã Ayun" in read(client.get("/send")).xpath("//main")[0].text_content()
    client.set_cookie("tl_commune", "99999")
    assert "Xã Ayun" not in read(client.get("/send")).text_content()
    # Only the app knows what a step further was begun with.
    assert not read(client.get("/send?step=2")).xpath('//*[@id="app"]/*')


def test_outcomes_are_listed_and_sifted(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        for category, outcome in (
            (FeedbackCategory.Y_TE, Outcome.DONE),
            (FeedbackCategory.Y_TE, Outcome.PLANNED),
        ):
            record = make_record(session, make_feedback(session, ayun))
            record.category, record.outcome, record.title = category, outcome, outcome.value
            record.reply = "Đã nạo vét mương. " * 20
    address = f"/c/{ayun.code}/outcomes"
    whole = read(client.get(address))
    assert sorted(whole.xpath('//*[@class="news"]//h2/a/text()')) == ["done", "planned"]
    api = client.get(f"/api/v1/communes/{ayun.code}/feedback?limit=20").get_json()
    assert data_of(whole)["outcomes"] == api
    slugs = client.get("/api/v1/feedback-categories").get_json()["items"]
    assert whole.xpath('//select[@name="category"]/option/@value') == [
        "", *(each["slug"] for each in slugs),
    ]  # fmt: skip

    filters = f"outcome=planned&category={FeedbackCategory.Y_TE}"
    sifted = read(client.get(f"{address}?{filters}"))
    assert sifted.xpath('//*[@class="news"]//h2/a/text()') == ["planned"]
    api = client.get(f"/api/v1/communes/{ayun.code}/feedback?limit=20&{filters}").get_json()
    assert data_of(sifted)["outcomes"] == api
    wrong = read(client.get(f"{address}?outcome=x&category=y"))
    assert len(wrong.xpath('//*[@class="news"]')) == 2
    none = read(client.get(f"{address}?outcome=not_possible"))
    assert none.xpath('//*[@class="trouble"]')


def test_recordings_are_listed_by_day_and_sifted(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        make_broadcast(session, ayun, title="Lịch tiêm chủng")
        make_broadcast(
            session, ayun, title="Bơt hơdră", language="jra", aired_at=NOW - timedelta(2)
        )
    address = f"/c/{ayun.code}/listen"
    whole = read(client.get(address))
    assert whole.xpath('//section[@class="day"]/h2/text()') == [
        "thứ Bảy, 21/11/2026", "thứ Năm, 19/11/2026",
    ]  # fmt: skip
    api = client.get(f"/api/v1/communes/{ayun.code}/broadcasts?limit=20").get_json()
    assert data_of(whole)["broadcasts"] == api

    filters = "language=jra&date=2026-11-19"
    sifted = read(client.get(f"{address}?{filters}"))
    assert sifted.xpath('//li[@class="tile"]//a/text()') == ["Bơt hơdră"]
    api = client.get(f"/api/v1/communes/{ayun.code}/broadcasts?limit=20&{filters}").get_json()
    assert data_of(sifted)["broadcasts"] == api
    wrong = read(client.get(f"{address}?language=x&date=hom-qua"))
    assert len(wrong.xpath('//li[@class="tile"]')) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/c/99999",
        "/c/x",
        "/c/99999/listen",
        "/c/99999/outcomes",
        "/c/99999/a/00000000-0000-7000-8000-000000000000",
        "/c/99999/outcomes/00000000-0000-7000-8000-000000000000",
        "/c/99999/a/khong-phai-id",
        "/khong-co",
        "/c/",
    ],
)
def test_what_is_not_there_is_a_friendly_page_with_the_right_status(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    page = read(answer)
    assert page.xpath("//h1")
    assert "/?choose" in page.xpath("//main//a/@href")
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_article_that_is_gone_says_so(client: FlaskClient, ayun: AdminUnit) -> None:
    missing = client.get(f"/c/{ayun.code}/a/{uuid4()}")
    assert missing.status_code == 404
    with transaction() as session:
        article = make_published(session, ayun)
        dung = make_person(session, ayun, Role.APPROVER)
        step(session, dung, article, "withdraw", reason="Đăng nhầm")
    gone = client.get(f"/c/{ayun.code}/a/{article.id}")
    assert gone.status_code == 410
    assert "Đăng nhầm" in gone.get_data(as_text=True)
    assert TEXT["title"] not in gone.get_data(as_text=True)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_outcome_is_read_and_shared_with_its_proof(
    client: FlaskClient, ayun: AdminUnit, language: str
) -> None:
    photo = {
        "kind": "photo",
        "url": "/media/images/x-1280.webp",
        "width": 128,
        "height": 96,
        "content_type": "image/webp",
        "bytes": 900,
        "sources": [
            {"url": "/media/images/x-1280.jpg", "width": 128, "height": 96,
             "content_type": "image/jpeg", "bytes": 1200},
        ],
    }  # fmt: skip
    with transaction() as session:
        feedback = make_feedback(session, ayun)
        record = make_record(session, feedback)
        record.evidence = [photo]
        record.other_body = "Điện lực khu vực"
        record.planned_on = NOW.date()
        record.masked_text = "Đường <b>sạt</b>\nsau mưa"
    page = read(client.get(f"/c/{ayun.code}/outcomes/{record.id}?lang={language}"))
    text = page.text_content()
    assert record.reply in text
    assert "Đường <b>sạt</b>" in text
    assert ("21 Nov 2026" if language == "en" else "21/11/2026") in text
    assert "Điện lực khu vực" in text
    assert meta(page, "og:description") == record.reply
    assert meta(page, "og:image") == "http://localhost/media/images/x-1280.jpg"
    assert client.get(f"/c/{ayun.code}/outcomes/{uuid4()}").status_code == 404


def test_a_reorganised_commune_leads_to_what_it_became(client: FlaskClient) -> None:
    with transaction() as session:
        new = make_commune(session, name="Mới")
        old = make_commune(session, name="Cũ", valid_to=new.valid_from - timedelta(days=1),
                           valid_from=new.valid_from - timedelta(days=900))  # fmt: skip
        session.add(
            UnitSuccession(
                predecessor_id=old.id,
                successor_id=new.id,
                kind=SuccessionKind.MERGED,
                effective_on=new.valid_from,
            )
        )
    answer = client.get(f"/c/{old.code}")
    assert answer.status_code == 410
    page = read(answer)
    assert f"/c/{new.code}" in page.xpath("//main//a/@href")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-00000000.js",
        "/console/assets/index-00000000.js",
        "/icons/none.png",
        "/icons/../../../pyproject.toml",
        "/widgets/none.js",
        "/api/v1/nowhere",
    ],
)
def test_a_missing_file_is_never_a_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert b"<!doctype html>" not in answer.data.lower()


def test_a_machine_gets_a_problem_document(client: FlaskClient) -> None:
    answer = client.get("/khong-co", headers={"Accept": "application/json"})
    assert answer.content_type == "application/problem+json"
    assert client.get("/khong-co").content_type == "application/problem+json"
    assert client.post("/khong-co", headers=BROWSER).status_code == 404


def test_a_warm_page_asks_the_database_nothing(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        article = make_published(session, ayun)
    for path in (f"/c/{ayun.code}", f"/c/{ayun.code}/a/{article.id}", "/?choose", "/send"):
        first = client.get(path, headers={"Accept-Encoding": "br"})
        with counting(core_db.engine()) as statements:
            again = client.get(path, headers={"Accept-Encoding": "br"})
            known = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": "br"}
            unchanged = client.get(path, headers=known)
        assert again.data == first.data
        assert (unchanged.status_code, unchanged.data) == (304, b"")
        assert statements == []
        assert first.headers["Content-Encoding"] == "br"


def test_a_page_shows_what_was_published_a_moment_ago(client: FlaskClient, ayun: AdminUnit) -> None:
    path = f"/c/{ayun.code}"
    assert len(read(client.get(path)).xpath("//article")) == 1
    with transaction() as session:
        make_published(session, session.get_one(AdminUnit, ayun.id), title="Mới đăng")
    cache.generations.look_again()
    assert "Mới đăng" in read(client.get(path)).xpath("//article//h3/a/text()")


def test_a_window_ends_on_the_page_without_a_write(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        make_published(session, ayun, title="Sắp hết", valid_to=NOW + timedelta(minutes=5))
    path = f"/c/{ayun.code}"
    assert "Sắp hết" in client.get(path).get_data(as_text=True)
    with clock.freeze(NOW + timedelta(minutes=5)):
        assert "Sắp hết" not in client.get(path).get_data(as_text=True)


HOSTILE = '</script><script>alert(1)</script><!-- {{ 7*7 }} " onmouseover="alert(1)'


def test_no_words_of_an_article_become_code(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        article = make_published(session, ayun, title=HOSTILE, summary=HOSTILE)
        session.get_one(Article, article.id)
    for path in (
        f"/c/{ayun.code}",
        f"/c/{ayun.code}/a/{article.id}",
        f"/c/{ayun.code}?q=%3Cscript%3E",
    ):
        answer = client.get(path)
        page = read(answer)
        inline = [each.text for each in page.xpath("//script[not(@src) and not(@type)]")]
        policy = answer.headers["Content-Security-Policy"]
        assert all(inline_hash(code) in policy for code in inline)
        assert not page.xpath("//@onmouseover")
        assert "alert(1)</script>" not in answer.get_data(as_text=True)
        assert "49 " not in page.xpath("//title/text()")[0]
    assert data_of(read(client.get(f"/c/{ayun.code}")))["articles"]["items"][0]["title"] == HOSTILE


def test_data_cannot_end_its_element() -> None:
    script = json_script({"a": "</script><!--\u2028", "b": [1, None]})
    assert script.count("</script>") == 1
    assert "<!--" not in script
    inner = re.fullmatch(r"<script[^>]*>(.*)</script>", script, re.DOTALL)
    assert inner
    assert json.loads(inner[1]) == {"a": "</script><!--\u2028", "b": [1, None]}


def test_the_policy_allows_nothing_inline_but_the_builds_own(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    policy = client.get(f"/c/{ayun.code}").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert rules["frame-ancestors"] == "'none'"
    assert rules["default-src"] == "'self'"


def test_without_a_build_the_pages_still_read_well(
    client: FlaskClient, ayun: AdminUnit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    resident_shell.cache_clear()
    monkeypatch.setattr(resident_shell, "__wrapped__", resident_shell.__wrapped__)
    plain = resident_shell(tmp_path)
    assert not plain.built
    for module in ("routes.answering", "routes.screens"):
        monkeypatch.setattr(f"backend.pages.{module}.resident_shell", lambda: plain)
    page = read(client.get(f"/c/{ayun.code}"))
    assert page.xpath("//article//h3/a/text()") == [TEXT["title"]]
    (style,) = page.xpath("//style/text()")
    assert inline_hash(style) in plain.policy
    assert shells.console_shell(tmp_path) is None


def test_the_console_is_never_kept(client: FlaskClient) -> None:
    for path in ("/console", "/console/cases/1"):
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code == (200 if (DIST / "console" / "index.html").is_file() else 503)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_files_at_fixed_addresses(client: FlaskClient) -> None:
    shell = client.get("/shell.html")
    assert "<!--tl:app-->" in shell.get_data(as_text=True)
    known = {"If-None-Match": shell.headers["ETag"]}
    assert client.get("/shell.html", headers=known).status_code == 304
    assert "Disallow: /console" in client.get("/robots.txt").get_data(as_text=True)
    if not (DIST / "resident" / "sw.js").is_file():
        return
    worker = client.get("/sw.js")
    assert worker.content_type.startswith("text/javascript")
    assert worker.headers["Cache-Control"] == "public, no-cache"
    assert client.get("/manifest.webmanifest").content_type.startswith("application/manifest+json")
    assert client.get("/icons/icon-192.png").content_type == "image/png"


def test_what_is_printed_leads_back_by_a_short_address_and_a_code(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    item = client.get(f"/api/v1/communes/{ayun.code}/articles").get_json()["items"][0]
    page = read(client.get(f"/c/{ayun.code}/a/{item['id']}"))
    (source,) = page.xpath('//*[contains(@class, "printed")]/img/@src')
    short = source.removesuffix(".svg")
    assert len(short) < len(f"/c/{ayun.code}/a/{item['id']}")
    assert client.get(short).headers["Location"] == f"/c/{ayun.code}/a/{item['id']}"
    code = client.get(source)
    assert code.mimetype == "image/svg+xml"
    assert code.get_data(as_text=True).startswith("<svg")


@pytest.mark.parametrize(
    "path",
    [
        "/a/23798/0000000000000000",
        "/o/23798/0000000000000000",
        "/a/23798/zzzzzzzzzzzzzzzz",
        "/a/abcde/0000000000000000",
        "/x/23798/0000000000000000",
        "/a/abcde/0000000000000000.svg",
        "/a/23798/zzzzzzzzzzzzzzzz.svg",
    ],
)
def test_a_short_address_of_nothing_is_no_page_and_no_code(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=BROWSER).status_code == 404


def test_an_outcome_that_was_withdrawn_has_no_short_address(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    with transaction() as session:
        record = make_record(session, make_feedback(session, ayun))
    short = f"/o/{ayun.code}/{record.id.hex[:16]}"
    assert client.get(short).headers["Location"] == f"/c/{ayun.code}/outcomes/{record.id}"
    with transaction() as session:
        session.delete(session.merge(record))
    assert client.get(short, headers=BROWSER).status_code == 404


def test_a_list_carries_the_smallest_form_of_a_picture() -> None:
    def form(width: int, kind: str) -> dict[str, Any]:
        return {"url": f"/{width}.{kind}", "width": width, "content_type": f"image/{kind}"}

    forms = [form(1280, "jpeg"), form(480, "jpeg"), form(1280, "webp"), form(480, "webp")]
    picture = {"url": "/1280.webp", "width": 1280, "sources": forms}
    assert render.smallest(picture)["url"] == "/480.webp"
    assert render.srcset(picture) == "/480.webp 480w, /1280.webp 1280w"
    assert render.smallest({"url": "/old.webp"})["url"] == "/old.webp"
    assert render.srcset({"url": "/old.webp"}) == ""
