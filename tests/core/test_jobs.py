"""Bells: rung after the commit, answered by a worker, never the truth themselves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from huey.consumer import Consumer

from backend.core import config, jobs
from backend.core.db import transaction
from tests.conftest import Database


class Counter:
    """A job that counts its runs, and can be made to take its time."""

    def __init__(self) -> None:
        self.runs = 0
        self.ran = threading.Condition()
        self.go_on = threading.Event()
        self.go_on.set()

    def run(self) -> None:
        self.go_on.wait(5)
        with self.ran:
            self.runs += 1
            self.ran.notify_all()

    def wait_for(self, runs: int) -> bool:
        with self.ran:
            return self.ran.wait_for(lambda: self.runs >= runs, 10)


@pytest.fixture(params=["sqlite", "redis"])
def queue(request: pytest.FixtureRequest, tmp_path: Path, db: Database) -> Iterator[None]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    config.use(replace(db.config, var_dir=tmp_path, queue_url=url))
    jobs.reset()
    jobs.queue("work").flush()
    yield
    jobs.reset()


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    jobs.job("count", every=3600)(made.run)
    yield made
    jobs._jobs.pop("count")


@pytest.fixture
def worker(queue: None) -> Iterator[None]:
    consumer = Consumer(
        jobs.prepare_consumer("work"), workers=1, periodic=False, max_delay=jobs.MAX_DELAY_S
    )
    consumer.start()
    yield
    consumer.stop(graceful=True)


@pytest.mark.usefixtures("worker")
def test_a_worker_hears_the_bell_soon_after_the_commit(counter: Counter) -> None:
    with transaction() as session:
        jobs.wake(session, "count")
        assert counter.runs == 0
    began = time.monotonic()
    assert counter.wait_for(1)
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("queue")
def test_a_rolled_back_deed_rings_nothing(counter: Counter) -> None:
    def fail() -> None:
        with transaction() as session:
            jobs.wake(session, "count")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert jobs.queue("work").pending_count() == 0


@pytest.mark.usefixtures("queue", "counter")
def test_several_rings_in_one_transaction_are_one() -> None:
    with transaction() as session:
        for _ in range(5):
            jobs.wake(session, "count")
    assert jobs.queue("work").pending_count() == 1


@pytest.mark.usefixtures("counter")
def test_a_run_that_began_after_the_ring_has_seen_the_rows_already(counter: Counter) -> None:
    rung_at = time.time()
    jobs.answer_bell("count", rung_at)
    jobs.answer_bell("count", rung_at)
    assert counter.runs == 1
    jobs.answer_bell("count", time.time())
    assert counter.runs == 2


def test_a_job_that_fails_does_not_take_the_worker_with_it() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    jobs.job("fail")(fail)
    try:
        jobs.answer_bell("fail", time.time())
        jobs.answer_bell("unheard_of", time.time())
    finally:
        jobs._jobs.pop("fail")


def test_a_queue_that_is_away_does_not_undo_the_deed(tmp_path: Path, db: Database) -> None:
    config.use(replace(db.config, queue_url=f"unix://{tmp_path}/nobody.sock"))
    jobs.reset()
    with transaction() as session:
        jobs.wake(session, "count")
    jobs.reset()
