"""What residents find: the merged list, its filters, its search, its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core import db as core_db
from backend.core.auth import Grant, Principal, Role
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound
from backend.core.full_text import search_key, words
from backend.essentials import desk, queries, service
from backend.essentials.models import Article, ArticleState
from backend.places.models import AdminUnit
from tests.conftest import Database
from tests.databases import counting
from tests.factories.essentials import TEXT, make_draft, make_person, make_published, step
from tests.factories.places import make_commune, make_community, make_department, make_province
from tests.plans import listening, lists, must_be_read_in_order

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def titles(session: Session, unit: AdminUnit, language: str = "vi", **filters: Any) -> list[str]:
    return [
        card.title for card in queries.public_articles(session, unit, language, **filters).items
    ]


def publish_on(session: Session, day: int, unit: AdminUnit, **overrides: Any) -> Article:
    with clock.freeze(NOW - timedelta(days=30 - day)):
        return make_published(session, unit, **overrides)


def test_commune_and_province_are_one_list_newest_first(db: Database) -> None:
    with transaction() as session:
        province, ayun, other = make_province(session), make_commune(session), make_commune(session)
        publish_on(session, 1, ayun, title="Xã 1")
        publish_on(session, 2, province, title="Tỉnh 2")
        publish_on(session, 3, ayun, title="Xã 3")
        publish_on(session, 4, other, title="Xã khác")
        assert titles(session, ayun) == ["Xã 3", "Tỉnh 2", "Xã 1"]
        assert titles(session, province) == ["Tỉnh 2"]
        everything = queries.articles_of_province(session, province, "vi")
        assert [card.title for card in everything.items] == ["Xã khác", "Xã 3", "Tỉnh 2", "Xã 1"]


def test_pages_meet_without_gap_or_repeat(db: Database) -> None:
    with transaction() as session:
        province, ayun = make_province(session), make_commune(session)
        for number in range(9):
            # Several at the very same moment: the id decides.
            publish_on(session, number // 3, [province, ayun][number % 2], title=f"Tin {number}")
        seen: list[str] = []
        cursor = None
        for _ in range(10):
            found = queries.public_articles(session, ayun, "vi", cursor=cursor, limit=2)
            seen += [card.title for card in found.items]
            cursor = found.next_cursor
            if cursor is None:
                break
        assert len(seen) == 9
        assert set(seen) == {f"Tin {number}" for number in range(9)}
        with pytest.raises(InvalidInput):
            queries.public_articles(session, ayun, "vi", cursor="khong-phai-cua-ta")


def test_a_community_reads_what_is_for_everybody_and_for_itself(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        one, two = make_community(session, ayun), make_community(session, ayun)
        make_published(session, ayun, title="Cả xã")
        for lang in (one, two):
            scope = [{"unit": ayun.code, "community_id": lang.id}]
            make_published(session, ayun, title=f"Riêng {lang.name}", scope=scope)
        assert set(titles(session, ayun, community_id=one.id)) == {"Cả xã", f"Riêng {one.name}"}
        assert len(titles(session, ayun)) == 3
        (card,) = [
            card
            for card in queries.public_articles(session, ayun, "vi").items
            if card.title == f"Riêng {two.name}"
        ]
        assert card.communities == [{"id": str(two.id), "name": two.name}]


def test_a_category_narrows_the_list(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun, title="Bão", category="thien_tai_khan_cap")
        make_published(session, ayun, title="Hội làng", category="kien_thuc")
        assert titles(session, ayun, category="thien_tai_khan_cap") == ["Bão"]
        assert titles(session, ayun, category="van_ban") == []
        with pytest.raises(InvalidInput):
            titles(session, ayun, category="khong_co")


def test_texts_fall_back_from_the_language_asked_for(db: Database) -> None:
    both = {"vi": TEXT, "en": {**TEXT, "title": "Vaccination"}}
    only = {"jra": {**TEXT, "title": "Tơlơi pơthâo"}}
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun, texts=both)
        make_published(session, ayun, texts=only)
        assert set(titles(session, ayun, "en")) == {"Vaccination", "Tơlơi pơthâo"}
        assert set(titles(session, ayun, "bdq")) == {TEXT["title"], "Tơlơi pơthâo"}
        found = {card.title: card for card in queries.public_articles(session, ayun, "en").items}
        assert found["Vaccination"].languages == ["vi", "en"]
        assert found["Vaccination"].category["label"].startswith("Knowledge")
        assert found["Tơlơi pơthâo"].language == "jra"


@pytest.mark.parametrize(
    "typed",
    [
        "tiêm chủng",
        "TIEM CHUNG",
        "tiem chu",
        "chủng tiêm",
        "  tiêm   phòng? ",
        "sổ tiêm",
        "Đắk Đoa",
        "dak doa",
        "52/2026",
        "BHYT",
        "bà con, đưa trẻ!",
    ],
)
def test_a_search_finds_words_however_they_are_typed(db: Database, typed: str) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        make_published(
            session,
            ayun,
            body_html=TEXT["body_html"] + "<p>Tiêm phòng tại Đắk Đoa, số 52/2026, có BHYT.</p>",
        )
        make_published(session, ayun, title="Họp làng", summary="", body_html="<p>19 giờ.</p>")
        assert titles(session, ayun, q=typed) == [TEXT["title"]]


@pytest.mark.parametrize(
    "typed", ["?!", '"', "*", "a OR b", "NEAR(", "tiêm -chủng", "'; DROP TABLE article; --",
              "tiem:*", "& | !", "(((", "\\", "%", "_", "x" * 200, "\u0309\u0309"],
)  # fmt: skip
def test_no_question_breaks_the_search(db: Database, typed: str) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun)
        expected = [TEXT["title"]] if typed in {"tiem:*", "tiêm -chủng"} else []
        assert titles(session, ayun, q=typed) == expected


def test_an_empty_question_is_no_filter(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        make_published(session, ayun)
        assert titles(session, ayun, q="") == titles(session, ayun) == [TEXT["title"]]


def test_the_public_search_knows_nothing_of_drafts_or_of_what_is_gone(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien = make_person(session, ayun, Role.DRAFTER)
        make_draft(session, lien, ayun, title="Bí mật")
        article = make_published(session, ayun, title="Công khai rồi gỡ")
        dung, yen = (make_person(session, ayun, role) for role in (Role.APPROVER, Role.EDITOR))
        assert titles(session, ayun, q="bi mat") == []
        step(session, yen, article, "correct", note="Thử")
        changed = {"texts": {"vi": {**TEXT, "title": "Chưa duyệt"}}}
        service.edit(session, yen, article.id, article.version, changed)
        assert titles(session, ayun, q="chua duyet") == []
        assert titles(session, ayun, q="cong khai") == ["Công khai rồi gỡ"]
        step(session, yen, article, "submit")
        step(session, dung, article, "approve")
        assert titles(session, ayun, q="cong khai") == []
        assert titles(session, ayun, q="chua duyet") == ["Chưa duyệt"]
        step(session, dung, article, "withdraw", reason="Thử")
        assert titles(session, ayun, q="chua duyet") == []


def test_words_are_split_alike_everywhere() -> None:
    assert search_key("Số 52/2024/QĐ-UBND", "Krông_Pa") == "so 52 2024 qd ubnd krong pa"
    assert words("Tiếng Làng, 1-2") == ["tieng", "lang", "1", "2"]
    assert len(words(" ".join(str(n) for n in range(50)))) == 12


def test_the_desk_finds_its_articles_by_state_and_words(db: Database) -> None:
    with transaction() as session:
        ayun, other = make_commune(session), make_commune(session)
        lien = make_person(session, ayun, Role.DRAFTER)
        make_published(session, ayun, title="Đã đăng")
        make_draft(session, lien, ayun, title="Còn nháp")
        make_draft(session, make_person(session, other, Role.DRAFTER), other, title="Xã khác")

        def found(**filters: Any) -> set[str]:
            page = desk.articles(session, lien, **filters)
            return {article.texts[0].title for article in page.items}

        assert found() == {"Đã đăng", "Còn nháp"}
        assert found(state=ArticleState.DRAFT) == {"Còn nháp"}
        assert found(q="con nhap") == {"Còn nháp"}
        assert found(unit=other.code) == set()
        assert found(unit=ayun.code, state=ArticleState.PUBLISHED) == {"Đã đăng"}
        first = desk.articles(session, lien, limit=1)
        assert first.next_cursor is not None
        second = desk.articles(session, lien, limit=1, cursor=first.next_cursor)
        assert second.next_cursor is None
        assert {first.items[0].id, second.items[0].id} == {
            article.id for article in desk.articles(session, lien).items
        }


@pytest.mark.parametrize("articles", [2, 12])
def test_a_list_costs_the_same_whatever_its_length(db: Database, articles: int) -> None:
    with transaction() as session:
        province, ayun = make_province(session), make_commune(session)
        for number in range(articles):
            make_published(session, [province, ayun][number % 2])
        unit_id = ayun.id
    with reading() as session:
        unit = session.get_one(AdminUnit, unit_id)
        with counting(core_db.engine()) as statements:
            queries.public_articles(session, unit, "vi", limit=20)
    assert len(statements) <= 8, "\n".join(statements)


def test_the_merged_list_is_read_from_its_indexes(db: Database) -> None:
    with transaction() as session:
        province, ayun = make_province(session), make_commune(session)
        make_published(session, province)
        make_published(session, ayun)
        with listening(core_db.engine()) as sent:
            first = queries.public_articles(session, ayun, "vi", limit=1)
            queries.public_articles(session, ayun, "vi", limit=1, cursor=first.next_cursor)
        for page in lists(sent):
            must_be_read_in_order(session, page, "public_placement")
    assert len(lists(sent)) == 2


@pytest.mark.postgresql
def test_the_search_index_is_used(db: Database) -> None:
    with transaction() as session:
        make_published(session, make_commune(session))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(
            text(
                "EXPLAIN SELECT article_id FROM public_text WHERE "
                "to_tsvector('simple'::regconfig, search_key) @@ "
                "to_tsquery('simple'::regconfig, 'tiem:*')"
            )
        )
        assert "ix_public_text_fts" in "\n".join(row[0] for row in plan)


@pytest.mark.parametrize("category", [None, "kien_thuc"])
def test_the_feed_of_a_province_is_read_from_its_indexes(
    db: Database, category: str | None
) -> None:
    with transaction() as session:
        province = make_province(session)
        make_published(session, make_commune(session))
        with listening(core_db.engine()) as sent:
            queries.articles_of_province(session, province, "vi", category=category)
        (page,) = lists(sent)
        must_be_read_in_order(session, page, "public_article")


@pytest.mark.parametrize("state", [None, ArticleState.DRAFT])
@pytest.mark.parametrize("place", ["commune", "province", "both"])
def test_the_desks_list_is_read_from_its_indexes(
    db: Database, place: str, state: ArticleState | None
) -> None:
    with transaction() as session:
        province, ayun = make_province(session), make_commune(session)
        other = make_commune(session)
        lien = make_person(session, ayun, Role.DRAFTER)
        theirs = make_draft(session, lien, ayun)
        grants = {
            "commune": [Grant(Role.EDITOR, ayun.id, "commune")],
            "province": [Grant(Role.EDITOR, province.id, "province")],
            "both": [
                Grant(Role.EDITOR, province.id, "province"),
                Grant(Role.EDITOR, ayun.id, "commune"),
                Grant(Role.EDITOR, other.id, "commune"),
            ],
        }
        reader = Principal(kind="staff", id=lien.id, grants=tuple(grants[place]))
        with listening(core_db.engine()) as sent:
            found = desk.articles(session, reader, state=state)
        assert [each.id for each in found.items] == [theirs.id]
        (page,) = lists(sent)
        must_be_read_in_order(session, page, "article")


@pytest.mark.parametrize("narrowed", ["community", "department"])
def test_whoever_speaks_for_a_part_of_a_unit_does_not_write_for_all_of_it(
    db: Database, narrowed: str
) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        part = {
            "community": ("community_id", make_community(session, ayun).id),
            "department": ("department_id", make_department(session, ayun).id),
        }
        name, part_id = part[narrowed]
        lien = make_person(session, ayun, Role.DRAFTER)
        draft = make_draft(session, lien, ayun)
        siu = Principal(
            kind="staff",
            id=lien.id,
            grants=(Grant(Role.DRAFTER, ayun.id, "commune", **{name: part_id}),),
        )
        assert desk.articles(session, siu).items == []
        assert desk.articles(session, siu, unit=ayun.code).items == []
        with pytest.raises(NotFound):
            desk.article(session, siu, draft.id)
        with pytest.raises(NotFound):
            make_draft(session, siu, ayun)
