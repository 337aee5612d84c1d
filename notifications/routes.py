"""HTTP of the notifications room: registrations of devices, the inbox of staff, the state of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from backend.core import auth
from backend.core.api import Blueprint, created_once, json_answer, language, network, rate_limit
from backend.core.auth import Permission
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput
from notifications import queries, service, vapid
from notifications.messages import words
from notifications.models import InboxItem
from notifications.schemas import (
    ChangeSchema,
    InboxArgs,
    InboxSchema,
    NewSubscriptionSchema,
    OutboxHealthSchema,
    SubscribeSchema,
    SubscriptionSchema,
    VapidKeySchema,
)

blp = Blueprint("notifications", __name__, description="Push registrations, inbox, outbox")


@blp.get("/push/vapid-key")
@auth.public
@rate_limit("600/minute")
@blp.response(200, VapidKeySchema)
def vapid_key() -> dict[str, str]:
    """The key that a browser subscribes with."""
    return {"key": vapid.public_key()}


@blp.post("/push/subscriptions")
@auth.anyone
@rate_limit("20/hour", per_network="600/hour")
@blp.arguments(SubscribeSchema)
@blp.response(201, NewSubscriptionSchema)
def subscribe(wishes: dict[str, Any]) -> Response:
    """Register a browser or an app; registering the same one again replaces its wishes and its secret."""
    follow = _followed(wishes["tracking_codes"])
    return created_once(
        lambda session: service.subscribe(session, auth.principal(), wishes, follow),
        NewSubscriptionSchema(),
    )


@blp.get("/push/subscriptions/<uuid:subscription_id>")
@auth.public
@rate_limit("600/minute")
@blp.response(200, SubscriptionSchema)
def show_subscription(subscription_id: UUID) -> dict[str, Any]:
    """A registration, for whoever sends its secret as `X-Subscription-Token`."""
    with reading() as session:
        return service.show(session, subscription_id, _token())


@blp.patch("/push/subscriptions/<uuid:subscription_id>")
@auth.anyone
@rate_limit("60/hour", per_network="1200/hour")
@blp.arguments(ChangeSchema)
@blp.response(200, SubscriptionSchema)
def change_subscription(wishes: dict[str, Any], subscription_id: UUID) -> dict[str, Any]:
    """Replace a device's wishes."""
    follow = _followed(wishes["tracking_codes"])
    with transaction() as session:
        return service.change(session, auth.principal(), subscription_id, _token(), wishes, follow)


@blp.delete("/push/subscriptions/<uuid:subscription_id>")
@auth.public
@blp.response(204)
def unsubscribe(subscription_id: UUID) -> None:
    """Forget a device."""
    with transaction() as session:
        service.unsubscribe(session, subscription_id, _token())


@blp.get("/inbox")
@auth.staff()
@blp.arguments(InboxArgs, location="query")
@blp.response(200, InboxSchema)
def inbox(args: dict[str, Any]) -> dict[str, Any]:
    """My messages, newest first."""
    me = _me()
    with reading() as session:
        found = queries.inbox(session, me, args)
        return {
            "items": [_item(item) for item in found.items],
            "next_cursor": found.next_cursor,
            "unread": queries.unread(session, me),
        }


@blp.post("/inbox/<uuid:item_id>/read")
@auth.staff()
@blp.response(204)
def read_item(item_id: UUID) -> None:
    """Mark one message as read."""
    with transaction() as session:
        service.mark_read(session, _me(), item_id)


@blp.post("/inbox/read-all")
@auth.staff()
@blp.response(204)
def read_all() -> None:
    """Mark all my messages as read."""
    with transaction() as session:
        service.mark_all_read(session, _me())


@blp.get("/outbox/health")
@auth.staff(Permission.OUTBOX_READ)
@blp.response(200, OutboxHealthSchema)
def outbox_health() -> Response:
    """What waits to leave the house, what left it, and what could not."""
    with reading() as session:
        return json_answer(OutboxHealthSchema().dump(queries.outbox_health(session)))


def _followed(asked: Sequence[Mapping[str, str]]) -> list[UUID]:
    """The feedback behind tracking codes whose PINs are right; a wrong one is counted as a guess."""
    found = []
    for each in asked:
        feedback_id = service.feedback_behind(each["code"], each["pin"], network())
        if feedback_id is None:
            raise InvalidInput({"tracking_codes": ["wrong_code_or_pin"]})
        found.append(feedback_id)
    return found


def _me() -> UUID:
    me = auth.principal().id
    assert me is not None  # noqa: S101 - staff() let only staff in
    return me


def _token() -> str:
    return request.headers.get("X-Subscription-Token", "")


def _item(item: InboxItem) -> dict[str, Any]:
    title, body = words(item.message, language())
    return {
        "id": item.id,
        "kind": item.message.kind,
        "title": title,
        "body": body,
        "link": item.message.link,
        "urgent": item.message.urgent,
        "created_at": item.created_at,
        "read_at": item.read_at,
    }
