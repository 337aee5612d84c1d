"""Communes merge; what they published stays where their people look for it now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core import db as core_db
from backend.core.db import transaction
from backend.essentials import queries
from backend.places.models import AdminUnit, SuccessionKind, UnitSuccession
from tests.conftest import Database
from tests.factories.essentials import make_desk, make_draft, make_published, step
from tests.factories.places import make_commune, make_community, make_province
from tests.plans import listening, lists, must_be_read_in_order

BEFORE = datetime(2026, 4, 20, 3, tzinfo=UTC)
MERGED = date(2026, 4, 30)
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def become(session: Session, new: AdminUnit, *old: AdminUnit, on: date = MERGED) -> None:
    """``old`` end on the day before the merger, ``new`` stands from that day on."""
    new.valid_from = on
    for each in old:
        each.valid_to = on - timedelta(days=1)
        session.add(
            UnitSuccession(
                predecessor_id=each.id,
                successor_id=new.id,
                kind=SuccessionKind.MERGED,
                effective_on=on,
            )
        )
    session.flush()


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
