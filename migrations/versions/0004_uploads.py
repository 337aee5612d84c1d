"""Files on their way in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "leftover_object",
        sa.Column("object_key", sa.String(length=200), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_key", name=op.f("pk_leftover_object")),
    )
    op.create_index(op.f("ix_leftover_object_due_at"), "leftover_object", ["due_at"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("owner_kind", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=True),
        sa.Column("declared_type", sa.String(length=100), nullable=True),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("object_key", sa.String(length=200), nullable=True),
        sa.Column(
            "renditions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("public_key", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "public_key IS NULL OR state = 'clean'", name=op.f("ck_upload_only_clean_is_public")
        ),
        sa.CheckConstraint(
            "length >= 0 AND offset_bytes BETWEEN 0 AND length",
            name=op.f("ck_upload_offset_in_length"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("public_key", name=op.f("uq_upload_public_key")),
    )
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"], unique=False)
    op.create_index(
        "ix_upload_loose",
        "upload",
        ["subject_id", "offset_bytes"],
        unique=False,
        sqlite_where=sa.text("subject_id IS NULL"),
        postgresql_where=sa.text("subject_id IS NULL"),
    )
    op.create_index("ix_upload_owner", "upload", ["owner_kind", "owner_id"], unique=False)
    op.create_index("ix_upload_state_updated_at", "upload", ["state", "updated_at"], unique=False)
    op.create_index("ix_upload_subject", "upload", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "upload_chunk",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
            name=op.f("fk_upload_chunk_upload_id_upload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_chunk")),
        sa.UniqueConstraint("upload_id", "start", name=op.f("uq_upload_chunk_upload_id_start")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("upload_chunk")
    op.drop_index("ix_upload_subject", table_name="upload")
    op.drop_index("ix_upload_state_updated_at", table_name="upload")
    op.drop_index("ix_upload_owner", table_name="upload")
    op.drop_index(
        "ix_upload_loose",
        table_name="upload",
        sqlite_where=sa.text("subject_id IS NULL"),
        postgresql_where=sa.text("subject_id IS NULL"),
    )
    op.drop_index("ix_upload_expires_at", table_name="upload")
    op.drop_table("upload")
    op.drop_index(op.f("ix_leftover_object_due_at"), table_name="leftover_object")
    op.drop_table("leftover_object")
