"""Articles and broadcasts know their province, so that its lists are read from an index whatever their length."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0014"

_TABLES = ("article", "public_article", "broadcast")
_INDEXES = {
    "ix_article_province_id_state_updated_at_id": (
        "article",
        ["province_id", "state", "updated_at", "id"],
    ),
    "ix_article_province_id_updated_at_id": ("article", ["province_id", "updated_at", "id"]),
    "ix_public_article_province_listed": (
        "public_article",
        ["province_id", "listed_at", "article_id"],
    ),
    "ix_public_article_province_category": (
        "public_article",
        ["province_id", "category_id", "listed_at", "article_id"],
    ),
    "ix_public_article_province_ends": ("public_article", ["province_id", "valid_to"]),
    "ix_public_article_unit_listed": ("public_article", ["unit_id", "listed_at", "article_id"]),
    "ix_public_article_unit_category": (
        "public_article",
        ["unit_id", "category_id", "listed_at", "article_id"],
    ),
    "ix_public_article_unit_ends": ("public_article", ["unit_id", "valid_to"]),
    "ix_broadcast_unit_language": ("broadcast", ["unit_id", "language", "aired_at", "id"]),
    "ix_broadcast_unit_state": ("broadcast", ["unit_id", "state", "created_at", "id"]),
    "ix_broadcast_province_created": ("broadcast", ["province_id", "created_at", "id"]),
    "ix_broadcast_province_state": ("broadcast", ["province_id", "state", "created_at", "id"]),
    "ix_delivery_settled_at": ("delivery", ["settled_at"]),
}


def upgrade() -> None:
    """Forward."""
    # SQLite adds a column with its reference in place; copying the table would trip over those that refer to it.
    in_place = op.get_context().dialect.name == "sqlite"
    for name in _TABLES:
        home = sa.ForeignKey("admin_unit.id", name=op.f(f"fk_{name}_province_id_admin_unit"))
        op.add_column(
            name, sa.Column("province_id", sa.Uuid(), home), inline_references=in_place or None
        )
        op.execute(
            f"UPDATE {name} SET province_id = "
            "(SELECT parent_id FROM admin_unit WHERE admin_unit.id = unit_id)"
        )
    op.drop_index("ix_public_article_listed_at_article_id", "public_article")
    op.drop_index("ix_public_article_unit_id", "public_article")
    for name, (table, columns) in _INDEXES.items():
        op.create_index(op.f(name), table, columns)


def downgrade() -> None:
    """Back."""
    for name, (table, _columns) in reversed(_INDEXES.items()):
        op.drop_index(op.f(name), table)
    op.create_index(op.f("ix_public_article_unit_id"), "public_article", ["unit_id"])
    op.create_index(
        op.f("ix_public_article_listed_at_article_id"),
        "public_article",
        ["listed_at", "article_id"],
    )
    for name in reversed(_TABLES):
        op.drop_column(name, "province_id")
