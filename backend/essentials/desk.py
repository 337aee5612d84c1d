"""What the editorial desk reads: working texts, within the units that the reader's grants cover."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session, joinedload, selectinload

from backend.core.api.paging import Page
from backend.core.auth import Permission, Principal
from backend.core.errors import NotFound
from backend.core.full_text import matching
from backend.essentials.models import (
    Article,
    ArticleEvent,
    ArticleState,
    ArticleText,
    ArticleVersion,
)
from backend.essentials.workflow import Actor, Standing
from backend.places.models import AdminUnit
from backend.places.scope import page_in_scope, permissions_over, scope_of, units_in_scope

_TEXTS: Table = ArticleText.metadata.tables[ArticleText.__tablename__]
READ = Permission.ARTICLES_READ


def article(session: Session, reader: Principal, article_id: UUID) -> Article:
    """The article with everything that hangs on it.

    Raises:
        NotFound: there is none in the units that ``reader`` may look at.
    """
    found = session.scalar(
        select(Article)
        .where(Article.id == article_id, Article.unit_id.in_(units_in_scope(reader, READ)))
        .options(
            joinedload(Article.category),
            selectinload(Article.texts),
            selectinload(Article.scopes),
            selectinload(Article.assets),
        )
    )
    if found is None:
        raise NotFound("essentials.not_found")
    return found


def articles(
    session: Session,
    reader: Principal,
    *,
    state: ArticleState | None = None,
    unit: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Articles of the reader's units, last changed first.

    Args:
        unit: code of one unit; one that is not the reader's has no articles.
    """
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(Article.state == state)
    if q:
        texts = select(ArticleText.article_id).where(matching(session, _TEXTS, q))
        conditions.append(Article.id.in_(texts))
    shown = selectinload(Article.texts).load_only(
        ArticleText.article_id, ArticleText.language, ArticleText.title, ArticleText.summary
    )
    return page_in_scope(
        session,
        scope_of(reader, READ),
        Article,
        conditions,
        moment=Article.updated_at,
        unit=unit,
        cursor=cursor,
        limit=limit,
        options=(shown, joinedload(Article.category)),
    )


def history(session: Session, article_id: UUID) -> list[ArticleEvent]:
    """Everything that happened to an article, oldest first."""
    return list(
        session.scalars(
            select(ArticleEvent)
            .where(ArticleEvent.article_id == article_id)
            .order_by(ArticleEvent.at, ArticleEvent.id)
        )
    )


def last_event(session: Session, article_id: UUID) -> ArticleEvent | None:
    """The latest thing that happened to an article."""
    return session.scalar(
        select(ArticleEvent)
        .where(ArticleEvent.article_id == article_id)
        .order_by(ArticleEvent.at.desc(), ArticleEvent.id.desc())
        .limit(1)
    )


def last_writer(session: Session, article: Article) -> UUID:
    """Who changed the working text or what goes with it last."""
    found = session.scalar(
        select(ArticleEvent.actor_id)
        .where(ArticleEvent.article_id == article.id, ArticleEvent.type.in_(("create", "edit")))
        .order_by(ArticleEvent.at.desc(), ArticleEvent.id.desc())
        .limit(1)
    )
    return found or article.author_id


def versions(session: Session, article_id: UUID) -> list[ArticleVersion]:
    """The kept versions of an article, oldest first."""
    return list(
        session.scalars(
            select(ArticleVersion)
            .where(ArticleVersion.article_id == article_id)
            .order_by(ArticleVersion.number)
        )
    )


def version(session: Session, article_id: UUID, number: int) -> ArticleVersion:
    """One kept version.

    Raises:
        NotFound: there is none of that number.
    """
    found = session.scalar(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article_id, ArticleVersion.number == number
        )
    )
    if found is None:
        raise NotFound("essentials.no_such_version")
    return found


def standing_of(article: Article) -> Standing:
    """What the workflow must know of an article."""
    texts: list[Any] = article.texts
    return Standing(
        state=article.state,
        priority=article.priority,
        author=article.author_id,
        writers=frozenset(UUID(each) for each in article.writers),
        complete=bool(texts) and all(text.title and text.body_html for text in texts),
        needs_review=article.needs_review,
        published_by=article.published_by,
    )


def actor_in(session: Session, unit: AdminUnit, principal: Principal) -> Actor:
    """Who wants to make a move in ``unit``; the house itself has no id and needs no permission."""
    return Actor(principal.id, permissions_over(session, unit, principal))
