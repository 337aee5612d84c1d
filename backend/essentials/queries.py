"""What the public may read of the articles. Only the public copy is looked at here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from backend.core import clock
from backend.core.api.paging import merged_page
from backend.core.errors import Gone, InvalidInput, NotFound
from backend.core.full_text import matching
from backend.essentials.cards import Card, Cards, Reading, card, reading
from backend.essentials.models import (
    Article,
    ArticleEvent,
    ArticleState,
    Category,
    PublicArticle,
    PublicCommunity,
    PublicPlacement,
    PublicText,
)
from backend.places import queries as places
from backend.places.models import AdminUnit, Community

_TEXTS: Table = PublicText.metadata.tables[PublicText.__tablename__]


def categories(session: Session) -> list[Category]:
    """The categories in use, in their order."""
    return list(
        session.scalars(select(Category).where(Category.active).order_by(Category.position))
    )


def category_by_slug(session: Session, slug: str) -> Category | None:
    """The category of that slug, also when it is no longer in use."""
    return session.scalar(select(Category).where(Category.slug == slug))


def public_articles(  # noqa: PLR0913 - the filters of one list
    session: Session,
    unit: AdminUnit,
    language: str,
    *,
    speech: str | None = None,
    category: str | None = None,
    q: str | None = None,
    community_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 20,
    bodies: bool = False,
) -> Cards:
    """What people of ``unit`` may read now, newest first: their commune's and their province's articles.

    What the units said that theirs was made from is among it, under the name of who said it.

    Args:
        language: preferred for texts; others fall back to Vietnamese, then to whatever there is.
        speech: language of the labels; ``language`` when not given.
        category: slug.
        q: words; every one must begin a word of the text. Empty: no filter.
        community_id: also what is for this community only; without it, what is for any community.
        bodies: items are ``Reading``, with their whole text.

    Raises:
        InvalidInput: unknown category, or a cursor of another list.
    """
    now = clock.now()
    lines = places.lineages(session, [unit.id, *([unit.parent_id] if unit.parent_id else [])])
    wanted: list[ColumnElement[bool]] = [
        PublicPlacement.listed_at <= now,
        or_(PublicPlacement.valid_to.is_(None), PublicPlacement.valid_to > now),
    ]
    if category is not None:
        wanted.append(PublicPlacement.category_id == _category_id(session, category))
    if q:
        wanted.append(PublicPlacement.article_id.in_(search(session, q)))
    if community_id is not None:
        theirs = select(PublicCommunity.article_id).where(
            PublicCommunity.community_id == community_id
        )
        wanted.append(or_(PublicPlacement.whole_unit, PublicPlacement.article_id.in_(theirs)))
    branches = [
        select(PublicPlacement.listed_at, PublicPlacement.article_id).where(
            PublicPlacement.unit_id == unit_id, *_not_in(line[:place]), *wanted
        )
        for line in lines.values()
        for place, unit_id in enumerate(line)
    ]
    found = merged_page(session, branches, cursor=cursor, limit=limit)
    units = [unit_id for line in lines.values() for unit_id in line]
    ids = [row.article_id for row in found.items]
    items = _cards(session, ids, language, speech or language, bodies=bodies)
    return Cards(items, found.next_cursor, next_change(session, units, now))


def articles_of_province(
    session: Session,
    province: AdminUnit,
    language: str,
    *,
    category: str | None = None,
    limit: int = 20,
    bodies: bool = False,
) -> Cards:
    """The newest articles of a province and all its communes, each once; arguments as for ``public_articles``.

    Those of the provinces it was made from, and of their communes, are among them.
    """
    now = clock.now()
    line = places.lineages(session, [province.id])[province.id]
    wanted: list[ColumnElement[bool]] = [_visible(now)]
    if category is not None:
        wanted.append(PublicArticle.category_id == _category_id(session, category))
    homes = (PublicArticle.province_id, PublicArticle.unit_id)  # of communes, and its own
    branches = [
        select(PublicArticle.listed_at, PublicArticle.article_id).where(
            home == province_id, *wanted
        )
        for province_id in line
        for home in homes
    ]
    ids = [row.article_id for row in merged_page(session, branches, cursor=None, limit=limit).items]
    upcoming = _first(
        session,
        *(
            select(func.min(moment)).where(home.in_(line), moment > now)
            for home in homes
            for moment in (PublicArticle.listed_at, PublicArticle.valid_to)
        ),
    )
    items = _cards(session, ids, language, language, bodies=bodies)
    return Cards(items, None, upcoming)


def public_article(
    session: Session, article_id: UUID, language: str, speech: str | None = None
) -> Reading:
    """One article as the public reads it now. Once its window is over it says so (``state``).

    Raises:
        NotFound: there is none, or not yet.
        Gone: it was withdrawn; the reason is part of the answer.
    """
    now = clock.now()
    found = session.scalar(
        select(PublicArticle)
        .where(PublicArticle.article_id == article_id, PublicArticle.listed_at <= now)
        .options(*_with_texts())
    )
    if found is None:
        raise _absent(session, article_id)
    return reading(
        found,
        _units(session, [found])[found.unit_id],
        _categories(session)[found.category_id],
        _communities(session, [found]),
        language,
        speech or language,
        now,
    )


def homes_now(session: Session, article_ids: Sequence[UUID]) -> dict[UUID, AdminUnit | None]:
    """By public article: the unit that stands today in the place of the one that published it."""
    rows = session.execute(
        select(PublicArticle.article_id, PublicArticle.unit_id).where(
            PublicArticle.article_id.in_(article_ids)
        )
    ).all()
    heirs = places.standing_heirs(session, {row.unit_id for row in rows})
    return {row.article_id: heirs.get(row.unit_id) for row in rows}


def search(session: Session, query: str) -> Select[UUID]:
    """A SELECT of the ids of published articles that hold every word of ``query`` (with or without marks)."""
    return select(PublicText.article_id).where(matching(session, _TEXTS, query))


def audience(session: Session, article_id: UUID) -> list[tuple[UUID, UUID | None]]:
    """Whom a published article is for: (unit, community), no community meaning everybody in the unit."""
    wholes = session.execute(
        select(PublicPlacement.unit_id).where(
            PublicPlacement.article_id == article_id, PublicPlacement.whole_unit
        )
    )
    parts = session.execute(
        select(Community.unit_id, Community.id)
        .join(PublicCommunity, PublicCommunity.community_id == Community.id)
        .where(PublicCommunity.article_id == article_id)
    )
    return [(row.unit_id, None) for row in wholes] + [(row.unit_id, row.id) for row in parts]


def next_change(session: Session, units: Sequence[UUID], now: datetime) -> datetime | None:
    """When the list of these units changes by itself: something appears, or its window ends."""
    here = PublicPlacement.unit_id.in_(units)
    return _first(
        session,
        select(func.min(PublicPlacement.listed_at)).where(here, PublicPlacement.listed_at > now),
        select(func.min(PublicPlacement.valid_to)).where(here, PublicPlacement.valid_to > now),
    )


def reader_unit(session: Session, code: str) -> AdminUnit:
    """The commune or province that carries ``code`` today.

    Raises:
        NotFound: there is none.
    """
    if len(code) == len("52"):
        unit = places.province_by_code(session, code)
    else:
        unit = places.commune_by_code(session, code)
    if unit is None:
        raise NotFound("places.unit_not_found")
    return unit


def _not_in(units: Sequence[UUID]) -> list[ColumnElement[bool]]:
    """The article is not in the list of one of ``units`` too: what two communes shared that are one now, is read once."""
    if not units:
        return []
    other = aliased(PublicPlacement)
    also = exists().where(other.article_id == PublicPlacement.article_id, other.unit_id.in_(units))
    return [~also]


def _visible(now: datetime) -> ColumnElement[bool]:
    open_ended = PublicArticle.valid_to.is_(None)
    return (PublicArticle.listed_at <= now) & (open_ended | (PublicArticle.valid_to > now))


def _first(session: Session, *moments: Select[Any]) -> datetime | None:
    found = session.execute(select(*(each.scalar_subquery() for each in moments))).one()
    return min((moment for moment in found if moment is not None), default=None)


def _category_id(session: Session, slug: str) -> UUID:
    category = category_by_slug(session, slug)
    if category is None:
        raise InvalidInput({"category": ["unknown_choice"]})
    return category.id


def _absent(session: Session, article_id: UUID) -> NotFound | Gone:
    withdrawn = session.scalar(
        select(ArticleEvent.reason)
        .join(Article, Article.id == ArticleEvent.article_id)
        .where(
            Article.id == article_id,
            Article.state == ArticleState.WITHDRAWN,
            ArticleEvent.type == "withdraw",
        )
    )
    if withdrawn is None:
        return NotFound("essentials.not_found")
    return Gone("essentials.withdrawn", reason=withdrawn)


def _with_texts(*, bodies: bool = True) -> tuple[ORMOption, ...]:
    texts = selectinload(PublicArticle.texts)
    if not bodies:
        texts = texts.load_only(
            PublicText.article_id, PublicText.language, PublicText.title, PublicText.summary
        )
    return texts, selectinload(PublicArticle.communities)


def _cards(
    session: Session, ids: Sequence[UUID], language: str, speech: str, *, bodies: bool
) -> list[Card]:
    if not ids:
        return []
    rows = session.scalars(
        select(PublicArticle)
        .where(PublicArticle.article_id.in_(ids))
        .options(*_with_texts(bodies=bodies))
    )
    articles = {row.article_id: row for row in rows}
    units = _units(session, list(articles.values()))
    kinds = _categories(session)
    names = _communities(session, list(articles.values()))
    now = clock.now()
    return [
        reading(each, units[each.unit_id], kinds[each.category_id], names, language, speech, now)
        if bodies
        else card(each, units[each.unit_id], kinds[each.category_id], names, language, speech)
        for each in (articles[article_id] for article_id in ids)
    ]


def _units(session: Session, articles: Sequence[PublicArticle]) -> dict[UUID, AdminUnit]:
    return places.units(session, {each.unit_id for each in articles})


def _categories(session: Session) -> dict[UUID, Category]:
    return {each.id: each for each in session.scalars(select(Category))}


def _communities(session: Session, articles: Sequence[PublicArticle]) -> dict[UUID, str]:
    wanted = {each.community_id for article in articles for each in article.communities}
    if not wanted:
        return {}
    rows = session.execute(select(Community.id, Community.name).where(Community.id.in_(wanted)))
    return {row.id: row.name for row in rows}
