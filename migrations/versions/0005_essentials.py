"""Articles and their public copies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

# Full-text search over folded words.
FULL_TEXT = {
    "sqlite": (
        "CREATE VIRTUAL TABLE article_text_fts USING fts5(search_key, content='article_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER article_text_fts_insert AFTER INSERT ON article_text BEGIN INSERT INTO article_text_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
        "CREATE TRIGGER article_text_fts_delete AFTER DELETE ON article_text BEGIN INSERT INTO article_text_fts(article_text_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); END",
        "CREATE TRIGGER article_text_fts_update AFTER UPDATE OF search_key ON article_text BEGIN INSERT INTO article_text_fts(article_text_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); INSERT INTO article_text_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
        "CREATE VIRTUAL TABLE public_text_fts USING fts5(search_key, content='public_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER public_text_fts_insert AFTER INSERT ON public_text BEGIN INSERT INTO public_text_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
        "CREATE TRIGGER public_text_fts_delete AFTER DELETE ON public_text BEGIN INSERT INTO public_text_fts(public_text_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); END",
        "CREATE TRIGGER public_text_fts_update AFTER UPDATE OF search_key ON public_text BEGIN INSERT INTO public_text_fts(public_text_fts, rowid, search_key) VALUES ('delete', old.id, old.search_key); INSERT INTO public_text_fts(rowid, search_key) VALUES (new.id, new.search_key); END",
    ),
    "postgresql": (
        "CREATE INDEX ix_article_text_fts ON article_text USING gin (to_tsvector('simple'::regconfig, search_key))",
        "CREATE INDEX ix_public_text_fts ON public_text USING gin (to_tsvector('simple'::regconfig, search_key))",
    ),
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "article_category",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column(
            "labels", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_category_slug")),
    )
    op.create_table(
        "article",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column(
            "writers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correction_note", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("latest_version", sa.Integer(), nullable=False),
        sa.Column("public_version", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_article_author_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["article_category.id"],
            name=op.f("fk_article_category_id_article_category"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["staff.id"], name=op.f("fk_article_published_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_article_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    op.create_index(op.f("ix_article_author_id"), "article", ["author_id"], unique=False)
    op.create_index(op.f("ix_article_category_id"), "article", ["category_id"], unique=False)
    op.create_index(op.f("ix_article_needs_review"), "article", ["needs_review"], unique=False)
    op.create_index(
        op.f("ix_article_state_publish_at"), "article", ["state", "publish_at"], unique=False
    )
    op.create_index(
        op.f("ix_article_unit_id_state_updated_at_id"),
        "article",
        ["unit_id", "state", "updated_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_article_unit_id_updated_at_id"),
        "article",
        ["unit_id", "updated_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_article_updated_at_id"), "article", ["updated_at", "id"], unique=False)
    op.create_table(
        "article_asset",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_asset_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_article_asset_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_asset")),
        sa.UniqueConstraint(
            "article_id", "upload_id", name=op.f("uq_article_asset_article_id_upload_id")
        ),
    )
    op.create_index(
        op.f("ix_article_asset_upload_id"), "article_asset", ["upload_id"], unique=False
    )
    op.create_table(
        "article_event",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_article_event_actor_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_event_article_id_article")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_event")),
    )
    op.create_index(
        op.f("ix_article_event_article_id_at_id"),
        "article_event",
        ["article_id", "at", "id"],
        unique=False,
    )
    op.create_table(
        "article_scope",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_scope_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_article_scope_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_article_scope_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_scope")),
        sa.UniqueConstraint(
            "article_id",
            "unit_id",
            "community_id",
            name=op.f("uq_article_scope_article_id_unit_id_community_id"),
        ),
    )
    op.create_index(
        op.f("ix_article_scope_community_id"), "article_scope", ["community_id"], unique=False
    )
    op.create_index(op.f("ix_article_scope_unit_id"), "article_scope", ["unit_id"], unique=False)
    op.create_table(
        "article_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_text_article_id_article")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_text")),
        sa.UniqueConstraint(
            "article_id", "language", name=op.f("uq_article_text_article_id_language")
        ),
    )
    op.create_table(
        "article_version",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "texts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_article_version_actor_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_version_article_id_article")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
        sa.UniqueConstraint(
            "article_id", "number", name=op.f("uq_article_version_article_id_number")
        ),
    )
    op.create_table(
        "public_article",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correction_note", sa.Text(), nullable=True),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("cover", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column(
            "attachments", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "scope", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_public_article_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["article_category.id"],
            name=op.f("fk_public_article_category_id_article_category"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_public_article_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_public_article")),
    )
    op.create_index(
        op.f("ix_public_article_listed_at_article_id"),
        "public_article",
        ["listed_at", "article_id"],
        unique=False,
    )
    op.create_index(op.f("ix_public_article_unit_id"), "public_article", ["unit_id"], unique=False)
    op.create_table(
        "public_community",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["public_article.article_id"],
            name=op.f("fk_public_community_article_id_public_article"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_public_community_community_id_community"),
        ),
        sa.PrimaryKeyConstraint("article_id", "community_id", name=op.f("pk_public_community")),
    )
    op.create_index(
        op.f("ix_public_community_community_id"), "public_community", ["community_id"], unique=False
    )
    op.create_table(
        "public_placement",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whole_unit", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["public_article.article_id"],
            name=op.f("fk_public_placement_article_id_public_article"),
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["article_category.id"],
            name=op.f("fk_public_placement_category_id_article_category"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_public_placement_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("article_id", "unit_id", name=op.f("pk_public_placement")),
    )
    op.create_index(
        op.f("ix_public_placement_unit_id_category_id_listed_at_article_id"),
        "public_placement",
        ["unit_id", "category_id", "listed_at", "article_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_public_placement_unit_id_listed_at_article_id"),
        "public_placement",
        ["unit_id", "listed_at", "article_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_public_placement_unit_id_valid_to"),
        "public_placement",
        ["unit_id", "valid_to"],
        unique=False,
    )
    op.create_table(
        "public_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["public_article.article_id"],
            name=op.f("fk_public_text_article_id_public_article"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_text")),
        sa.UniqueConstraint(
            "article_id", "language", name=op.f("uq_public_text_article_id_language")
        ),
    )
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE article_text_fts")
        op.execute("DROP TABLE public_text_fts")
    op.drop_table("public_text")
    op.drop_index(op.f("ix_public_placement_unit_id_valid_to"), table_name="public_placement")
    op.drop_index(
        op.f("ix_public_placement_unit_id_listed_at_article_id"), table_name="public_placement"
    )
    op.drop_index(
        op.f("ix_public_placement_unit_id_category_id_listed_at_article_id"),
        table_name="public_placement",
    )
    op.drop_table("public_placement")
    op.drop_index(op.f("ix_public_community_community_id"), table_name="public_community")
    op.drop_table("public_community")
    op.drop_index(op.f("ix_public_article_unit_id"), table_name="public_article")
    op.drop_index(op.f("ix_public_article_listed_at_article_id"), table_name="public_article")
    op.drop_table("public_article")
    op.drop_table("article_version")
    op.drop_table("article_text")
    op.drop_index(op.f("ix_article_scope_unit_id"), table_name="article_scope")
    op.drop_index(op.f("ix_article_scope_community_id"), table_name="article_scope")
    op.drop_table("article_scope")
    op.drop_index(op.f("ix_article_event_article_id_at_id"), table_name="article_event")
    op.drop_table("article_event")
    op.drop_index(op.f("ix_article_asset_upload_id"), table_name="article_asset")
    op.drop_table("article_asset")
    op.drop_index(op.f("ix_article_updated_at_id"), table_name="article")
    op.drop_index(op.f("ix_article_unit_id_updated_at_id"), table_name="article")
    op.drop_index(op.f("ix_article_unit_id_state_updated_at_id"), table_name="article")
    op.drop_index(op.f("ix_article_state_publish_at"), table_name="article")
    op.drop_index(op.f("ix_article_needs_review"), table_name="article")
    op.drop_index(op.f("ix_article_category_id"), table_name="article")
    op.drop_index(op.f("ix_article_author_id"), table_name="article")
    op.drop_table("article")
    op.drop_table("article_category")
