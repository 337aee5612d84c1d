"""Loudspeakers and boards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "device",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place_text", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("hardware_id", sa.String(length=100), nullable=True),
        sa.Column("software", sa.String(length=100), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_device_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["staff.id"], name=op.f("fk_device_revoked_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_device_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_device_secret_hash")),
    )
    op.create_index(op.f("ix_device_community_id"), "device", ["community_id"], unique=False)
    op.create_index("ix_device_unit_id", "device", ["unit_id", "name"], unique=False)
    op.create_table(
        "device_presence",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manifest_etag", sa.String(length=80), nullable=False),
        sa.Column(
            "report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_device_presence_device_id_device"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_presence")),
    )
    op.create_table(
        "device_state",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_device_state_device_id_device"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_state")),
        sa.UniqueConstraint(
            "device_id", "report_id", name=op.f("uq_device_state_device_id_report_id")
        ),
    )
    op.create_index(
        "ix_device_state_received", "device_state", ["device_id", "received_at"], unique=False
    )
    op.create_table(
        "enrolment_code",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.String(length=8), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_enrolment_code_device_id_device"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_enrolment_code_made_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_code")),
    )
    op.create_index(
        op.f("ix_enrolment_code_device_id"), "enrolment_code", ["device_id"], unique=False
    )
    op.create_index(op.f("ix_enrolment_code_lookup"), "enrolment_code", ["lookup"], unique=False)
    op.create_table(
        "play_log",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_play_log_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_play_log_device_id_device"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play_log")),
        sa.UniqueConstraint(
            "device_id",
            "broadcast_id",
            "started_at",
            name=op.f("uq_play_log_device_id_broadcast_id_started_at"),
        ),
    )
    op.create_index(
        "ix_play_log_broadcast_id", "play_log", ["broadcast_id", "started_at"], unique=False
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_play_log_broadcast_id", table_name="play_log")
    op.drop_table("play_log")
    op.drop_index(op.f("ix_enrolment_code_lookup"), table_name="enrolment_code")
    op.drop_index(op.f("ix_enrolment_code_device_id"), table_name="enrolment_code")
    op.drop_table("enrolment_code")
    op.drop_index("ix_device_state_received", table_name="device_state")
    op.drop_table("device_state")
    op.drop_table("device_presence")
    op.drop_index("ix_device_unit_id", table_name="device")
    op.drop_index(op.f("ix_device_community_id"), table_name="device")
    op.drop_table("device")
