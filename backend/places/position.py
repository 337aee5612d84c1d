"""From a position to the commune that answers for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.places.distance import metres
from backend.places.found import Candidate, Located, Method
from backend.places.models import AdminUnit, UnitBoundary, UnitLevel
from backend.places.queries import standing

CANDIDATES = 5
# A centre further away than this says nothing: the largest communes reach some 30 km from theirs.
REACH_M = 50_000
_DEGREE_M = 110_000  # one degree of latitude, a little less than true


def locate(session: Session, latitude: float, longitude: float, at: date | None = None) -> Located:
    """Find the commune of a position (WGS 84 degrees) on a day: by outline where one was imported, else by distance."""
    inside = [
        unit
        for unit, geometry in session.execute(
            select(AdminUnit, UnitBoundary.geometry)
            .join(UnitBoundary, UnitBoundary.unit_id == AdminUnit.id)
            .where(
                AdminUnit.level == UnitLevel.COMMUNE,
                standing(at),
                UnitBoundary.south <= latitude,
                UnitBoundary.north >= latitude,
                UnitBoundary.west <= longitude,
                UnitBoundary.east >= longitude,
            )
        )
        if contains(geometry, latitude, longitude)
    ]
    if inside:
        found = _by_distance(inside, latitude, longitude)
        return Located(Method.BOUNDARY, tuple(found))
    tall = REACH_M / _DEGREE_M
    wide = tall / math.cos(math.radians(latitude))
    near = session.scalars(
        select(AdminUnit).where(
            AdminUnit.level == UnitLevel.COMMUNE,
            standing(at),
            AdminUnit.latitude.between(latitude - tall, latitude + tall),
            AdminUnit.longitude.between(longitude - wide, longitude + wide),
        )
    ).all()
    found = [each for each in _by_distance(near, latitude, longitude) if each.distance_m <= REACH_M]
    return Located(Method.NEAREST_CENTRES, tuple(found[:CANDIDATES]))


def contains(geometry: dict[str, Any], latitude: float, longitude: float) -> bool:
    """True when a GeoJSON Polygon or MultiPolygon covers the position; holes are outside (even-odd rule)."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return any(
        sum(_in_ring(ring, latitude, longitude) for ring in polygon) % 2 == 1
        for polygon in polygons
    )


def _in_ring(ring: Sequence[Sequence[float]], latitude: float, longitude: float) -> bool:
    """Count the edges that a ray to the east crosses."""
    inside = False
    for (west, south, *_), (east, north, *_) in pairwise(ring):
        if (south > latitude) != (north > latitude):
            crossing = west + (latitude - south) / (north - south) * (east - west)
            if crossing > longitude:
                inside = not inside
    return inside


def _by_distance(units: Sequence[AdminUnit], latitude: float, longitude: float) -> list[Candidate]:
    found = [
        Candidate(unit, round(metres(latitude, longitude, unit.latitude, unit.longitude)))
        for unit in units
        if unit.latitude is not None and unit.longitude is not None
    ]
    return sorted(found, key=lambda each: (each.distance_m, each.commune.code))


__all__ = ["Candidate", "Located", "Method", "contains", "locate"]
