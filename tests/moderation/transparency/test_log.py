"""The log: everything that happened enters it once and in order, each hour is signed once, and hours cost little."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, func, select

from backend.core.api.fields import timestamp
from backend.core.db import engine, reading, transaction
from moderation.models import (
    CaseEvent,
    TransparencyHead,
    TransparencyKey,
    TransparencyLeaf,
    TransparencyNode,
    TransparencyWaiting,
)
from moderation.transparency import audit, keys, log, merkle, statements
from moderation.transparency.merkle import Span
from tests.factories.moderation import Office, make_case, until_published
from tests.moderation.transparency.hours import NINE

OpenCases = Callable[[int], list[UUID]]


def count(table: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def heads() -> list[TransparencyHead]:
    with reading() as session:
        return list(session.scalars(select(TransparencyHead).order_by(TransparencyHead.number)))


def all_keys() -> list[TransparencyKey]:
    with reading() as session:
        return keys.every(session)


def holds() -> bool:
    return not [finding for _walk, looked in audit.everything() for finding in looked.findings]


def test_every_event_waits_from_the_moment_it_is_stored(
    office: Office, open_cases: OpenCases
) -> None:
    (case_id,) = open_cases(1)
    until_published(office, case_id)
    with reading() as session:
        events = set(session.scalars(select(CaseEvent.id)))
        assert set(session.scalars(select(TransparencyWaiting.event_id))) == events
    assert len(events) > 5


def test_an_event_that_was_undone_does_not_wait(office: Office, open_cases: OpenCases) -> None:
    open_cases(1)
    with transaction() as session:
        make_case(session, office.unit)
        session.flush()
        session.rollback()
    assert count(TransparencyWaiting) == 1


def test_an_hour_makes_leaves_of_all_events_and_signs_what_they_add_up_to(
    office: Office, open_cases: OpenCases
) -> None:
    case_id, _other = open_cases(2)
    until_published(office, case_id)
    assert log.publish(NINE)
    with reading() as session:
        hashes = session.scalars(select(CaseEvent.hash).order_by(CaseEvent.id)).all()
        leaves = session.scalars(
            select(TransparencyLeaf.hash).order_by(TransparencyLeaf.position)
        ).all()
    assert leaves == hashes
    frontier = merkle.Frontier()
    for each in hashes:
        frontier.append(log.leaf_of(each))
    (head,) = heads()
    (key,) = all_keys()
    assert (head.size, head.root) == (len(hashes), frontier.root().hex())
    text = statements.head_text("http://localhost", head.size, head.root, timestamp(NINE))
    assert statements.is_signed(text, head.signature, key.public_key)
    assert count(TransparencyWaiting) == 0


def test_an_hour_is_signed_once_and_the_next_goes_on(open_cases: OpenCases) -> None:
    open_cases(3)
    assert log.publish(NINE)
    open_cases(2)
    assert not log.publish(NINE + timedelta(minutes=29))
    assert log.publish(NINE + timedelta(minutes=30))
    first, second = heads()
    assert (first.size, second.size) == (3, 5)
    with reading() as session:
        proof = log.hashes_of(session, merkle.consistency_path(3, 5))
    assert merkle.goes_on(
        3,
        bytes.fromhex(first.root),
        5,
        bytes.fromhex(second.root),
        [bytes.fromhex(each) for each in proof],
    )


def test_a_quiet_hour_is_signed_too(db: Any) -> None:
    assert log.publish(NINE)
    assert log.publish(NINE + timedelta(hours=1))
    assert [(head.number, head.size, head.root) for head in heads()] == [
        (1, 0, merkle.EMPTY.hex()),
        (2, 0, merkle.EMPTY.hex()),
    ]
    assert holds()


def test_batches_and_hours_make_the_same_tree_as_one(open_cases: OpenCases) -> None:
    for hour, number in enumerate((1, 4, 2, 6)):
        open_cases(number)
        log.publish(NINE + timedelta(hours=hour), batch=2)
    with reading() as session:
        hashes = session.scalars(select(CaseEvent.hash).order_by(CaseEvent.id)).all()
    frontier = merkle.Frontier()
    roots, nodes = {}, 0
    for each in hashes:
        nodes += len(list(frontier.append(log.leaf_of(each))))
        roots[frontier.size] = frontier.root().hex()
    assert {head.size: head.root for head in heads()} == {
        size: roots[size] for size in (1, 5, 7, 13)
    }
    assert count(TransparencyNode) == nodes
    assert holds()


def test_an_event_taken_away_before_its_hour_leaves_no_gap(open_cases: OpenCases) -> None:
    _one, two, _three = open_cases(3)
    with transaction() as session:
        session.execute(delete(CaseEvent).where(CaseEvent.case_id == two))
    log.publish(NINE)
    assert [head.size for head in heads()] == [2]
    assert count(TransparencyWaiting) == 0


def test_workers_that_come_at_once_sign_one_head_with_one_key(open_cases: OpenCases) -> None:
    open_cases(7)
    together = Barrier(3)

    def work(_number: int) -> bool:
        together.wait(10)
        return log.publish(NINE, batch=2)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(work, range(3))) == [False, False, True]
    assert [head.size for head in heads()] == [7]
    assert len(all_keys()) == 1
    with reading() as session:
        positions = session.scalars(
            select(TransparencyLeaf.position).order_by(TransparencyLeaf.position)
        ).all()
    assert list(positions) == list(range(7))
    assert holds()


def test_appending_reads_the_edge_and_not_the_table(open_cases: OpenCases) -> None:
    open_cases(40)
    log.publish(NINE)
    open_cases(1)
    read: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        read.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        log.append()
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    about_the_tree = [
        statement
        for statement in read
        if statement.startswith("SELECT") and "FROM transparency_node" in statement
    ]
    assert len(about_the_tree) == 1
    assert "level" in about_the_tree[0].split("WHERE")[1]
    assert len(merkle.places(Span(0, 40))) == 2


@pytest.mark.usefixtures("db")
class TestKeys:
    def test_a_rotated_key_is_endorsed_by_the_one_before_which_forgets_itself(
        self, open_cases: OpenCases
    ) -> None:
        open_cases(1)
        log.publish(NINE)
        log.rotate_key(NINE + timedelta(minutes=40))
        log.publish(NINE + timedelta(hours=1))
        old, new = all_keys()
        assert [head.key_id for head in heads()] == [old.key_id, new.key_id]
        assert (old.private_sealed, old.retired_at) == (None, NINE + timedelta(minutes=40))
        text = statements.key_text(2, new.public_key)
        assert statements.is_signed(text, new.endorsement or "", old.public_key)
        assert holds()

    def test_a_retired_key_signs_nothing(self) -> None:
        log.publish(NINE)
        log.rotate_key(NINE)
        with pytest.raises(ValueError, match="retired"):
            keys.sign(all_keys()[0], b"anything")

    def test_the_private_key_is_sealed(self) -> None:
        log.publish(NINE)
        (key,) = all_keys()
        assert key.private_sealed is not None
        assert key.private_sealed.startswith("gAAAA")

    def test_keys_rotated_at_once_follow_one_another(self) -> None:
        log.publish(NINE)
        together = Barrier(2)

        def rotate(_number: int) -> str:
            together.wait(10)
            return log.rotate_key(NINE).key_id

        with ThreadPoolExecutor(2) as pool:
            made = set(pool.map(rotate, range(2)))
        assert {key.key_id for key in all_keys()[1:]} == made
        assert [key.number for key in all_keys()] == [1, 2, 3]
        assert holds()
