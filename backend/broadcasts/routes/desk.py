"""The station's desk: making, listening, approving, airing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.broadcasts import desk, queries, service, views, workflow
from backend.broadcasts.content import Draft
from backend.broadcasts.models import Broadcast
from backend.broadcasts.routes.media import RANGE_ANSWERS
from backend.broadcasts.schemas import (
    BroadcastIn,
    BroadcastPatch,
    DeskBroadcast,
    DeskItem,
    DeskQuery,
    MoveIn,
    ProgrammeList,
    VoiceList,
)
from backend.broadcasts.serving import PRIVATE, serve
from backend.broadcasts.stations import station_of
from backend.broadcasts.workflow import Asked
from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    json_answer,
    language,
    page_schema,
    require_version,
    with_etag,
)
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading, transaction
from backend.core.errors import NotFound
from backend.places.scope import unit_in_scope

blp = Blueprint("broadcasts", __name__, description="The station's desk")
MOVE = f"<any({', '.join(workflow.NAMES)}):move>"


@blp.route("/console/broadcasts")
@staff(Permission.BROADCASTS_READ)
@blp.arguments(DeskQuery, location="query")
@blp.response(200, page_schema(DeskItem))
def list_desk(query: dict[str, Any]) -> dict[str, Any]:
    """Broadcasts of my units in every state, newest first."""
    with reading() as session:
        found = desk.broadcasts(session, principal(), **query)
        items = views.desk_items(session, found.items, language())
    return {"items": items, "next_cursor": found.next_cursor}


@blp.route("/console/broadcasts/<uuid:broadcast_id>")
@staff(Permission.BROADCASTS_READ)
@blp.alt_response(200, schema=DeskBroadcast)
def get_desk(broadcast_id: UUID) -> Response:
    """Everything about a broadcast: words, audio, history, and what I may do with it."""
    with reading() as session:
        return _answer(session, desk.broadcast(session, principal(), broadcast_id))


@blp.route("/console/programmes/<string:code>")
@staff(Permission.BROADCASTS_WRITE)
@blp.response(200, ProgrammeList)
def list_my_programmes(code: str) -> dict[str, Any]:
    """The programmes of a station that I may make broadcasts for."""
    with transaction() as session:
        unit = unit_in_scope(session, principal(), Permission.BROADCASTS_WRITE, code)
        station_of(session, unit)  # made now, when this is its first programme
        return {"items": queries.programmes(session, unit.id)}


@blp.route("/console/voices")
@staff(Permission.BROADCASTS_READ)
@blp.response(200, VoiceList)
def list_voices() -> dict[str, Any]:
    """The offline voices that can read a text."""
    return {"items": views.voices(language())}


@blp.route("/console/broadcasts", methods=["POST"])
@staff(Permission.BROADCASTS_WRITE)
@blp.arguments(BroadcastIn)
@blp.alt_response(201, schema=DeskBroadcast)
def create_broadcast(draft: dict[str, Any]) -> Response:
    """Start a broadcast from a text to be spoken, or from an upload. Its audio is made at once, by the worker."""
    code: str = draft.pop("unit")

    def work(session: Session) -> dict[str, Any]:
        broadcast = service.create(session, principal(), code, _draft(draft))
        shown = views.desk_full(session, broadcast, principal(), language())
        return {**shown, "location": f"/api/v1/console/broadcasts/{broadcast.id}"}

    return created_once(work, DeskBroadcast())


@blp.route("/console/broadcasts/<uuid:broadcast_id>", methods=["PATCH"])
@staff(Permission.BROADCASTS_WRITE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(BroadcastPatch)
@blp.alt_response(200, schema=DeskBroadcast)
def edit_broadcast(draft: dict[str, Any], broadcast_id: UUID) -> Response:
    """Change what is named; needs ``If-Match``. New words or sound need approval again."""
    version = require_version()
    with transaction() as session:
        broadcast = service.edit(session, principal(), broadcast_id, version, _draft(draft))
        return _answer(session, broadcast)


@blp.route(f"/console/broadcasts/<uuid:broadcast_id>/{MOVE}", methods=["POST"])
@staff(Permission.BROADCASTS_WRITE, Permission.BROADCASTS_APPROVE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(MoveIn)
@blp.alt_response(200, schema=DeskBroadcast)
def move_broadcast(asked: dict[str, Any], broadcast_id: UUID, move: str) -> Response:
    """Make one move of the workflow (``allowed_moves`` says which are open); needs ``If-Match``.

    To approve, name the ``sha256`` of the file that you listened to.
    """
    version = require_version()
    with transaction() as session:
        broadcast = service.move(session, principal(), broadcast_id, version, move, Asked(**asked))
        return _answer(session, broadcast)


@blp.route("/console/broadcasts/<uuid:broadcast_id>/rendition", methods=["POST"])
@staff(Permission.BROADCASTS_WRITE)
@blp.doc(parameters=[IF_MATCH])
@blp.alt_response(202, schema=DeskBroadcast)
def retry_rendition(broadcast_id: UUID) -> Response:
    """Try once more to make audio that failed; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        broadcast = service.retry_audio(session, principal(), broadcast_id, version)
        shown = views.desk_full(session, broadcast, principal(), language())
        return json_answer(DeskBroadcast().dump(shown), 202)


@blp.route("/console/broadcasts/<uuid:broadcast_id>/audio")
@staff(Permission.BROADCASTS_READ)
@blp.doc(responses=RANGE_ANSWERS)
def preview_audio(broadcast_id: UUID) -> Response:
    """The finished file of what the broadcast says now, for listening before it is approved."""
    with reading() as session:
        broadcast = desk.broadcast(session, principal(), broadcast_id)
        rendition = desk.current_rendition(session, broadcast)
    if rendition is None:
        raise NotFound("broadcasts.no_audio_yet")
    return serve(queries.file_of(rendition), PRIVATE)


def _draft(values: dict[str, Any]) -> Draft:
    draft: Draft = {**values}  # type: ignore[typeddict-item] # the schemas have the same names
    return draft


def _answer(session: Session, broadcast: Broadcast) -> Response:
    shown = views.desk_full(session, broadcast, principal(), language())
    return with_etag(DeskBroadcast().dump(shown), broadcast.version)
