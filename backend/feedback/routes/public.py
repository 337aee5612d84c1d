"""The public record: what came of feedback, masked and with proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core.api import Blueprint, language, page_schema, public_cache
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.feedback import queries, words
from backend.feedback.projection import AREA
from backend.feedback.schemas import PublicFeedbackArgs, PublicFeedbackSchema
from backend.places.queries import commune_by_code, day_ends

blueprint = Blueprint("outcomes", __name__, description="Public outcomes of feedback")

Words = tuple[dict[str, Any], datetime | None]


@blueprint.route("/communes/<code>/feedback")
@public
@blueprint.response(200, page_schema(PublicFeedbackSchema))
@public_cache(AREA, "places")
@blueprint.arguments(PublicFeedbackArgs, location="query")
def of_commune(args: dict[str, Any], code: str) -> Words:
    """Published outcomes of a commune, latest first."""
    speech = language()
    wanted = queries.RecordFilter(
        category=args["category"], kind=args["kind"], outcome=args["outcome"]
    )
    with reading() as session:
        commune = commune_by_code(session, code)
        if commune is None:
            raise NotFound("places.commune_not_found")
        found = queries.records(
            session,
            commune,
            wanted,
            cursor=args["cursor"],
            limit=args["limit"],
        )
    return {
        "items": [words.record(record, unit, speech) for record, unit in found.items],
        "next_cursor": found.next_cursor,
    }, day_ends()  # codes pass to other units at midnight


@blueprint.route("/public-feedback/<uuid:record_id>")
@public
@blueprint.response(200, PublicFeedbackSchema)
@public_cache(AREA, "places")
def one(record_id: UUID) -> Words:
    """One published outcome."""
    with reading() as session:
        found = queries.record(session, record_id)
    if found is None:
        raise NotFound("feedback.not_published")
    return words.record(*found, language()), None
