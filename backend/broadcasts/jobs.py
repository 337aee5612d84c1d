"""The media worker's part: making audio."""

from __future__ import annotations

from backend.broadcasts import making, renditions
from backend.core.jobs import job


@job(renditions.BELL, queue="media", every=30)
def make_renditions() -> int:
    """Work off everything that waits for its audio."""
    ready = 0
    while (task := renditions.claim()) is not None:
        ready += making.work_off(task)
    return ready
