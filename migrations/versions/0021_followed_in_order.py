"""A message is handed out commune by commune in the order of an index, and is found by what it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0022"


def upgrade() -> None:
    """Forward; a message half handed out begins anew, and nobody is told twice."""
    op.add_column("message", sa.Column("progress_unit_id", sa.Uuid(), nullable=True))
    op.create_index("ix_message_tag", "message", ["tag"])
    op.drop_index("ix_push_subscription_topic_unit_id", table_name="push_subscription_topic")
    op.create_index(
        "ix_push_subscription_topic_unit_id",
        "push_subscription_topic",
        ["unit_id", "topic", "subscription_id"],
    )


def downgrade() -> None:
    """Back; a message in the middle of many communes waits for somebody who looks: the old way cannot go on there."""
    op.execute(
        "UPDATE message SET state = 'parked' WHERE state = 'pending' AND progress_unit_id IS NOT NULL"
    )
    op.drop_index("ix_push_subscription_topic_unit_id", table_name="push_subscription_topic")
    op.create_index(
        "ix_push_subscription_topic_unit_id", "push_subscription_topic", ["unit_id", "topic"]
    )
    op.drop_index("ix_message_tag", table_name="message")
    op.drop_column("message", "progress_unit_id")
