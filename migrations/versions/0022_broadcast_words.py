"""The desk finds a broadcast by every word of it, in a full-text index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.core.full_text import search_key
from backend.core.text import fold

revision = "0022"
down_revision = "0019"

# Full-text search over folded words.
FULL_TEXT = {
    "sqlite": (
        "CREATE VIRTUAL TABLE broadcast_words_fts USING fts5(search_key, content='broadcast_words', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER broadcast_words_fts_insert AFTER INSERT ON broadcast_words BEGIN INSERT INTO broadcast_words_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
        "CREATE TRIGGER broadcast_words_fts_delete AFTER DELETE ON broadcast_words BEGIN INSERT INTO broadcast_words_fts(broadcast_words_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); END",
        "CREATE TRIGGER broadcast_words_fts_update AFTER UPDATE OF search_key ON broadcast_words BEGIN INSERT INTO broadcast_words_fts(broadcast_words_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); INSERT INTO broadcast_words_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
    ),
    "postgresql": (
        "CREATE INDEX ix_broadcast_words_fts ON broadcast_words USING gin (to_tsvector('simple'::regconfig, search_key))",
    ),
}

_AT_A_TIME = 500  # a transcript is some kilobytes

_BROADCAST = sa.table(
    "broadcast",
    sa.column("id", sa.Uuid()),
    sa.column("title", sa.String()),
    sa.column("summary", sa.String()),
    sa.column("transcript", sa.Text()),
    sa.column("search_key", sa.String()),
)
_WORDS = sa.table(
    "broadcast_words",
    sa.column("broadcast_id", sa.Uuid()),
    sa.column("search_key", sa.Text()),
)


def _pages(connection: sa.Connection, *columns: str) -> Iterator[Sequence[sa.Row[Any]]]:
    """Every broadcast, some at a time: neither all transcripts at once nor a cursor over what is being written."""
    chosen = sa.select(*(_BROADCAST.c[name] for name in ("id", *columns)))
    page = chosen.order_by(_BROADCAST.c.id).limit(_AT_A_TIME)
    rows = connection.execute(page).all()
    while rows:
        yield rows
        rows = connection.execute(page.where(_BROADCAST.c.id > rows[-1].id)).all()


def upgrade() -> None:
    """Forward."""
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "broadcast_words",
        sa.Column("id", row_id, nullable=False),
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_words_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_words")),
        sa.UniqueConstraint("broadcast_id", name=op.f("uq_broadcast_words_broadcast_id")),
    )
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)
    connection = op.get_bind()
    # Made by the function that the search asks with: what it looks for is what stands there.
    for rows in _pages(connection, "title", "summary", "transcript"):
        keys = [(row.id, search_key(row.title, row.summary, row.transcript)) for row in rows]
        connection.execute(
            sa.insert(_WORDS), [{"broadcast_id": of, "search_key": key} for of, key in keys]
        )
    op.drop_column("broadcast", "search_key")


def downgrade() -> None:
    """Back: titles alone are looked through."""
    op.add_column(
        "broadcast",
        sa.Column("search_key", sa.String(length=200), nullable=False, server_default=""),
    )
    connection = op.get_bind()
    former = (
        sa.update(_BROADCAST)
        .where(_BROADCAST.c.id == sa.bindparam("of"))
        .values(search_key=sa.bindparam("key"))
    )
    for rows in _pages(connection, "title"):
        connection.execute(former, [{"of": row.id, "key": fold(row.title)[:200]} for row in rows])
    if connection.dialect.name == "sqlite":
        op.execute("DROP TABLE broadcast_words_fts")
    op.drop_table("broadcast_words")
