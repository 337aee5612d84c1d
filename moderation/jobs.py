"""Background work of the moderation room."""

from __future__ import annotations

from backend.core import clock, jobs
from backend.core.db import reading, transaction
from backend.core.jobs import job
from moderation import sweep
from moderation.transparency import log, metrics, nightly

_LOG = "transparency_log"
_AUDIT = "transparency_audit"
_STEPS = 25  # then it is somebody else's turn


@job(sweep.BELL, queue="work", every=60)
def case_clocks() -> int:
    """Warn, mark overdue, escalate, follow changed calendars; how many cases gave alarm."""
    total = 0
    while True:
        with transaction() as session:
            found = sweep.sweep(session, clock.now())
        with transaction() as session:
            more = sweep.recount(session, clock.now())
        total += found
        if found < sweep.BATCH and not more:
            return total


@job(_LOG, queue="work", every=60)
def transparency_log() -> bool:
    """What happened enters the log, and once an hour a head is signed; True when there is a new one."""
    run = log.publish()
    if run.more:
        jobs.ring(_LOG)
    with reading() as session:
        metrics.refresh(session)
    return run.signed


@job(_AUDIT, queue="work", every=60)
def transparency_audit() -> None:
    """Once a night: every history and the whole log are verified, some steps at a time."""
    for _step in range(_STEPS):
        if not nightly.step(clock.now()):
            break
    else:
        jobs.ring(_AUDIT)
    with reading() as session:
        metrics.refresh(session)
