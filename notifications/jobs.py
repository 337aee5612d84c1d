"""Background work of the notifications room that sends nothing itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, tuple_

from backend.core import clock
from backend.core.db import transaction
from backend.core.jobs import job
from notifications.fan_out import fan_out_pending
from notifications.models import Delivery, InboxItem, Message, MessageState

KEPT = timedelta(days=30)
UNREAD_KEPT = timedelta(days=365)  # what nobody read in the console by then, nobody will
_PAGE = 2000


@job("fan_out", every=15)
def fan_out() -> None:
    """Turn pending messages into inbox items and deliveries."""
    fan_out_pending()


@job("sweep_outbox", every=3600)
def sweep_outbox() -> None:
    """Forget settled deliveries, then messages that nothing refers to, a page at a time."""
    now = clock.now()
    _forget_deliveries(now - KEPT)
    _forget_messages(now)


def _forget_deliveries(before: datetime) -> None:
    """What has not been settled has no such moment, and is not looked at."""
    old = select(Delivery.id).where(Delivery.settled_at < before).limit(_PAGE)
    while True:
        with transaction() as session:
            found = list(session.scalars(old))
            if found:
                session.execute(delete(Delivery).where(Delivery.id.in_(found)))
        if len(found) < _PAGE:
            return


def _forget_messages(now: datetime) -> None:
    """One walk over the old messages: each page begins behind the last, past those that are kept."""
    unread = exists().where(InboxItem.message_id == Message.id, InboxItem.read_at.is_(None))
    waiting = exists().where(Delivery.message_id == Message.id)
    kept = waiting | (unread & (Message.created_at >= now - UNREAD_KEPT))
    old = (
        select(Message.created_at, Message.id, kept)
        .where(Message.state == MessageState.FANNED_OUT, Message.created_at < now - KEPT)
        .order_by(Message.created_at, Message.id)
        .limit(_PAGE)
    )
    page = old
    while True:
        with transaction() as session:
            found = session.execute(page).all()
            forgotten = [message_id for _at, message_id, is_kept in found if not is_kept]
            if forgotten:
                session.execute(delete(Message).where(Message.id.in_(forgotten)))
        if len(found) < _PAGE:
            return
        last = found[-1]
        page = old.where(tuple_(Message.created_at, Message.id) > (last.created_at, last.id))
