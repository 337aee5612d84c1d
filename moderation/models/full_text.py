"""The full-text index over ``Case.search_key``: FTS5 with triggers on SQLite, GIN on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import DDL, event

from moderation.models.case import Case

_NAME = Case.__tablename__


def create_statements(dialect: str) -> list[str]:
    """SQL that makes the index on ``sqlite`` or ``postgresql``; migrations run the same."""
    if dialect == "postgresql":
        vector = "to_tsvector('simple'::regconfig, search_key)"
        return [f"CREATE INDEX ix_{_NAME}_fts ON {_NAME} USING gin ({vector})"]
    into = f"INTO {_NAME}_fts(rowid, search_key)"
    add = f"INSERT {into} VALUES (new.search_id, new.search_key);"  # noqa: S608 - our own table
    old = f"INSERT INTO {_NAME}_fts({_NAME}_fts, rowid, search_key)"
    drop = f"{old} VALUES ('delete', old.search_id, old.search_key);"
    source = f"search_key, content='{_NAME}', content_rowid='search_id'"
    options = "tokenize='unicode61 remove_diacritics 0', prefix='2 3'"
    change = f"AFTER UPDATE OF search_key ON {_NAME}"
    return [
        f"CREATE VIRTUAL TABLE {_NAME}_fts USING fts5({source}, {options})",
        f"CREATE TRIGGER {_NAME}_fts_insert AFTER INSERT ON {_NAME} BEGIN {add} END",
        f"CREATE TRIGGER {_NAME}_fts_delete AFTER DELETE ON {_NAME} BEGIN {drop} END",
        f"CREATE TRIGGER {_NAME}_fts_update {change} BEGIN {drop} {add} END",
    ]


for _dialect in ("sqlite", "postgresql"):
    for _statement in create_statements(_dialect):
        _ddl = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call] # SQLAlchemy's
        event.listen(Case.__table__, "after_create", _ddl)
