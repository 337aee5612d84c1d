"""Tables of the essential information.

Two copies are kept apart on purpose. What people work on lives in ``article`` and its children; what
the public sees lives in ``public_article``, ``public_text`` and ``public_placement``, written only by
``publication.py`` when an article is published. A public query that never touches the working tables
cannot leak a draft.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core.clock import now
from backend.core.db import Base, Identified, TextEnum, Timestamped, Versioned
from backend.core.full_text import searchable

# An integer key that is SQLite's own rowid: its full-text table points at it.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class ArticleState(enum.StrEnum):
    """Where an article stands on its way from a draft to the public; the moves are in workflow.py."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CORRECTING = "correcting"  # public as it was, while a new text is being written
    CORRECTION_SUBMITTED = "correction_submitted"  # public as it was, while the new text waits
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Priority(enum.StrEnum):
    """Priority of a bulletin (Circular 39/2020: thông thường, ưu tiên, khẩn cấp)."""

    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"


class AssetRole(enum.StrEnum):
    """What a file is to its article."""

    COVER = "cover"
    ATTACHMENT = "attachment"


class Category(Identified, Base):
    """A field of essential information (Decree 49/2024, Art. 6) or a kind of its own, such as Q&A."""

    __tablename__ = "article_category"

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    labels: Mapped[dict[str, Any]]  # language -> label; vi is always there
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Article(Identified, Timestamped, Versioned, Base):
    """An article as those who write, edit and approve it see it."""

    __tablename__ = "article"
    __table_args__ = (
        Index(None, "unit_id", "state", "updated_at", "id"),
        Index(None, "unit_id", "updated_at", "id"),
        Index(None, "province_id", "state", "updated_at", "id"),
        Index(None, "province_id", "updated_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "state", "publish_at"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))  # who publishes it
    # In which that unit lies; none when it is one. Desks of a province read their list by it.
    province_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    category_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article_category.id"), index=True)
    state: Mapped[ArticleState] = mapped_column(TextEnum(ArticleState), default=ArticleState.DRAFT)
    priority: Mapped[Priority] = mapped_column(TextEnum(Priority), default=Priority.NORMAL)
    slug: Mapped[str] = mapped_column(String(100))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    # Everybody who wrote a word of the present text, as text ids: none of them approves it unasked.
    writers: Mapped[list[str]] = mapped_column(default=list)
    # The window in which the public sees it. `valid_to` is the first moment it does not.
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]  # only while scheduled
    published_at: Mapped[datetime | None]
    published_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    corrected_at: Mapped[datetime | None]
    correction_note: Mapped[str | None] = mapped_column(Text)  # being written, or last published
    withdrawn_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]  # when the end of the window was noticed and logged
    # An emergency that one person published alone waits here for a second pair of eyes.
    needs_review: Mapped[bool] = mapped_column(default=False, index=True)
    latest_version: Mapped[int] = mapped_column(default=0)
    public_version: Mapped[int | None]

    category: Mapped[Category] = relationship(lazy="raise")
    texts: Mapped[list[ArticleText]] = relationship(
        order_by="ArticleText.id", cascade="all, delete-orphan"
    )
    scopes: Mapped[list[ArticleScope]] = relationship(
        order_by="ArticleScope.id", cascade="all, delete-orphan"
    )
    assets: Mapped[list[ArticleAsset]] = relationship(
        order_by="ArticleAsset.position", cascade="all, delete-orphan"
    )


class ArticleText(Base):
    """The working text of an article in one language."""

    __tablename__ = "article_text"
    __table_args__ = (UniqueConstraint("article_id", "language"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article.id"))
    language: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)  # sanitised when written
    search_key: Mapped[str] = mapped_column(Text)  # folded words of title, summary and body


class ArticleScope(Identified, Base):
    """One place an article is for: a whole unit, or one community of it."""

    __tablename__ = "article_scope"
    __table_args__ = (UniqueConstraint("article_id", "unit_id", "community_id"),)

    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    community_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("community.id"), index=True)


class ArticleAsset(Identified, Base):
    """A finished upload that belongs to an article."""

    __tablename__ = "article_asset"
    __table_args__ = (UniqueConstraint("article_id", "upload_id"),)

    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article.id"))
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"), index=True)
    role: Mapped[AssetRole] = mapped_column(TextEnum(AssetRole))
    name: Mapped[str] = mapped_column(String(200))  # of an attachment, as people read it
    alt: Mapped[str] = mapped_column(String(300))  # of a cover, for those who do not see it
    position: Mapped[int] = mapped_column(default=0)
    is_public: Mapped[bool] = mapped_column(default=False)  # the public copy shows it
    # Taken off while a correction is written: the public sees it until that is approved.
    dropped: Mapped[bool] = mapped_column(default=False)


class ArticleVersion(Identified, Base):
    """The full text as it stood when it left a pair of hands; never changed afterwards."""

    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int]
    texts: Mapped[dict[str, Any]]  # language -> {title, summary, body_html}
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(Text)  # the visible note of a correction
    published_at: Mapped[datetime | None]


class ArticleEvent(Identified, Base):
    """One move or edit; history is shown from these rows only."""

    __tablename__ = "article_event"
    __table_args__ = (Index(None, "article_id", "at", "id"),)

    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))  # none: the clock
    type: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class PublicArticle(Base):
    """What the public sees of one article, whatever its language."""

    __tablename__ = "public_article"
    __table_args__ = (
        *(
            index
            for place in ("province", "unit")
            for index in (
                Index(
                    f"ix_public_article_{place}_listed", f"{place}_id", "listed_at", "article_id"
                ),
                Index(
                    f"ix_public_article_{place}_category",
                    f"{place}_id",
                    "category_id",
                    "listed_at",
                    "article_id",
                ),
                Index(f"ix_public_article_{place}_ends", f"{place}_id", "valid_to"),
            )
        ),
    )

    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    # In which that unit lies; none when it is one. The feed of a province is read by it.
    province_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    category_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article_category.id"))
    priority: Mapped[Priority] = mapped_column(TextEnum(Priority))
    slug: Mapped[str] = mapped_column(String(100))
    # From this moment on it is visible: a scheduled article needs no write to appear.
    listed_at: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    correction_note: Mapped[str | None] = mapped_column(Text)
    versions: Mapped[int] = mapped_column(default=1)  # how many texts the public has seen
    cover: Mapped[dict[str, Any] | None]  # {url, width, height, alt}
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    scope: Mapped[
        list[Any]
    ]  # [[unit id, community id or null], …]: what a dropped correction restores

    texts: Mapped[list[PublicText]] = relationship(
        order_by="PublicText.id", cascade="all, delete-orphan"
    )
    placements: Mapped[list[PublicPlacement]] = relationship(cascade="all, delete-orphan")
    communities: Mapped[list[PublicCommunity]] = relationship(cascade="all, delete-orphan")


class PublicText(Base):
    """The published text in one language: the only one that enters the public search index."""

    __tablename__ = "public_text"
    __table_args__ = (UniqueConstraint("article_id", "language"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("public_article.article_id"))
    language: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class PublicPlacement(Base):
    """An article in the list of one unit; gone once the article is withdrawn or over."""

    __tablename__ = "public_placement"
    __table_args__ = (
        Index(None, "unit_id", "listed_at", "article_id"),
        Index(None, "unit_id", "category_id", "listed_at", "article_id"),
        Index(None, "unit_id", "valid_to"),
    )

    article_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("public_article.article_id"), primary_key=True
    )
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), primary_key=True)
    category_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("article_category.id"))
    listed_at: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    whole_unit: Mapped[bool]  # else it is only for the communities in ``public_community``


class PublicCommunity(Base):
    """A community that an article is for, when it is not for the whole commune."""

    __tablename__ = "public_community"

    article_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("public_article.article_id"), primary_key=True
    )
    community_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("community.id"), primary_key=True, index=True
    )


searchable(ArticleText.metadata.tables[ArticleText.__tablename__])
searchable(PublicText.metadata.tables[PublicText.__tablename__])
