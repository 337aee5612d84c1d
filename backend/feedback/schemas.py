"""What goes in and out of the feedback routes as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.core.api.fields import (
    Choice,
    Latitude,
    Longitude,
    Phone,
    PlainText,
    Schema,
    Timestamp,
    Uuid,
    code,
)
from backend.core.api.paging import PageArgs
from backend.feedback.models import (
    FeedbackCategory,
    FeedbackKind,
    Identity,
    LegalType,
    MessageKind,
    Outcome,
    Policy,
    ShownState,
)
from backend.uploads.models import UploadState

MAX_TEXT = 10_000


def _upload_ids(*, required: bool = False) -> fields.List[Any]:
    options = {"required": True} if required else {"load_default": list}
    return fields.List(
        Uuid(),
        validate=validate.Length(
            min=1 if required else None, max=10, error="too_many" if not required else "wrong_count"
        ),
        metadata={"description": "uploads of this sender; they need not be complete"},
        **options,
    )


class FeedbackSubmissionSchema(Schema):
    """Feedback as a resident sends it."""

    kind = Choice(FeedbackKind, required=True)
    text = PlainText(required=True, max_length=MAX_TEXT, multiline=True)
    category = Choice(FeedbackCategory, load_default=None, allow_none=True)
    commune = code(r"[0-9]{5}", required=True, metadata={"example": "23798"})
    community_id = Uuid(load_default=None, allow_none=True)
    latitude = Latitude(load_default=None, allow_none=True)
    longitude = Longitude(load_default=None, allow_none=True)
    accuracy_m = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000, error="out_of_range"),
        metadata={"description": "radius of the position's uncertainty"},
    )
    place_text = PlainText(load_default=None, allow_none=True, max_length=300)
    occurred_at = Timestamp(
        load_default=None, allow_none=True, metadata={"description": "when it happened"}
    )
    policy = Choice(Policy, load_default=None, allow_none=True)
    identity = Choice(Identity, required=True)
    name = PlainText(load_default=None, allow_none=True, max_length=100)
    phone = Phone(load_default=None, allow_none=True, metadata={"example": "0912 345 678"})
    consent_version = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(1, 100_000, error="out_of_range"),
        metadata={"description": "`version` of the privacy notice that was agreed to"},
    )
    upload_ids = _upload_ids()
    subject_kind = code(r"[a-z_]{1,40}", load_default=None, allow_none=True)
    subject_id = code(r"[A-Za-z0-9:._-]{1,80}", load_default=None, allow_none=True)


class FeedbackReceiptSchema(Schema):
    """What the sender must keep: the code and the PIN are the only key to anonymous feedback."""

    id = Uuid(required=True)
    tracking_code = fields.String(required=True, metadata={"example": "GL-7K4M-92QX"})
    pin = fields.String(required=True, metadata={"example": "271828"})
    state = Choice(ShownState, required=True)
    state_label = fields.String(required=True)
    next_step = fields.String(required=True, metadata={"description": "in plain words"})
    due_at = Timestamp(required=True, allow_none=True)
    submitted_at = Timestamp(required=True)
    legal_hint = Choice(LegalType, required=True, allow_none=True)


class FeedbackCategorySchema(Schema):
    """A slug and its label in the caller's language."""

    slug = fields.String(required=True)
    label = fields.String(required=True)


class PolicySchema(Schema):
    """A programme that can be judged."""

    slug = fields.String(required=True)
    name = fields.String(required=True)


class FeedbackCategoriesSchema(Schema):
    """All categories."""

    items = fields.List(fields.Nested(FeedbackCategorySchema()), required=True)


class PoliciesSchema(Schema):
    """All programmes."""

    items = fields.List(fields.Nested(PolicySchema()), required=True)


class FeedbackUnitSchema(Schema):
    """The unit that is responsible now."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class FeedbackTimelineEntrySchema(Schema):
    """One line of what happened."""

    at = fields.String(required=True, metadata={"format": "date-time"})
    label = fields.String(required=True)


class FeedbackFileSchema(Schema):
    """A file of the sender's; ``url`` is set once it is clean, and works for an hour. ``sources`` are a photo's sizes."""

    id = Uuid(required=True)
    kind = fields.String(required=True)
    state = Choice(UploadState, required=True)
    url = fields.String(required=True, allow_none=True)
    width = fields.Integer()
    height = fields.Integer()
    sources = fields.List(fields.Dict())


class FeedbackMessageSchema(Schema):
    """A message of the conversation."""

    id = Uuid(required=True)
    sender = fields.String(
        required=True,
        data_key="from",
        validate=validate.OneOf(["official", "resident"]),
    )
    kind = Choice(MessageKind, required=True)
    text = fields.String(required=True)
    at = Timestamp(required=True)
    attachments = fields.List(fields.Nested(FeedbackFileSchema()), required=True)


class FeedbackStatusSchema(Schema):
    """Where feedback is on its way, for anybody who knows the code."""

    tracking_code = fields.String(required=True)
    state = Choice(ShownState, required=True)
    state_label = fields.String(required=True)
    next_step = fields.String(required=True)
    due_at = Timestamp(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    submitted_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    kind = Choice(FeedbackKind, required=True)
    category = fields.Nested(FeedbackCategorySchema(), required=True, allow_none=True)
    commune = fields.Nested(FeedbackUnitSchema(), required=True)
    timeline = fields.List(fields.Nested(FeedbackTimelineEntrySchema()), required=True)
    public_url = fields.String(required=True, allow_none=True)


class FeedbackThreadSchema(FeedbackStatusSchema):
    """The same and more, for whoever has the PIN or sent it from their account."""

    text = fields.String()
    place_text = fields.String(allow_none=True)
    identity = Choice(Identity)
    reason = fields.String(
        allow_none=True, metadata={"description": "why it was rejected or closed"}
    )
    merged_into = fields.String(allow_none=True)
    awaiting_answer = fields.Boolean()
    messages = fields.List(fields.Nested(FeedbackMessageSchema()))
    attachments = fields.List(fields.Nested(FeedbackFileSchema()))


class MyFeedbackSchema(FeedbackStatusSchema):
    """A row of "my feedback"."""

    excerpt = fields.String(required=True)
    awaiting_answer = fields.Boolean(required=True)


class FeedbackAnswerSchema(Schema):
    """The resident's answer to a question."""

    text = PlainText(required=True, max_length=MAX_TEXT, multiline=True)
    upload_ids = _upload_ids()


class FeedbackFilesSchema(Schema):
    """Further files."""

    upload_ids = _upload_ids(required=True)


class FeedbackFilesAddedSchema(Schema):
    """All files of the feedback."""

    items = fields.List(fields.Nested(FeedbackFileSchema()), required=True)


class PublicFeedbackArgs(PageArgs):
    """Which public outcomes."""

    category = Choice(FeedbackCategory, load_default=None)
    kind = Choice(FeedbackKind, load_default=None)
    outcome = Choice(Outcome, load_default=None)


class PublicFileSchema(Schema):
    """A published photo or document; ``sources`` lists a photo's other sizes and formats."""

    kind = fields.String(required=True)
    url = fields.String(required=True)
    content_type = fields.String(required=True)
    bytes = fields.Integer(required=True)
    width = fields.Integer()
    height = fields.Integer()
    name = fields.String()
    sources = fields.List(fields.Dict())


class PublicFeedbackSchema(Schema):
    """A public outcome: masked text, reply, proof."""

    id = Uuid(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    kind = Choice(FeedbackKind, required=True)
    category = fields.Nested(FeedbackCategorySchema(), required=True)
    outcome = Choice(Outcome, required=True)
    outcome_label = fields.String(required=True)
    reply = fields.String(required=True)
    planned_on = fields.Date(required=True, allow_none=True)
    other_body = fields.String(required=True, allow_none=True)
    place_text = fields.String(required=True, allow_none=True)
    published_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    submitted_on = fields.Date(required=True)
    handled_days = fields.Integer(required=True, allow_none=True)
    satisfaction = fields.String(required=True, allow_none=True)
    photos = fields.List(fields.Nested(PublicFileSchema()), required=True)
    evidence = fields.List(fields.Nested(PublicFileSchema()), required=True)
    unit = fields.Nested(FeedbackUnitSchema(), required=True)


class PrivacyNoticeArgs(Schema):
    """Which version of the privacy notice."""

    version = fields.Integer(
        strict=False,
        load_default=None,
        validate=validate.Range(1, 100_000, error="out_of_range"),
    )


class PrivacyNoticeSchema(Schema):
    """The privacy notice."""

    version = fields.Integer(required=True)
    language = fields.String(required=True)
    html = fields.String(required=True)
