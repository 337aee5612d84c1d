"""Keyset pagination: a page is as cheap at the end of a table as at its start (no OFFSET)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from marshmallow import fields, validate
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SmallInteger,
    Subquery,
    UnaryExpression,
    and_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.operators import desc_op
from sqlalchemy.types import TypeEngine

from backend.core.api.fields import Schema
from backend.core.errors import InvalidInput

Key = InstrumentedAttribute[Any] | UnaryExpression[Any] | ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and, when there are more, where the next one begins."""

    items: Sequence[Any]
    next_cursor: str | None


class PageArgs(Schema):
    """Query parameters of every list."""

    cursor = fields.String(
        load_default=None,
        validate=validate.Length(max=400, error="malformed"),
        metadata={"description": "`next_cursor` of the page before"},
    )
    limit = fields.Integer(
        strict=False,
        load_default=20,
        validate=validate.Range(1, 100, error="out_of_range"),
        metadata={"description": "rows in a page"},
    )


@cache
def page_schema(item: type[Schema]) -> type[Schema]:
    """The schema of a page of ``item``."""
    name = item.__name__.removesuffix("Schema") + "Page"
    return Schema.from_dict(  # type: ignore[return-value] # a subclass of Schema, as asked
        {
            "items": fields.List(fields.Nested(item()), required=True),
            "next_cursor": fields.String(
                required=True, allow_none=True, metadata={"description": "null on the last page"}
            ),
        },
        name=name,
    )


def page(
    session: Session, statement: Select[Any], *, keys: Sequence[Key], cursor: str | None, limit: int
) -> Page:
    """Fetch one page of ``statement``, ordered by ``keys`` (columns, or ``column.desc()``; the last one unique).

    Key columns must not be NULL. A row that is an entity gives its key values by attribute.

    Raises:
        InvalidInput: the cursor was not made by this list.
    """
    columns = [key.element if isinstance(key, UnaryExpression) else key for key in keys]
    descending = [isinstance(key, UnaryExpression) and key.modifier is desc_op for key in keys]
    ordered = statement.order_by(None).order_by(*keys)
    if cursor is not None:
        ordered = ordered.where(_after(columns, descending, _decode(cursor, columns)))
    rows = session.execute(ordered.limit(limit + 1)).all()
    items = [row[0] if len(row) == 1 else row for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items, None)
    last = rows[limit - 1]
    return Page(items, _encode([_value(last, column) for column in columns]))


def merged_page(
    session: Session,
    branches: Sequence[Select[*tuple[Any, ...]]],
    *,
    cursor: str | None,
    limit: int,
    descending: bool = True,
    dressed: Callable[[Subquery], Select[*tuple[Any, ...]]] = select,
) -> Page:
    """One page of several lists merged, latest first; items are the rows that the branches select.

    Each branch gives no more than a page, read from its own index in order: what is sorted is a few pages, however
    many rows there are. PostgreSQL would gather all rows of a plain UNION ALL before it sorts them.

    Args:
        branches: at least one; each selects the keys of the order, the last of them unique (a moment and then an
            id), none of them the same row as another.
        descending: the largest keys first; else the smallest.
        dressed: what is selected with the keys of the page, in the same statement; it joins what it needs to them
            from outside, so that the page stays a page.

    Raises:
        InvalidInput: the cursor was not made by this list.
    """
    tops = [_top(branch, cursor, limit, descending=descending) for branch in branches]
    merged = union_all(*(select(top) for top in tops)).subquery() if len(tops) > 1 else tops[0]
    keys = [column.desc() if descending else column for column in merged.c]
    return page(session, dressed(merged), keys=keys, cursor=cursor, limit=limit)


def _top(
    branch: Select[*tuple[Any, ...]], cursor: str | None, limit: int, *, descending: bool
) -> Subquery:
    columns = list(branch.selected_columns)
    if cursor is not None:
        values = _decode(cursor, columns)
        branch = branch.where(_after(columns, [descending] * len(columns), values))
    keys = (column.desc() if descending else column for column in columns)
    return branch.order_by(*keys).limit(limit + 1).subquery()


def _after(
    columns: Sequence[Any], descending: Sequence[bool], values: Sequence[Any]
) -> ColumnElement[bool]:
    """Rows behind ``values`` in the order, written out because directions may differ between keys."""
    branches = []
    for place, (column, down, value) in enumerate(zip(columns, descending, values, strict=True)):
        same = [earlier == values[index] for index, earlier in enumerate(columns[:place])]
        branches.append(and_(*same, column < value if down else column > value))
    # Said once more for the first key alone: that is the part an index can begin at.
    first = columns[0] <= values[0] if descending[0] else columns[0] >= values[0]
    return and_(first, or_(*branches))


def _value(row: Any, column: Any) -> Any:
    entity = row[0]
    return getattr(entity, column.key) if hasattr(entity, column.key) else getattr(row, column.key)


def _encode(values: Sequence[Any]) -> str:
    plain = [
        value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for value in values
    ]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def _decode(cursor: str, columns: Sequence[Any]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError("another number of keys")
        return [_typed(value, column.type) for value, column in zip(values, columns, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error, AttributeError) as error:
        raise InvalidInput({"cursor": ["malformed"]}) from error


def _typed(value: Any, column_type: TypeEngine[Any]) -> Any:
    kind = column_type.python_type
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return moment.astimezone(UTC)
    if kind is UUID:
        return UUID(value)
    if kind in {int, float} and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError("not a number")
    if kind is int and abs(value) >= 2 ** _bits(column_type):
        raise ValueError("too large")
    if kind is str and (not isinstance(value, str) or "\x00" in value):
        raise ValueError("not text")
    return value


def _bits(column_type: TypeEngine[Any]) -> int:
    """Of a whole number without its sign: PostgreSQL refuses to compare a column with more than fits into it."""
    if isinstance(column_type, SmallInteger):
        return 15
    return 63 if isinstance(column_type, BigInteger) else 31
