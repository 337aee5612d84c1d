"""Changing the keys of what is kept secret, while people go on working.

By convention a sealed column is named ``…_sealed`` or ``sealed_…``, and a blind index ``x_index`` stands beside the
sealed value ``x_sealed`` that it indexes. So every table takes part without being told to.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from backend.core import crypto
from backend.core.db import Base, reading, transaction

PAGE = 500


def sealed_columns() -> Iterator[sa.Column[str]]:
    """Every column whose values are sealed."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_sealed") or column.name.startswith("sealed_"):
                yield column


def indexed_columns() -> Iterator[tuple[sa.Column[str], sa.Column[str]]]:
    """Pairs of a blind index and the sealed value that it is made from."""
    for column in sealed_columns():
        index = column.table.columns.get(column.name.removesuffix("_sealed") + "_index")
        if index is not None:
            yield index, column


def reseal_all() -> int:
    """Encrypt everything again with the newest data key; gives back how many values changed.

    Safe to stop and to run again: a value is replaced only if it still is what was read.
    """
    changed = 0
    for column in sealed_columns():
        for page in _pages(column):
            with transaction() as session:
                for key, sealed in page:
                    statement = (
                        sa.update(column.table)
                        .where(*_is(column.table, key), column == sealed)
                        .values({column.name: crypto.reseal(sealed)})
                    )
                    changed += session.execute(statement).rowcount  # type: ignore[attr-defined] # CursorResult
    return changed


def reindex_all() -> int:
    """Make every blind index anew with the current index key; gives back how many rows were looked at."""
    seen = 0
    for index, column in indexed_columns():
        for page in _pages(column):
            with transaction() as session:
                for key, sealed in page:
                    session.execute(
                        sa.update(column.table)
                        .where(*_is(column.table, key), column == sealed)
                        .values({index.name: crypto.blind_index(crypto.open_sealed(sealed))})
                    )
                    seen += 1
    return seen


def _pages(column: sa.Column[str]) -> Iterator[list[tuple[tuple[object, ...], str]]]:
    """The sealed values of a column with their primary keys, in pages, in the order of the keys."""
    keys = list(column.table.primary_key)
    behind: tuple[object, ...] | None = None
    while True:
        statement = sa.select(*keys, column).where(column.is_not(None)).order_by(*keys).limit(PAGE)
        if behind is not None:
            statement = statement.where(
                sa.tuple_(*keys)
                > sa.tuple_(
                    *(sa.literal(value, key.type) for value, key in zip(behind, keys, strict=True))
                )
            )
        with reading() as session:
            rows = session.execute(statement).all()
        if not rows:
            return
        yield [(tuple(row[:-1]), row[-1]) for row in rows]
        behind = tuple(rows[-1][:-1])


def _is(table: sa.FromClause, key: tuple[object, ...]) -> list[sa.ColumnElement[bool]]:
    return [column == value for column, value in zip(table.primary_key, key, strict=True)]
