"""All writes of the notifications room that people ask for."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.core import clock, config, crypto, ids
from backend.core.auth import Principal
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound
from backend.feedback import pins
from backend.feedback import queries as feedback_queries
from backend.places import queries as places
from backend.places.models import AdminUnit
from notifications import queries
from notifications.endpoints import push_host
from notifications.models import (
    InboxItem,
    Message,
    MessageState,
    Subscription,
    SubscriptionFeedback,
    SubscriptionKind,
    SubscriptionTopic,
    Topic,
)
from notifications.schemas import subscription_answer

_FCM_HOST = "fcm.googleapis.com"
_NOBODY = ("anonymous", None)


def subscribe(
    session: Session, actor: Principal, wishes: Mapping[str, Any], follow: Sequence[uuid.UUID]
) -> dict[str, Any]:
    """Register a device, or register it anew; gives back the registration and its secret.

    Args:
        follow: feedback whose PIN was shown, to be told about.

    Whoever knows an endpoint or token holds the device: a second registration replaces the first.

    Raises:
        InvalidInput: an endpoint that is no push service, an unknown commune.
    """
    webpush = wishes["kind"] == SubscriptionKind.WEBPUSH
    address = wishes["endpoint"] if webpush else wishes["token"]
    host = push_host(address, config.current().push_hosts) if webpush else _FCM_HOST
    if host is None:
        raise InvalidInput({"endpoint": ["not_a_push_service"]})
    secret = ids.new_secret()
    found = _registered(
        session,
        crypto.hash_token(address),
        kind=wishes["kind"],
        address_sealed=crypto.seal(address),
        host=host,
        keys_sealed=crypto.seal(orjson.dumps(wishes["keys"]).decode()) if webpush else None,
        token_hash=crypto.hash_token(secret),
    )
    answer = _set_wishes(session, actor, found, wishes, follow)
    return {**answer, "token": secret, "location": f"/api/v1/push/subscriptions/{found.id}"}


def _registered(session: Session, address_hash: str, **values: Any) -> Subscription:
    """The registration of an address with these values; of several that make it at once one does."""
    found = queries.subscription_at(session, address_hash)
    if found is None:
        try:
            with session.begin_nested():
                found = Subscription(
                    address_hash=address_hash,
                    owner_kind=_NOBODY[0],
                    topics=[],
                    feedback=[],
                    **values,
                )
                session.add(found)
            return found
        except IntegrityError:
            found = queries.subscription_at(session, address_hash)
            if found is None:
                raise
    for name, value in values.items():
        setattr(found, name, value)
    return found


def feedback_behind(code: str, pin: str, network: str) -> uuid.UUID | None:
    """The feedback of a tracking code when the PIN is right; otherwise None, and the guess is counted.

    Opens transactions of its own: a guess counts even though the request that carried it is refused.
    """
    try:
        attempt = pins.Attempt(ids.normalise_tracking_code(code), pin, network)
    except ValueError:
        return None
    with reading() as session:
        feedback = feedback_queries.by_code(session, attempt.tracking_code)
        if feedback is None:
            return None
        verdict, _wait = pins.judge(session, attempt, feedback.sealed_pin)
    if verdict is pins.Verdict.RIGHT:
        return feedback.id
    if verdict is pins.Verdict.WRONG:
        with transaction() as session:
            pins.count_wrong(session, attempt)
    return None


def show(session: Session, subscription_id: uuid.UUID, secret: str) -> dict[str, Any]:
    """A registration, for whoever holds its secret.

    Raises:
        NotFound: no such registration, or another secret.
    """
    found = queries.subscription(session, subscription_id, crypto.hash_token(secret))
    if found is None:
        raise NotFound
    return subscription_answer(found, _codes(session, found))


def change(
    session: Session,
    actor: Principal,
    subscription_id: uuid.UUID,
    secret: str,
    wishes: Mapping[str, Any],
    follow: Sequence[uuid.UUID],
) -> dict[str, Any]:
    """Replace a device's wishes; feedback followed before stays followed.

    Raises:
        NotFound: no such registration, or another secret.
        InvalidInput: an unknown commune.
    """
    found = queries.held_subscription(session, subscription_id, crypto.hash_token(secret))
    if found is None:
        raise NotFound
    return _set_wishes(session, actor, found, wishes, follow)


def unsubscribe(session: Session, subscription_id: uuid.UUID, secret: str) -> None:
    """Forget a device.

    Raises:
        NotFound: no such registration, or another secret.
    """
    found = queries.held_subscription(session, subscription_id, crypto.hash_token(secret))
    if found is None:
        raise NotFound
    session.delete(found)


def mark_read(session: Session, staff_id: uuid.UUID, item_id: uuid.UUID) -> None:
    """Mark one message of ``staff_id`` as read; reading it twice is no error.

    Raises:
        NotFound: there is no such message for them.
    """
    item = session.get(InboxItem, item_id)
    if item is None or item.staff_id != staff_id:
        raise NotFound
    item.read_at = item.read_at or clock.now()


def mark_all_read(session: Session, staff_id: uuid.UUID) -> None:
    """Mark everything of ``staff_id`` as read."""
    _mark(session, InboxItem.staff_id == staff_id)


def settle(session: Session, tag: str, kinds: Collection[str]) -> None:
    """What messages of these kinds and this tag asked of staff was done: nobody has to read them any more.

    Those that were not handed out yet never are.
    """
    about = select(Message.id, Message.state).where(Message.tag == tag, Message.kind.in_(kinds))
    found = dict(session.execute(about).all())
    if not found:
        return
    if MessageState.PENDING in found.values():
        session.execute(
            update(Message)
            .where(Message.id.in_(found), Message.state == MessageState.PENDING)
            .values(state=MessageState.FANNED_OUT)
        )
    # Only now: what was being handed out meanwhile is stored, with its inbox items.
    _mark(session, InboxItem.message_id.in_(found))


def _mark(session: Session, whose: ColumnElement[bool]) -> None:
    """Locked in one order: a person who reads all and a deed that settles some never wait for one another."""
    unread = (
        select(InboxItem.id)
        .where(whose, InboxItem.read_at.is_(None))
        .order_by(InboxItem.id)
        .with_for_update()
    )
    session.execute(
        update(InboxItem).where(InboxItem.id.in_(unread)).values(read_at=clock.now()),
        execution_options={"synchronize_session": False},
    )


def forget_owner(session: Session, owner_kind: str, owner_id: uuid.UUID) -> None:
    """Remove every device of somebody who left."""
    session.execute(
        delete(Subscription).where(
            Subscription.owner_kind == owner_kind, Subscription.owner_id == owner_id
        )
    )


def _set_wishes(
    session: Session,
    actor: Principal,
    found: Subscription,
    wishes: Mapping[str, Any],
    follow: Sequence[uuid.UUID],
) -> dict[str, Any]:
    known = actor.kind in {"resident", "staff"}
    owner = (actor.kind, actor.id) if known else _NOBODY
    if owner != (found.owner_kind, found.owner_id):
        found.feedback = []  # on a shared telephone the next person does not follow the last one's
    found.owner_kind, found.owner_id = owner
    found.language = wishes["language"]
    units = {code: _commune(session, code) for code in wishes["communes"]}
    if None in units.values():
        raise InvalidInput({"communes": ["unknown_commune"]})
    standing = {unit.id: unit.code for unit in units.values() if unit is not None}
    found.topics = [
        SubscriptionTopic(unit_id=unit_id, topic=topic)
        for unit_id in standing
        for topic in dict.fromkeys(wishes["topics"])
        if topic != Topic.FEEDBACK
    ]
    followed = {row.feedback_id for row in found.feedback}
    found.feedback += [
        SubscriptionFeedback(feedback_id=feedback_id)
        for feedback_id in dict.fromkeys(follow)
        if feedback_id not in followed
    ]
    session.flush()
    return subscription_answer(found, sorted(standing.values()))


def _commune(session: Session, code: str) -> AdminUnit | None:
    """Today's commune of that code, or what took the place of the one that had it last."""
    unit = places.commune_by_code(session, code)
    if unit is None and (last := places.last_with_code(session, code)) is not None:
        unit = places.standing_heirs(session, [last.id]).get(last.id)
    return unit


def _codes(session: Session, found: Subscription) -> list[str]:
    """Those of today: a device hears of what took the place of the commune it once chose."""
    heirs = places.standing_heirs(session, {row.unit_id for row in found.topics})
    return sorted({unit.code for unit in heirs.values()})
