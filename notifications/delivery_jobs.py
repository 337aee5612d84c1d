"""The delivery worker's job."""

from __future__ import annotations

from backend.core import clock
from backend.core.jobs import job, ring
from notifications import delivery


@job("deliver", queue="delivery", every=15)
def deliver() -> None:
    """Send what is due, and ring again for the soonest retry."""
    again = delivery.deliver()
    if again is not None:
        ring("deliver", delay_s=max(1.0, (again - clock.now()).total_seconds() + 0.5))
