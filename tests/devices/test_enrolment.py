"""How loudspeakers join and leave."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.core import clock
from backend.core.db import reading
from backend.devices import enrolment
from backend.devices.models import (
    Device,
    DeviceStatus,
    EnrolmentCode,
)
from backend.places.models import AdminUnit
from tests.conftest import Database
from tests.devices.talk import enrol, fresh_code, speaker
from tests.factories.devices import bearer


def test_a_loudspeaker_joins_with_a_code_from_the_console(
    client: FlaskClient, desk: FlaskClient
) -> None:
    device_id, code = fresh_code(desk)
    joined = enrol(client, code.lower().replace("-", " "))
    assert joined.status_code == 201
    assert joined.get_json()["device_id"] == device_id
    secret = joined.get_json()["secret"]
    assert client.get("/device/v1/manifest", headers=bearer(secret)).status_code == 200
    with reading() as session:
        device = session.get_one(Device, uuid.UUID(device_id))
        code_row = session.scalars(select(EnrolmentCode)).one()
    assert device.status is DeviceStatus.ACTIVE
    assert secret not in (device.secret_hash or "")
    assert code not in code_row.code_hash


def test_a_code_works_once_and_not_for_long(client: FlaskClient, desk: FlaskClient) -> None:
    _device_id, code = fresh_code(desk)
    assert enrol(client, code).status_code == 201
    assert enrol(client, code).status_code == 404
    _device_id, late = fresh_code(desk)
    with clock.freeze(clock.now() + timedelta(minutes=10, seconds=1)):
        assert enrol(client, late).status_code == 404


def test_a_new_code_ends_the_old_one(client: FlaskClient, desk: FlaskClient) -> None:
    device_id, old = fresh_code(desk)
    new = desk.post(f"/api/v1/devices/{device_id}/enrolment-code").get_json()["code"]
    assert enrol(client, old).status_code == 404
    assert enrol(client, new).status_code == 201


def test_wrong_tries_kill_the_code(client: FlaskClient, desk: FlaskClient) -> None:
    _device_id, code = fresh_code(desk)
    wrong = code[:5] + ("0000-0000" if not code.endswith("0000-0000") else "1111-1111")
    for _ in range(enrolment.MOST_ATTEMPTS):
        assert enrol(client, wrong).status_code == 404
    assert enrol(client, code).status_code == 404


def test_a_board_does_not_join_as_a_loudspeaker(client: FlaskClient, desk: FlaskClient) -> None:
    _device_id, code = fresh_code(desk)
    assert enrol(client, code, kind="public_display").status_code == 404
    assert enrol(client, code).status_code == 201


@pytest.mark.parametrize(
    "code", ["", "x", "0000-0000-0000", "UUUU-UUUU-UUUU", "' OR 1=1 --", "é" * 12]
)
def test_what_is_no_code_lets_nobody_in(client: FlaskClient, db: Database, code: str) -> None:
    assert enrol(client, code).status_code in (404, 422)


def test_replaced_hardware_takes_over_with_a_new_code(
    client: FlaskClient, desk: FlaskClient
) -> None:
    device_id, code = fresh_code(desk)
    old = bearer(enrol(client, code).get_json()["secret"])
    again = desk.post(f"/api/v1/devices/{device_id}/enrolment-code").get_json()["code"]
    assert client.get("/device/v1/manifest", headers=old).status_code == 200  # still playing
    new = bearer(enrol(client, again, hardware_id="other").get_json()["secret"])
    assert client.get("/device/v1/manifest", headers=old).status_code == 401
    assert client.get("/device/v1/manifest", headers=new).status_code == 200


def test_a_revoked_device_is_out_at_once(
    client: FlaskClient, desk: FlaskClient, ayun: AdminUnit
) -> None:
    device, headers = speaker(ayun)
    version = desk.get(f"/api/v1/devices/{device.id}").headers["ETag"]
    path = f"/api/v1/devices/{device.id}/revoke"
    assert desk.post(path).status_code == 428
    assert desk.post(path, headers={"If-Match": version}).get_json()["status"] == "revoked"
    refused = client.get("/device/v1/manifest", headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "devices.unknown_secret")
