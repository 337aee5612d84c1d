"""The one table of what happens when, and the front doors that use it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backend.core import events, jobs
from wiring import BELLS, HANDLERS
from worker import ROOMS

LIST_JOBS = """
import sys
import worker
from backend.core import jobs
for queue in jobs.QUEUES:
    worker.import_jobs(queue)
    for known in jobs.registered(queue):
        print(known.name, known.queue)
"""


def test_every_bell_is_heard_by_the_queue_whose_worker_knows_the_job() -> None:
    """In a process of its own: what is heavy is imported there."""
    printed = subprocess.run(
        [sys.executable, "-c", LIST_JOBS], capture_output=True, text=True, check=True
    ).stdout
    queues = dict(line.split() for line in printed.splitlines())
    assert {name: BELLS.get(name, "work") for name in queues} == queues
    assert BELLS.keys() <= queues.keys()
    assert {
        "deliver",
        "fan_out",
        "case_clocks",
        "process_uploads",
        "make_renditions",
    } <= queues.keys()


def test_every_handler_takes_a_session_and_the_event_it_is_wired_to() -> None:
    for kind, handlers in HANDLERS.items():
        assert issubclass(kind, events.Event)
        for handler in handlers:
            assert handler.__annotations__["event"] == kind.__name__, handler


@pytest.mark.parametrize("queue", jobs.QUEUES)
def test_every_queue_has_a_worker(queue: str) -> None:
    assert queue in ROOMS


def test_a_worker_without_a_queue_says_how_to_start_one() -> None:
    answer = subprocess.run(
        [sys.executable, "worker.py"], capture_output=True, text=True, check=False
    )
    assert answer.returncode != 0
    assert "usage" in answer.stderr
