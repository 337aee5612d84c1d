"""What the clock does to broadcasts: airing at their hour, leaving the loudspeakers when they are old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from backend.broadcasts.models import Broadcast, BroadcastState, Rendition, RenditionState
from backend.broadcasts.renditions import RETURN_BELL
from backend.broadcasts.service import air_if_due, archive_if_old, return_inaudible
from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.jobs import job

log = structlog.get_logger()
BATCH = 200
ARCHIVE_AFTER = timedelta(days=30)


@job("air_broadcasts", every=5)
def air_broadcasts() -> int:
    """Air the broadcasts whose hour has come."""
    return _each(
        _ids(
            Broadcast.state == BroadcastState.SCHEDULED,
            Broadcast.scheduled_at <= clock.now(),
        ),
        air_if_due,
    )


@job("archive_broadcasts", every=3600)
def archive_broadcasts() -> int:
    """Move old broadcasts to the archive, where residents still hear them."""
    old = clock.now() - ARCHIVE_AFTER
    return _each(
        _ids(Broadcast.state == BroadcastState.AIRED, Broadcast.aired_at < old), archive_if_old
    )


@job(RETURN_BELL, every=60)
def return_inaudible_broadcasts() -> int:
    """Give back to their authors the submitted broadcasts whose audio could not be made."""
    with reading() as session:
        found = session.execute(
            select(Broadcast.id, Rendition.reason)
            .join(
                Rendition,
                (Rendition.broadcast_id == Broadcast.id)
                & (Rendition.revision == Broadcast.revision),
            )
            .where(
                Broadcast.state == BroadcastState.SUBMITTED,
                Rendition.state == RenditionState.FAILED,
            )
            .limit(BATCH)
        ).all()
    reasons = {row.id: row.reason or "" for row in found}

    def give_back(session: Session, broadcast: Broadcast) -> bool:
        return_inaudible(session, broadcast.id, reasons[broadcast.id])
        return True

    return _each(list(reasons), give_back)


def _ids(*conditions: ColumnElement[bool]) -> Sequence[UUID]:
    with reading() as session:
        return session.scalars(select(Broadcast.id).where(*conditions).limit(BATCH)).all()


def _each(ids: Sequence[UUID], work: Callable[[Session, Broadcast], bool]) -> int:
    """One transaction per broadcast: a bad one does not hold up the others."""
    done = 0
    for broadcast_id in ids:
        try:
            with transaction() as session:
                broadcast = session.get(Broadcast, broadcast_id)
                done += broadcast is not None and work(session, broadcast)
        except StaleDataError:
            log.info("broadcast_changed_meanwhile", broadcast_id=str(broadcast_id))
        except Exception:
            log.exception("broadcast_clock_failed", broadcast_id=str(broadcast_id))
    return done
