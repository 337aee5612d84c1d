# ruff: noqa: PLR0915 - one statement a table
"""Cases, their clock, their chain, the rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

# Full-text search over folded words.
FULL_TEXT = {
    "sqlite": (
        "CREATE VIRTUAL TABLE moderation_case_fts USING fts5(search_key, content='moderation_case', content_rowid='search_id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER moderation_case_fts_insert AFTER INSERT ON moderation_case BEGIN INSERT INTO moderation_case_fts(rowid, search_key) VALUES (new.search_id, new.search_key); END",
        "CREATE TRIGGER moderation_case_fts_delete AFTER DELETE ON moderation_case BEGIN INSERT INTO moderation_case_fts(moderation_case_fts, rowid, search_key) VALUES ('delete', old.search_id, old.search_key); END",
        "CREATE TRIGGER moderation_case_fts_update AFTER UPDATE OF search_key ON moderation_case BEGIN INSERT INTO moderation_case_fts(moderation_case_fts, rowid, search_key) VALUES ('delete', old.search_id, old.search_key); INSERT INTO moderation_case_fts(rowid, search_key) VALUES (new.search_id, new.search_key); END",
    ),
    "postgresql": (
        "CREATE INDEX ix_moderation_case_fts ON moderation_case USING gin (to_tsvector('simple'::regconfig, search_key))",
    ),
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "deadline_policy",
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("urgency", sa.String(length=40), nullable=True),
        sa.Column("complex", sa.Boolean(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("intake_minutes", sa.Integer(), nullable=False),
        sa.Column("handling_days", sa.Integer(), nullable=True),
        sa.Column("handling_minutes", sa.Integer(), nullable=True),
        sa.Column("round_the_clock", sa.Boolean(), nullable=False),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(handling_days IS NULL) <> (handling_minutes IS NULL)",
            name=op.f("ck_deadline_policy_days_or_minutes"),
        ),
        sa.CheckConstraint(
            "handling_days > 0 OR handling_minutes > 0",
            name=op.f("ck_deadline_policy_handling_takes_time"),
        ),
        sa.CheckConstraint("intake_minutes > 0", name=op.f("ck_deadline_policy_intake_takes_time")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_deadline_policy_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_policy")),
    )
    op.create_index("ix_deadline_policy_unit_id", "deadline_policy", ["unit_id"], unique=False)
    op.create_table(
        "reply_template",
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_reply_template_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index(
        "ix_reply_template_unit_id", "reply_template", ["unit_id", "name"], unique=False
    )
    op.create_table(
        "routing_rule",
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "conditions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("department_code", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "department_id IS NULL OR department_code IS NULL",
            name=op.f("ck_routing_rule_one_target"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff.id"], name=op.f("fk_routing_rule_changed_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_routing_rule_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_routing_rule_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_index(
        op.f("ix_routing_rule_changed_by"), "routing_rule", ["changed_by"], unique=False
    )
    op.create_index(
        op.f("ix_routing_rule_department_id"), "routing_rule", ["department_id"], unique=False
    )
    op.create_index(
        "ix_routing_rule_unit_id", "routing_rule", ["unit_id", "position"], unique=False
    )
    op.create_table(
        "moderation_case",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("tracking_code", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("resume_state", sa.String(length=40), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.String(length=40), nullable=False),
        sa.Column("urgency_rank", sa.Integer(), nullable=False),
        sa.Column("complex", sa.Boolean(), nullable=False),
        sa.Column("legal_type", sa.String(length=40), nullable=False),
        sa.Column("legal_confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("legal_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column(
            "suggestion", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("lead_department_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("routed_by_rule", sa.String(length=120), nullable=True),
        sa.Column("route_reason", sa.String(length=400), nullable=True),
        sa.Column(
            "routing", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column(
            "policy", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("stage", sa.String(length=40), nullable=True),
        sa.Column("intake_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("alarm_level", sa.Integer(), nullable=False),
        sa.Column("next_alarm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("other_body", sa.String(length=200), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("search_id", sa.BigInteger(), nullable=False),
        sa.Column("chain_length", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (state IN ('awaiting_approval', 'forwarded', 'in_progress', 'needs_information', 'received', 'reopened'))",
            name=op.f("ck_moderation_case_closed_or_open"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR (legal_type = 'ordinary' AND legal_confirmed_at IS NOT NULL AND outcome IS NOT NULL)",
            name=op.f("ck_moderation_case_only_confirmed_ordinary_is_public"),
        ),
        sa.CheckConstraint(
            "(legal_confirmed_at IS NULL) = (legal_confirmed_by IS NULL)",
            name=op.f("ck_moderation_case_confirmed_by_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["staff.id"], name=op.f("fk_moderation_case_approved_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["staff.id"], name=op.f("fk_moderation_case_assignee_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_moderation_case_feedback_id_feedback")
        ),
        sa.ForeignKeyConstraint(
            ["lead_department_id"],
            ["department.id"],
            name=op.f("fk_moderation_case_lead_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["legal_confirmed_by"],
            ["staff.id"],
            name=op.f("fk_moderation_case_legal_confirmed_by_staff"),
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["moderation_case.id"],
            name=op.f("fk_moderation_case_merged_into_id_moderation_case"),
        ),
        sa.ForeignKeyConstraint(
            ["province_id"],
            ["admin_unit.id"],
            name=op.f("fk_moderation_case_province_id_admin_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["staff.id"], name=op.f("fk_moderation_case_resolved_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_moderation_case_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
        sa.UniqueConstraint("feedback_id", name=op.f("uq_moderation_case_feedback_id")),
        sa.UniqueConstraint("tracking_code", name=op.f("uq_moderation_case_tracking_code")),
    )
    op.create_index(
        op.f("ix_moderation_case_approved_by"), "moderation_case", ["approved_by"], unique=False
    )
    op.create_index(
        "ix_moderation_case_assignee_id",
        "moderation_case",
        ["assignee_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_moderation_case_lead_department_id",
        "moderation_case",
        ["lead_department_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_moderation_case_legal_confirmed_by"),
        "moderation_case",
        ["legal_confirmed_by"],
        unique=False,
    )
    op.create_index(
        op.f("ix_moderation_case_merged_into_id"),
        "moderation_case",
        ["merged_into_id"],
        unique=False,
    )
    op.create_index(
        "ix_moderation_case_next_alarm_at",
        "moderation_case",
        ["next_alarm_at"],
        unique=False,
        sqlite_where=sa.text("next_alarm_at IS NOT NULL"),
        postgresql_where=sa.text("next_alarm_at IS NOT NULL"),
    )
    op.create_index(
        "ix_moderation_case_province_id",
        "moderation_case",
        ["province_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_moderation_case_province_id_state",
        "moderation_case",
        ["province_id", "state", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_moderation_case_queue_assignee",
        "moderation_case",
        ["assignee_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_department",
        "moderation_case",
        ["lead_department_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_province",
        "moderation_case",
        [
            "province_id",
            "due_at",
            "id",
            "state",
            "urgency",
            "category",
            "legal_type",
            "lead_department_id",
            "assignee_id",
            "is_overdue",
            "restricted",
            "closed_at",
        ],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_province_newest",
        "moderation_case",
        ["province_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_province_state",
        "moderation_case",
        ["province_id", "state", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_province_urgency",
        "moderation_case",
        ["province_id", "urgency_rank", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_unit",
        "moderation_case",
        [
            "unit_id",
            "due_at",
            "id",
            "state",
            "urgency",
            "category",
            "legal_type",
            "lead_department_id",
            "assignee_id",
            "is_overdue",
            "restricted",
            "closed_at",
        ],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_unit_category",
        "moderation_case",
        ["unit_id", "category", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_unit_newest",
        "moderation_case",
        ["unit_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_unit_state",
        "moderation_case",
        ["unit_id", "state", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_moderation_case_queue_unit_urgency",
        "moderation_case",
        ["unit_id", "urgency_rank", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_moderation_case_resolved_by"), "moderation_case", ["resolved_by"], unique=False
    )
    op.create_index(
        op.f("ix_moderation_case_search_id"), "moderation_case", ["search_id"], unique=False
    )
    op.create_index(
        "ix_moderation_case_unit_id",
        "moderation_case",
        ["unit_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_moderation_case_unit_id_category",
        "moderation_case",
        ["unit_id", "category", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_moderation_case_unit_id_state",
        "moderation_case",
        ["unit_id", "state", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "routing_rule_version",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff.id"], name=op.f("fk_routing_rule_version_changed_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["routing_rule.id"],
            name=op.f("fk_routing_rule_version_rule_id_routing_rule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule_version")),
        sa.UniqueConstraint(
            "rule_id", "version", name=op.f("uq_routing_rule_version_rule_id_version")
        ),
    )
    op.create_index(
        op.f("ix_routing_rule_version_changed_by"),
        "routing_rule_version",
        ["changed_by"],
        unique=False,
    )
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_case_event_case_id_moderation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_event_case_id_seq")),
    )
    op.create_table(
        "clock_entry",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("move", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_clock_entry_actor_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_clock_entry_case_id_moderation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_entry")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_clock_entry_case_id_seq")),
    )
    op.create_index(op.f("ix_clock_entry_actor_id"), "clock_entry", ["actor_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["staff.id"], name=op.f("fk_evidence_added_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_evidence_case_id_moderation_case")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_evidence_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("case_id", "upload_id", name=op.f("uq_evidence_case_id_upload_id")),
    )
    op.create_index(op.f("ix_evidence_added_by"), "evidence", ["added_by"], unique=False)
    op.create_index(op.f("ix_evidence_upload_id"), "evidence", ["upload_id"], unique=False)
    op.create_table(
        "identity_access",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_identity_access_case_id_moderation_case"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_identity_access_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_identity_access_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_access")),
    )
    op.create_index(
        "ix_identity_access_case_id", "identity_access", ["case_id", "at"], unique=False
    )
    op.create_index(
        op.f("ix_identity_access_staff_id"), "identity_access", ["staff_id"], unique=False
    )
    op.create_index(
        "ix_identity_access_unit_id", "identity_access", ["unit_id", "at", "id"], unique=False
    )
    op.create_table(
        "publication_draft",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("masked_text", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("place_text", sa.String(length=300), nullable=True),
        sa.Column(
            "attachment_ids",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "spans", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_publication_draft_case_id_moderation_case"),
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["staff.id"], name=op.f("fk_publication_draft_drafted_by_staff")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_publication_draft")),
    )
    op.create_index(
        op.f("ix_publication_draft_drafted_by"), "publication_draft", ["drafted_by"], unique=False
    )
    op.create_table(
        "reply",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column(
            "template", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_reply_author_id_staff")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_reply_case_id_moderation_case")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["feedback_message.id"],
            name=op.f("fk_reply_message_id_feedback_message"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    op.create_index(op.f("ix_reply_author_id"), "reply", ["author_id"], unique=False)
    op.create_index("ix_reply_case_id", "reply", ["case_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_reply_message_id"), "reply", ["message_id"], unique=False)
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE moderation_case_fts")
    op.drop_index(op.f("ix_reply_message_id"), table_name="reply")
    op.drop_index("ix_reply_case_id", table_name="reply")
    op.drop_index(op.f("ix_reply_author_id"), table_name="reply")
    op.drop_table("reply")
    op.drop_index(op.f("ix_publication_draft_drafted_by"), table_name="publication_draft")
    op.drop_table("publication_draft")
    op.drop_index("ix_identity_access_unit_id", table_name="identity_access")
    op.drop_index(op.f("ix_identity_access_staff_id"), table_name="identity_access")
    op.drop_index("ix_identity_access_case_id", table_name="identity_access")
    op.drop_table("identity_access")
    op.drop_index(op.f("ix_evidence_upload_id"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_added_by"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_clock_entry_actor_id"), table_name="clock_entry")
    op.drop_table("clock_entry")
    op.drop_table("case_event")
    op.drop_index(op.f("ix_routing_rule_version_changed_by"), table_name="routing_rule_version")
    op.drop_table("routing_rule_version")
    op.drop_index("ix_moderation_case_unit_id_state", table_name="moderation_case")
    op.drop_index("ix_moderation_case_unit_id_category", table_name="moderation_case")
    op.drop_index("ix_moderation_case_unit_id", table_name="moderation_case")
    op.drop_index(op.f("ix_moderation_case_search_id"), table_name="moderation_case")
    op.drop_index(op.f("ix_moderation_case_resolved_by"), table_name="moderation_case")
    op.drop_index(
        "ix_moderation_case_queue_unit_urgency",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_unit_state",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_unit_newest",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_unit_category",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_unit",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_province_urgency",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_province_state",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_province_newest",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_province",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_department",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_moderation_case_queue_assignee",
        table_name="moderation_case",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_moderation_case_province_id_state", table_name="moderation_case")
    op.drop_index("ix_moderation_case_province_id", table_name="moderation_case")
    op.drop_index(
        "ix_moderation_case_next_alarm_at",
        table_name="moderation_case",
        sqlite_where=sa.text("next_alarm_at IS NOT NULL"),
        postgresql_where=sa.text("next_alarm_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_moderation_case_merged_into_id"), table_name="moderation_case")
    op.drop_index(op.f("ix_moderation_case_legal_confirmed_by"), table_name="moderation_case")
    op.drop_index("ix_moderation_case_lead_department_id", table_name="moderation_case")
    op.drop_index("ix_moderation_case_assignee_id", table_name="moderation_case")
    op.drop_index(op.f("ix_moderation_case_approved_by"), table_name="moderation_case")
    op.drop_table("moderation_case")
    op.drop_index("ix_routing_rule_unit_id", table_name="routing_rule")
    op.drop_index(op.f("ix_routing_rule_department_id"), table_name="routing_rule")
    op.drop_index(op.f("ix_routing_rule_changed_by"), table_name="routing_rule")
    op.drop_table("routing_rule")
    op.drop_index("ix_reply_template_unit_id", table_name="reply_template")
    op.drop_table("reply_template")
    op.drop_index("ix_deadline_policy_unit_id", table_name="deadline_policy")
    op.drop_table("deadline_policy")
