"""Areas that somebody drew: a small GeoJSON Polygon or MultiPolygon (RFC 7946, WGS 84), read, checked and asked.

Pure. The outlines of whole communes come from the operator's file (``backend.places.boundaries``); these are typed
or pasted by officials, so they are kept small and what looks drawn by mistake is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MOST_POSITIONS = 500
_NOTHING = 1e-10  # square degrees: about a square metre
_CLOSED = 4  # positions of the smallest ring (RFC 7946, 3.1.6)

Point = tuple[float, float]  # longitude, latitude
Ring = tuple[Point, ...]


class OutlineError(ValueError):
    """It is no area that can be used; the message is a code."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Rings by polygon, the box around them all."""

    polygons: tuple[tuple[Ring, ...], ...]
    south: float
    west: float
    north: float
    east: float

    def covers(self, latitude: float, longitude: float) -> bool:
        """True when the position lies within; holes are outside (even-odd rule)."""
        if not (self.south <= latitude <= self.north and self.west <= longitude <= self.east):
            return False
        return any(
            sum(_inside(ring, latitude, longitude) for ring in rings) % 2 == 1
            for rings in self.polygons
        )


def read_outline(geometry: Any) -> Outline:
    """Read a geometry.

    Raises:
        OutlineError: ``not_a_polygon``, ``too_many_positions``, ``not_a_position``, ``open_ring``, ``no_area`` or
            ``crosses_itself``.
    """
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise OutlineError("not_a_polygon")
    drawn = geometry.get("coordinates")
    polygons = [drawn] if geometry["type"] == "Polygon" else _some(drawn)
    # Counted before anything is looked at: what is far too large costs nothing.
    rings = [[_some(ring) for ring in _some(polygon)] for polygon in polygons]
    if sum(len(ring) for polygon in rings for ring in polygon) > MOST_POSITIONS:
        raise OutlineError("too_many_positions")
    read = tuple(tuple(_ring(ring) for ring in polygon) for polygon in rings)
    longitudes, latitudes = zip(
        *(point for polygon in read for ring in polygon for point in ring), strict=True
    )
    return Outline(read, min(latitudes), min(longitudes), max(latitudes), max(longitudes))


def _some(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise OutlineError("not_a_polygon")
    if len(value) > MOST_POSITIONS:
        raise OutlineError("too_many_positions")
    return value


def _ring(drawn: list[Any]) -> Ring:
    points = [_point(each) for each in drawn]
    if len(points) < _CLOSED or points[0] != points[-1]:
        raise OutlineError("open_ring")
    # A position said twice in a row is one.
    ring = (points[0], *(after for before, after in pairwise(points) if after != before))
    if len(ring) < _CLOSED or len(set(ring)) < _CLOSED - 1 or _is_line(ring):
        raise OutlineError("no_area")
    if _crosses_itself(ring):
        raise OutlineError("crosses_itself")
    return ring


def _point(drawn: Any) -> Point:
    # A third number is a height.
    if not isinstance(drawn, list) or not 2 <= len(drawn) <= 3:  # noqa: PLR2004 - RFC 7946, 3.1.1
        raise OutlineError("not_a_position")
    longitude, latitude = drawn[:2]
    if not (_degrees(longitude, 180) and _degrees(latitude, 90)):
        raise OutlineError("not_a_position")
    return float(longitude), float(latitude)


def _degrees(value: Any, bound: int) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= bound
    )


def _is_line(ring: Ring) -> bool:
    first, second = ring[0], ring[1]
    return all(abs(_side(first, second, point)) < _NOTHING for point in ring)


def _crosses_itself(ring: Ring) -> bool:
    """True when two edges that do not follow one another share a position, or one runs back over its neighbour."""
    edges = list(pairwise(ring))
    last = len(edges) - 1
    # From west to east: an edge is only compared with those that begin before it ends.
    order = sorted(range(len(edges)), key=lambda each: min(edges[each][0][0], edges[each][1][0]))
    for place, one in enumerate(order):
        reach = max(edges[one][0][0], edges[one][1][0])
        for other in order[place + 1 :]:
            if min(edges[other][0][0], edges[other][1][0]) > reach:
                break
            low, high = sorted((one, other))
            if high - low == 1:
                if _turns_back(edges[low], edges[high]):
                    return True
            elif (low, high) == (0, last):
                if _turns_back(edges[high], edges[low]):
                    return True
            elif _meet(edges[low], edges[high]):
                return True
    return False


Edge = tuple[Point, Point]


def _side(start: Point, end: Point, point: Point) -> float:
    """Positive when ``point`` lies left of the line."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _turns_back(first: Edge, second: Edge) -> bool:
    (start, corner), (_corner, end) = first, second
    if _side(start, corner, end) != 0:
        return False
    return (corner[0] - start[0]) * (end[0] - corner[0]) + (corner[1] - start[1]) * (
        end[1] - corner[1]
    ) < 0


def _meet(one: Edge, other: Edge) -> bool:
    (a, b), (c, d) = one, other
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    # Within overlapping boxes: each edge has the other's ends on both sides, or touches one.
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _inside(ring: Ring, latitude: float, longitude: float) -> bool:
    """Count the edges that a ray to the east crosses."""
    inside = False
    for (west, south), (east, north) in pairwise(ring):
        if (south > latitude) != (north > latitude):
            crossing = west + (latitude - south) / (north - south) * (east - west)
            if crossing > longitude:
                inside = not inside
    return inside
