"""What the people who make broadcasts read, within the units that their grants cover."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session, joinedload, selectinload

from backend.broadcasts.models import (
    Broadcast,
    BroadcastEvent,
    BroadcastState,
    BroadcastWords,
    Rendition,
    RenditionProfile,
)
from backend.broadcasts.workflow import Actor, Standing
from backend.core.api.paging import Page
from backend.core.auth import Permission, Principal
from backend.core.errors import NotFound
from backend.core.full_text import matching
from backend.places.models import AdminUnit
from backend.places.scope import page_in_scope, permissions_over, scope_of, units_in_scope

_WORDS: Table = BroadcastWords.metadata.tables[BroadcastWords.__tablename__]
READ = Permission.BROADCASTS_READ


def broadcast(session: Session, reader: Principal, broadcast_id: UUID) -> Broadcast:
    """The broadcast with its segments, station and programme.

    Raises:
        NotFound: there is none in the units that ``reader`` may look at.
    """
    found = session.scalar(
        select(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.unit_id.in_(units_in_scope(reader, READ)))
        .options(
            selectinload(Broadcast.segments),
            joinedload(Broadcast.station),
            joinedload(Broadcast.programme),
        )
    )
    if found is None:
        raise NotFound("broadcasts.not_found")
    return found


def broadcasts(
    session: Session,
    reader: Principal,
    *,
    state: BroadcastState | None = None,
    unit: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Broadcasts of the reader's units, newest first.

    Args:
        unit: code of one unit; one that is not the reader's has no broadcasts.
        q: words, with or without diacritics; every one must begin a word of what it is called or says.
    """
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(Broadcast.state == state)
    if q:
        found = select(BroadcastWords.broadcast_id).where(matching(session, _WORDS, q))
        conditions.append(Broadcast.id.in_(found))
    return page_in_scope(
        session,
        scope_of(reader, READ),
        Broadcast,
        conditions,
        moment=Broadcast.created_at,
        unit=unit,
        cursor=cursor,
        limit=limit,
        options=(joinedload(Broadcast.programme),),
    )


def history(session: Session, broadcast_id: UUID) -> list[BroadcastEvent]:
    """Everything that happened to a broadcast, oldest first."""
    return list(
        session.scalars(
            select(BroadcastEvent)
            .where(BroadcastEvent.broadcast_id == broadcast_id)
            .order_by(BroadcastEvent.at, BroadcastEvent.id)
        )
    )


def current_rendition(session: Session, broadcast: Broadcast) -> Rendition | None:
    """The file, finished or not, of what the broadcast says now."""
    return session.scalar(
        select(Rendition).where(
            Rendition.broadcast_id == broadcast.id,
            Rendition.revision == broadcast.revision,
            Rendition.profile == RenditionProfile.MP3_64,
        )
    )


def standing_of(broadcast: Broadcast, rendition: Rendition | None) -> Standing:
    """What the workflow must know of a broadcast."""
    return Standing(
        state=broadcast.state,
        priority=broadcast.priority,
        contributors=frozenset(UUID(each) for each in broadcast.contributor_ids),
        segments=len(broadcast.segments),
        audio=None if rendition is None else rendition.state,
        sha256=None if rendition is None else rendition.sha256,
    )


def actor_in(session: Session, unit: AdminUnit, principal: Principal) -> Actor:
    """Who wants to make a move in ``unit``; the house itself has no id and needs no permission."""
    return Actor(principal.id, permissions_over(session, unit, principal))
