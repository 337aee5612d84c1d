"""A version of a routing rule remembers that it failed and that somebody was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forward."""
    op.add_column(
        "routing_rule_version", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """Back; who was told already is told once more."""
    op.drop_column("routing_rule_version", "failed_at")
