"""What may be asked of feeds and embeds."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.api import Schema, Uuid, code
from backend.core.i18n import DEFAULT, LANGUAGES

MOST = 100
MOST_EMBEDDED = 20


class FeedQuery(Schema):
    limit = fields.Integer(
        load_default=30,
        validate=validate.Range(1, MOST, error="out_of_range"),
        metadata={"description": "entries"},
    )
    category = code(
        r"[a-z0-9_]{1,60}",
        load_default=None,
        metadata={"description": "articles of one category only (slug)"},
    )
    lang = fields.String(
        load_default=DEFAULT,
        validate=validate.OneOf(LANGUAGES, error="unknown_choice"),
        metadata={"description": "language of labels, and of texts where they exist in it"},
    )


class EmbedQuery(Schema):
    kind = fields.String(
        load_default="articles",
        validate=validate.OneOf(("articles", "outcomes"), error="unknown_choice"),
    )
    limit = fields.Integer(
        load_default=5, validate=validate.Range(1, MOST_EMBEDDED, error="out_of_range")
    )
    lang = fields.String(
        load_default=DEFAULT, validate=validate.OneOf(LANGUAGES, error="unknown_choice")
    )
    portal = Uuid(
        load_default=None, metadata={"description": "the portal that shows the page in a frame"}
    )
