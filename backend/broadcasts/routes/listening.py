"""What residents read before they listen."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.broadcasts import queries, views
from backend.broadcasts.effects import AREA
from backend.broadcasts.schemas import (
    BroadcastDetail,
    BroadcastItem,
    BroadcastQuery,
    ProgrammeList,
)
from backend.core.api import Blueprint, language, page_schema, public_cache
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.places import queries as places

Rendered = tuple[dict[str, Any], datetime | None]

blp = Blueprint("listening", __name__, description="Replay: what the loudspeakers said")


@blp.route("/communes/<string:code>/broadcasts")
@public
@blp.response(200, page_schema(BroadcastItem))
@public_cache(AREA, "places")
@blp.arguments(BroadcastQuery, location="query")
def list_broadcasts(query: dict[str, Any], code: str) -> Rendered:
    """What the stations of a commune and of its province aired, newest first."""
    with reading() as session:
        unit = places.commune_by_code(session, code)
        if unit is None:
            raise NotFound("places.commune_not_found")
        found = queries.aired(
            session,
            unit,
            day=query["date"],
            programme=query["programme"],
            language=query["language"],
            cursor=query["cursor"],
            limit=query["limit"],
        )
        items = views.public_items(found.items, language())
    page = {"items": items, "next_cursor": found.next_cursor}
    # A unit's code may pass to another at midnight.
    return _dump(page_schema(BroadcastItem)(), page), places.day_ends()


@blp.route("/communes/<string:code>/programmes")
@public
@blp.response(200, ProgrammeList)
@public_cache(AREA, "places")
def list_programmes(code: str) -> Rendered:
    """The programmes of a commune's station."""
    with reading() as session:
        unit = places.commune_by_code(session, code)
        if unit is None:
            raise NotFound("places.commune_not_found")
        items = queries.programmes(session, unit.id)
    return _dump(ProgrammeList(), {"items": items}), places.day_ends()


@blp.route("/broadcasts/<uuid:broadcast_id>")
@public
@blp.response(200, BroadcastDetail)
@public_cache(AREA)
def get_broadcast(broadcast_id: UUID) -> Rendered:
    """One broadcast with its words. A withdrawn one answers 410 with the reason."""
    with reading() as session:
        heard = queries.public_broadcast(session, broadcast_id)
        shown = views.public_detail(session, heard, language())
    return _dump(BroadcastDetail(), shown), None


def _dump(schema: Any, value: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = schema.dump(value)
    return dumped
