"""Full-text search on folded words: FTS5 on SQLite, ``tsvector`` on PostgreSQL, one function for both.

A searchable table has an integer key and a column filled with ``search_key()``. Declaring it with
``searchable(table)`` adds the index whenever the table is made; a migration runs the same
``create_statements``.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import DDL, ColumnElement, Table, column, event, func, literal_column, select, text
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session

from backend.core.db import is_postgresql
from backend.core.text import fold

_WORD = re.compile(r"[^\W_]+")
# Longer questions are cut: the words that follow would not find more.
MAX_WORDS = 12
MAX_WORD_LENGTH = 40


def search_key(*parts: str) -> str:
    """Folded words of ``parts`` joined by single spaces: the form that both databases split alike."""
    return " ".join(_WORD.findall(fold(" ".join(parts))))


def words(query: str) -> list[str]:
    """The words of a question as they are looked up; empty when it holds none."""
    return [word[:MAX_WORD_LENGTH] for word in _WORD.findall(fold(query))[:MAX_WORDS]]


def matching(session: Session, table: Table, query: str) -> ColumnElement[bool]:
    """True for rows of ``table`` that hold a word beginning with each word of ``query``.

    A query without any word (only signs) finds nothing.
    """
    found = words(query)
    if not found:
        return literal_column("1") == literal_column("0")
    if is_postgresql(session):
        vector = func.to_tsvector(literal_column("'simple'::regconfig"), table.c.search_key)
        wanted = " & ".join(f"{word}:*" for word in found)
        return vector.op("@@")(func.to_tsquery(literal_column("'simple'::regconfig"), wanted))
    name = f"{table.name}_fts"
    wanted = " ".join(f'"{word}"*' for word in found)
    match = text(f"{name} MATCH :wanted").bindparams(wanted=wanted)
    key: ColumnElement[Any] = table.c.id
    return key.in_(select(column("rowid")).select_from(named_table(name)).where(match))


def create_statements(name: str, dialect: str, key: str = "id", prefixes: str = "2 3") -> list[str]:
    """SQL that makes the index of table ``name``, with integer key ``key``, on ``sqlite`` or ``postgresql``.

    Args:
        prefixes: how many letters of a word SQLite finds without gathering all words that begin with them.
    """
    if dialect == "postgresql":
        vector = "to_tsvector('simple'::regconfig, search_key)"
        return [f"CREATE INDEX ix_{name}_fts ON {name} USING gin ({vector})"]
    add = f"INSERT INTO {name}_fts(rowid, search_key) VALUES (new.{key}, new.search_key);"  # noqa: S608 - our own table name
    old = f"{name}_fts, rowid, search_key) VALUES ('delete', old.{key}, old.search_key"
    drop = f"INSERT INTO {name}_fts({old});"
    # The text itself stays in its table; the words are folded already.
    source = f"search_key, content='{name}', content_rowid='{key}'"
    options = f"tokenize='unicode61 remove_diacritics 0', prefix='{prefixes}'"
    change = f"AFTER UPDATE OF search_key ON {name}"
    return [
        f"CREATE VIRTUAL TABLE {name}_fts USING fts5({source}, {options})",
        f"CREATE TRIGGER {name}_fts_insert AFTER INSERT ON {name} BEGIN {add} END",
        f"CREATE TRIGGER {name}_fts_delete AFTER DELETE ON {name} BEGIN {drop} END",
        f"CREATE TRIGGER {name}_fts_update {change} BEGIN {drop} {add} END",
    ]


def searchable(table: Table, key: str = "id", prefixes: str = "2 3") -> None:
    """Make the full-text index of ``table`` whenever the table is made."""
    for dialect in ("sqlite", "postgresql"):
        for statement in create_statements(table.name, dialect, key, prefixes):
            ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call] # SQLAlchemy's
            event.listen(table, "after_create", ddl)
