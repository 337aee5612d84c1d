"""Turning messages into inbox items and deliveries, a page of recipients at a time.

Each page is one transaction that also moves the message's progress: a crash repeats nothing and skips nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import structlog
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.core import clock, config, ids
from backend.core.db import is_postgresql, reading, transaction
from backend.core.jobs import wake
from notifications import audience
from notifications.models import Channel, Delivery, InboxItem, Message, MessageState
from notifications.retry import after_the_night

log = structlog.get_logger()

PAGE = 500
TRIES = 5


def fan_out_pending() -> int:
    """Hand out every pending message, the urgent first; gives back how many pages that took."""
    pages = 0
    while (message_id := _next()) is not None:
        try:
            _one_page(message_id)
        except Exception:
            log.exception("message_not_handed_out", message_id=str(message_id))
            _count_failure(message_id)
        pages += 1
    return pages


def _next() -> uuid.UUID | None:
    """An emergency overtakes ordinary news, even in the middle of it."""
    with reading() as session:
        for urgent in (True, False):
            found = session.scalar(
                select(Message.id)
                .where(Message.state == MessageState.PENDING, Message.urgent.is_(urgent))
                .order_by(Message.id)
                .limit(1)
            )
            if found is not None:
                return found
    return None


def _one_page(message_id: uuid.UUID) -> None:
    with transaction() as session:
        message = session.get(Message, message_id, with_for_update=True)
        if message is None or message.state != MessageState.PENDING:
            return  # another worker was first
        behind = None
        if message.progress is None:
            _fill_inboxes(session, message)
        else:
            behind = audience.Place(message.progress_unit_id, message.progress)
        found, place = audience.devices(session, message.audience, behind=behind, limit=PAGE)
        _queue(session, message, found)
        if place is None:
            message.state = MessageState.FANNED_OUT
        else:
            message.progress_unit_id, message.progress = place.unit_id, place.device_id


def _count_failure(message_id: uuid.UUID) -> None:
    with transaction() as session:
        message = session.get_one(Message, message_id, with_for_update=True)
        message.failures += 1
        if message.failures >= TRIES:
            message.state = MessageState.PARKED


def _fill_inboxes(session: Session, message: Message) -> None:
    """Staff find every message in the console, whether or not a device of theirs is told."""
    owners = audience.staff_ids(session, message.audience)
    if owners:
        now = clock.now()
        session.execute(
            insert(InboxItem),
            [
                {"id": ids.new_id(), "staff_id": owner, "message_id": message.id, "created_at": now}
                for owner in dict.fromkeys(owners)
            ],
        )


def _queue(session: Session, message: Message, found: Sequence[audience.Device]) -> None:
    now = clock.now()
    not_before = now if message.urgent else after_the_night(now, config.current().quiet_hours)
    if not found or message.expires_at <= not_before:
        return
    rows = [
        {
            "id": ids.new_id(),
            "message_id": message.id,
            "subscription_id": device.id,
            "channel": Channel(device.kind.value),
            "host": device.host,
            "urgent": message.urgent,
            "not_before": not_before,
            "created_at": now,
            "expires_at": message.expires_at,
        }
        for device in found
    ]
    # A device that follows several communes was found for each of them: it is told once.
    add = postgresql.insert if is_postgresql(session) else sqlite.insert
    once = ["message_id", "subscription_id"]
    session.execute(add(Delivery).on_conflict_do_nothing(index_elements=once), rows)
    wake(session, "deliver")
