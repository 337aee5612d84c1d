"""Bodies and answers of the notifications room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.api import Choice, PageArgs, PlainText, Schema, Timestamp, Uuid, code
from notifications.models import Subscription, SubscriptionKind, Topic

_MOST_COMMUNES = 20
_MOST_FOLLOWED = 30


class PushKeysSchema(Schema):
    """A browser's keys (RFC 8291), base64url."""

    p256dh = fields.String(
        required=True, validate=validate.Regexp(r"[\w-]{80,100}=*\Z", error="malformed")
    )
    auth = fields.String(
        required=True, validate=validate.Regexp(r"[\w-]{20,30}=*\Z", error="malformed")
    )


class FollowedSchema(Schema):
    """Feedback to be told about; the PIN shows that it is one's own."""

    code = PlainText(required=True, max_length=20)
    pin = fields.String(
        required=True, load_only=True, validate=validate.Regexp(r"\d{6}\Z", error="malformed")
    )


class WishesSchema(Schema):
    """What a device wants to hear, and in which language."""

    communes = fields.List(
        code(r"\d{5}"),
        load_default=list,
        validate=validate.Length(max=_MOST_COMMUNES, error="too_many"),
    )
    topics = fields.List(
        Choice(Topic), load_default=list, validate=validate.Length(max=len(Topic), error="too_many")
    )
    language = fields.String(
        load_default="vi", validate=validate.OneOf(["vi", "en"], error="unknown_choice")
    )
    tracking_codes = fields.List(
        fields.Nested(FollowedSchema()),
        load_default=list,
        load_only=True,
        validate=validate.Length(max=_MOST_FOLLOWED, error="too_many"),
    )


class SubscribeSchema(WishesSchema):
    """A new registration of a browser or an app."""

    kind = Choice(SubscriptionKind, required=True)
    endpoint = fields.String(
        load_default=None, validate=validate.Length(max=1000, error="too_long")
    )
    keys = fields.Nested(PushKeysSchema(), load_default=None)
    token = fields.String(
        load_default=None, validate=validate.Length(min=20, max=1000, error="malformed")
    )

    @validates_schema
    def one_address(self, data: Mapping[str, Any], **_: Any) -> None:
        """A browser has an endpoint and keys, an app has a token."""
        if data["kind"] == SubscriptionKind.WEBPUSH:
            missing = [name for name in ("endpoint", "keys") if not data.get(name)]
        else:
            missing = [] if data.get("token") else ["token"]
        if missing:
            raise ValidationError({name: ["required"] for name in missing})


class ChangeSchema(WishesSchema):
    """New wishes of a device that is registered already; they replace the old ones."""


class SubscriptionSchema(Schema):
    """A registration."""

    id = Uuid(required=True)
    kind = Choice(SubscriptionKind, required=True)
    language = fields.String(required=True)
    communes = fields.List(fields.String(), required=True)
    topics = fields.List(fields.String(), required=True)


class NewSubscriptionSchema(SubscriptionSchema):
    """A registration just made, with the secret that manages it."""

    token = fields.String(
        required=True, metadata={"description": "send it as X-Subscription-Token; told only once"}
    )


class VapidKeySchema(Schema):
    """What a browser subscribes with."""

    key = fields.String(required=True)


class InboxArgs(PageArgs):
    """Filters of the inbox."""

    unread = fields.Boolean(load_default=False)


class InboxItemSchema(Schema):
    """A message in the console."""

    id = Uuid(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    link = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    created_at = Timestamp(required=True)
    read_at = Timestamp(required=True, allow_none=True)


class InboxSchema(Schema):
    """A page of the inbox, and how much of it is unread."""

    items = fields.List(fields.Nested(InboxItemSchema()), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)


class ChannelHealthSchema(Schema):
    """One way out of the house."""

    channel = fields.String(required=True)
    queued = fields.Integer(required=True)
    leased = fields.Integer(required=True)
    sent_24h = fields.Integer(required=True)
    failed_24h = fields.Integer(required=True)
    dropped_24h = fields.Integer(required=True)
    oldest_queued_seconds = fields.Integer(required=True, allow_none=True)


class PausedHostSchema(Schema):
    """A push service that asked us to wait."""

    host = fields.String(required=True)
    until = Timestamp(required=True)


class OutboxHealthSchema(Schema):
    """Whether what should leave the house is leaving it."""

    by_channel = fields.List(fields.Nested(ChannelHealthSchema()), required=True)
    pending_messages = fields.Integer(required=True)
    paused_hosts = fields.List(fields.Nested(PausedHostSchema()), required=True)


def subscription_answer(subscription: Subscription, communes: list[str]) -> dict[str, Any]:
    """What a registration shows of itself."""
    return {
        "id": subscription.id,
        "kind": subscription.kind,
        "language": subscription.language,
        "communes": communes,
        "topics": sorted({row.topic.value for row in subscription.topics}),
    }
