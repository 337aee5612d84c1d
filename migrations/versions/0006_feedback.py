"""What residents send, and what they see of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pin_guard",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("window_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pin_guard")),
    )
    op.create_index(
        op.f("ix_pin_guard_window_started_at"), "pin_guard", ["window_started_at"], unique=False
    )
    op.create_table(
        "feedback",
        sa.Column("tracking_code", sa.String(length=12), nullable=False),
        sa.Column("sealed_pin", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_unit_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("policy", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("place_text", sa.String(length=300), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_kind", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=80), nullable=True),
        sa.Column("identity", sa.String(length=40), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "identity <> 'anonymous' OR (name_sealed IS NULL AND phone_sealed IS NULL AND phone_index IS NULL AND resident_id IS NULL)",
            name=op.f("ck_feedback_anonymous_stores_nobody"),
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_feedback_position_whole")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_feedback_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["filed_by"], ["staff.id"], name=op.f("fk_feedback_filed_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_feedback_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_unit_id"],
            ["admin_unit.id"],
            name=op.f("fk_feedback_submitted_unit_id_admin_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_feedback_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("tracking_code", name=op.f("uq_feedback_tracking_code")),
    )
    op.create_index(op.f("ix_feedback_community_id"), "feedback", ["community_id"], unique=False)
    op.create_index(op.f("ix_feedback_filed_by"), "feedback", ["filed_by"], unique=False)
    op.create_index(op.f("ix_feedback_phone_index"), "feedback", ["phone_index"], unique=False)
    op.create_index(
        "ix_feedback_resident_id", "feedback", ["resident_id", "created_at"], unique=False
    )
    op.create_index("ix_feedback_subject", "feedback", ["subject_kind", "subject_id"], unique=False)
    op.create_index(
        op.f("ix_feedback_submitted_unit_id"), "feedback", ["submitted_unit_id"], unique=False
    )
    op.create_index("ix_feedback_unit_id", "feedback", ["unit_id", "created_at"], unique=False)
    op.create_table(
        "feedback_message",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answers_id"],
            ["feedback_message.id"],
            name=op.f("fk_feedback_message_answers_id_feedback_message"),
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_feedback_message_feedback_id_feedback")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_feedback_message_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_message")),
    )
    op.create_index(
        op.f("ix_feedback_message_answers_id"), "feedback_message", ["answers_id"], unique=False
    )
    op.create_index(
        "ix_feedback_message_feedback_id",
        "feedback_message",
        ["feedback_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_feedback_message_staff_id"), "feedback_message", ["staff_id"], unique=False
    )
    op.create_table(
        "tracking_view",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("next_step", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column(
            "timeline", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("legal_hint", sa.String(length=40), nullable=True),
        sa.Column("confirmed_legal_type", sa.String(length=40), nullable=True),
        sa.Column("merged_into", sa.String(length=12), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_tracking_view_feedback_id_feedback")
        ),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_tracking_view")),
        sa.UniqueConstraint(
            "feedback_id",
            "confirmed_legal_type",
            name=op.f("uq_tracking_view_feedback_id_confirmed_legal_type"),
        ),
    )
    op.create_index(
        op.f("ix_tracking_view_updated_at"), "tracking_view", ["updated_at"], unique=False
    )
    op.create_table(
        "feedback_attachment",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"],
            ["feedback.id"],
            name=op.f("fk_feedback_attachment_feedback_id_feedback"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["feedback_message.id"],
            name=op.f("fk_feedback_attachment_message_id_feedback_message"),
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_feedback_attachment_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_attachment")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_feedback_attachment_upload_id")),
    )
    op.create_index(
        "ix_feedback_attachment_feedback_id",
        "feedback_attachment",
        ["feedback_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_feedback_attachment_message_id"),
        "feedback_attachment",
        ["message_id"],
        unique=False,
    )
    op.create_table(
        "public_record",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("legal_type", sa.String(length=40), nullable=False),
        sa.Column("legal_confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("legal_confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("masked_text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("other_body", sa.String(length=200), nullable=True),
        sa.Column("place_text", sa.String(length=300), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("handled_days", sa.Integer(), nullable=True),
        sa.Column(
            "photos", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "evidence", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("satisfaction", sa.String(length=20), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "legal_type = 'ordinary'", name=op.f("ck_public_record_only_ordinary_is_public")
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id", "legal_type"],
            ["tracking_view.feedback_id", "tracking_view.confirmed_legal_type"],
            name="fk_public_record_confirmed_legal_type",
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_public_record_feedback_id_feedback")
        ),
        sa.ForeignKeyConstraint(
            ["legal_confirmed_by"],
            ["staff.id"],
            name=op.f("fk_public_record_legal_confirmed_by_staff"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_public_record_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_record")),
        sa.UniqueConstraint("feedback_id", name=op.f("uq_public_record_feedback_id")),
    )
    op.create_index(
        op.f("ix_public_record_legal_confirmed_by"),
        "public_record",
        ["legal_confirmed_by"],
        unique=False,
    )
    op.create_index(
        "ix_public_record_unit_id", "public_record", ["unit_id", "published_at", "id"], unique=False
    )
    op.create_index(
        "ix_public_record_unit_id_category",
        "public_record",
        ["unit_id", "category", "published_at"],
        unique=False,
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_public_record_unit_id_category", table_name="public_record")
    op.drop_index("ix_public_record_unit_id", table_name="public_record")
    op.drop_index(op.f("ix_public_record_legal_confirmed_by"), table_name="public_record")
    op.drop_table("public_record")
    op.drop_index(op.f("ix_feedback_attachment_message_id"), table_name="feedback_attachment")
    op.drop_index("ix_feedback_attachment_feedback_id", table_name="feedback_attachment")
    op.drop_table("feedback_attachment")
    op.drop_index(op.f("ix_tracking_view_updated_at"), table_name="tracking_view")
    op.drop_table("tracking_view")
    op.drop_index(op.f("ix_feedback_message_staff_id"), table_name="feedback_message")
    op.drop_index("ix_feedback_message_feedback_id", table_name="feedback_message")
    op.drop_index(op.f("ix_feedback_message_answers_id"), table_name="feedback_message")
    op.drop_table("feedback_message")
    op.drop_index("ix_feedback_unit_id", table_name="feedback")
    op.drop_index(op.f("ix_feedback_submitted_unit_id"), table_name="feedback")
    op.drop_index("ix_feedback_subject", table_name="feedback")
    op.drop_index("ix_feedback_resident_id", table_name="feedback")
    op.drop_index(op.f("ix_feedback_phone_index"), table_name="feedback")
    op.drop_index(op.f("ix_feedback_filed_by"), table_name="feedback")
    op.drop_index(op.f("ix_feedback_community_id"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_pin_guard_window_started_at"), table_name="pin_guard")
    op.drop_table("pin_guard")
