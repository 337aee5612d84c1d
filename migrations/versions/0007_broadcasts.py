"""Stations, programmes, broadcasts, renditions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "station",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("voice", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_station_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_station_unit_id")),
    )
    op.create_table(
        "programme",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_programme_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("station_id", "slug", name=op.f("uq_programme_station_id_slug")),
    )
    op.create_table(
        "broadcast",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("variant_of_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("search_key", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("transcript", sa.Text(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "contributor_ids",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_sha256", sa.String(length=64), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_reason", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_broadcast_revision_from_one")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name=op.f("fk_broadcast_approved_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_broadcast_author_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_broadcast_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_broadcast_station_id_station")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_broadcast_unit_id_admin_unit")
        ),
        sa.ForeignKeyConstraint(
            ["variant_of_id"], ["broadcast.id"], name=op.f("fk_broadcast_variant_of_id_broadcast")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    op.create_index(op.f("ix_broadcast_author_id"), "broadcast", ["author_id"], unique=False)
    op.create_index("ix_broadcast_due", "broadcast", ["state", "scheduled_at"], unique=False)
    op.create_index(
        "ix_broadcast_programme_id", "broadcast", ["programme_id", "aired_at"], unique=False
    )
    op.create_index(op.f("ix_broadcast_station_id"), "broadcast", ["station_id"], unique=False)
    op.create_index(
        "ix_broadcast_unit_aired", "broadcast", ["unit_id", "aired_at", "id"], unique=False
    )
    op.create_index(
        "ix_broadcast_unit_created", "broadcast", ["unit_id", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_broadcast_variant_of_id"), "broadcast", ["variant_of_id"], unique=False
    )
    op.create_table(
        "broadcast_event",
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("move", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column(
            "detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_event_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_event")),
    )
    op.create_index(
        "ix_broadcast_event_broadcast_id", "broadcast_event", ["broadcast_id", "at"], unique=False
    )
    op.create_table(
        "broadcast_segment",
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("voice", sa.String(length=40), nullable=False),
        sa.Column("words_per_minute", sa.Integer(), nullable=False),
        sa.Column("pitch", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_segment_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_broadcast_segment_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_segment")),
        sa.UniqueConstraint(
            "broadcast_id", "position", name=op.f("uq_broadcast_segment_broadcast_id_position")
        ),
    )
    op.create_index(
        op.f("ix_broadcast_segment_upload_id"), "broadcast_segment", ["upload_id"], unique=False
    )
    op.create_table(
        "rendition",
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("object_key", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.String(length=60), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("loudness_lufs", sa.Double(), nullable=True),
        sa.Column("true_peak_dbtp", sa.Double(), nullable=True),
        sa.Column("peaks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_rendition_broadcast_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendition")),
        sa.UniqueConstraint(
            "broadcast_id",
            "revision",
            "profile",
            name=op.f("uq_rendition_broadcast_id_revision_profile"),
        ),
    )
    op.create_index("ix_rendition_claim", "rendition", ["state", "lease_until"], unique=False)
    op.create_index("ix_rendition_sha256", "rendition", ["sha256"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_rendition_sha256", table_name="rendition")
    op.drop_index("ix_rendition_claim", table_name="rendition")
    op.drop_table("rendition")
    op.drop_index(op.f("ix_broadcast_segment_upload_id"), table_name="broadcast_segment")
    op.drop_table("broadcast_segment")
    op.drop_index("ix_broadcast_event_broadcast_id", table_name="broadcast_event")
    op.drop_table("broadcast_event")
    op.drop_index(op.f("ix_broadcast_variant_of_id"), table_name="broadcast")
    op.drop_index("ix_broadcast_unit_created", table_name="broadcast")
    op.drop_index("ix_broadcast_unit_aired", table_name="broadcast")
    op.drop_index(op.f("ix_broadcast_station_id"), table_name="broadcast")
    op.drop_index("ix_broadcast_programme_id", table_name="broadcast")
    op.drop_index("ix_broadcast_due", table_name="broadcast")
    op.drop_index(op.f("ix_broadcast_author_id"), table_name="broadcast")
    op.drop_table("broadcast")
    op.drop_table("programme")
    op.drop_table("station")
