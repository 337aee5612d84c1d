"""How the database goes about a query: whether the work grows with the table, seen without filling it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from backend.core import db
from backend.core.db import is_postgresql

Sent = tuple[str, Any]  # a statement and its parameters, as the driver had them

# What an empty PostgreSQL prefers says nothing; told to avoid these, it shows whether it can do without.
_AVOIDED = ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_material")
# Without these, an index of words (GIN) is the only way to rows that hold them.
_BESIDE_WORDS = ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan", "enable_nestloop")


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
    steps, bad = (
        _postgresql(sent, table) if is_postgresql(session) else _sqlite(session, sent, table)
    )
    assert not bad, f"{bad}\n\n{sent[0]}\n\n{steps}"


def must_look_up_words(session: Session, sent: Sent, table: str) -> None:
    """Fail when a search cannot use the full-text index of ``table``."""
    if is_postgresql(session):
        steps, index = str(_plan(sent, _BESIDE_WORDS)), f"ix_{table}_fts"
    else:
        (steps, _bad), index = (
            _sqlite(session, sent, table),
            f"SCAN {table}_fts VIRTUAL TABLE INDEX",
        )
    assert index in steps, f"{index} is not used\n\n{sent[0]}\n\n{steps}"


def _sqlite(session: Session, sent: Sent, table: str) -> tuple[str, list[str]]:
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sent[0]}", sent[1]).all()
    steps = "\n".join(str(row[-1]) for row in rows)
    # Steps of one parent work on the same rows: those of the table itself, or a page that a branch has cut off.
    on_the_table = {
        parent
        for _id, parent, _unused, step in rows
        if step.startswith((f"SEARCH {table}", f"SCAN {table}")) and not _adds_no_row(step)
    }
    bad = [
        str(step)
        for _id, parent, _unused, step in rows
        if ("TEMP B-TREE FOR ORDER BY" in step and parent in on_the_table)
        or (step.startswith(f"SCAN {table}") and "USING" not in step)
    ]
    return steps, bad


def must_be_looked_up(session: Session, sent: Sent, table: str) -> None:
    """Fail when a query reads all of ``table`` by the statistics that the database keeps: none is told to avoid it."""
    if is_postgresql(session):
        connection = session.connection()
        (found,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sent[0]}", sent[1]).one()
        steps, bad = str(found[0]["Plan"]), list(_growing(found[0]["Plan"], table))
    else:
        steps, bad = _sqlite(session, sent, table)
        bad += [step for step in steps.splitlines() if step.startswith(f"SCAN {table}")]
    assert not bad, f"{bad}\n\n{sent[0]}\n\n{steps}"


def _adds_no_row(step: str) -> bool:
    """A page's rows are dressed with others: by their key, and there are as many afterwards."""
    return step.endswith("(id=?) LEFT-JOIN")


def _postgresql(sent: Sent, table: str) -> tuple[str, list[str]]:
    top = _plan(sent, _AVOIDED)
    return str(top), list(_growing(top, table))


def _plan(sent: Sent, avoided: tuple[str, ...]) -> dict[str, Any]:
    with db.engine().connect() as connection:  # a transaction, which SET LOCAL needs
        for setting in avoided:
            connection.execute(text(f"SET LOCAL {setting} = off"))
        (found,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sent[0]}", sent[1]).one()
    top: dict[str, Any] = found[0]["Plan"]
    return top


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
    if node.get("Join Type") == "Left" and node["Inner Unique"]:
        return _cut_off(node["Plans"][0])
    return "Plans" in node and all(_cut_off(each) for each in node["Plans"])
