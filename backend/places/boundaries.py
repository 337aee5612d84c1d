"""Outlines of communes from a GeoJSON file that the operator supplies: read, checked, with their boxes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

CODE_PROPERTIES = ("code", "ma_xa", "maxa", "ward_code", "ma")
_DEPTH = {"Polygon": 1, "MultiPolygon": 2}


class BoundaryError(ValueError):
    """The file is not what we read; the message names the feature."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A Polygon or MultiPolygon (WGS 84) of the unit with this code, and the box around it."""

    code: str
    geometry: dict[str, Any]
    south: float
    west: float
    north: float
    east: float


def read_outlines(path: Path) -> list[Outline]:
    """The features of a FeatureCollection; a property ``code`` says whose outline each is.

    Raises:
        BoundaryError: not GeoJSON, a feature without a code, an open ring, a coordinate that is no position.
    """
    try:
        collection = orjson.loads(path.read_bytes())
        features = collection["features"]
    except (ValueError, TypeError, KeyError) as error:
        raise BoundaryError(f"{path.name} is not a GeoJSON FeatureCollection") from error
    return [_outline(number, feature) for number, feature in enumerate(features, start=1)]


def _outline(number: int, feature: Any) -> Outline:
    try:
        properties, geometry = feature["properties"], feature["geometry"]
        code = next(str(properties[name]) for name in CODE_PROPERTIES if properties.get(name))
        points = list(_points(geometry["coordinates"], _DEPTH[geometry["type"]]))
    except (KeyError, TypeError, StopIteration, ValueError) as error:
        raise BoundaryError(f"feature {number}: {error or 'no code'}") from error
    longitudes, latitudes = zip(*points, strict=True)
    plain = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return Outline(code, plain, min(latitudes), min(longitudes), max(latitudes), max(longitudes))


def _points(coordinates: Any, depth: int) -> Iterator[tuple[float, float]]:
    """Every position of the rings, each ring checked."""
    if depth > 0:
        if not coordinates:
            raise ValueError("no rings")
        for part in coordinates:
            yield from _points(part, depth - 1)
        return
    if len(coordinates) < 4 or coordinates[0] != coordinates[-1]:  # noqa: PLR2004 - RFC 7946, 3.1.6
        raise ValueError("a ring needs four positions and ends where it began")
    for longitude, latitude, *_ in coordinates:
        if not (_number(longitude, 180) and _number(latitude, 90)):
            raise ValueError(f"{longitude!r}, {latitude!r} is no position")
        yield float(longitude), float(latitude)


def _number(value: Any, bound: int) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= bound
    )
