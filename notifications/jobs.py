"""Background work of the notifications room that sends nothing itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select

from backend.core import clock
from backend.core.db import transaction
from backend.core.jobs import job
from notifications.fan_out import fan_out_pending
from notifications.models import Delivery, DeliveryState, InboxItem, Message, MessageState

KEPT = timedelta(days=30)
_PAGE = 2000


@job("fan_out", every=15)
def fan_out() -> None:
    """Turn pending messages into inbox items and deliveries."""
    fan_out_pending()


@job("sweep_outbox", every=3600)
def sweep_outbox() -> None:
    """Forget settled deliveries, then messages that nothing refers to, a page at a time."""
    before = clock.now() - KEPT
    settled = select(Delivery.id).where(
        Delivery.state.not_in([DeliveryState.QUEUED, DeliveryState.LEASED]),
        Delivery.created_at < before,
    )
    forgotten = select(Message.id).where(
        Message.state == MessageState.FANNED_OUT,
        Message.created_at < before,
        ~exists().where(Delivery.message_id == Message.id),
        ~exists().where(InboxItem.message_id == Message.id, InboxItem.read_at.is_(None)),
    )
    for table, which in ((Delivery, settled), (Message, forgotten)):
        while True:
            with transaction() as session:
                found = list(session.scalars(which.limit(_PAGE)))
                if not found:
                    break
                session.execute(delete(table).where(table.id.in_(found)))
