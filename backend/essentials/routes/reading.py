"""What residents read of the articles."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.core.api import Blueprint, language, page_schema, public_cache
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.essentials import queries
from backend.essentials.cards import label
from backend.essentials.publication import AREA
from backend.essentials.schemas import (
    ArticleCardSchema,
    ArticleCategoryList,
    ArticleQuery,
    ArticleReadingSchema,
    SpeechQuery,
)
from backend.places import queries as places
from backend.places.models import AdminUnit

Rendered = tuple[dict[str, Any], datetime | None]

blp = Blueprint("essentials", __name__, description="Essential information: articles to read")


@blp.route("/categories")
@public
@blp.response(200, ArticleCategoryList)
@public_cache(AREA)
@blp.arguments(SpeechQuery, location="query")
def list_categories(query: dict[str, Any]) -> Rendered:
    """The fields of essential information."""
    speech = query["lang"] or language()
    with reading() as session:
        items = [
            {"slug": each.slug, "label": label(each, speech)}
            for each in queries.categories(session)
        ]
    return {"items": items}, None


@blp.route("/communes/<string:code>/articles")
@public
@blp.response(200, page_schema(ArticleCardSchema))
@public_cache(AREA, "places")
@blp.arguments(ArticleQuery, location="query")
def list_articles(query: dict[str, Any], code: str) -> Rendered:
    """What people of a commune may read now, newest first: the commune's and the province's articles."""
    with reading() as session:
        unit = places.commune_by_code(session, code)
        if unit is None:
            raise NotFound("places.commune_not_found")
        return _page(session, unit, query)


@blp.route("/provinces/<string:code>/articles")
@public
@blp.response(200, page_schema(ArticleCardSchema))
@public_cache(AREA, "places")
@blp.arguments(ArticleQuery, location="query")
def list_province_articles(query: dict[str, Any], code: str) -> Rendered:
    """The articles that are for a whole province, newest first."""
    with reading() as session:
        unit = places.province_by_code(session, code)
        if unit is None:
            raise NotFound("places.unit_not_found")
        return _page(session, unit, query)


@blp.route("/articles/<uuid:article_id>")
@public
@blp.response(200, ArticleReadingSchema)
@public_cache(AREA)
@blp.arguments(SpeechQuery, location="query")
def get_article(query: dict[str, Any], article_id: UUID) -> Rendered:
    """One article. A withdrawn one answers 410 with the reason; one that is over says so in ``state``."""
    with reading() as session:
        found = queries.public_article(session, article_id, query["lang"] or language(), language())
    ends = found.valid_to if found.state == "published" else None
    return _dump(ArticleReadingSchema(), found), ends


def _page(session: Session, unit: AdminUnit, query: dict[str, Any]) -> Rendered:
    found = queries.public_articles(
        session,
        unit,
        query["lang"] or language(),
        speech=language(),
        category=query["category"],
        q=query["q"],
        community_id=query["community"],
        cursor=query["cursor"],
        limit=query["limit"],
    )
    # A unit's code may pass to another at midnight.
    changes = [found.next_change_at, places.day_ends()]
    payload = _dump(page_schema(ArticleCardSchema)(), found)
    return payload, min(moment for moment in changes if moment is not None)


def _dump(schema: Any, value: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = schema.dump(value)
    return dumped
