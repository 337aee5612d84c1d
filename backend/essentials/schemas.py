"""Shapes of the essentials room on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.core.api import AllowedMove, Choice, PageArgs, PlainText, Schema, Timestamp, Uuid, code
from backend.essentials.models import ArticleState, AssetRole, Priority
from backend.places.schemas import unit_code

LANGUAGE = r"[a-z]{2,3}"
MAX_LANGUAGES = 8
MAX_BODY = 100_000
LANG_HELP = "language of texts and labels; texts fall back to Vietnamese, then to any"


class ArticleCategorySchema(Schema):
    slug = fields.String(required=True, metadata={"example": "thien_tai_khan_cap"})
    label = fields.String(required=True, metadata={"description": "in the caller's language"})


class ArticleCategoryList(Schema):
    items = fields.List(fields.Nested(ArticleCategorySchema), required=True)


class ArticleUnit(Schema):
    code = fields.String(required=True, metadata={"example": "23798"})
    name = fields.String(required=True, metadata={"example": "Xã Ayun"})
    level = fields.String(required=True, validate=validate.OneOf(("province", "commune")))


class ArticleNamed(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class ArticleCoverSource(Schema):
    url = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    content_type = fields.String(required=True)
    bytes = fields.Integer(required=True)


class ArticleCover(Schema):
    url = fields.String(required=True, metadata={"example": "/media/images/x-1280.webp"})
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    alt = fields.String(required=True)
    sources = fields.List(fields.Nested(ArticleCoverSource))


class ArticleAttachment(Schema):
    name = fields.String(required=True)
    url = fields.String(required=True)
    content_type = fields.String(required=True)
    bytes = fields.Integer(required=True)


class ArticleCardSchema(Schema):
    """An article in a list."""

    id = Uuid(required=True)
    slug = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    category = fields.Nested(ArticleCategorySchema, required=True)
    priority = Choice(Priority, required=True)
    published_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    valid_to = Timestamp(
        required=True,
        allow_none=True,
        metadata={"description": "the first moment it no longer holds"},
    )
    unit = fields.Nested(ArticleUnit, required=True)
    language = fields.String(required=True, metadata={"example": "vi"})
    languages = fields.List(fields.String(), required=True)
    cover = fields.Nested(ArticleCover, required=True, allow_none=True)
    corrected_at = Timestamp(required=True, allow_none=True)
    communities = fields.List(
        fields.Nested(ArticleNamed),
        required=True,
        metadata={"description": "empty: for everybody in the unit"},
    )


class ArticleReadingSchema(ArticleCardSchema):
    """An article to read."""

    body_html = fields.String(required=True, metadata={"description": "sanitised"})
    attachments = fields.List(fields.Nested(ArticleAttachment), required=True)
    correction_note = fields.String(required=True, allow_none=True)
    versions = fields.Integer(
        required=True, metadata={"description": "texts the public has seen; 1: never corrected"}
    )
    state = fields.String(required=True, validate=validate.OneOf(("published", "expired")))


class ArticleQuery(PageArgs):
    category = code(r"[a-z0-9_]{1,60}", load_default=None, metadata={"description": "slug"})
    q = PlainText(
        max_length=200,
        load_default=None,
        allow_none=True,
        metadata={"description": "words, with or without diacritics", "example": "tiem chung"},
    )
    community = Uuid(
        load_default=None, metadata={"description": "leave out what is for other communities only"}
    )
    lang = code(LANGUAGE, load_default=None, metadata={"description": LANG_HELP})


class SpeechQuery(Schema):
    lang = code(LANGUAGE, load_default=None, metadata={"description": LANG_HELP})


# ---------------------------------------------------------------- the desk


class ArticleWords(Schema):
    """One language of an article."""

    title = PlainText(max_length=200, required=True)
    summary = PlainText(max_length=500, load_default="")
    body_html = PlainText(
        max_length=MAX_BODY,
        multiline=True,
        load_default="",
        metadata={"description": "HTML of a plain article; anything else is dropped"},
    )


class ArticlePlace(Schema):
    """One place of a scope."""

    unit = unit_code(required=True)
    community_id = Uuid(load_default=None, allow_none=True)


def _texts(**kwargs: Any) -> fields.Dict:
    return fields.Dict(
        keys=code(LANGUAGE),
        values=fields.Nested(ArticleWords),
        validate=validate.Length(1, MAX_LANGUAGES, error="out_of_range"),
        metadata={"description": "language -> its text"},
        **kwargs,
    )


class ArticlePatch(Schema):
    """What is named is changed; ``texts`` and ``scope`` are replaced whole."""

    category = code(r"[a-z0-9_]{1,60}")
    priority = Choice(Priority)
    texts = _texts()
    scope = fields.List(
        fields.Nested(ArticlePlace),
        validate=validate.Length(max=500, error="too_long"),
        metadata={"description": "whom it is for; empty: the whole unit that publishes it"},
    )
    valid_from = Timestamp(allow_none=True)
    valid_to = Timestamp(allow_none=True)


class ArticleIn(ArticlePatch):
    """A new article."""

    unit = unit_code(required=True)
    category = code(r"[a-z0-9_]{1,60}", required=True)
    texts = _texts(required=True)


class ArticleMove(Schema):
    """What moves may ask for; ``allowed_moves`` of the article says which one asks for what."""

    reason = PlainText(max_length=1000, multiline=True, load_default=None, allow_none=True)
    note = PlainText(max_length=1000, multiline=True, load_default=None, allow_none=True)
    publish_at = Timestamp(load_default=None, allow_none=True)
    override_reason = PlainText(max_length=1000, multiline=True, load_default=None, allow_none=True)


class ArticleFileIn(Schema):
    """A finished upload to put on an article."""

    upload_id = Uuid(required=True)
    role = Choice(AssetRole, load_default=AssetRole.ATTACHMENT)
    name = PlainText(max_length=200, load_default="")
    alt = PlainText(max_length=300, load_default="")


class DeskQuery(PageArgs):
    state = Choice(ArticleState, load_default=None)
    unit = unit_code(load_default=None)
    q = PlainText(max_length=200, load_default=None, allow_none=True)


class DeskItem(Schema):
    """An article in the desk's list."""

    id = Uuid(required=True)
    slug = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    state = Choice(ArticleState, required=True)
    state_label = fields.String(required=True)
    priority = Choice(Priority, required=True)
    category = fields.Nested(ArticleCategorySchema, required=True)
    unit = fields.Nested(ArticleUnit, required=True)
    author = fields.Nested(ArticleNamed, required=True)
    languages = fields.List(fields.String(), required=True)
    publish_at = Timestamp(required=True, allow_none=True)
    published_at = Timestamp(required=True, allow_none=True)
    valid_from = Timestamp(required=True, allow_none=True)
    valid_to = Timestamp(required=True, allow_none=True)
    needs_review = fields.Boolean(required=True)
    updated_at = Timestamp(required=True)
    version = fields.Integer(required=True)


class DeskPerson(Schema):
    id = Uuid(required=True, allow_none=True)
    name = fields.String(
        required=True, metadata={"description": "the system itself has a name too"}
    )


class DeskEvent(Schema):
    id = Uuid(required=True)
    at = Timestamp(required=True)
    actor = fields.Nested(DeskPerson, required=True)
    type = fields.String(required=True)
    summary = fields.String(required=True, metadata={"description": "in the caller's language"})
    from_state = fields.String(required=True, allow_none=True)
    to_state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    detail = fields.Dict(required=True)


class DeskVersion(Schema):
    number = fields.Integer(required=True)
    at = Timestamp(required=True)
    actor = fields.Nested(DeskPerson, required=True)
    note = fields.String(required=True, allow_none=True)
    published_at = Timestamp(required=True, allow_none=True)


class DeskPlace(Schema):
    unit = fields.Nested(ArticleUnit, required=True)
    community = fields.Nested(ArticleNamed, required=True, allow_none=True)


class DeskFile(Schema):
    id = Uuid(required=True)
    upload_id = Uuid(required=True)
    name = fields.String(required=True)
    alt = fields.String(required=True)
    content_type = fields.String(required=True, allow_none=True)
    bytes = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"description": "of the upload"})
    url = fields.String(
        required=True, allow_none=True, metadata={"description": "once the public may see it"}
    )


class DeskArticle(DeskItem):
    """Everything about an article."""

    texts = _texts(required=True)
    scope = fields.List(fields.Nested(DeskPlace), required=True)
    cover = fields.Nested(DeskFile, required=True, allow_none=True)
    attachments = fields.List(fields.Nested(DeskFile), required=True)
    correction_note = fields.String(required=True, allow_none=True)
    corrected_at = Timestamp(required=True, allow_none=True)
    withdrawn_at = Timestamp(required=True, allow_none=True)
    expired_at = Timestamp(required=True, allow_none=True)
    can_edit = fields.Boolean(required=True)
    allowed_moves = fields.List(fields.Nested(AllowedMove), required=True)
    events = fields.List(fields.Nested(DeskEvent), required=True)
    versions = fields.List(fields.Nested(DeskVersion), required=True)
    public_url = fields.String(required=True, allow_none=True)


class TextPiece(Schema):
    op = fields.String(required=True, validate=validate.OneOf(("same", "removed", "added")))
    text = fields.String(required=True)


class VersionQuery(Schema):
    against = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 1_000_000, error="out_of_range"),
        metadata={"description": "an earlier version to compare with"},
    )


class ArticleVersionSchema(DeskVersion):
    texts = _texts(required=True)
    changes = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(TextPiece)),
        required=True,
        allow_none=True,
        metadata={"description": "language -> pieces, against the version asked for"},
    )
