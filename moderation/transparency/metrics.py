"""What monitoring watches; read from the rows, so that a worker that was started again says the same."""

from __future__ import annotations

from prometheus_client import Gauge
from sqlalchemy.orm import Session

from moderation.models import TransparencyAudit
from moderation.transparency import log

BROKEN = Gauge(
    "tienglang_history_broken",
    "Places where the histories of cases or the transparency log do not hold, by the last audit",
    multiprocess_mode="mostrecent",
)
AUDITED = Gauge(
    "tienglang_history_audited_timestamp_seconds",
    "When the last audit of all histories ended",
    multiprocess_mode="mostrecent",
)
HEAD = Gauge(
    "tienglang_transparency_head_timestamp_seconds",
    "When the last head of the transparency log was signed",
    multiprocess_mode="mostrecent",
)


def refresh(session: Session) -> None:
    """Set the gauges."""
    row = session.get(TransparencyAudit, 1)
    if row is not None and row.last_finished_at is not None:
        BROKEN.set(row.last_broken)
        AUDITED.set(row.last_finished_at.timestamp())
    head = log.latest(session)
    if head is not None:
        HEAD.set(head.at.timestamp())
