"""For whom an article is: turning codes and ids of a request into rows that make sense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.errors import InvalidInput
from backend.places.models import AdminUnit, Community, UnitLevel
from backend.places.queries import standing


class Place(TypedDict):
    """One place of a scope: a unit by its code, and perhaps one community of it."""

    unit: str
    community_id: UUID | None


def resolve(
    session: Session, publisher: AdminUnit, asked: Sequence[Place]
) -> list[tuple[UUID, UUID | None]]:
    """Rows (unit, community) for what was asked; the publisher's whole unit when nothing was.

    A commune speaks to itself; a province to itself, to its communes, or to communities of them.

    Raises:
        InvalidInput: a place does not exist or is not the publisher's, or the places overlap.
    """
    if not asked:
        return [(publisher.id, None)]
    units = _units(session, publisher, {place["unit"] for place in asked})
    ids = {place["community_id"] for place in asked if place["community_id"] is not None}
    homes = _homes(session, ids)
    rows: list[tuple[UUID, UUID | None]] = []
    for place in asked:
        unit, community_id = units.get(place["unit"]), place["community_id"]
        if unit is None:
            raise InvalidInput({"scope": ["unknown_unit"]}, "essentials.scope")
        if community_id is not None and homes.get(community_id) != unit.id:
            raise InvalidInput({"scope": ["unknown_community"]}, "essentials.scope")
        rows.append((unit.id, community_id))
    _refuse_overlap(publisher, rows)
    return rows


def _units(session: Session, publisher: AdminUnit, codes: set[str]) -> dict[str, AdminUnit]:
    reachable = AdminUnit.id == publisher.id
    if publisher.level is UnitLevel.PROVINCE:
        reachable = reachable | (AdminUnit.parent_id == publisher.id)
    # What a unit that has ended published is still corrected, for the places of its last day.
    today = clock.today_local()
    day = min(publisher.valid_to or today, today)
    found = session.scalars(
        select(AdminUnit).where(AdminUnit.code.in_(codes), standing(day), reachable)
    )
    return {unit.code: unit for unit in found}


def _homes(session: Session, community_ids: set[UUID]) -> dict[UUID, UUID]:
    if not community_ids:
        return {}
    rows = session.execute(
        select(Community.id, Community.unit_id).where(Community.id.in_(community_ids))
    )
    return {row.id: row.unit_id for row in rows}


def _refuse_overlap(publisher: AdminUnit, rows: Sequence[tuple[UUID, UUID | None]]) -> None:
    """Nobody finds one article twice in one list."""
    whole = {unit_id for unit_id, community_id in rows if community_id is None}
    parts = {unit_id for unit_id, community_id in rows if community_id is not None}
    covered_twice = whole & parts or len(set(rows)) < len(rows)
    beside_the_province = (
        publisher.level is UnitLevel.PROVINCE and publisher.id in whole and len(rows) > 1
    )
    if covered_twice or beside_the_province:
        raise InvalidInput({"scope": ["overlap"]}, "essentials.scope")
