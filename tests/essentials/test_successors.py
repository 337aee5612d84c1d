"""Communes merge; what they published stays where their people look for it now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from backend.accounts.queries import staff_with
from backend.core import clock
from backend.core import db as core_db
from backend.core.auth import Permission
from backend.core.db import transaction
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.essentials import desk, desk_views, queries, service
from backend.essentials.scoping import Place
from backend.places.models import AdminUnit
from tests.conftest import Database
from tests.factories.essentials import make_desk, make_draft, make_published, step
from tests.factories.places import become, make_commune, make_community, make_province
from tests.plans import listening, lists, must_be_read_in_order

BEFORE = datetime(2026, 4, 20, 3, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def cards(session: Session, unit: AdminUnit, **filters: object) -> list[tuple[str, str]]:
    found = queries.public_articles(session, unit, "vi", **filters)  # type: ignore[arg-type] # the test's own
    return [(card.title, card.unit["name"]) for card in found.items]


def test_articles_of_merged_communes_are_on_the_successors_list(db: Database) -> None:
    with transaction() as session:
        with clock.freeze(BEFORE):
            kon, bong = make_commune(session, name="Kon Cũ"), make_commune(session, name="Bông Cũ")
            make_published(session, kon, title="Tin của Kon")
            make_published(session, bong, title="Tin của Bông")
        new = make_commune(session, name="Ayun")
        beside = make_commune(session, name="Bên Cạnh")
        become(session, new, kon, bong)
        make_published(session, new, title="Tin của Ayun")
        assert cards(session, new) == [
            ("Tin của Ayun", "Xã Ayun"),
            ("Tin của Bông", "Xã Bông Cũ"),
            ("Tin của Kon", "Xã Kon Cũ"),
        ]
        assert cards(session, beside) == []
        (_newest, second, _third) = queries.public_articles(session, new, "vi").items
        assert second.published_at == BEFORE


def test_what_two_communes_shared_is_on_the_list_of_the_one_they_became_once(db: Database) -> None:
    with transaction() as session:
        province = make_province(session)
        with clock.freeze(BEFORE):
            kon, bong = make_commune(session), make_commune(session)
            drafter, _editor, approver = make_desk(session, province)
            scope = [{"unit": each.code, "community_id": None} for each in (kon, bong)]
            shared = make_draft(session, drafter, province, title="Cho cả hai xã", scope=scope)
            for actor, name in ((drafter, "submit"), (approver, "approve"), (approver, "publish")):
                step(session, actor, shared, name)
        new = make_commune(session)
        become(session, new, kon, bong)
        assert cards(session, new) == [("Cho cả hai xã", "Tỉnh Gia Lai")]
        found = queries.articles_of_province(session, province, "vi")
        assert [card.title for card in found.items] == ["Cho cả hai xã"]


def test_a_reform_after_a_reform_loses_nothing(db: Database) -> None:
    with transaction() as session:
        with clock.freeze(BEFORE):
            first = make_commune(session)
            hamlet = make_community(session, first)
            make_published(session, first, title="Rất cũ")
            make_published(
                session,
                first,
                title="Cho một làng",
                scope=[{"unit": first.code, "community_id": hamlet.id}],
            )
        second, third = make_commune(session), make_commune(session)
        become(session, second, first, on=date(2026, 2, 1))
        become(session, third, second)
        assert [title for title, _unit in cards(session, third)] == ["Cho một làng", "Rất cũ"]


def test_a_former_provinces_articles_are_in_the_list_and_the_feed_of_the_new_one(
    db: Database,
) -> None:
    with transaction() as session:
        with clock.freeze(BEFORE):
            old = make_province(session, code="64", name="Gia Lai cũ")
            village = make_commune(session, parent_id=old.id)
            make_published(session, old, title="Của tỉnh cũ")
            make_published(session, village, title="Của xã thuộc tỉnh cũ")
        province = make_province(session)
        here = make_commune(session, parent_id=province.id)
        become(session, province, old)
        assert [title for title, _unit in cards(session, here)] == ["Của tỉnh cũ"]
        found = queries.articles_of_province(session, province, "vi")
        assert [card.title for card in found.items] == ["Của xã thuộc tỉnh cũ", "Của tỉnh cũ"]


def test_the_successors_list_is_read_from_its_indexes(db: Database) -> None:
    with transaction() as session:
        old, other, new = make_commune(session), make_commune(session), make_commune(session)
        become(session, new, old, other)
        with listening(core_db.engine()) as sent:
            queries.public_articles(session, new, "vi")
        (page,) = lists(sent)
        must_be_read_in_order(session, page, "public_placement")


def test_the_successors_desk_answers_for_what_a_merged_commune_published(db: Database) -> None:
    with transaction() as session:
        with clock.freeze(BEFORE):
            kon = make_commune(session, name="Kon Cũ")
            article = make_published(session, kon, title="Sai giờ")
            draft = make_draft(session, make_desk(session, kon)[0], kon, title="Bản nháp bỏ lại")
        new, beside = make_commune(session, name="Ayun"), make_commune(session)
        become(session, new, kon)
        drafter, editor, approver = make_desk(session, new)
        strangers = make_desk(session, beside)
        shown = desk.articles(session, editor).items
        assert {each.id for each in shown} == {article.id, draft.id}
        asked = desk.articles(session, editor, unit=new.code).items
        assert {each.id for each in asked} == {article.id, draft.id}
        assert desk.articles(session, strangers[1]).items == []
        with pytest.raises(NotFound):
            step(session, strangers[2], article, "withdraw", reason="Không phải của mình.")
        with pytest.raises(Forbidden):  # whoever only drafts did not write it
            step(session, drafter, article, "correct", note="Sai giờ tiêm.")
        step(session, editor, article, "correct", note="Sai giờ tiêm.")
        moves = desk_views.full(session, article, editor, "vi")["allowed_moves"]
        assert {each["move"] for each in moves} == {"submit", "cancel"}
        # The console sends the whole draft back, scope and all.
        words = {"vi": {"title": "Đúng giờ", "summary": "", "body_html": "<p>Tám giờ.</p>"}}
        scope: list[Place] = [{"unit": kon.code, "community_id": None}]
        service.edit(session, editor, article.id, article.version, {"texts": words, "scope": scope})
        step(session, editor, article, "submit")
        tell = staff_with(session, Permission.ARTICLES_APPROVE, kon.id)
        assert approver.id in {each.id for each in tell}
        assert not {each.id for each in tell} & {each.id for each in strangers}
        step(session, approver, article, "approve")
        assert cards(session, new) == [("Đúng giờ", "Xã Kon Cũ")]
        step(session, approver, article, "withdraw", reason="Hết hiệu lực.")
        assert cards(session, new) == []


def test_a_new_provinces_desk_corrects_what_was_said_to_communes_that_are_gone(
    db: Database,
) -> None:
    with transaction() as session:
        with clock.freeze(BEFORE):
            old = make_province(session, code="64", name="Gia Lai cũ")
            village = make_commune(session, parent_id=old.id)
            scope: list[Place] = [{"unit": village.code, "community_id": None}]
            article = make_published(session, old, title="Cho một xã", scope=scope)
        province = make_province(session)
        here = make_commune(session, parent_id=province.id)
        become(session, province, old)
        become(session, here, village)
        _drafter, editor, approver = make_desk(session, province)
        step(session, editor, article, "correct", note="Ghi lại nơi áp dụng.")
        service.edit(session, editor, article.id, article.version, {"scope": scope})
        elsewhere: list[Place] = [{"unit": here.code, "community_id": None}]
        with pytest.raises(InvalidInput):  # the former province never spoke to it
            service.edit(session, editor, article.id, article.version, {"scope": elsewhere})
        step(session, editor, article, "submit")
        step(session, approver, article, "approve")
        assert cards(session, here) == [("Cho một xã", "Tỉnh Gia Lai cũ")]


def test_the_successors_desk_list_is_read_from_its_indexes(db: Database) -> None:
    with transaction() as session:
        old, other, new = make_commune(session), make_commune(session), make_commune(session)
        become(session, new, old, other)
        editor = make_desk(session, new)[1]
        with listening(core_db.engine()) as sent:
            desk.articles(session, editor)
        (page,) = lists(sent)
        must_be_read_in_order(session, page, "article")
