"""Background work of the moderation room."""

from __future__ import annotations

from backend.core import clock
from backend.core.db import transaction
from backend.core.jobs import job
from moderation import sweep


@job(sweep.BELL, queue="work", every=60)
def case_clocks() -> int:
    """Warn, mark overdue, escalate; how many cases were looked at."""
    total = 0
    while True:
        with transaction() as session:
            found = sweep.sweep(session, clock.now())
        total += found
        if found < sweep.BATCH:
            return total
