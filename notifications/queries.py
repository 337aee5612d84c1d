"""Reads of the notifications room."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from backend.core import clock
from backend.core.api import Page, page
from notifications.models import (
    Channel,
    Delivery,
    DeliveryState,
    HostPause,
    InboxItem,
    Message,
    MessageState,
    Subscription,
)

_DAY = timedelta(hours=24)


def subscription(
    session: Session, subscription_id: uuid.UUID, token_hash: str
) -> Subscription | None:
    """A registration, for whoever holds its secret."""
    return session.scalar(
        _whole().where(Subscription.id == subscription_id, Subscription.token_hash == token_hash)
    )


def held_subscription(
    session: Session, subscription_id: uuid.UUID, token_hash: str
) -> Subscription | None:
    """The same to change it: nobody else does meanwhile."""
    return session.scalar(
        _whole()
        .where(Subscription.id == subscription_id, Subscription.token_hash == token_hash)
        .with_for_update()
    )


def subscription_at(session: Session, address_hash: str) -> Subscription | None:
    """The registration of an endpoint or token, if there is one, to change it."""
    return session.scalar(
        _whole().where(Subscription.address_hash == address_hash).with_for_update()
    )


def _whole() -> Select[Subscription]:
    return select(Subscription).options(
        selectinload(Subscription.topics), selectinload(Subscription.feedback)
    )


def inbox(session: Session, staff_id: uuid.UUID, args: Mapping[str, Any]) -> Page:
    """A page of somebody's messages, newest first."""
    statement = (
        select(InboxItem)
        .where(InboxItem.staff_id == staff_id)
        .options(joinedload(InboxItem.message))
    )
    if args["unread"]:
        statement = statement.where(InboxItem.read_at.is_(None))
    return page(
        session, statement, keys=(InboxItem.id.desc(),), cursor=args["cursor"], limit=args["limit"]
    )


def unread(session: Session, staff_id: uuid.UUID) -> int:
    """How many messages somebody has not read."""
    statement = select(func.count()).where(
        InboxItem.staff_id == staff_id, InboxItem.read_at.is_(None)
    )
    return session.scalar(statement) or 0


def outbox_health(session: Session) -> dict[str, Any]:
    """Queue lengths, what left in the last 24 hours, and who asked us to wait."""
    now = clock.now()
    figures: dict[Channel, dict[str, Any]] = {
        channel: {
            "channel": channel.value,
            "queued": 0,
            "leased": 0,
            "sent_24h": 0,
            "failed_24h": 0,
            "dropped_24h": 0,
            "oldest_queued_seconds": None,
        }
        for channel in Channel
    }
    waiting = (
        select(Delivery.channel, Delivery.state, func.count(), func.min(Delivery.created_at))
        .where(Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.LEASED]))
        .group_by(Delivery.channel, Delivery.state)
    )
    for channel, state, count, oldest in session.execute(waiting):
        figures[channel][state.value] = count
        if state == DeliveryState.QUEUED and oldest is not None:
            figures[channel]["oldest_queued_seconds"] = int((now - oldest).total_seconds())
    names = {
        DeliveryState.SENT: "sent_24h",
        DeliveryState.FAILED: "failed_24h",
        DeliveryState.EXPIRED: "failed_24h",
        DeliveryState.DROPPED: "dropped_24h",
    }
    settled = (
        select(Delivery.channel, Delivery.state, func.count())
        .where(
            # All of them, named: the index begins with the channel.
            Delivery.channel.in_(list(Channel)),
            Delivery.state.in_(names),
            Delivery.settled_at > now - _DAY,
        )
        .group_by(Delivery.channel, Delivery.state)
    )
    for channel, state, count in session.execute(settled):
        figures[channel][names[state]] += count
    return {
        "by_channel": list(figures.values()),
        "pending_messages": session.scalar(
            select(func.count()).select_from(Message).where(Message.state == MessageState.PENDING)
        ),
        "paused_hosts": [
            {"host": pause.host, "until": pause.until}
            for pause in session.scalars(
                select(HostPause).where(HostPause.until > now).order_by(HostPause.host)
            )
        ],
    }
