"""The outbox: taking deliveries by lease, and settling them once it is known what became of them.

A delivery is leased in one transaction, sent with no transaction open, and settled in another. Whoever dies in
between leaves a lease that runs out; the delivery is then sent again. So each leaves at least once, and the tag
lets the receiving device show it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from backend.core import clock, crypto
from backend.core.db import get_or_add, is_postgresql, transaction
from notifications.messages import words
from notifications.models import (
    Channel,
    Delivery,
    DeliveryState,
    HostPause,
    Message,
    Subscription,
)
from notifications.parcels import Outcome, Parcel, Result
from notifications.retry import next_attempt

log = structlog.get_logger()

LEASE = timedelta(seconds=90)


def lease(limit: int) -> list[Parcel]:
    """Take up to ``limit`` deliveries that are due, the urgent first; none is left that is due when there are none.

    What is too late by now expires, and what goes to a host that asked us to wait is put off until then: the queue of
    that host is looked at once, and not again with every other delivery.
    """
    while True:
        now = clock.now()
        with transaction() as session:
            due = _due(session, now, limit, urgent=True)
            due += _due(session, now, limit - len(due), urgent=False)
            pauses = dict(
                session.execute(
                    select(HostPause.host, HostPause.until).where(HostPause.until > now)
                ).all()
            )
            taken = [each for each in due if _take(each, pauses.get(each.host), now)]
            parcels = _pack(session, taken, now)
        if parcels or not due:
            return parcels


def _take(delivery: Delivery, paused_until: datetime | None, now: datetime) -> bool:
    """Lease a delivery that is due, unless there is a reason not to send it now."""
    if delivery.expires_at <= now:
        _settle(delivery, DeliveryState.EXPIRED, now, delivery.last_error)
        return False
    if paused_until is not None:
        _put_off(delivery, paused_until)
        return False
    delivery.state = DeliveryState.LEASED
    delivery.leased_until = now + LEASE
    delivery.attempts += 1
    return True


def _due(session: Session, now: datetime, limit: int, *, urgent: bool) -> list[Delivery]:
    """Due deliveries of one class in the order of the index, so that a long queue costs no more than a short one."""
    if limit <= 0:
        return []
    statement = (
        select(Delivery)
        .where(
            Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.LEASED]),
            Delivery.urgent.is_(urgent),
            Delivery.not_before <= now,
            or_(Delivery.state == DeliveryState.QUEUED, Delivery.leased_until <= now),
        )
        .order_by(Delivery.not_before)
        .limit(limit)
    )
    if is_postgresql(session):
        statement = statement.with_for_update(skip_locked=True)
    return list(session.scalars(statement))


def _pack(session: Session, deliveries: Sequence[Delivery], now: datetime) -> list[Parcel]:
    messages = {
        message.id: message
        for message in session.scalars(
            select(Message).where(Message.id.in_([delivery.message_id for delivery in deliveries]))
        )
    }
    subscriptions = {
        subscription.id: subscription
        for subscription in session.scalars(
            select(Subscription).where(
                Subscription.id.in_([delivery.subscription_id for delivery in deliveries])
            )
        )
    }
    parcels = []
    for delivery in deliveries:
        parcel = _parcel(delivery)
        if delivery.channel == Channel.SMS:
            parcels.append(replace(parcel, one_time_code_id=delivery.one_time_code_id))
            continue
        subscription = (
            subscriptions.get(delivery.subscription_id) if delivery.subscription_id else None
        )
        message = messages.get(delivery.message_id) if delivery.message_id else None
        if subscription is None or message is None:
            _settle(delivery, DeliveryState.DROPPED, now, "unsubscribed")
            continue
        try:
            parcels.append(_addressed(parcel, subscription, message))
        except Exception as error:  # one that cannot be read must not hold up the others
            log.exception("delivery_not_packed", delivery_id=str(delivery.id))
            _apply(session, delivery, Result(Outcome.LATER, type(error).__name__), now)
    return parcels


def _addressed(parcel: Parcel, subscription: Subscription, message: Message) -> Parcel:
    title, body = words(message, subscription.language)
    keys = subscription.keys_sealed
    return replace(
        parcel,
        subscription_id=subscription.id,
        address=crypto.open_sealed(subscription.address_sealed),
        keys=crypto.open_sealed(keys) if keys else "",
        title=title,
        body=body,
        link=message.link,
        tag=message.tag,
        language=subscription.language,
    )


def _parcel(delivery: Delivery) -> Parcel:
    assert delivery.leased_until is not None  # noqa: S101 - it was leased just now
    return Parcel(
        delivery_id=delivery.id,
        channel=delivery.channel,
        host=delivery.host,
        attempts=delivery.attempts,
        expires_at=delivery.expires_at,
        leased_until=delivery.leased_until,
        urgent=delivery.urgent,
    )


def settle(results: Sequence[tuple[Parcel, Result]]) -> datetime | None:
    """Write down what became of leased deliveries; gives back when the next retry is due, if any.

    A lease that ran out and was taken by another worker is left to that one.
    """
    now = clock.now()
    soonest: datetime | None = None
    with transaction() as session:
        _hold(session, results)
        for parcel, result in results:
            delivery = session.scalar(
                select(Delivery).where(
                    Delivery.id == parcel.delivery_id,
                    Delivery.state == DeliveryState.LEASED,
                    Delivery.leased_until == parcel.leased_until,
                )
            )
            if delivery is None:
                continue
            again = _apply(session, delivery, result, now)
            if again is not None:
                soonest = again if soonest is None else min(soonest, again)
    return soonest


def _hold(session: Session, results: Sequence[tuple[Parcel, Result]]) -> None:
    """Note which hosts asked us to wait, and lock the devices: all that another worker may be settling too.

    Hosts first, then devices, each in one order: of two workers one waits for the other, and never both.
    """
    asked: dict[str, datetime] = {}
    for parcel, result in results:
        if result.retry_at is not None:
            asked[parcel.host] = max(result.retry_at, asked.get(parcel.host, result.retry_at))
    for host, until in sorted(asked.items()):
        pause = get_or_add(session, HostPause, host, host=host, until=until)
        pause.until = max(pause.until, until)
    devices = {parcel.subscription_id for parcel, _result in results} - {None}
    session.execute(
        select(Subscription.id)
        .where(Subscription.id.in_(devices))
        .order_by(Subscription.id)
        # Deliveries to them may be queued meanwhile.
        .with_for_update(key_share=True)
    )


def _apply(session: Session, delivery: Delivery, result: Result, now: datetime) -> datetime | None:
    if result.outcome == Outcome.SENT:
        _settle(delivery, DeliveryState.SENT, now, None)
        if delivery.subscription_id is not None:
            session.execute(
                update(Subscription)
                .where(Subscription.id == delivery.subscription_id)
                .values(last_sent_at=now)
            )
        return None
    if result.outcome == Outcome.GONE:
        dead = delivery.subscription_id
        _settle(delivery, DeliveryState.DROPPED, now, result.reason)
        if dead is not None:
            session.flush()
            session.execute(delete(Subscription).where(Subscription.id == dead))
        return None
    if result.outcome == Outcome.REFUSED:
        _settle(delivery, DeliveryState.FAILED, now, result.reason)
        return None
    again = next_attempt(delivery.attempts, now, delivery.expires_at)
    if again is None:
        _settle(delivery, DeliveryState.EXPIRED, now, result.reason)
        return None
    _put_off(delivery, max(again, result.retry_at) if result.retry_at else again)
    delivery.last_error = result.reason
    return delivery.not_before


def _put_off(delivery: Delivery, until: datetime) -> None:
    delivery.state = DeliveryState.QUEUED
    delivery.leased_until = None
    delivery.not_before = until


def _settle(delivery: Delivery, state: DeliveryState, now: datetime, error: str | None) -> None:
    delivery.state = state
    delivery.leased_until = None
    delivery.settled_at = now
    delivery.last_error = error
