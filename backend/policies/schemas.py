"""Shapes of the policies room on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.accounts.schemas import NamedRef, UnitView
from backend.core.api import AllowedMove, Choice, PageArgs, PlainText, Schema, Timestamp, Uuid, code
from backend.places.schemas import unit_code
from backend.policies.models import PolicyKind, PolicyState, PromiseStatus

LANGUAGE = r"[a-z]{2,3}"
MAX_LANGUAGES = 8
MAX_BODY = 20_000
MAX_PROMISES = 100
LANG_HELP = "language of texts and labels; texts fall back to Vietnamese"
VALIDITY = ("upcoming", "in_force", "ended")


def _day(**kwargs: Any) -> fields.Date:
    errors: dict[str, Any] = {"invalid": "not_a_date", "format": "not_a_date", "null": "required"}
    return fields.Date(error_messages=errors, **kwargs)


def _by_language(values: fields.Field[Any], **kwargs: Any) -> fields.Dict:
    def vietnamese(given: dict[str, Any]) -> None:
        if "vi" not in given:
            raise ValidationError("vietnamese_missing")

    return fields.Dict(
        keys=code(LANGUAGE),
        values=values,
        validate=[validate.Length(1, MAX_LANGUAGES, error="out_of_range"), vietnamese],
        metadata={
            "description": "language -> its text; Vietnamese is always there",
            "example": {"vi": "…"},
        },
        **kwargs,
    )


class PromiseCounts(Schema):
    total = fields.Integer(required=True)
    done = fields.Integer(required=True)
    late = fields.Integer(required=True, metadata={"description": "due before today, still open"})


class PolicyCardSchema(Schema):
    """A policy in a list."""

    slug = fields.String(required=True, metadata={"example": "nuoc_sach"})
    name = fields.String(required=True)
    summary = fields.String(required=True)
    kind = Choice(PolicyKind, required=True)
    kind_label = fields.String(required=True)
    number = fields.String(required=True, allow_none=True, metadata={"example": "12/NQ-HĐND"})
    issuer = fields.String(required=True, allow_none=True)
    issued_on = fields.Date(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(
        required=True, allow_none=True, metadata={"description": "the last day, inclusive"}
    )
    validity = fields.String(required=True, validate=validate.OneOf(VALIDITY))
    state = Choice(PolicyState, required=True)
    unit = fields.Nested(
        UnitView,
        required=True,
        allow_none=True,
        metadata={"description": "who answers for it; null: the whole country"},
    )
    language = fields.String(required=True, metadata={"example": "vi"})
    languages = fields.List(fields.String(), required=True)
    promise_counts = fields.Nested(PromiseCounts, required=True)
    published_at = Timestamp(required=True, allow_none=True)
    updated_at = Timestamp(required=True)


class PublicPromise(Schema):
    id = Uuid(required=True)
    text = fields.String(required=True)
    language = fields.String(required=True)
    responsible = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    status = Choice(PromiseStatus, required=True)
    status_label = fields.String(
        required=True, metadata={"description": "in the caller's language; says when it is late"}
    )
    is_late = fields.Boolean(required=True)
    status_at = Timestamp(required=True)
    note = fields.String(required=True)


class PolicyReadingSchema(PolicyCardSchema):
    """A policy to read."""

    body = fields.String(
        required=True, metadata={"description": "plain text; an empty line parts paragraphs"}
    )
    promises = fields.List(fields.Nested(PublicPromise), required=True)


class PolicyQuery(PageArgs):
    q = PlainText(
        max_length=200,
        load_default=None,
        allow_none=True,
        metadata={"description": "words, with or without diacritics", "example": "nuoc sach"},
    )
    lang = code(LANGUAGE, load_default=None, metadata={"description": LANG_HELP})


class PolicySpeechQuery(Schema):
    lang = code(LANGUAGE, load_default=None, metadata={"description": LANG_HELP})


# ---------------------------------------------------------------- those who answer for it


class PolicyWords(Schema):
    """One language of a policy."""

    name = PlainText(max_length=200, required=True)
    summary = PlainText(max_length=500, load_default="")
    body = PlainText(
        max_length=MAX_BODY,
        multiline=True,
        load_default="",
        metadata={"description": "plain text; an empty line parts paragraphs"},
    )


class PromiseIn(Schema):
    """A promise; one with an ``id`` is the one that has it already."""

    id = Uuid(load_default=None, allow_none=True)
    texts = _by_language(PlainText(max_length=500, required=True), required=True)
    responsible = PlainText(max_length=200, load_default="")
    department_id = Uuid(load_default=None, allow_none=True)
    due_on = _day(load_default=None, allow_none=True)
    status = Choice(PromiseStatus, load_default=PromiseStatus.PLANNED)
    note = PlainText(max_length=1000, multiline=True, load_default="")


class PolicyPatch(Schema):
    """What is named is changed; ``texts`` and ``promises`` are replaced whole."""

    kind = Choice(PolicyKind)
    number = PlainText(max_length=60, allow_none=True)
    issuer = PlainText(max_length=200, allow_none=True)
    issued_on = _day(allow_none=True)
    valid_from = _day(allow_none=True)
    valid_to = _day(allow_none=True)
    texts = _by_language(fields.Nested(PolicyWords))
    promises = fields.List(
        fields.Nested(PromiseIn), validate=validate.Length(max=MAX_PROMISES, error="too_long")
    )


class PolicyIn(PolicyPatch):
    """A new policy."""

    unit = unit_code(required=True)
    kind = Choice(PolicyKind, required=True)
    texts = _by_language(fields.Nested(PolicyWords), required=True)


class PolicyMoveIn(Schema):
    """What moves may ask for; ``allowed_moves`` of the policy says which one asks for what."""

    reason = PlainText(max_length=1000, multiline=True, load_default=None, allow_none=True)


class PolicyDeskQuery(PageArgs):
    state = Choice(PolicyState, load_default=None)
    unit = unit_code(load_default=None)
    national = fields.Boolean(
        load_default=False, metadata={"description": "those of the whole country only"}
    )
    q = PlainText(max_length=200, load_default=None, allow_none=True)


class PolicyDeskItem(PolicyCardSchema):
    """A policy in the list of those who answer for it."""

    id = Uuid(required=True)
    state_label = fields.String(required=True)
    version = fields.Integer(required=True)


class PolicyPerson(Schema):
    id = Uuid(required=True, allow_none=True)
    name = fields.String(required=True)


class PromiseDesk(Schema):
    id = Uuid(required=True)
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    responsible = fields.String(required=True)
    department = fields.Nested(NamedRef, required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    status = Choice(PromiseStatus, required=True)
    is_late = fields.Boolean(required=True)
    status_at = Timestamp(required=True)
    note = fields.String(required=True)


class PolicyEventSchema(Schema):
    id = Uuid(required=True)
    at = Timestamp(required=True)
    actor = fields.Nested(PolicyPerson, required=True)
    type = fields.String(required=True)
    summary = fields.String(required=True, metadata={"description": "in the caller's language"})
    from_state = fields.String(required=True, allow_none=True)
    to_state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "what was changed, in words"}
    )
    detail = fields.Dict(required=True, metadata={"description": "field -> what it was before"})


class PolicyDetail(PolicyDeskItem):
    """Everything about a policy."""

    texts = fields.Dict(keys=fields.String(), values=fields.Nested(PolicyWords), required=True)
    promises = fields.List(fields.Nested(PromiseDesk), required=True)
    can_edit = fields.Boolean(required=True)
    allowed_moves = fields.List(fields.Nested(AllowedMove), required=True)
    events = fields.List(fields.Nested(PolicyEventSchema), required=True)
