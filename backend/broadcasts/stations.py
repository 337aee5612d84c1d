"""Stations and programmes: every unit that speaks has a station, made the first time."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.broadcasts.models import Language, Programme, ProgrammeKind, Station
from backend.core.errors import InvalidInput
from backend.core.text import slugify
from backend.places.models import AdminUnit

# What a station begins with: slug, name, kind, language.
FIRST_PROGRAMMES = (
    ("ban-tin", "Bản tin của xã, phường", ProgrammeKind.LOCAL_BULLETIN),
    ("thong-bao", "Thông báo", ProgrammeKind.NOTICE),
)


def station_of(session: Session, unit: AdminUnit) -> Station:
    """The station of ``unit``; made with its first programmes when there is none yet."""
    known = session.scalar(select(Station).where(Station.unit_id == unit.id))
    if known is not None:
        return known
    station = Station(
        unit_id=unit.id,
        name=f"Đài truyền thanh {unit.full_name}",
        language=Language.VI,
        voice="vi",
    )
    session.add(station)
    session.flush()
    for position, (slug, name, kind) in enumerate(FIRST_PROGRAMMES):
        session.add(
            Programme(station_id=station.id, slug=slug, name=name, kind=kind, position=position)
        )
    session.flush()
    return station


def add_programme(
    session: Session, station: Station, name: str, kind: ProgrammeKind, language: Language
) -> Programme:
    """A further programme of a station, at the end of its order; one of that name is given back."""
    slug = slugify(name) or kind.value
    known = session.scalar(
        select(Programme).where(Programme.station_id == station.id, Programme.slug == slug)
    )
    if known is not None:
        return known
    programme = Programme(
        station_id=station.id, slug=slug, name=name, kind=kind, language=language, position=99
    )
    session.add(programme)
    session.flush()
    return programme


def programme_of(session: Session, station_id: UUID, programme_id: UUID | None) -> Programme | None:
    """The programme of that id, if it is the station's.

    Raises:
        InvalidInput: it is not.
    """
    if programme_id is None:
        return None
    found = session.scalar(
        select(Programme).where(Programme.id == programme_id, Programme.station_id == station_id)
    )
    if found is None:
        raise InvalidInput({"programme_id": ["unknown_choice"]})
    return found
