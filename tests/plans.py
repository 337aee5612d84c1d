"""How the database goes about a query: whether the work grows with the table, seen without filling it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from backend.core.db import is_postgresql

Sent = tuple[str, Any]  # a statement and its parameters, as the driver had them

# What an empty PostgreSQL prefers says nothing; told to avoid these, it shows whether it can do without.
_AVOIDED = ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_material")


@contextmanager
def listening(engine: Engine) -> Iterator[list[Sent]]:
    """Collect the SELECTs sent inside the block."""
    found: list[Sent] = []

    def note(_c: object, _cur: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def lists(sent: list[Sent]) -> list[Sent]:
    """Of what was sent, the pages of lists: what is ordered and cut off."""
    return [each for each in sent if "ORDER BY" in each[0] and "LIMIT" in each[0]]


def must_be_read_in_order(session: Session, sent: Sent, table: str) -> None:
    """Fail when a page of a list costs more the longer ``table`` is: rows all read, or all gathered to be sorted.

    A merged list sorts the pages of its branches, each of them cut off before.
    """
    look = _postgresql if is_postgresql(session) else _sqlite
    steps, bad = look(session, sent, table)
    assert not bad, f"{bad}\n\n{sent[0]}\n\n{steps}"


def _sqlite(session: Session, sent: Sent, table: str) -> tuple[str, list[str]]:
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sent[0]}", sent[1]).all()
    steps = "\n".join(str(row[-1]) for row in rows)
    # Steps of one parent work on the same rows: those of the table itself, or a page that a branch has cut off.
    on_the_table = {
        parent
        for _id, parent, _unused, step in rows
        if step.startswith((f"SEARCH {table}", f"SCAN {table}"))
    }
    bad = [
        str(step)
        for _id, parent, _unused, step in rows
        if ("TEMP B-TREE FOR ORDER BY" in step and parent in on_the_table)
        or (step.startswith(f"SCAN {table}") and "USING" not in step)
    ]
    return steps, bad


def _postgresql(session: Session, sent: Sent, table: str) -> tuple[str, list[str]]:
    connection = session.connection()
    for setting in _AVOIDED:
        connection.execute(text(f"SET LOCAL {setting} = off"))
    (found,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sent[0]}", sent[1]).one()
    top = found[0]["Plan"]
    return str(top), list(_growing(top, table))


def _growing(node: dict[str, Any], table: str) -> Iterator[str]:
    if node["Node Type"] == "Sort" and not all(_cut_off(each) for each in node["Plans"]):
        yield f"sorts by {node['Sort Key']}"
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table:
        yield f"reads all of {table}"
    for each in node.get("Plans", ()):
        yield from _growing(each, table)


def _cut_off(node: dict[str, Any]) -> bool:
    """Nothing below gives more than a page."""
    if node["Node Type"] == "Limit":
        return True
    return "Plans" in node and all(_cut_off(each) for each in node["Plans"])
