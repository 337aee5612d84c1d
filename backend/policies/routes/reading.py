"""What residents read of the policies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core.api import Blueprint, language, page_schema, public_cache
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.places import queries as places
from backend.policies import queries, views
from backend.policies.queries import AREA
from backend.policies.schemas import (
    PolicyCardSchema,
    PolicyQuery,
    PolicyReadingSchema,
    PolicySpeechQuery,
)

Rendered = tuple[dict[str, Any], datetime]

blp = Blueprint(
    "policies", __name__, description="Policies: what was promised, by whom, until when"
)


@blp.route("/communes/<string:code>/policies")
@public
@blp.response(200, page_schema(PolicyCardSchema))
@public_cache(AREA, "places")
@blp.arguments(PolicyQuery, location="query")
def list_policies(query: dict[str, Any], code: str) -> Rendered:
    """The policies carried out in a commune: its own, its province's and the country's, newest first."""
    with reading() as session:
        unit = places.commune_by_code(session, code)
        if unit is None:
            raise NotFound("places.commune_not_found")
        found = queries.public_policies(
            session, unit, q=query["q"], cursor=query["cursor"], limit=query["limit"]
        )
        items = views.cards(session, found.items, query["lang"] or language(), language())
    payload = {"items": items, "next_cursor": found.next_cursor}
    # Promises become late and policies begin to hold at midnight.
    return page_schema(PolicyCardSchema)().dump(payload), places.day_ends()


@blp.route("/policies/<string:slug>")
@public
@blp.response(200, PolicyReadingSchema)
@public_cache(AREA, "places")
@blp.arguments(PolicySpeechQuery, location="query")
def get_policy(query: dict[str, Any], slug: str) -> Rendered:
    """One policy with its promises. One that was put away says so in ``state``."""
    with reading() as session:
        policy = queries.public_policy(session, slug)
        shown = views.reading(session, policy, query["lang"] or language(), language())
    return PolicyReadingSchema().dump(shown), places.day_ends()
