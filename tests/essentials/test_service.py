"""Articles on their way, with rows: what is stored, what the public sees, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock, events, jobs
from backend.core.auth import Principal, Role
from backend.core.db import reading, transaction
from backend.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    InvalidInput,
    NotFound,
    PreconditionFailed,
)
from backend.essentials import events as happened
from backend.essentials import jobs as article_jobs
from backend.essentials import queries, service
from backend.essentials.models import (
    Article,
    ArticleEvent,
    ArticleState,
    ArticleVersion,
    Priority,
    PublicArticle,
    PublicText,
)
from backend.essentials.workflow import Asked
from backend.places.models import AdminUnit
from tests.conftest import Database
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
assert article_jobs  # registers the jobs


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def told(db: Database) -> Iterator[list[events.Event]]:
    heard: list[events.Event] = []
    kinds = [
        happened.ArticleSubmitted,
        happened.ArticleReturned,
        happened.ArticleApproved,
        happened.ArticlePublished,
        happened.ArticleCorrected,
        happened.ArticleWithdrawn,
    ]
    before = dict(events._table)
    events.wire({kind: [lambda _session, event: heard.append(event)] for kind in kinds})
    yield heard
    events.wire(before)


def titles(session: Session, unit: AdminUnit, language: str = "vi", **filters: Any) -> list[str]:
    return [
        card.title for card in queries.public_articles(session, unit, language, **filters).items
    ]


def test_a_draft_comes_to_the_public_through_three_people(
    db: Database, told: list[events.Event]
) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        assert titles(session, ayun) == []
        step(session, lien, article, "submit")
        words = {**TEXT, "title": "Lịch tiêm chủng tháng 12 năm 2026"}
        service.edit(session, yen, article.id, article.version, {"texts": {"vi": words}})
        assert titles(session, ayun) == []
        step(session, dung, article, "approve")
        assert titles(session, ayun) == []
        step(session, yen, article, "publish")
        assert titles(session, ayun) == ["Lịch tiêm chủng tháng 12 năm 2026"]
        history = session.scalars(select(ArticleEvent).order_by(ArticleEvent.id)).all()
    assert [(each.type, each.to_state, each.actor_id) for each in history] == [
        ("create", "draft", lien.id),
        ("submit", "submitted", lien.id),
        ("edit", "submitted", yen.id),
        ("approve", "approved", dung.id),
        ("publish", "published", yen.id),
    ]
    assert [type(event) for event in told] == [
        happened.ArticleSubmitted,
        happened.ArticleApproved,
        happened.ArticlePublished,
    ]
    assert told[-1] == happened.ArticlePublished(article.id, ayun.id, "normal")


def test_what_the_editor_found_and_what_he_made_of_it_are_both_kept(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        step(session, lien, article, "submit")
        words = {**TEXT, "title": "Tiêm chủng thứ Năm"}
        service.edit(session, yen, article.id, article.version, {"texts": {"vi": words}})
        step(session, dung, article, "approve")
        step(session, dung, article, "publish")
        kept = session.scalars(select(ArticleVersion).order_by(ArticleVersion.number)).all()
    assert [each.texts["vi"]["title"] for each in kept] == [TEXT["title"], "Tiêm chủng thứ Năm"]
    assert [each.actor_id for each in kept] == [lien.id, yen.id]
    assert [each.published_at for each in kept] == [None, NOW]


def test_nobody_approves_what_he_wrote_and_the_exception_is_on_record(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        alone = make_person(session, ayun, Role.EDITOR, Role.APPROVER)
        article = make_draft(session, alone, ayun)
        step(session, alone, article, "submit")
        with pytest.raises(InvalidInput):
            step(session, alone, article, "approve")
        step(session, alone, article, "approve", override_reason="Đài chỉ có một người")
        logged = session.scalars(select(ArticleEvent).where(ArticleEvent.type == "approve")).one()
    assert logged.detail == {"override_reason": "Đài chỉ có một người"}


def test_a_reason_given_without_need_is_not_an_exception(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, _, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        step(session, lien, article, "submit")
        step(session, dung, article, "approve", override_reason="thừa")
        logged = session.scalars(select(ArticleEvent).where(ArticleEvent.type == "approve")).one()
    assert logged.detail == {}


def test_an_emergency_goes_out_at_once_and_waits_for_a_second_pair_of_eyes(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        alone = make_person(session, ayun, Role.EDITOR, Role.APPROVER)
        other = make_person(session, ayun, Role.APPROVER)
        article = make_draft(session, alone, ayun, priority=Priority.EMERGENCY)
        step(session, alone, article, "publish")
        assert article.needs_review
        assert titles(session, ayun) == [TEXT["title"]]
        with pytest.raises(InvalidInput):
            step(session, alone, article, "review")
        step(session, other, article, "review", reason="Đúng quy trình")
        assert not article.needs_review
        logged = session.scalars(select(ArticleEvent).where(ArticleEvent.type == "publish")).one()
    assert logged.detail == {"without_approval": True}


def test_a_scheduled_article_appears_at_its_hour_without_a_write(
    db: Database, told: list[events.Event]
) -> None:
    hour = NOW + timedelta(hours=2)
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        step(session, lien, article, "submit")
        step(session, dung, article, "approve")
        step(session, yen, article, "schedule", publish_at=hour)
        assert queries.public_articles(session, ayun, "vi").next_change_at == hour
        with pytest.raises(NotFound):
            queries.public_article(session, article.id, "vi")
    told.clear()
    assert jobs.run_now("publish_due") == 0
    with clock.freeze(hour), reading() as session:
        assert titles(session, ayun) == [TEXT["title"]]
        assert queries.public_article(session, article.id, "vi").published_at == hour
    with clock.freeze(hour + timedelta(seconds=40)):
        assert jobs.run_now("publish_due") == 1
        assert jobs.run_now("publish_due") == 0
    with reading() as session:
        stored = session.get_one(Article, article.id)
        assert (stored.state, stored.published_at) == (ArticleState.PUBLISHED, hour)
        assert stored.publish_at is None
    assert told == [happened.ArticlePublished(article.id, ayun.id, "normal")]


def test_the_hour_of_a_scheduled_article_may_be_changed_or_given_up(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        step(session, lien, article, "submit")
        step(session, dung, article, "approve")
        step(session, yen, article, "schedule", publish_at=NOW + timedelta(days=1))
        step(session, yen, article, "schedule", publish_at=NOW + timedelta(days=2))
        shown = session.get_one(PublicArticle, article.id)
        assert (shown.listed_at, shown.versions) == (NOW + timedelta(days=2), 1)
        step(session, dung, article, "return", reason="Sai ngày")
        assert session.get(PublicArticle, article.id) is None
        assert article.publish_at is None


def test_what_is_visible_already_is_not_returned_as_if_it_were_not(db: Database) -> None:
    hour = NOW + timedelta(hours=1)
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        step(session, lien, article, "submit")
        step(session, dung, article, "approve")
        step(session, yen, article, "schedule", publish_at=hour)
    with clock.freeze(hour + timedelta(seconds=5)):
        with transaction() as session, pytest.raises(Conflict):
            step(session, dung, article, "return", reason="Muộn")
        with transaction() as session:
            late = session.get_one(Article, article.id)
            step(session, dung, late, "withdraw", reason="Sai ngày")
            assert late.state is ArticleState.WITHDRAWN


def test_a_window_ends_by_itself_and_the_page_says_so(db: Database) -> None:
    end = NOW + timedelta(days=3)
    with transaction() as session:
        ayun = make_commune(session)
        article = make_published(session, ayun, valid_to=end)
        assert queries.public_articles(session, ayun, "vi").next_change_at == end
    with clock.freeze(end), reading() as session:
        assert titles(session, ayun) == []
        assert queries.public_article(session, article.id, "vi").state == "expired"
        assert queries.public_articles(session, ayun, "vi").next_change_at is None
    assert jobs.run_now("expire_articles") == 0
    with clock.freeze(end + timedelta(minutes=1)):
        assert jobs.run_now("expire_articles") == 1
        assert jobs.run_now("expire_articles") == 0
    with reading() as session:
        logged = session.scalars(select(ArticleEvent).where(ArticleEvent.type == "expire")).one()
        assert logged.actor_id is None


def test_a_window_that_is_over_is_not_published(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, _, dung = make_desk(session, ayun)
        over = make_draft(session, lien, ayun, valid_to=NOW - timedelta(days=1))
        early = make_draft(session, lien, ayun, valid_from=NOW + timedelta(days=1))
        for article in (over, early):
            step(session, lien, article, "submit")
            step(session, dung, article, "approve")
        with pytest.raises(InvalidInput) as refused:
            step(session, dung, over, "publish")
        assert refused.value.code == "essentials.window_over"
        with pytest.raises(InvalidInput) as refused:
            step(session, dung, early, "publish")
        assert refused.value.code == "essentials.not_yet_valid"
        step(session, dung, early, "schedule", publish_at=NOW + timedelta(days=1))
        with pytest.raises(InvalidInput):
            make_draft(session, lien, ayun, valid_from=NOW, valid_to=NOW)


def test_a_correction_is_public_only_once_approved_and_carries_its_note(
    db: Database, told: list[events.Event]
) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        for actor, name in ((lien, "submit"), (dung, "approve"), (dung, "publish")):
            step(session, actor, article, name)
        told.clear()
        with pytest.raises(Conflict):
            service.edit(session, yen, article.id, article.version, {"texts": {"vi": TEXT}})
        step(session, yen, article, "correct", note="Sửa ngày tiêm: thứ Sáu, không phải thứ Năm")
        words = {**TEXT, "summary": "Trạm y tế xã tiêm vào thứ Sáu hằng tuần."}
        service.edit(session, yen, article.id, article.version, {"texts": {"vi": words}})
        step(session, yen, article, "submit")
        public = queries.public_article(session, article.id, "vi")
        assert (public.summary, public.versions) == (TEXT["summary"], 1)
        assert public.correction_note is None
    with clock.freeze(NOW + timedelta(hours=5)), transaction() as session:
        step(session, dung, session.get_one(Article, article.id), "approve")
        public = queries.public_article(session, article.id, "vi")
        assert public.summary == words["summary"]
        assert public.correction_note == "Sửa ngày tiêm: thứ Sáu, không phải thứ Năm"
        assert (public.versions, public.published_at) == (2, NOW)
        assert public.corrected_at == NOW + timedelta(hours=5)
    assert [type(event) for event in told] == [
        happened.ArticleSubmitted,
        happened.ArticleCorrected,
    ]


def test_a_dropped_correction_leaves_everything_as_it_was(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        article = make_published(session, ayun)
        lang = make_community(session, ayun)
        yen = make_person(session, ayun, Role.EDITOR)
        step(session, yen, article, "correct", note="Thử")
        service.edit(
            session,
            yen,
            article.id,
            article.version,
            {
                "category": "hoi_dap",
                "priority": Priority.PRIORITY,
                "valid_to": NOW + timedelta(days=1),
                "scope": [{"unit": ayun.code, "community_id": lang.id}],
                "texts": {"en": {**TEXT, "title": "Vaccination"}},
            },
        )
        step(session, yen, article, "cancel")
    with reading() as session:
        back = session.get_one(Article, article.id)
        assert back.state is ArticleState.PUBLISHED
        assert [text.language for text in back.texts] == ["vi"]
        assert (back.priority, back.valid_to) == (Priority.NORMAL, None)
        assert [(scope.unit_id, scope.community_id) for scope in back.scopes] == [(ayun.id, None)]
        assert back.correction_note is None
        assert titles(session, ayun) == [TEXT["title"]]


def test_a_withdrawn_article_says_why_it_is_gone(db: Database, told: list[events.Event]) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        article = make_published(session, ayun)
        dung = make_person(session, ayun, Role.COMMUNE_LEADER)
        step(session, dung, article, "withdraw", reason="Thông tin không còn đúng")
        assert titles(session, ayun) == []
        with pytest.raises(Gone) as gone:
            queries.public_article(session, article.id, "vi")
        assert session.scalars(select(PublicText)).all() == []
    assert gone.value.params == {"reason": "Thông tin không còn đúng"}
    assert told[-1] == happened.ArticleWithdrawn(article.id, ayun.id)


def test_two_people_on_one_text_the_second_is_told(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, _ = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        seen = article.version
        service.edit(session, lien, article.id, seen, {"texts": {"vi": TEXT}})
        assert article.version > seen
        with pytest.raises(PreconditionFailed) as stale:
            service.edit(session, yen, article.id, seen, {"priority": Priority.PRIORITY})
        with pytest.raises(PreconditionFailed):
            service.move(session, yen, article.id, seen, "submit", Asked())
    assert stale.value.params == {"current_version": article.version}


def test_saving_every_few_seconds_is_one_line_of_history(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, _ = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        edits: list[tuple[int, Principal, service.Draft]] = [
            (0, lien, {"texts": {"vi": {**TEXT, "title": "Một"}}}),
            (5, lien, {"priority": Priority.PRIORITY}),
            (10, yen, {"texts": {"vi": {**TEXT, "title": "Hai"}}}),
            (15, lien, {"texts": {"vi": {**TEXT, "title": "Ba"}}}),
            (2000, lien, {"texts": {"vi": {**TEXT, "title": "Bốn"}}}),
        ]
        seen = {article.version}
        for second, who, draft in edits:
            with clock.freeze(NOW + timedelta(seconds=second)):
                service.edit(session, who, article.id, article.version, draft)
            seen.add(article.version)
        rows = session.scalars(select(ArticleEvent).where(ArticleEvent.type == "edit")).all()
        rows = sorted(rows, key=lambda row: row.at)
    assert len(seen) == len(edits) + 1, "every save is a version for If-Match"
    assert [row.actor_id for row in rows] == [lien.id, yen.id, lien.id, lien.id]
    assert rows[0].detail == {"changed": ["priority", "texts"]}
    assert rows[0].at == NOW + timedelta(seconds=5)


def test_what_one_left_is_kept_when_another_goes_on(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, _ = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        for second, who, title in (
            (1, lien, "Một"),
            (2, lien, "Hai"),
            (3, yen, "Ba"),
            (4, yen, "Bốn"),
        ):
            with clock.freeze(NOW + timedelta(seconds=second)):
                draft: service.Draft = {"texts": {"vi": {**TEXT, "title": title}}}
                service.edit(session, who, article.id, article.version, draft)
        with clock.freeze(NOW + timedelta(seconds=5)):
            step(session, lien, article, "submit")
        kept = session.scalars(select(ArticleVersion).order_by(ArticleVersion.number)).all()
    assert [(each.texts["vi"]["title"], each.actor_id) for each in kept] == [
        ("Hai", lien.id),
        ("Bốn", yen.id),
    ]


def test_another_communes_article_does_not_exist(db: Database) -> None:
    with transaction() as session:
        ayun, quynhon = make_commune(session), make_commune(session)
        article = make_draft(session, make_person(session, ayun, Role.DRAFTER), ayun)
        stranger = make_person(session, quynhon, Role.EDITOR, Role.APPROVER)
        with pytest.raises(NotFound):
            service.edit(session, stranger, article.id, article.version, {})
        with pytest.raises(NotFound):
            step(session, stranger, article, "submit")
        with pytest.raises(NotFound):
            service.create(session, stranger, ayun.code, {})
        with pytest.raises(NotFound):
            service.move(session, stranger, uuid4(), 1, "submit", Asked())


def test_the_supervisor_of_the_province_reads_and_writes_nothing(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        article = make_draft(session, make_person(session, ayun, Role.DRAFTER), ayun)
        province = session.get_one(AdminUnit, ayun.parent_id)
        supervisor = make_person(session, province, Role.PROVINCE_SUPERVISOR)
        with pytest.raises(Forbidden):
            step(session, supervisor, article, "submit")
        editor = make_person(session, province, Role.EDITOR)
        step(session, editor, article, "submit")
        assert article.state is ArticleState.SUBMITTED


def test_a_commune_speaks_to_itself_only(db: Database) -> None:
    with transaction() as session:
        ayun, quynhon = make_commune(session), make_commune(session)
        province = session.get_one(AdminUnit, ayun.parent_id)
        theirs = make_community(session, quynhon)
        lien = make_person(session, ayun, Role.DRAFTER)
        for scope in (
            [{"unit": quynhon.code, "community_id": None}],
            [{"unit": province.code, "community_id": None}],
            [{"unit": ayun.code, "community_id": theirs.id}],
            [{"unit": ayun.code, "community_id": uuid4()}],
            [{"unit": ayun.code, "community_id": None}] * 2,
        ):
            with pytest.raises(InvalidInput) as refused:
                make_draft(session, lien, ayun, scope=scope)
            assert refused.value.code == "essentials.scope"


def test_a_province_chooses_whom_it_speaks_to(db: Database) -> None:
    with transaction() as session:
        province = make_province(session)
        ayun, quynhon = make_commune(session), make_commune(session)
        lang = make_community(session, ayun)
        make_published(session, province, title="Cả tỉnh")
        make_published(
            session, province, title="Một xã", scope=[{"unit": ayun.code, "community_id": None}]
        )
        some = make_published(
            session,
            province,
            title="Một làng",
            scope=[{"unit": ayun.code, "community_id": lang.id}],
        )
        assert set(titles(session, ayun)) == {"Cả tỉnh", "Một xã", "Một làng"}
        assert titles(session, quynhon) == ["Cả tỉnh"]
        assert titles(session, province) == ["Cả tỉnh"]
        assert queries.audience(session, some.id) == [(ayun.id, lang.id)]
        overlapping = [
            {"unit": province.code, "community_id": None},
            {"unit": ayun.code, "community_id": None},
        ]
        with pytest.raises(InvalidInput):
            make_published(session, province, scope=overlapping)


def test_an_unknown_category_is_named(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien = make_person(session, ayun, Role.DRAFTER)
        with pytest.raises(InvalidInput) as refused:
            make_draft(session, lien, ayun, category="khong_co")
    assert refused.value.errors == {"category": ["unknown_choice"]}


def test_what_is_stored_is_clean(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien = make_person(session, ayun, Role.DRAFTER)
        article = make_draft(session, lien, ayun, body_html="<p>Tin</p><script>alert(1)</script>")
        assert article.texts[0].body_html == "<p>Tin</p>"
