"""Whom a case may be given to is told for the departments that it may be given to, and for no others."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask.testing import FlaskClient

from backend.core.db import transaction
from tests.factories.accounts import sign_in
from tests.factories.moderation import make_case, make_office
from tests.factories.places import become


def test_only_departments_of_the_unit_of_the_case_are_there(client: FlaskClient) -> None:
    with transaction() as session:
        office = make_office(session)
        neighbour = make_office(session, parent_id=office.unit.parent_id)
        case_id = make_case(session, office.unit).id
    sign_in(client, office.staff["hoa"])

    def asked(department_id: UUID) -> tuple[int, list[str]]:
        answer = client.get(f"/api/v1/cases/{case_id}/handlers/{department_id}")
        return answer.status_code, [each["name"] for each in answer.get_json().get("items", [])]

    assert asked(office.economy.id) == (200, ["Bình"])
    assert asked(office.desk.id) == (200, [])
    assert asked(neighbour.economy.id) == (404, [])
    assert asked(uuid4()) == (404, [])


def test_departments_of_what_the_unit_became_are_there_too(client: FlaskClient) -> None:
    with transaction() as session:
        ended = make_office(session)
        heir = make_office(session, parent_id=ended.unit.parent_id)
        case_id = make_case(session, ended.unit).id
        become(session, heir.unit, ended.unit)
    sign_in(client, heir.staff["hoa"])
    path = f"/api/v1/cases/{case_id}/handlers"
    assert client.get(f"{path}/{heir.economy.id}").status_code == 200
    assert client.get(f"{path}/{ended.economy.id}").status_code == 200
