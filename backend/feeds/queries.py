"""Gathering what goes into a feed; nothing here but reads of what is public already."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import PortalClient
from backend.essentials import queries as essentials
from backend.essentials.cards import Cards, Reading
from backend.feedback import queries as feedback
from backend.feedback import words
from backend.feeds.entries import Entry, Feed, article_entry, feed_of, outcome_entry
from backend.places import queries as places
from backend.places.models import AdminUnit, UnitLevel
from backend.places.queries import standing

Found = tuple[Feed, datetime]


def articles(
    session: Session, unit: AdminUnit, language: str, *, category: str | None, limit: int
) -> Found:
    """The newest articles that people of a commune may read, or those of a province and all its communes.

    Raises:
        InvalidInput: unknown category.
    """
    options = {"category": category, "limit": limit, "bodies": True}
    found: Cards
    if unit.parent_id:
        found = essentials.public_articles(session, unit, language, **options)  # type: ignore[arg-type] # one dict for both
        pages = dict.fromkeys((each.id for each in found.items), unit.code)
    else:
        found = essentials.articles_of_province(session, unit, language, **options)  # type: ignore[arg-type] # as above
        pages = _pages(session, unit, found)
    entries = [
        article_entry(each, pages[each.id]) for each in found.items if isinstance(each, Reading)
    ]
    changes = [places.day_ends(), *([found.next_change_at] if found.next_change_at else [])]
    return feed_of(unit, "articles", language, entries), min(changes)


def outcomes(session: Session, unit: AdminUnit, language: str, *, limit: int) -> Found:
    """The newest public outcomes of a commune, or of all communes of a province."""
    found = feedback.records(session, unit, limit=limit)
    entries: list[Entry] = [
        outcome_entry(words.record(record, of, language), language) for record, of in found.items
    ]
    return feed_of(unit, "outcomes", language, entries), places.day_ends()


def portal_origins(session: Session, portal_id: UUID) -> list[str]:
    """Where an active portal may show us; empty when there is no such portal."""
    found = session.scalar(
        select(PortalClient.allowed_origins).where(
            PortalClient.id == portal_id, PortalClient.active
        )
    )
    return list(found or [])


def _pages(session: Session, province: AdminUnit, found: Cards) -> dict[UUID, str]:
    """By article: the commune whose pages show it. Of one that was merged away, those of its successor."""
    homes = essentials.homes_now(session, [each.id for each in found.items])
    own = _reading_commune(session, province)
    return {
        article_id: home.code if home and home.level is UnitLevel.COMMUNE else own
        for article_id, home in homes.items()
    }


def _reading_commune(session: Session, province: AdminUnit) -> str:
    """Whose pages show a province's own article: the first commune that works with the system, else the first."""
    code = session.scalar(
        select(AdminUnit.code)
        .where(AdminUnit.parent_id == province.id, standing())
        .order_by(AdminUnit.is_staffed.desc(), AdminUnit.code)
        .limit(1)
    )
    return code or province.code
