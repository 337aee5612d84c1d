"""From a position to a commune: certain inside an outline, a marked guess otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from geopy.distance import geodesic

from backend.core.db import transaction
from backend.places import service
from backend.places.boundaries import Outline
from backend.places.distance import metres
from backend.places.position import contains
from tests.conftest import Database

SQUARE = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]
HOLE = [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0], [1.0, 1.0]]
ISLAND = [[10.0, 0.0], [12.0, 0.0], [11.0, 2.0], [10.0, 0.0]]


def test_a_hole_is_outside_and_an_island_inside() -> None:
    polygon: dict[str, Any] = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    both: dict[str, Any] = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]}
    for longitude, latitude, one, two in (
        (0.5, 0.5, True, True),
        (2.0, 2.0, False, False),
        (11.0, 1.0, False, True),
        (11.9, 1.9, False, False),
        (5.0, 2.0, False, False),
        (-1.0, 4.0, False, False),
    ):
        assert contains(polygon, latitude, longitude) is one
        assert contains(both, latitude, longitude) is two


def test_the_distance_is_geopys_geodesic() -> None:
    for here, there in (
        ((14.15, 108.32), (14.1434, 108.313)),
        ((8.6, 104.7), (23.4, 105.3)),
        ((10.0, 107.0), (10.0, 107.0)),
    ):
        assert metres(*here, *there) == geodesic(here, there).m


def nearest(client: FlaskClient, lat: float, lon: float) -> dict[str, Any]:
    answer = client.get("/api/v1/places/nearest", query_string={"lat": lat, "lon": lon})
    assert answer.status_code == 200
    located: dict[str, Any] = answer.get_json()
    return located


def test_without_outlines_the_nearest_centres_are_offered_as_guesses(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    located = nearest(client, 14.15, 108.32)
    assert located["method"] == "nearest_centres"
    assert len(located["candidates"]) == 5
    first = located["candidates"][0]
    assert first["commune"]["code"] == "23798"
    # Vincenty's inverse on WGS 84 from 14.15, 108.32 to 14.1434, 108.313.
    assert first["distance_m"] == pytest.approx(1051, abs=3)
    distances = [each["distance_m"] for each in located["candidates"]]
    assert distances == sorted(distances)


def test_inside_an_outline_there_is_one_certain_answer(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    ring = [[108.0, 14.2], [108.2, 14.2], [108.2, 14.4], [108.0, 14.4], [108.0, 14.2]]
    outline = Outline("23798", {"type": "Polygon", "coordinates": [ring]}, 14.2, 108.0, 14.4, 108.2)
    with transaction() as session:
        assert service.import_boundaries(session, [outline], "test") == []
    inside = nearest(client, 14.3, 108.1)
    assert inside["method"] == "boundary"
    assert [each["commune"]["code"] for each in inside["candidates"]] == ["23798"]
    assert nearest(client, 14.15, 108.32)["method"] == "nearest_centres"


def test_far_from_every_known_centre_nothing_is_claimed(
    gia_lai: service.ImportReport, client: FlaskClient
) -> None:
    assert nearest(client, 21.03, 105.85) == {"method": "nearest_centres", "candidates": []}


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("lat=48.85&lon=2.35", "lat", "outside_vietnam"),
        ("lat=nan&lon=108", "lat", "not_a_number"),
        ("lat=inf&lon=108", "lat", "not_a_number"),
        ("lat=1e400&lon=108", "lat", "not_a_number"),
        ("lat=14", "lon", "required"),
        ("lat=x&lon=108", "lat", "not_a_number"),
    ],
)
def test_what_is_no_position_in_vietnam_is_refused(
    db: Database, client: FlaskClient, query: str, field: str, code: str
) -> None:
    answer = client.get(f"/api/v1/places/nearest?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][field] == [code]
