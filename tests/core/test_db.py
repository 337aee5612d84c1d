"""Transactions: all or nothing, on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import column, func, insert, select, table, text

from backend.core.db import (
    Generation,
    after_commit,
    bump,
    engine,
    get_or_add,
    is_postgresql,
    reading,
    transaction,
)
from tests.conftest import Database


def value_of(area: str) -> int | None:
    with reading() as session:
        return session.scalar(select(Generation.value).where(Generation.area == area))


def test_nothing_of_a_failed_block_is_stored(db: Database) -> None:
    called: list[str] = []

    def fail_at_the_end() -> None:
        with transaction() as session:
            bump(session, "places")
            after_commit(session, lambda: called.append("rung"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_at_the_end()
    assert value_of("places") is None
    assert called == []


def test_bells_ring_after_the_commit_only(db: Database) -> None:
    seen: list[int | None] = []
    with transaction() as session:
        bump(session, "places")
        after_commit(session, lambda: seen.append(value_of("places")))
        assert seen == []
    assert seen == [1]


def test_what_a_reading_session_changes_is_never_stored(db: Database) -> None:
    with reading() as session:
        session.add(Generation(area="places"))
        with pytest.raises(RuntimeError, match="stores nothing"):
            session.flush()
        with pytest.raises(RuntimeError, match="stores nothing"):
            session.execute(insert(Generation).values(area="places"))
        with pytest.raises(RuntimeError, match="stores nothing"):
            session.execute(text("DELETE FROM generation"))
    with reading() as session:
        session.add(Generation(area="places"))
    assert value_of("places") is None


def test_a_reading_session_sees_what_others_stored_meanwhile(db: Database) -> None:
    """One statement each on both databases: nothing that begins or ends a transaction around it."""
    with reading() as session:
        assert session.scalar(select(Generation.value)) is None
        with transaction() as other:
            bump(other, "places")
        assert session.scalar(select(Generation.value)) == 1


@pytest.mark.postgresql
def test_connections_lost_while_they_rested_are_replaced_unseen(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the database was started anew: every connection of the pool but one is ended from that one."""
    monkeypatch.setattr("backend.core.db.RESTS_S", 0)
    engine().dispose()  # the pool begins with the two that are made here
    activity = table("pg_stat_activity", column("pid"), column("datname"))
    with reading() as one, reading() as two:
        backends = {session.scalar(select(func.pg_backend_pid())) for session in (one, two)}
    with reading() as session:
        ended = session.scalars(
            select(func.pg_terminate_backend(activity.c.pid)).where(
                activity.c.datname == func.current_database(),
                activity.c.pid.in_(backends),
                activity.c.pid != func.pg_backend_pid(),
            )
        ).all()
    assert ended == [True]
    with reading() as one, reading() as two:
        for session in (one, two):
            assert session.scalar(select(Generation.value)) is None


def test_writers_that_read_first_do_not_lose_each_other(db: Database) -> None:
    """On SQLite a deferred transaction that reads and then writes would be refused at once."""
    with transaction() as session:
        bump(session, "places")
    errors: list[BaseException] = []

    def raise_it() -> None:
        try:
            for _ in range(20):
                with transaction() as session:
                    session.scalars(select(Generation)).all()
                    bump(session, "places")
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=raise_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert value_of("places") == 81


def test_of_several_that_make_a_row_at_once_one_does_and_all_go_on(db: Database) -> None:
    errors: list[BaseException] = []

    def count() -> None:
        try:
            with transaction() as session:
                row = get_or_add(session, Generation, "places", area="places", value=0)
                row.value += 1
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert value_of("places") == 8


def test_a_transaction_inside_a_transaction_is_a_mistake_and_not_a_wait(db: Database) -> None:
    with transaction() as outer:
        if is_postgresql(outer):
            return  # there, two that write different rows do not wait for one another
        with pytest.raises(RuntimeError, match="inside a transaction"), transaction():
            pass
    with transaction() as session:  # the turn was given back
        assert session.get(Generation, "nothing") is None
