"""The JSON that goes with a first screen: the same as the API's answers, so that the app need not ask again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.broadcasts import queries as replay
from backend.broadcasts import views as replay_views
from backend.broadcasts.models import Language
from backend.broadcasts.schemas import BroadcastItem
from backend.core.api import page_schema
from backend.core.errors import Gone, NotFound
from backend.essentials import queries as essentials
from backend.essentials.cards import Cards
from backend.essentials.models import PublicArticle
from backend.essentials.schemas import ArticleCardSchema, ArticleReadingSchema
from backend.feedback import queries as feedback
from backend.feedback import words
from backend.feedback.models import FeedbackCategory, PublicRecord
from backend.places import queries as places
from backend.places.found import Hit, Reason
from backend.places.models import AdminUnit, UnitLevel, UnitSuccession
from backend.places.queries import standing
from backend.places.schemas import CommuneDetailSchema, CommuneSchema
from backend.places.search import find_communes

HOME_LIMIT = 10  # as the app asks for: first.ts
LIST_LIMIT = 20
MOST_FOUND = 20


def commune(session: Session, code: str) -> AdminUnit:
    """The commune that carries ``code`` today.

    Raises:
        Gone: it was reorganised; ``params`` name it and its successors.
        NotFound: nobody ever had that code.
    """
    unit = places.commune_by_code(session, code)
    if unit is not None:
        return unit
    former = places.last_with_code(session, code)
    if former is None:
        raise NotFound("places.commune_not_found")
    successors = [
        {"code": each.code, "name": each.full_name}
        for each, _ in places.successors_of(session, former.id)
    ]
    raise Gone("places.commune_replaced", name=former.full_name, successors=successors)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune to choose as ``GET /communes`` has it, and its former name when that is why it was found."""

    facts: dict[str, Any]
    former: str


def places_to_choose(session: Session, q: str) -> list[Place]:
    """Communes found by ``q``; those that work with the system when nothing was asked."""
    if q:
        found = [(hit.commune, _former(hit)) for hit in find_communes(session, q, limit=MOST_FOUND)]
    else:
        staffed = (
            select(AdminUnit)
            .where(AdminUnit.level == UnitLevel.COMMUNE, AdminUnit.is_staffed, standing())
            .order_by(AdminUnit.code)
            .limit(MOST_FOUND)
        )
        found = [(unit, "") for unit in session.scalars(staffed)]
    provinces = places.units(session, {unit.parent_id for unit, _ in found if unit.parent_id})
    return [
        Place(_commune(unit, provinces[unit.parent_id] if unit.parent_id else None), former)
        for unit, former in found
    ]


def _commune(unit: AdminUnit, province: AdminUnit | None) -> dict[str, Any]:
    facts = {
        **_facts(unit),
        "kind": unit.kind,
        "province": province,
        "staffed": unit.is_staffed,
        "matched": None,
    }
    dumped: dict[str, Any] = CommuneSchema().dump(facts)
    return dumped


def _former(hit: Hit) -> str:
    matched = hit.matched
    return matched.unit.full_name if matched and matched.reason is not Reason.CURRENT else ""


def commune_facts(session: Session, unit: AdminUnit) -> dict[str, Any]:
    """``GET /communes/{code}``."""
    province = places.province_of(session, unit)
    facts = {
        **_facts(unit),
        "kind": unit.kind,
        "province": province,
        "staffed": unit.is_staffed,
        "matched": None,
        "hotline": unit.hotline,
        "languages": unit.languages,
        "predecessors": [
            {**_facts(former), "name": former.full_name, **_manner(succession)}
            for former, succession in places.predecessors_of(session, unit.id)
        ],
    }
    dumped: dict[str, Any] = CommuneDetailSchema().dump(facts)
    return dumped


def articles(
    session: Session,
    unit: AdminUnit,
    language: str,
    *,
    q: str | None = None,
    category: str | None = None,
    cursor: str | None = None,
) -> tuple[dict[str, Any], Cards]:
    """``GET /communes/{code}/articles?limit=10``, and the page it was made from."""
    found = essentials.public_articles(
        session, unit, language, q=q, category=category, cursor=cursor, limit=HOME_LIMIT
    )
    dumped: dict[str, Any] = page_schema(ArticleCardSchema)().dump(found)
    return dumped, found


def article(
    session: Session, article_id: UUID, text_language: str, language: str
) -> dict[str, Any]:
    """``GET /articles/{id}``.

    Raises:
        NotFound, Gone: as ``essentials.queries.public_article``.
    """
    found = essentials.public_article(session, article_id, text_language, language)
    dumped: dict[str, Any] = ArticleReadingSchema().dump(found)
    return dumped


def broadcasts(
    session: Session,
    unit: AdminUnit,
    speech: str,
    *,
    day: date | None = None,
    language: Language | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    """``GET /communes/{code}/broadcasts?limit=20``, in the words of ``speech``."""
    found = replay.aired(session, unit, day=day, language=language, cursor=cursor, limit=LIST_LIMIT)
    items = replay_views.public_items(found.items, speech)
    dumped: dict[str, Any] = page_schema(BroadcastItem)().dump(
        {"items": items, "next_cursor": found.next_cursor}
    )
    return dumped


def outcomes(
    session: Session,
    unit: AdminUnit,
    language: str,
    wanted: feedback.RecordFilter = feedback.EVERYTHING,
    *,
    cursor: str | None = None,
) -> dict[str, Any]:
    """``GET /communes/{code}/feedback?limit=20``."""
    found = feedback.records(session, unit, wanted, cursor=cursor, limit=LIST_LIMIT)
    items = [words.record(record, of, language) for record, of in found.items]
    return {"items": items, "next_cursor": found.next_cursor}


def categories(language: str) -> list[dict[str, str] | None]:
    """``GET /feedback-categories``."""
    return [words.category(slug, language) for slug in FeedbackCategory]


def outcome(session: Session, record_id: UUID, language: str) -> dict[str, Any]:
    """``GET /public-feedback/{id}``.

    Raises:
        NotFound: it is not public.
    """
    found = feedback.record(session, record_id)
    if found is None:
        raise NotFound("feedback.not_published")
    return words.record(*found, language)


def id_between(session: Session, kind: str, first: UUID, last: UUID) -> UUID | None:
    """The public article (``a``) or outcome (``o``) whose id lies in a range; None when there is none, or more than one."""
    key = PublicArticle.article_id if kind == "a" else PublicRecord.id
    found = session.scalars(select(key).where(key.between(first, last)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _facts(unit: AdminUnit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "full_name": unit.full_name,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "district": unit.former_district,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
    }


def _manner(succession: UnitSuccession) -> dict[str, Any]:
    return {
        "kind": succession.kind,
        "effective_on": succession.effective_on,
        "legal_basis": succession.legal_basis,
    }
