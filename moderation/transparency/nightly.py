"""The nightly audit: goes through everything in bounded steps, each by one worker, and tells administrators.

Its row says where it is, so that a worker that dies costs one step. What it finds is said once, when it has ended, and
again the next night until it is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.db import get_or_add, reading, transaction
from backend.core.events import emit
from moderation.models import TransparencyAudit
from moderation.transparency import audit
from moderation.transparency.events import HistoryBroken

log = structlog.get_logger()

BEGINS = time(1, 30)  # in Vietnam
LEASE = timedelta(minutes=10)
_ONLY = 1


@dataclass(frozen=True, slots=True)
class _Step:
    """What a worker has to look at, and until when nobody else does."""

    walk: audit.Walk
    place: Any
    leased_until: datetime


def step(now: datetime) -> bool:
    """Look at one batch, when an audit is due or under way; True when there is more to look at at once."""
    taken = _take(now)
    if taken is None:
        return False
    with reading() as session:  # nobody waits for arithmetic
        looked = taken.walk(session, taken.place)
    for finding in looked.findings:
        # A tracking code opens doors: a case is named by its id where others read along.
        where = finding.where if finding.case_id is None else f"case {finding.case_id}"
        log.error("history_broken", where=where, reason=finding.reason)
    with transaction() as session:
        return _settle(session, taken, looked, now)


def _take(now: datetime) -> _Step | None:
    with transaction() as session:
        row = get_or_add(session, TransparencyAudit, _ONLY, id=_ONLY, began_at=now, broken=0)
        if row.leased_until is not None and row.leased_until > now:
            return None
        if row.finished_at is not None:
            if row.began_at >= _last_night(now):
                return None
            row.began_at, row.finished_at = now, None
            row.case_after, row.leaf_from = None, None
            row.broken = 0
        row.leased_until = now + LEASE
        walk, place = (
            (audit.cases, row.case_after)
            if row.leaf_from is None
            else (audit.leaves, row.leaf_from)
        )
        return _Step(walk, place, row.leased_until)


def _settle(session: Session, taken: _Step, looked: audit.Looked, now: datetime) -> bool:
    row = session.get_one(TransparencyAudit, _ONLY, with_for_update=True)
    if row.leased_until != taken.leased_until:
        return False  # it took too long, and somebody else looked at the same
    row.leased_until = None
    if looked.findings:
        row.broken += len(looked.findings)
    if taken.walk is audit.cases:
        row.case_after = looked.next
        row.leaf_from = 0 if looked.next is None else None
        return True
    row.leaf_from = looked.next
    if looked.next is not None:
        return True
    row.finished_at = row.last_finished_at = now
    row.last_broken = row.broken
    if row.broken:
        emit(session, HistoryBroken(row.broken))
    return False


def _last_night(now: datetime) -> datetime:
    local = now.astimezone(clock.LOCAL)
    begins = datetime.combine(local.date(), BEGINS, tzinfo=clock.LOCAL)
    return begins if begins <= local else begins - timedelta(days=1)
