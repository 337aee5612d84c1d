"""Reads of the broadcasts room for the public and for the rooms above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, joinedload

from backend.broadcasts.models import (
    PUBLIC_STATES,
    Broadcast,
    BroadcastState,
    Language,
    Programme,
    Rendition,
    RenditionState,
    Station,
)
from backend.core import clock
from backend.core.api.paging import Page, merged_page
from backend.core.errors import Gone, NotFound
from backend.places.lineage import became
from backend.places.models import AdminUnit
from backend.places.queries import lineages


@dataclass(frozen=True, slots=True)
class Heard:
    """A broadcast together with the file that was approved."""

    broadcast: Broadcast
    rendition: Rendition


@dataclass(frozen=True, slots=True)
class AudioFile:
    """Where a finished file lies and what it is."""

    object_key: str
    sha256: str
    bytes: int
    content_type: str
    finished_at: datetime


def _approved() -> Select[Broadcast, Rendition]:
    """Broadcasts joined with the approved file; those without one are not there."""
    return (
        select(Broadcast, Rendition)
        .join(Rendition, _is_approved_file())
        .options(joinedload(Broadcast.programme))
    )


def _is_approved_file() -> ColumnElement[bool]:
    return and_(
        Rendition.broadcast_id == Broadcast.id,
        Rendition.revision == Broadcast.revision,
        Rendition.sha256 == Broadcast.approved_sha256,
        Rendition.state == RenditionState.READY,
    )


def aired(
    session: Session,
    unit: AdminUnit,
    *,
    day: date | None = None,
    programme: UUID | None = None,
    language: Language | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """What a unit and its province aired, newest first; items are rows ``(Broadcast, Rendition, AdminUnit)``.

    What the units aired that these were made from is among it, under the name of its own station's unit.

    Args:
        day: a day in Vietnam.
    """
    wanted: list[ColumnElement[bool]] = [
        Broadcast.state.in_(PUBLIC_STATES),
        Broadcast.aired_at.is_not(None),
        exists().where(_is_approved_file()),
    ]
    if day is not None:
        begins = datetime.combine(day, time(), clock.LOCAL).astimezone(UTC)
        ends = begins + timedelta(days=1)  # Vietnam keeps one clock all year
        wanted += [Broadcast.aired_at >= begins, Broadcast.aired_at < ends]
    if programme is not None:
        wanted.append(Broadcast.programme_id == programme)
    if language is not None:
        wanted.append(Broadcast.language == language)
    lines = lineages(session, [unit.id] if unit.parent_id is None else [unit.id, unit.parent_id])
    branches = [
        select(Broadcast.aired_at, Broadcast.id).where(Broadcast.unit_id == unit_id, *wanted)
        for line in lines.values()
        for unit_id in line
    ]
    found = merged_page(session, branches, cursor=cursor, limit=limit)
    ids = [row.id for row in found.items]
    whole = (
        _approved()
        .add_columns(AdminUnit)
        .join(AdminUnit, AdminUnit.id == Broadcast.unit_id)
        .where(Broadcast.id.in_(ids))
    )
    rows = {row[0].id: row for row in session.execute(whole)}
    return Page([rows[broadcast_id] for broadcast_id in ids], found.next_cursor)


def public_broadcast(session: Session, broadcast_id: UUID) -> Heard:
    """One broadcast that residents may hear.

    Raises:
        Gone: it was withdrawn.
        NotFound: there is none, or it was never public.
    """
    row = session.execute(_approved().where(Broadcast.id == broadcast_id)).one_or_none()
    if row is None:
        raise NotFound("broadcasts.not_found")
    broadcast: Broadcast = row[0]
    if broadcast.state is BroadcastState.WITHDRAWN:
        raise Gone("broadcasts.withdrawn", reason=broadcast.state_reason)
    if broadcast.state not in PUBLIC_STATES:
        raise NotFound("broadcasts.not_found")
    return Heard(broadcast, row[1])


def programmes(session: Session, unit_id: UUID) -> list[Programme]:
    """The active programmes of a unit's station in their order."""
    return list(
        session.scalars(
            select(Programme)
            .join(Station, Station.id == Programme.station_id)
            .where(Station.unit_id == unit_id, Programme.active)
            .order_by(Programme.position, Programme.name)
        )
    )


def for_devices(
    session: Session, unit_id: UUID, since: datetime, until: datetime, limit: int
) -> list[Heard]:
    """What a unit's loudspeakers need: approved broadcasts scheduled before ``until``, aired after ``since``.

    Emergencies of the unit's province are among them. In the order of their time; ``limit`` bounds each kind. Those
    put up by a commune that has merged since hear the one it became.
    """
    units, provinces = _heard_in(unit_id)
    here = Broadcast.unit_id.in_(units) | (
        Broadcast.unit_id.in_(provinces) & (Broadcast.priority == "emergency")
    )
    to_come = (
        _approved()
        .where(
            here,
            Broadcast.state == BroadcastState.SCHEDULED,
            Broadcast.scheduled_at >= since,
            Broadcast.scheduled_at < until,
        )
        .order_by(Broadcast.scheduled_at, Broadcast.id)
    )
    past = (
        _approved()
        .where(here, Broadcast.state == BroadcastState.AIRED, Broadcast.aired_at >= since)
        .order_by(Broadcast.aired_at.desc(), Broadcast.id)
    )
    recent = [Heard(row[0], row[1]) for row in session.execute(past.limit(limit))]
    coming = [Heard(row[0], row[1]) for row in session.execute(to_come.limit(limit))]
    return [*reversed(recent), *coming]


def public_file(session: Session, sha256: str) -> AudioFile | None:
    """The file of that hash, if some public broadcast is heard through it."""
    return _file(session, sha256, Broadcast.state.in_(PUBLIC_STATES))


def device_file(session: Session, sha256: str, unit_id: UUID) -> AudioFile | None:
    """The file of that hash, if a loudspeaker of that unit may have it: aired, or scheduled to air."""
    units, provinces = _heard_in(unit_id)
    here = Broadcast.unit_id.in_(units) | Broadcast.unit_id.in_(provinces)
    states = (BroadcastState.SCHEDULED, BroadcastState.AIRED)
    return _file(session, sha256, here & Broadcast.state.in_(states))


def _heard_in(unit_id: UUID) -> tuple[Select[UUID], Select[UUID | None]]:
    """Whose broadcasts are heard in a unit: its own and those of what it became; then their provinces."""
    units = became(unit_id)
    return units, select(AdminUnit.parent_id).where(AdminUnit.id.in_(units))


def _file(session: Session, sha256: str, condition: object) -> AudioFile | None:
    approved = exists().where(
        Broadcast.id == Rendition.broadcast_id,
        Broadcast.revision == Rendition.revision,
        Broadcast.approved_sha256 == Rendition.sha256,
        condition,  # type: ignore[arg-type] # a condition on Broadcast
    )
    found = session.scalar(
        select(Rendition)
        .where(Rendition.sha256 == sha256, Rendition.state == RenditionState.READY, approved)
        .limit(1)
    )
    return None if found is None else file_of(found)


def file_of(rendition: Rendition) -> AudioFile:
    """The file of a finished rendition.

    Raises:
        NotFound: it is not finished.
    """
    if (
        rendition.state is not RenditionState.READY
        or rendition.object_key is None
        or rendition.sha256 is None
        or rendition.bytes is None
        or rendition.content_type is None
        or rendition.finished_at is None
    ):
        raise NotFound("broadcasts.no_audio_yet")
    return AudioFile(
        rendition.object_key,
        rendition.sha256,
        rendition.bytes,
        rendition.content_type,
        rendition.finished_at,
    )


def current_renditions(session: Session, broadcasts: Iterable[Broadcast]) -> dict[UUID, Rendition]:
    """The rendition of each broadcast's present revision, in one statement."""
    wanted: Sequence[tuple[UUID, int]] = [(each.id, each.revision) for each in broadcasts]
    if not wanted:
        return {}
    revisions = dict(wanted)
    found = session.scalars(select(Rendition).where(Rendition.broadcast_id.in_(revisions)))
    return {
        each.broadcast_id: each for each in found if revisions[each.broadcast_id] == each.revision
    }
