"""Background work. Rows are the truth; the queue is only the bell.

Whatever must happen later has a row with a state, written in the transaction of its cause. ``wake`` rings after the
commit; Huey carries the ring to a worker; the job looks for rows and works them off. A ring that gets lost costs at
most a minute: every job is also run by the clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import structlog
from huey import Huey, RedisHuey, SqliteHuey
from sqlalchemy.orm import Session

from backend.core import config
from backend.core.db import after_commit

log = structlog.get_logger()

# One worker process each: a long rendition never holds up a warning.
QUEUES = ("work", "delivery", "media")
# How long the bell may take to be heard; Huey's own default backs off to ten seconds.
MAX_DELAY_S = 0.3


@dataclass(slots=True)
class Job:
    """A named piece of background work; at most one run at a time in a process."""

    name: str
    queue: str
    run: Callable[[], Any]
    every: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    started_at: float = 0.0


_jobs: dict[str, Job] = {}
_bells: dict[str, str] = {}


def wire_bells(table: Mapping[str, str]) -> None:
    """Say to which queue each bell goes; those not named go to ``work``."""
    _bells.clear()
    _bells.update(table)


def job(
    name: str, *, queue: str = "work", every: float = 60
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function as the work behind the bell ``name``, run at least every so many seconds."""
    if queue not in QUEUES:
        raise ValueError(f"no such queue: {queue}")

    def decorator(run: Callable[[], Any]) -> Callable[[], Any]:
        _jobs[name] = Job(name, queue, run, every)
        return run

    return decorator


def registered(queue: str) -> list[Job]:
    """The jobs of one queue that this process has imported."""
    return [known for known in _jobs.values() if known.queue == queue]


def run_now(name: str) -> Any:
    """Run a job here and now (tests, commands)."""
    return _jobs[name].run()


def wake(session: Session, name: str, *, delay_s: float = 0) -> None:
    """Ring ``name`` once this transaction is stored; several rings in one transaction are one."""
    rung: set[tuple[str, float]] = session.info.setdefault("rung", set())
    if (name, delay_s) in rung:
        return
    rung.add((name, delay_s))
    after_commit(session, lambda: ring(name, delay_s=delay_s))


def ring(name: str, *, delay_s: float = 0) -> None:
    """Ring at once. A bell that cannot be rung is no failure of the deed: the clock runs the job."""
    try:
        ring_task = _task(_bells.get(name, "work"))
        if delay_s:
            ring_task.schedule((name, time.time() + delay_s), delay=delay_s)
        else:
            ring_task(name, time.time())
    except Exception:
        log.exception("bell_not_rung", job=name)


@lru_cache(maxsize=len(QUEUES))
def queue(name: str) -> Huey:
    """The Huey instance of one queue: Redis when configured, else a SQLite file of its own."""
    settings = config.current()
    options: dict[str, Any] = {"results": False, "store_none": False, "utc": True}
    if settings.queue_url:
        return RedisHuey(f"tienglang-{name}", url=settings.queue_url, **options)
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    # No fsync: losing a bell in a power cut is harmless.
    return SqliteHuey(
        f"tienglang-{name}",
        filename=str(settings.var_dir / "bells.sqlite3"),
        fsync=False,
        **options,
    )


@lru_cache(maxsize=len(QUEUES))
def _task(name: str) -> Any:
    return queue(name).task(name="answer_bell")(answer_bell)


def answer_bell(name: str, rung_at: float) -> None:
    """In the worker: run the job, unless a run began after this ring (it has seen the rows already)."""
    known = _jobs.get(name)
    if known is None:
        log.error("unknown_job", job=name)
        return
    with known.lock:
        if known.started_at > rung_at:
            return
        known.started_at = time.time()
        began = time.perf_counter()
        try:
            known.run()
        except Exception:
            log.exception("job_failed", job=name)
            return
        log.debug("job_done", job=name, ms=round((time.perf_counter() - began) * 1000, 1))


def prepare_consumer(name: str) -> Huey:
    """The Huey instance of ``name`` with the bell's task registered, for the worker."""
    _task(name)
    return queue(name)


def check() -> None:
    """Raise when the queue cannot be reached."""
    queue("work").pending_count()


def reset() -> None:
    """Forget the queues (another configuration is in use)."""
    queue.cache_clear()
    _task.cache_clear()
