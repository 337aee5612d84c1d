"""The log: everything that happened enters it once and in order, each hour is signed once, and hours cost little."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, func, select

from backend.core import clock
from backend.core import config as settings
from backend.core import db as core_db
from backend.core import jobs as core_jobs
from backend.core.api.fields import timestamp
from backend.core.config import Config
from backend.core.db import engine, reading, transaction
from moderation import jobs
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
from tests.conftest import Database
from tests.factories.moderation import Office, make_case, until_published
from tests.moderation.transparency.hours import NINE, publish, rotate_key

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
    assert publish(NINE)
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
    assert publish(NINE)
    open_cases(2)
    assert not publish(NINE + timedelta(minutes=29))
    assert publish(NINE + timedelta(minutes=30))
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
    assert publish(NINE)
    assert publish(NINE + timedelta(hours=1))
    assert [(head.number, head.size, head.root) for head in heads()] == [
        (1, 0, merkle.EMPTY.hex()),
        (2, 0, merkle.EMPTY.hex()),
    ]
    assert holds()


def test_batches_and_hours_make_the_same_tree_as_one(
    open_cases: OpenCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BATCH", 2)
    for hour, number in enumerate((1, 4, 2, 6)):
        open_cases(number)
        publish(NINE + timedelta(hours=hour))
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
    publish(NINE)
    assert [head.size for head in heads()] == [2]
    assert count(TransparencyWaiting) == 0


@contextmanager
def at_each(beginning: str, deed: Callable[[], object]) -> Iterator[None]:
    """Do something just before each statement that begins like this."""

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning):
            deed()

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def test_a_head_tells_when_it_was_signed_and_not_when_the_work_began(office: Office) -> None:
    began, over = NINE, NINE + timedelta(minutes=40)
    with clock.freeze(began), transaction() as session:
        make_case(session, office.unit)
    with ExitStack() as hours:

        def pass_by() -> None:
            hours.enter_context(clock.freeze(over))

        hours.enter_context(clock.freeze(began))
        with at_each("INSERT INTO transparency_leaf", pass_by):
            assert log.publish().signed
    (head,) = heads()
    assert head.at == over
    assert not publish(over + timedelta(minutes=49)), "the hour in which it ended has its head"
    assert publish(over + timedelta(minutes=50))
    assert holds()


def test_heads_follow_one_another_even_when_the_clock_goes_back(open_cases: OpenCases) -> None:
    moments = [0, 61, 20, 61, 122, 59, 180, 181]
    signed = []
    for minutes in moments:
        open_cases(1)
        signed.append(publish(NINE + timedelta(minutes=minutes)))
    assert signed == [True, True, False, False, True, False, True, False]
    times = [head.at for head in heads()]
    assert times == sorted(set(times))
    assert holds()


def test_nothing_in_the_log_happened_after_the_head_over_it(office: Office) -> None:
    def happen(moment: datetime) -> None:
        with clock.freeze(moment), transaction() as session:
            make_case(session, office.unit)

    for minutes in (0, 25, 55, 80, 140):
        happen(NINE + timedelta(minutes=minutes))
        publish(NINE + timedelta(minutes=minutes + 1))
    with reading() as session:
        for head in heads():
            covered = (
                select(func.max(CaseEvent.at))
                .join(TransparencyLeaf, TransparencyLeaf.event_id == CaseEvent.id)
                .where(TransparencyLeaf.position < head.size)
            )
            assert session.scalars(covered).one() < head.at
    assert [head.size for head in heads()] == [1, 3, 5]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches of three in a run."""
    monkeypatch.setattr(log, "BATCH", 3)
    monkeypatch.setattr(log, "BATCHES", 2)


@pytest.mark.usefixtures("small")
class TestALongPast:
    """An installation that is older than its log."""

    def test_it_enters_so_much_at_a_time_and_the_schedule_catches_up(
        self, open_cases: OpenCases
    ) -> None:
        open_cases(14)
        with clock.freeze(NINE):
            assert log.publish() == log.Run(signed=True, more=True)
            assert [head.size for head in heads()] == [6], "what is in it by then is signed at once"
            assert log.publish() == log.Run(signed=False, more=True)
            assert log.publish() == log.Run(signed=False, more=False)
        assert count(TransparencyLeaf) == 14
        assert holds()
        publish(NINE + timedelta(hours=1))
        assert [head.size for head in heads()] == [6, 14]
        assert holds()

    def test_a_transaction_holds_no_more_than_a_batch(self, open_cases: OpenCases) -> None:
        open_cases(14)
        sizes: list[int] = []
        with at_each("DELETE FROM transparency_waiting", lambda: sizes.append(waiting())):
            publish(NINE)
        assert sizes == [14, 11]

    def test_the_worker_comes_again_at_once_while_more_waits(self, open_cases: OpenCases) -> None:
        open_cases(7)
        bells = core_jobs.queue("work")
        bells.flush()
        with clock.freeze(NINE):
            assert jobs.transparency_log()
            assert bells.pending_count() == 1
            assert not jobs.transparency_log()
            assert bells.pending_count() == 1
        assert waiting() == 0
        bells.flush()

    def test_a_worker_killed_in_the_middle_costs_nothing(
        self, db: Database, open_cases: OpenCases
    ) -> None:
        open_cases(8)
        log.append()
        process = multiprocessing.get_context("spawn").Process(
            target=append_and_die, args=(db.config,)
        )
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert (count(TransparencyLeaf), waiting()) == (3, 5)
        publish(NINE)
        with reading() as session:
            hashes = session.scalars(select(CaseEvent.hash).order_by(CaseEvent.id)).all()
            leaves = select(TransparencyLeaf.hash).order_by(TransparencyLeaf.position)
            assert session.scalars(leaves).all() == hashes
        assert holds()


def append_and_die(config: Config) -> None:
    """In a process of its own, which is killed when the leaves are written and the inner hashes are not."""
    settings.use(config)
    core_db.connect(config.database_url)
    with at_each("INSERT INTO transparency_node", lambda: os.kill(os.getpid(), signal.SIGKILL)):
        log.append()


def waiting() -> int:
    return count(TransparencyWaiting)


def test_workers_that_come_at_once_sign_one_head_with_one_key(
    open_cases: OpenCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BATCH", 2)
    open_cases(7)
    together = Barrier(3)

    def work(_number: int) -> bool:
        together.wait(10)
        return publish(NINE)

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
    publish(NINE)
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
        publish(NINE)
        rotate_key(NINE + timedelta(minutes=40))
        publish(NINE + timedelta(hours=1))
        old, new = all_keys()
        assert [head.key_id for head in heads()] == [old.key_id, new.key_id]
        assert (old.private_sealed, old.retired_at) == (None, NINE + timedelta(minutes=40))
        text = statements.key_text(2, new.public_key)
        assert statements.is_signed(text, new.endorsement or "", old.public_key)
        assert holds()

    def test_a_retired_key_signs_nothing(self) -> None:
        publish(NINE)
        rotate_key(NINE)
        with pytest.raises(ValueError, match="retired"):
            keys.sign(all_keys()[0], b"anything")

    def test_the_private_key_is_sealed(self) -> None:
        publish(NINE)
        (key,) = all_keys()
        assert key.private_sealed is not None
        assert key.private_sealed.startswith("gAAAA")

    def test_keys_rotated_at_once_follow_one_another(self) -> None:
        publish(NINE)
        together = Barrier(2)

        def rotate(_number: int) -> str:
            together.wait(10)
            return rotate_key(NINE).key_id

        with ThreadPoolExecutor(2) as pool:
            made = set(pool.map(rotate, range(2)))
        assert {key.key_id for key in all_keys()[1:]} == made
        assert [key.number for key in all_keys()] == [1, 2, 3]
        assert holds()
