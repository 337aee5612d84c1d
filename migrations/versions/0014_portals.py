"""Portals with versions and the age of their keys; what the hourly tidying of accounts needs to look at few rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0010"


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("portal_client") as portal:
        portal.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        portal.add_column(
            sa.Column("key_made_at", sa.DateTime(timezone=True), nullable=True),
        )
    op.execute("UPDATE portal_client SET key_made_at = created_at")
    with op.batch_alter_table("portal_client") as portal:
        portal.alter_column("version", existing_type=sa.Integer(), server_default=None)
        portal.alter_column("key_made_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index(op.f("ix_known_device_expires_at"), "known_device", ["expires_at"])
    op.create_index(
        "ix_auth_session_revoked_at",
        "auth_session",
        ["revoked_at"],
        sqlite_where=sa.text("revoked_at IS NOT NULL"),
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_one_time_code_legible",
        "one_time_code",
        ["expires_at"],
        sqlite_where=sa.text("code_sealed IS NOT NULL"),
        postgresql_where=sa.text("code_sealed IS NOT NULL"),
    )
    # Their digests were made with a key that they no longer depend on, and the codes are known to their owners only:
    # whoever has some is shown that none are left and makes new ones.
    op.execute("DELETE FROM recovery_code")


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM recovery_code")
    op.drop_index("ix_one_time_code_legible", "one_time_code")
    op.drop_index("ix_auth_session_revoked_at", "auth_session")
    op.drop_index(op.f("ix_known_device_expires_at"), "known_device")
    with op.batch_alter_table("portal_client") as portal:
        portal.drop_column("key_made_at")
        portal.drop_column("version")
