"""The chain of events: what is changed, taken out, moved or cut off is noticed; what is erased is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from backend.core import clock
from backend.core.db import reading, transaction
from moderation import chain
from moderation.models import Case, CaseEvent
from tests.factories.moderation import broken_link, make_case, make_office, until_published


@pytest.fixture
def case_id(db: Any) -> UUID:
    with transaction() as session:
        office = make_office(session)
        case_id = make_case(session, office.unit).id
    until_published(office, case_id)
    return case_id


def verdict(case_id: UUID) -> chain.Broken | None:
    with reading() as session:
        return broken_link(session, case_id)


def change(case_id: UUID, seq: int, **values: Any) -> None:
    with transaction() as session:
        session.execute(
            update(CaseEvent)
            .where(CaseEvent.case_id == case_id, CaseEvent.seq == seq)
            .values(**values)
        )


def test_an_untouched_history_holds(case_id: UUID) -> None:
    assert verdict(case_id) is None


def test_erased_words_leave_the_chain_whole(case_id: UUID) -> None:
    change(case_id, 3, payload=None, salt=None)
    assert verdict(case_id) is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"payload": {"note": "khác đi"}}, "payload"),
        ({"payload": None}, "payload"),
        ({"salt": "00"}, "payload"),
        ({"actor_id": uuid4()}, "hash"),
        ({"actor_kind": "system"}, "hash"),
        ({"type": "closed"}, "hash"),
        ({"to_state": "rejected"}, "hash"),
        ({"commitment": "0" * 64, "payload": None, "salt": None}, "hash"),
        ({"previous": "0" * 64}, "previous"),
        ({"hash": "0" * 64}, "hash"),
    ],
)
def test_the_first_broken_link_is_named(case_id: UUID, values: dict[str, Any], reason: str) -> None:
    change(case_id, 3, **values)
    assert verdict(case_id) == chain.Broken(3, reason)


def test_a_changed_time_is_noticed(case_id: UUID) -> None:
    change(case_id, 2, at=clock.now() - timedelta(days=1))
    assert verdict(case_id) == chain.Broken(2, "hash")


def test_a_link_taken_out_is_noticed(case_id: UUID) -> None:
    with transaction() as session:
        session.execute(delete(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.seq == 4))
    assert verdict(case_id) == chain.Broken(4, "missing")


def test_a_cut_off_end_is_noticed(case_id: UUID) -> None:
    with reading() as session:
        last = session.get_one(Case, case_id).chain_length
    with transaction() as session:
        session.execute(
            delete(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.seq == last)
        )
    assert verdict(case_id) == chain.Broken(last, "head")


def test_a_forged_link_needs_all_later_ones_and_the_head(case_id: UUID) -> None:
    """Whoever recomputes a hash breaks the next link."""
    with transaction() as session:
        event = session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.seq == 2)
        ).one()
        event.payload, event.salt = {"note": "giả"}, "11"
        event.commitment = chain.commit(event.payload, event.salt)
        event.hash = chain.link_hash(event)
    assert verdict(case_id) == chain.Broken(3, "previous")


def test_a_commitment_hides_short_words_behind_its_salt() -> None:
    words = {"reason": "spam"}
    assert chain.commit(words, chain.new_salt()) != chain.commit(words, chain.new_salt())
    assert chain.commit({"b": 1, "a": 2}, "s") == chain.commit({"a": 2, "b": 1}, "s")
