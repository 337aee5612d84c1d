"""Outcomes know their province, settled feedback is looked at once, alarms count per stage, portals are named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_SETTLED = (
    "forgotten_at IS NULL AND state IN "
    "('closed', 'diverted', 'merged', 'rejected', 'resolved', 'withdrawn')"
)
_INDEXES = {
    "ix_public_record_province_id": ("public_record", ["province_id", "published_at", "id"]),
    "ix_public_record_unit_id_category": (
        "public_record",
        ["unit_id", "category", "published_at", "id"],
    ),
    "ix_public_record_unit_id_kind": ("public_record", ["unit_id", "kind", "published_at", "id"]),
    "ix_public_record_unit_id_outcome": (
        "public_record",
        ["unit_id", "outcome", "published_at", "id"],
    ),
    "ix_feedback_portal_id": ("feedback", ["portal_id"]),
}


def upgrade() -> None:
    """Forward."""
    # SQLite adds a column with its reference in place; copying the table would trip over those that refer to it.
    in_place = op.get_context().dialect.name == "sqlite" or None
    for table, name, target in (
        ("public_record", "province_id", "admin_unit"),
        ("feedback", "portal_id", "portal_client"),
    ):
        home = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{name}_{target}"))
        op.add_column(table, sa.Column(name, sa.Uuid(), home), inline_references=in_place)
    op.execute(
        "UPDATE public_record SET province_id = "
        "(SELECT parent_id FROM admin_unit WHERE admin_unit.id = unit_id)"
    )
    op.drop_index("ix_public_record_unit_id_category", "public_record")
    for name, (table, columns) in _INDEXES.items():
        op.create_index(op.f(name), table, columns)
    op.add_column("tracking_view", sa.Column("forgotten_at", sa.DateTime(timezone=True)))
    op.drop_index("ix_tracking_view_updated_at", "tracking_view")
    op.create_index(
        op.f("ix_tracking_view_settled"),
        "tracking_view",
        ["updated_at"],
        sqlite_where=sa.text(_SETTLED),
        postgresql_where=sa.text(_SETTLED),
    )
    op.execute("ALTER TABLE moderation_case RENAME COLUMN alarm_level TO handling_alarm_level")
    op.add_column(
        "moderation_case",
        sa.Column("intake_alarm_level", sa.Integer(), nullable=False, server_default="0"),
    )
    op.execute(
        "UPDATE moderation_case SET intake_alarm_level = handling_alarm_level, "
        "handling_alarm_level = 0 WHERE stage = 'intake'"
    )
    # Handling was not watched while intake ran: the worker counts every open case once more.
    op.execute("UPDATE moderation_case SET next_alarm_at = created_at WHERE closed_at IS NULL")


def downgrade() -> None:
    """Back."""
    op.execute(
        "UPDATE moderation_case SET handling_alarm_level = intake_alarm_level WHERE stage = 'intake'"
    )
    op.drop_column("moderation_case", "intake_alarm_level")
    op.execute("ALTER TABLE moderation_case RENAME COLUMN handling_alarm_level TO alarm_level")
    op.drop_index("ix_tracking_view_settled", "tracking_view")
    op.create_index(op.f("ix_tracking_view_updated_at"), "tracking_view", ["updated_at"])
    op.drop_column("tracking_view", "forgotten_at")
    for name, (table, _columns) in reversed(_INDEXES.items()):
        op.drop_index(op.f(name), table)
    op.create_index(
        op.f("ix_public_record_unit_id_category"),
        "public_record",
        ["unit_id", "category", "published_at"],
    )
    op.drop_column("feedback", "portal_id")
    op.drop_column("public_record", "province_id")
