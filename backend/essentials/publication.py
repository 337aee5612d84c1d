"""Writing the public copy of an article, and taking it away: the only place that does."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.core.db import bump
from backend.core.full_text import search_key
from backend.essentials.cards import summary_of
from backend.essentials.models import (
    Article,
    ArticleAsset,
    AssetRole,
    PublicArticle,
    PublicCommunity,
    PublicPlacement,
    PublicText,
)
from backend.essentials.revisions import published_versions
from backend.uploads.publication import publish_all, unpublish_all

AREA = "essentials"


def show(session: Session, article: Article, listed_at: datetime) -> None:
    """Make the working text the public one, visible from ``listed_at`` on, in place of an earlier one.

    Raises:
        Conflict: a file of the article is not clean.
    """
    _forget(session, article.id)
    files = _files(session, article)
    session.add(
        PublicArticle(
            article_id=article.id,
            unit_id=article.unit_id,
            province_id=article.province_id,
            category_id=article.category_id,
            priority=article.priority,
            slug=article.slug,
            listed_at=listed_at,
            valid_to=article.valid_to,
            corrected_at=article.corrected_at,
            correction_note=article.correction_note if article.corrected_at else None,
            versions=published_versions(session, article.id),
            cover=next((file for role, file in files if role is AssetRole.COVER), None),
            attachments=[file for role, file in files if role is AssetRole.ATTACHMENT],
            scope=[
                [str(scope.unit_id), str(scope.community_id) if scope.community_id else None]
                for scope in article.scopes
            ],
        )
    )
    session.flush()
    _place(session, article, listed_at)
    session.add_all(
        PublicText(
            article_id=article.id,
            language=text.language,
            title=text.title,
            summary=summary_of(text.summary, text.body_html),
            body_html=text.body_html,
            search_key=search_key(text.title, text.summary, text.search_key),
        )
        for text in article.texts
    )
    bump(session, AREA)


def hide(session: Session, article: Article) -> None:
    """Take the public copy away, and its files with it."""
    _forget(session, article.id)
    unpublish_all(session, [asset.upload_id for asset in article.assets])
    bump(session, AREA)


def unlist(session: Session, article_id: UUID) -> None:
    """Take an article whose window is over out of every list; its own page stays and says so."""
    session.execute(delete(PublicPlacement).where(PublicPlacement.article_id == article_id))


def _forget(session: Session, article_id: UUID) -> None:
    for table in (PublicPlacement, PublicText, PublicCommunity, PublicArticle):
        session.execute(delete(table).where(table.article_id == article_id))


def _place(session: Session, article: Article, listed_at: datetime) -> None:
    whole = {scope.unit_id: scope.community_id is None for scope in article.scopes}
    session.add_all(
        PublicPlacement(
            article_id=article.id,
            unit_id=unit_id,
            category_id=article.category_id,
            listed_at=listed_at,
            valid_to=article.valid_to,
            whole_unit=is_whole,
        )
        for unit_id, is_whole in whole.items()
    )
    session.add_all(
        PublicCommunity(article_id=article.id, community_id=scope.community_id)
        for scope in article.scopes
        if scope.community_id is not None
    )


def _files(session: Session, article: Article) -> list[tuple[AssetRole, dict[str, Any]]]:
    """Make the article's files public and say where they are; those dropped since are taken back."""
    assets = list(
        session.scalars(
            select(ArticleAsset)
            .where(ArticleAsset.article_id == article.id)
            .order_by(ArticleAsset.position, ArticleAsset.id)
        )
    )
    dropped = [asset for asset in assets if asset.dropped]
    unpublish_all(session, [asset.upload_id for asset in dropped])
    for asset in dropped:
        session.delete(asset)
    kept = [asset for asset in assets if not asset.dropped]
    public = publish_all(session, [asset.upload_id for asset in kept])
    for asset in kept:
        asset.is_public = True
    return [(asset.role, _described(asset, file)) for asset, file in zip(kept, public, strict=True)]


def _described(asset: ArticleAsset, file: dict[str, Any]) -> dict[str, Any]:
    if asset.role is AssetRole.COVER:
        return {
            "url": file["url"],
            "width": file["width"],
            "height": file["height"],
            "alt": asset.alt,
            "sources": file["sources"],
        }
    return {
        "name": asset.name,
        "url": file["url"],
        "content_type": file["content_type"],
        "bytes": file["bytes"],
    }
