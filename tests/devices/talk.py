"""What the tests of the devices room say to the server, spelled once."""

from __future__ import annotations

import uuid
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import reading, transaction
from backend.devices.models import (
    Device,
)
from backend.places.models import AdminUnit
from tests.factories.devices import bearer, enrolled


def speaker(ayun: AdminUnit) -> tuple[Device, dict[str, str]]:
    with transaction() as session:
        device, secret = enrolled(session, ayun)
    return device, bearer(secret)


def enrol(client: FlaskClient, code: str, **overrides: Any) -> Any:
    body = {"code": code, "hardware_id": "b8:27:eb:00", "kind": "speaker_cluster",
            "software": "agent 1", **overrides}  # fmt: skip
    return client.post("/device/v1/enrol", json=body)


def fresh_code(desk: FlaskClient) -> tuple[str, str]:
    """A new device's id and a code for it, through the console."""
    made = desk.post(
        "/api/v1/devices",
        json={"unit": "23798", "kind": "speaker_cluster", "name": "Máy-01"},
    )
    assert made.status_code == 201, made.get_json()
    device_id = made.get_json()["id"]
    code = desk.post(f"/api/v1/devices/{device_id}/enrolment-code").get_json()["code"]
    return device_id, code


def state(**overrides: Any) -> dict[str, Any]:
    return {
        "report_id": str(uuid.uuid4()),
        "at": clock.now().isoformat(),
        "volume": 70,
        **overrides,
    }


def rows(table: type[Any]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
