"""Feeds as readers and portals take them, read with a feed reader's own eyes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from backend.core import clock
from backend.core import db as core_db
from backend.core.api import cache
from backend.core.auth import Role
from backend.core.db import transaction
from backend.feeds.entries import Entry, Feed, Image
from backend.feeds.formats import FORMATS
from backend.places.models import AdminUnit, SuccessionKind, UnitSuccession
from tests.databases import counting
from tests.factories.accounts import make_portal
from tests.factories.essentials import TEXT, make_draft, make_person, make_published, step
from tests.factories.feedback import make_feedback, make_record
from tests.factories.places import make_commune, make_province

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
KINDS = ("articles", "outcomes")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield
    cache.clear()


@pytest.fixture
def ayun(client: FlaskClient) -> AdminUnit:
    with transaction() as session:
        return make_commune(session, name="Ayun")


def address(unit: AdminUnit, kind: str, form: str) -> str:
    level = "communes" if unit.parent_id else "provinces"
    return f"/feeds/{level}/{unit.code}/{kind}.{form}"


def parsed(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if ".json" in path:
        return answer.get_json(force=True)
    found = feedparser.parse(answer.data)
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_reader_understands_articles(
    client: FlaskClient, ayun: AdminUnit, form: str
) -> None:
    with transaction() as session:
        article = make_published(session, ayun, title="Lịch tiêm & “hội” <xã>")
    found = parsed(client, address(ayun, "articles", form))
    assert found.version == {"rss": "rss20", "atom": "atom10"}[form]
    assert found.feed.title == "Tin của Xã Ayun"
    assert found.feed.link == f"http://localhost/c/{ayun.code}"
    assert {
        "rel": "self",
        "href": f"http://localhost{address(ayun, 'articles', form)}",
    }.items() <= {
        key: value
        for link in found.feed.links
        if link["rel"] == "self"
        for key, value in link.items()
    }.items()
    (entry,) = found.entries
    assert entry.id == f"urn:uuid:{article.id}"
    assert entry.link == f"http://localhost/c/{ayun.code}/a/{article.id}"
    # Atom titles are text; feedparser keeps what a reader would see.
    assert entry.title in ("Lịch tiêm & “hội” <xã>", "Lịch tiêm &amp; “hội” &lt;xã&gt;")
    assert entry.summary == TEXT["summary"]
    assert TEXT["body_html"] in entry.content[0].value
    assert entry.published_parsed[:5] == (2026, 11, 21, 3, 0)
    assert entry.author == "Xã Ayun"
    assert entry.tags[0].term.startswith("Kiến thức")


def test_a_json_feed_says_the_same(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        article = make_published(session, ayun)
    answer = client.get(address(ayun, "articles", "json"))
    assert answer.content_type == "application/feed+json; charset=utf-8"
    found = answer.get_json(force=True)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == f"http://localhost{address(ayun, 'articles', 'json')}"
    (item,) = found["items"]
    assert item["id"] == f"urn:uuid:{article.id}"
    assert item["url"] == f"http://localhost/c/{ayun.code}/a/{article.id}"
    assert item["date_published"] == "2026-11-21T03:00:00Z"
    assert item["content_html"] == TEXT["body_html"]


@pytest.mark.parametrize("form", [*FORMATS])
def test_outcomes_carry_the_masked_text_and_the_reply(
    client: FlaskClient, ayun: AdminUnit, form: str
) -> None:
    with transaction() as session:
        record = make_record(session, make_feedback(session, ayun))
        make_feedback(session, ayun, text="Chưa công khai")
    found = parsed(client, address(ayun, "outcomes", form))
    entries = found["items"] if form == "json" else found.entries
    assert len(entries) == 1
    assert entries[0]["id"] == f"urn:uuid:{record.id}"
    body = entries[0]["content_html"] if form == "json" else entries[0].content[0].value
    assert record.masked_text in body
    assert record.reply in body
    raw = client.get(address(ayun, "outcomes", form)).get_data(as_text=True)
    assert "Chưa công khai" not in raw


@pytest.mark.parametrize("form", [*FORMATS])
def test_a_province_gathers_its_communes(client: FlaskClient, form: str) -> None:
    with transaction() as session:
        province = make_province(session)
        first = make_commune(session, code="20001")
        other = make_commune(session, code="20002")
        make_published(session, province, title="Cả tỉnh")
        make_published(session, other, title="Một xã")
        make_record(session, make_feedback(session, first))
    found = parsed(client, address(province, "articles", form))
    entries = found["items"] if form == "json" else found.entries
    links = {entry["title"]: entry["url" if form == "json" else "link"] for entry in entries}
    assert set(links) == {"Cả tỉnh", "Một xã"}
    assert links["Một xã"].startswith("http://localhost/c/20002/a/")
    assert links["Cả tỉnh"].startswith("http://localhost/c/20001/a/")
    outcomes = parsed(client, address(province, "outcomes", form))
    assert len(outcomes["items"] if form == "json" else outcomes.entries) == 1


def test_a_guid_outlives_a_correction_and_the_entry_says_it_changed(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    with transaction() as session:
        article = make_published(session, ayun)
        yen, dung = (make_person(session, ayun, role) for role in (Role.EDITOR, Role.APPROVER))
    before = parsed(client, address(ayun, "articles", "atom")).entries[0]
    with clock.freeze(NOW + timedelta(hours=1)), transaction() as session:
        article = session.merge(article)
        step(session, yen, article, "correct", note="Sửa <giờ>")
        step(session, yen, article, "submit")
        step(session, dung, article, "approve")
    cache.generations.look_again()
    after = parsed(client, address(ayun, "articles", "atom")).entries[0]
    assert after.id == before.id
    assert (after.published, after.updated) == (before.published, "2026-11-21T04:00:00Z")
    assert "Đính chính: Sửa &lt;giờ&gt;" in after.content[0].value


@pytest.mark.parametrize("form", [*FORMATS])
@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_feed_is_still_a_feed_and_stays_the_same(
    client: FlaskClient, ayun: AdminUnit, kind: str, form: str
) -> None:
    parsed(client, address(ayun, kind, form))
    first = client.get(address(ayun, kind, form))
    cache.clear()
    with clock.freeze(NOW + timedelta(hours=6)):
        assert client.get(address(ayun, kind, form)).headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("form", [*FORMATS])
def test_an_unchanged_feed_is_a_304_without_a_question_to_the_database(
    client: FlaskClient, ayun: AdminUnit, form: str
) -> None:
    with transaction() as session:
        make_published(session, ayun)
    first = client.get(address(ayun, "articles", form))
    with counting(core_db.engine()) as statements:
        known = {"If-None-Match": first.headers["ETag"]}
        again = client.get(address(ayun, "articles", form), headers=known)
    assert (again.status_code, again.data, statements) == (304, b"", [])


def test_drafts_scheduled_and_withdrawn_articles_are_in_no_feed(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    with transaction() as session:
        lien = make_person(session, ayun, Role.DRAFTER)
        yen, dung = (make_person(session, ayun, role) for role in (Role.EDITOR, Role.APPROVER))
        make_draft(session, lien, ayun, title="Nháp")
        later = make_draft(session, lien, ayun, title="Hẹn giờ")
        step(session, lien, later, "submit")
        step(session, dung, later, "approve")
        step(session, yen, later, "schedule", publish_at=NOW + timedelta(hours=1))
        gone = make_published(session, ayun, title="Đã gỡ")
        step(session, dung, gone, "withdraw", reason="Nhầm")
    path = address(ayun, "articles", "json")
    assert parsed(client, path)["items"] == []
    with clock.freeze(NOW + timedelta(hours=1)):
        assert [item["title"] for item in parsed(client, path)["items"]] == ["Hẹn giờ"]


@pytest.mark.parametrize("form", [*FORMATS])
def test_no_character_breaks_a_feed(form: str) -> None:
    impossible = "".join(chr(code) for code in (0, 1, 8, 11, 12, 14, 31, 0xFFFE, 0xFFFF))
    hostile = f"]]></title>{impossible}<script>alert(1)</script> & \u2028 \U0001f33e"
    entry = Entry(
        guid="urn:uuid:1",
        link="http://localhost/x?a=1&b=2",
        title=hostile,
        summary=hostile,
        html="<p>]]&gt;</p>",
        published_at=NOW,
        updated_at=NOW,
        category=hostile,
        author=hostile,
        language="vi",
        image=Image(url="http://localhost/a?b&c", content_type="image/jpeg", bytes=9, alt=hostile),
    )
    feed = Feed(
        guid="urn:uuid:2",
        title=hostile,
        description=hostile,
        home="http://localhost/",
        address="http://localhost/feeds/x",
        language="vi",
        updated_at=NOW,
        entries=[entry],
    )
    written = FORMATS[form][0](feed)
    if form == "json":
        return
    etree.fromstring(written)
    found = feedparser.parse(written)
    assert not found.bozo
    assert len(found.entries) == 1
    assert found.entries[0].enclosures[0].href == "http://localhost/a?b&c"


def test_feeds_may_be_read_from_any_origin_and_never_with_cookies(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    client.set_cookie("tl_lang", "en")
    origin = {"Origin": "https://cong.example"}
    for path in (
        address(ayun, "articles", "json"),
        f"/api/v1/communes/{ayun.code}/articles",
        "/api/v1/communes",
        f"/api/v1/articles/{uuid4()}",
    ):
        answer = client.get(path, headers=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    title = parsed(client, address(ayun, "articles", "json"))["title"]
    assert title == "Tin của Xã Ayun", "a cookie must not change a feed"
    for path in ("/api/v1/console/articles", "/api/v1/me"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=origin).headers
    posted = client.post("/api/v1/feedback", json={}, headers=origin)
    assert "Access-Control-Allow-Origin" not in posted.headers


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/communes/99999/articles.rss",
        "/feeds/communes/52/articles.rss",
        "/feeds/provinces/99/articles.rss",
        "/feeds/communes/x/outcomes.json",
        "/feeds/communes/{code}/articles.xml",
        "/feeds/communes/{code}/drafts.rss",
        "/feeds/communes/{code}/articles",
        "/embed/communes/99999",
    ],
)
def test_unknown_feeds_are_not_found(client: FlaskClient, ayun: AdminUnit, path: str) -> None:
    answer = client.get(path.format(code=ayun.code))
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "lang=<x>", "category=khong_co", "category=../x"]
)
def test_bad_questions_are_answered_politely(
    client: FlaskClient, ayun: AdminUnit, query: str
) -> None:
    answer = client.get(f"{address(ayun, 'articles', 'rss')}?{query}")
    assert answer.status_code == 422
    assert query.split("=", maxsplit=1)[0] in answer.get_json()["errors"]


def test_what_others_add_to_the_address_does_not_matter(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    assert client.get(f"{address(ayun, 'articles', 'rss')}?utm_source=zalo").status_code == 200


def test_an_embed_is_framed_by_its_portal_only(client: FlaskClient, ayun: AdminUnit) -> None:
    origins = ["https://gialai.gov.vn", "https://*.gialai.gov.vn:8443"]
    hostile = ["https://x.example; script-src *", "*", "javascript:alert(1)", "http://a b"]
    with transaction() as session:
        make_published(session, ayun)
        portal = make_portal(session, ayun, allowed_origins=[*origins, *hostile])
        closed = make_portal(session, ayun, active=False)
    path = f"/embed/communes/{ayun.code}"

    def ancestors(query: str) -> str:
        answer = client.get(path + query)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src" not in policy
        return policy.split("frame-ancestors ")[1]

    assert ancestors(f"?portal={portal.id}") == " ".join(origins)
    assert ancestors("") == "'none'"
    assert ancestors(f"?portal={uuid4()}") == "'none'"
    assert ancestors(f"?portal={closed.id}") == "'none'"
    assert client.get(path + "?portal=1").status_code == 422


def test_an_embed_reads_well_without_script(client: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        article = make_published(session, ayun, title="<b>Lịch</b> tiêm")
        record = make_record(session, make_feedback(session, ayun))
    page = client.get(f"/embed/communes/{ayun.code}?limit=3").get_data(as_text=True)
    assert "&lt;b&gt;Lịch&lt;/b&gt; tiêm" in page
    assert f'href="http://localhost/c/{ayun.code}/a/{article.id}"' in page
    assert "<script" not in page
    assert "21/11/2026" in page
    outcomes = client.get(f"/embed/communes/{ayun.code}?kind=outcomes&lang=en")
    body = outcomes.get_data(as_text=True)
    assert f"/c/{ayun.code}/outcomes/{record.id}" in body
    assert '<html lang="en">' in body


def test_what_a_merged_commune_published_is_read_on_its_successors_pages(
    client: FlaskClient,
) -> None:
    with transaction() as session:
        province = make_province(session)
        old = make_commune(session, parent_id=province.id, name="Kon Cũ", code="23900")
        new = make_commune(
            session, parent_id=province.id, name="Ayun", valid_from=date(2026, 4, 30)
        )
        article = make_published(session, old)
        old.valid_to = date(2026, 4, 29)
        session.add(
            UnitSuccession(
                predecessor_id=old.id,
                successor_id=new.id,
                kind=SuccessionKind.MERGED,
                effective_on=date(2026, 4, 30),
            )
        )
        address = f"http://localhost/c/{new.code}/a/{article.id}"
    for path in (f"/feeds/communes/{new.code}/articles.json", "/feeds/provinces/52/articles.json"):
        (item,) = client.get(path).get_json()["items"]
        assert item["url"] == address
        assert item["authors"] == [{"name": "Xã Kon Cũ"}]
