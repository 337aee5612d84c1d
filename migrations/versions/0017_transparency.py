"""The transparency log: what waits for it, leaves, inner hashes, signed heads, keys, the nightly audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

# An event and the note that it waits are stored together.
TRIGGER = {
    "sqlite": (
        """CREATE TRIGGER case_event_waits AFTER INSERT ON case_event
        BEGIN INSERT INTO transparency_waiting (event_id) VALUES (new.id); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION case_event_waits() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO transparency_waiting (event_id) VALUES (new.id); RETURN NULL; END $$""",
        """CREATE TRIGGER case_event_waits AFTER INSERT ON case_event
        FOR EACH ROW EXECUTE FUNCTION case_event_waits()""",
    ),
}
NO_TRIGGER = {
    "sqlite": ("DROP TRIGGER case_event_waits",),
    "postgresql": (
        "DROP TRIGGER case_event_waits ON case_event",
        "DROP FUNCTION case_event_waits()",
    ),
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "transparency_log",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transparency_log")),
    )
    op.create_table(
        "transparency_waiting",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_transparency_waiting")),
    )
    op.create_table(
        "transparency_leaf",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_transparency_leaf")),
        sa.UniqueConstraint("event_id", name=op.f("uq_transparency_leaf_event_id")),
    )
    op.create_table(
        "transparency_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_transparency_node")),
    )
    op.create_table(
        "transparency_head",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_transparency_head")),
    )
    op.create_index(op.f("ix_transparency_head_size"), "transparency_head", ["size"])
    op.create_table(
        "transparency_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("private_sealed", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endorsement", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_transparency_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_transparency_key_key_id")),
    )
    op.create_table(
        "transparency_audit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_after", sa.Uuid(), nullable=True),
        sa.Column("leaf_from", sa.BigInteger(), nullable=True),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("last_broken", sa.Integer(), nullable=False),
        sa.Column("last_finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transparency_audit")),
    )
    for statement in TRIGGER[op.get_bind().dialect.name]:
        op.execute(statement)
    # What happened before there was a log enters it first. The trigger stands already: nothing happens in between.
    op.execute(
        """INSERT INTO transparency_waiting (event_id) SELECT id FROM case_event
        WHERE true ON CONFLICT (event_id) DO NOTHING"""
    )


def downgrade() -> None:
    """Back."""
    for statement in NO_TRIGGER[op.get_bind().dialect.name]:
        op.execute(statement)
    for table in (
        "transparency_audit",
        "transparency_key",
        "transparency_head",
        "transparency_node",
        "transparency_leaf",
        "transparency_waiting",
        "transparency_log",
    ):
        op.drop_table(table)
