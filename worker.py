"""The worker's front door: ``python worker.py work|delivery|media`` runs one queue until it is told to stop.

The only place that imports what is heavy.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module

import structlog
from huey.consumer import Consumer

import wiring
from backend.core import config, db, jobs
from backend.core.failures import told
from backend.core.logging import configure_logging

log = structlog.get_logger()

# Which queue's jobs live in which room; a process imports only what it runs.
ROOMS = {
    "work": (
        "backend.core.housekeeping",
        "backend.accounts.jobs",
        "backend.essentials.jobs",
        "backend.feedback.jobs",
        "backend.broadcasts.schedule_jobs",
        "backend.devices.jobs",
        "moderation.jobs",
        "notifications.jobs",
    ),
    "delivery": ("notifications.delivery_jobs",),
    "media": ("backend.uploads.jobs", "backend.broadcasts.jobs"),
}
THREADS = {"work": 2, "delivery": 1, "media": 1}


def import_jobs(queue: str) -> None:
    """Import the modules that register the jobs of ``queue``."""
    for name in ROOMS[queue]:
        import_module(name)


def start(queue: str) -> Consumer:
    """Configure the process and give back the consumer of ``queue``, not yet running."""
    settings = config.use(config.load_config(os.environ))
    configure_logging(settings)
    db.connect(settings.database_url)
    wiring.wire()
    import_jobs(queue)
    huey = jobs.prepare_consumer(queue)
    return Consumer(
        huey,
        workers=THREADS[queue],
        periodic=False,
        initial_delay=0.05,
        backoff=1.15,
        max_delay=jobs.MAX_DELAY_S,
        scheduler_interval=1,
        check_worker_health=True,
        extra_locks=None,
    )


def run(queue: str) -> int:
    """Answer bells, and run each job by the clock, until SIGINT or SIGTERM; the exit code."""
    consumer = start(queue)
    stopping = threading.Event()
    clock = threading.Thread(
        target=_run_by_clock, args=(queue, stopping), name="clock", daemon=True
    )
    clock.start()
    log.info("worker_started", queue=queue, jobs=[known.name for known in jobs.registered(queue)])
    try:
        consumer.run()
    finally:
        stopping.set()
        db.disconnect()
    return 0


def _run_by_clock(queue: str, stopping: threading.Event) -> None:
    """Ring every job at the start and whenever its time has come: what a lost bell left is picked up here."""
    due = {known.name: 0.0 for known in jobs.registered(queue)}
    waited = 0.0
    while True:
        for known in jobs.registered(queue):
            if waited >= due[known.name]:
                jobs.ring(known.name)
                due[known.name] = waited + known.every
        if stopping.wait(1):
            return
        waited += 1


if __name__ == "__main__":
    if sys.argv[1:2] not in [[name] for name in jobs.QUEUES]:
        sys.exit(f"usage: python worker.py {'|'.join(jobs.QUEUES)}")
    sys.exit(told(lambda: run(sys.argv[1])))
