"""A changed calendar leaves a mark, which the worker follows; words of cases are found by any first letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0021"


def _find_words_by(prefixes: str) -> None:
    """Make SQLite's index of words anew; PostgreSQL's has no such setting."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TABLE moderation_case_fts")
    op.execute(
        "CREATE VIRTUAL TABLE moderation_case_fts USING fts5(search_key, content='moderation_case', "
        "content_rowid='search_id', tokenize='unicode61 remove_diacritics 0', "
        f"prefix='{prefixes}')"
    )
    op.execute("INSERT INTO moderation_case_fts(moderation_case_fts) VALUES ('rebuild')")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "calendar_recount",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("of_province", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_calendar_recount_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_recount")),
    )
    op.create_index("ix_calendar_recount_unit_id", "calendar_recount", ["unit_id"])
    _find_words_by("1 2 3 4 5 6")


def downgrade() -> None:
    """Back; what still waits to be counted anew is due to be looked at now, as it was before."""
    op.execute(
        "UPDATE moderation_case SET next_alarm_at = (SELECT max(changed_at) FROM calendar_recount) "
        "WHERE closed_at IS NULL AND (unit_id IN (SELECT unit_id FROM calendar_recount) "
        "OR province_id IN (SELECT unit_id FROM calendar_recount))"
    )
    op.drop_table("calendar_recount")
    _find_words_by("2 3")
