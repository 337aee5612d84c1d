"""What a reader gets: values made from the public copy, for JSON, feeds and pages alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core.text import excerpt
from backend.essentials.body import plain
from backend.essentials.models import Category, Priority, PublicArticle, PublicText
from backend.places.models import AdminUnit

FALLBACK = "vi"
SUMMARY_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An article in a list, in one language."""

    id: UUID
    slug: str
    title: str
    summary: str
    category: dict[str, str]  # slug, label
    priority: Priority
    published_at: datetime
    updated_at: datetime
    valid_to: datetime | None
    unit: dict[str, str]  # code, name, level
    language: str  # of title and summary
    languages: list[str]
    cover: dict[str, Any] | None  # url, width, height, alt
    corrected_at: datetime | None
    communities: list[dict[str, str]]  # id, name; empty: everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Card):
    """An article to read, in one language."""

    body_html: str
    attachments: list[dict[str, Any]]
    correction_note: str | None
    versions: int
    state: str  # published or expired


@dataclass(frozen=True, slots=True)
class Cards:
    """One page of a list, and when it changes without a write."""

    items: list[Card]
    next_cursor: str | None
    next_change_at: datetime | None


def choose(texts: Sequence[PublicText], language: str) -> PublicText:
    """The text in the language asked for, else in Vietnamese, else in any."""
    by_language = {text.language: text for text in texts}
    return by_language.get(language) or by_language.get(FALLBACK) or texts[0]


def label(category: Category, language: str) -> str:
    """The category's name in ``language``, or in Vietnamese."""
    known: Mapping[str, Any] = category.labels
    return str(known.get(language) or known[FALLBACK])


def unit_summary(unit: AdminUnit) -> dict[str, str]:
    """A unit as articles name it."""
    return {"code": unit.code, "name": unit.full_name, "level": unit.level.value}


def card(
    article: PublicArticle,
    unit: AdminUnit,
    category: Category,
    communities: Mapping[UUID, str],
    language: str,
    speech: str,
) -> Card:
    """Build a card.

    Args:
        communities: names by id.
        language: preferred for the text; any code.
        speech: language of the labels.
    """
    text = choose(article.texts, language)
    return Card(**_common(article, text, unit, category, communities, speech))


def reading(
    article: PublicArticle,
    unit: AdminUnit,
    category: Category,
    communities: Mapping[UUID, str],
    language: str,
    speech: str,
    now: datetime,
) -> Reading:
    """Build what the article's own page shows; arguments as for ``card``."""
    text = choose(article.texts, language)
    over = article.valid_to is not None and article.valid_to <= now
    return Reading(
        **_common(article, text, unit, category, communities, speech),
        body_html=text.body_html,
        attachments=article.attachments,
        correction_note=article.correction_note,
        versions=article.versions,
        state="expired" if over else "published",
    )


def summary_of(summary: str, body_html: str) -> str:
    """The summary somebody wrote, or the beginning of the text."""
    return summary or excerpt(plain(body_html), SUMMARY_LENGTH)


def _common(
    article: PublicArticle,
    text: PublicText,
    unit: AdminUnit,
    category: Category,
    communities: Mapping[UUID, str],
    speech: str,
) -> dict[str, Any]:
    return {
        "id": article.article_id,
        "slug": article.slug,
        "title": text.title,
        "summary": text.summary,
        "category": {"slug": category.slug, "label": label(category, speech)},
        "priority": article.priority,
        "published_at": article.listed_at,
        "updated_at": article.corrected_at or article.listed_at,
        "valid_to": article.valid_to,
        "unit": unit_summary(unit),
        "language": text.language,
        "languages": [each.language for each in article.texts],
        "cover": article.cover,
        "corrected_at": article.corrected_at,
        "communities": [
            {"id": str(each.community_id), "name": communities.get(each.community_id, "")}
            for each in article.communities
        ],
    }
