"""Policies: what was promised, by whom, until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0012"

# Full-text search over folded words.
FULL_TEXT = {
    "sqlite": (
        "CREATE VIRTUAL TABLE policy_text_fts USING fts5(search_key, content='policy_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER policy_text_fts_insert AFTER INSERT ON policy_text BEGIN INSERT INTO policy_text_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
        "CREATE TRIGGER policy_text_fts_delete AFTER DELETE ON policy_text BEGIN INSERT INTO policy_text_fts(policy_text_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); END",
        "CREATE TRIGGER policy_text_fts_update AFTER UPDATE OF search_key ON policy_text BEGIN INSERT INTO policy_text_fts(policy_text_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); INSERT INTO policy_text_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
    ),
    "postgresql": (
        "CREATE INDEX ix_policy_text_fts ON policy_text USING gin (to_tsvector('simple'::regconfig, search_key))",
    ),
}


def _json() -> sa.JSON:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "policy",
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_policy_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("slug", name=op.f("uq_policy_slug")),
    )
    op.create_index(
        op.f("ix_policy_unit_id_state_published_at_id"),
        "policy",
        ["unit_id", "state", "published_at", "id"],
    )
    op.create_index(
        op.f("ix_policy_unit_id_updated_at_id"), "policy", ["unit_id", "updated_at", "id"]
    )
    op.create_index(op.f("ix_policy_updated_at_id"), "policy", ["updated_at", "id"])
    op.create_table(
        "policy_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_text_policy_id_policy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_text")),
        sa.UniqueConstraint(
            "policy_id", "language", name=op.f("uq_policy_text_policy_id_language")
        ),
    )
    op.create_table(
        "policy_promise",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("texts", _json(), nullable=False),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_promise_policy_id_policy")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_policy_promise_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_promise")),
    )
    op.create_index(op.f("ix_policy_promise_department_id"), "policy_promise", ["department_id"])
    op.create_index(
        op.f("ix_policy_promise_policy_id_position"), "policy_promise", ["policy_id", "position"]
    )
    op.create_table(
        "policy_event",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", _json(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_event_policy_id_policy")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_policy_event_actor_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_event")),
    )
    op.create_index(
        op.f("ix_policy_event_policy_id_at_id"), "policy_event", ["policy_id", "at", "id"]
    )
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE policy_text_fts")
    for table in ("policy_event", "policy_promise", "policy_text", "policy"):
        op.drop_table(table)
