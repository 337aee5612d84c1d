"""Communities, departments and the demo furniture."""

from __future__ import annotations

from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.demo import Demo
from backend.places import queries
from backend.places.models import Community, Department, WorkingHours
from backend.places.seed import seed
from tests.conftest import Database
from tests.factories.places import make_commune, make_community, make_department


def test_the_communities_of_a_commune_are_those_of_the_day(client: FlaskClient) -> None:
    with transaction() as session:
        commune = make_commune(session, code="23798", name="Ayun")
        stands = make_community(session, commune, code="a", name="Làng Hyer")
        make_community(session, commune, code="b", valid_to=date(2025, 12, 31))
    today = client.get("/api/v1/communes/23798/communities").get_json()["items"]
    assert [each["name"] for each in today] == ["Làng Hyer"]
    assert today[0]["id"] == str(stands.id)
    before = client.get("/api/v1/communes/23798/communities?at=2025-12-31").get_json()["items"]
    assert [each["code"] for each in before] == ["a", "b"]


def test_departments_are_listed_by_name_without_the_closed_ones(db: Database) -> None:
    with transaction() as session:
        commune = make_commune(session)
        make_department(session, commune)
        make_department(session, commune, code="cu", name="Phòng cũ", active=False)
    with reading() as session:
        assert [each.code for each in queries.departments_of(session, commune.id)] == ["kinh_te"]
        assert len(queries.departments_of(session, commune.id, inactive=True)) == 2


def test_the_demo_can_be_loaded_twice(db: Database) -> None:
    counts = []
    for _ in range(2):
        demo = Demo(password="x", now=clock.now())
        with transaction() as session:
            seed(session, demo)
        with reading() as session:
            counts.append(
                [
                    session.scalar(select(func.count()).select_from(table))
                    for table in (Community, Department, WorkingHours)
                ]
            )
    assert counts[0] == counts[1]
    assert set(demo.communes) == {"ayun", "quynhon"}
    assert ("ayun", "kinh_te") in demo.departments
    with reading() as session:
        ayun = queries.commune_by_code(session, "23798")
        assert ayun is not None
        assert ayun.id == demo.communes["ayun"]
        assert ayun.is_staffed
        assert demo.province_id == ayun.parent_id
