"""Shapes of the transparency log on the wire. Hashes, keys and signatures are hexadecimal."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.api import Schema, Timestamp
from moderation.transparency import statements

_MOST = 2**53 - 1  # what every reader of JSON can count to


def _hex(length: int, *, allow_none: bool = False) -> fields.String:
    pattern = f"^[0-9a-f]{{{length}}}$"
    return fields.String(required=True, allow_none=allow_none, metadata={"pattern": pattern})


class HeadSchema(Schema):
    """A signed head: so many leaves, this root, at that moment."""

    number = fields.Integer(required=True)
    size = fields.Integer(required=True)
    root = _hex(64)
    at = Timestamp(required=True)
    origin = fields.String(required=True)
    key_id = _hex(32)
    signature = _hex(128)


class KeySchema(Schema):
    """A key that signs heads, or did; each but the first is endorsed by the one before."""

    number = fields.Integer(required=True)
    key_id = _hex(32)
    public_key = _hex(64)
    made_at = Timestamp(required=True)
    retired_at = Timestamp(required=True, allow_none=True)
    endorsement = _hex(128, allow_none=True)


class KeysSchema(Schema):
    """All keys, in their order."""

    items = fields.List(fields.Nested(KeySchema), required=True)


def _size() -> fields.Integer:
    return fields.Integer(
        required=True,
        strict=False,
        validate=validate.Range(1, _MOST, error="out_of_range"),
        error_messages={"required": "required", "null": "required", "invalid": "not_a_number"},
        metadata={"description": "size of a head", "example": 1},
    )


# Written as tables: `from` is a word of Python.
ConsistencyArgs = Schema.from_dict({"from": _size(), "to": _size()}, name="ConsistencyArgs")
ConsistencySchema = Schema.from_dict(
    {
        "from": fields.Integer(required=True),
        "to": fields.Integer(required=True),
        "proof": fields.List(_hex(64), required=True),
    },
    name="ConsistencySchema",
)


class ReceiptEventSchema(Schema):
    """The first event of a case, member by member as its hash takes them; its words are only a commitment here."""

    case_id = fields.String(required=True)
    seq = fields.Integer(required=True)
    at = fields.String(required=True)
    type = fields.String(required=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.String(required=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    commitment = _hex(64)
    previous = fields.String(required=True)
    hash = _hex(64)


class TransparencyReceiptSchema(Schema):
    """Keep the whole answer: it can be checked without us. While `pending`, come back at `expected_at`."""

    version = fields.Integer(required=True)
    state = fields.String(
        required=True, metadata={"enum": [statements.PENDING, statements.INCLUDED]}
    )
    tracking_code = fields.String(required=True)
    event = fields.Nested(ReceiptEventSchema, required=True)
    position = fields.Integer(required=True, allow_none=True)
    proof = fields.List(_hex(64), required=True, allow_none=True)
    head = fields.Nested(HeadSchema, required=True, allow_none=True)
    expected_at = Timestamp(required=True, allow_none=True)
