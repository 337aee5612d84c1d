"""What loudspeakers report."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.core import clock
from backend.core.db import reading, transaction
from backend.devices import reports
from backend.devices.jobs import tidy_devices
from backend.devices.models import (
    DevicePresence,
    DeviceState,
    PlayLog,
)
from backend.places.models import AdminUnit
from tests.devices.talk import rows, speaker, state
from tests.factories.broadcasts import make_broadcast


def test_a_report_repeated_counts_once(client: FlaskClient, ayun: AdminUnit) -> None:
    device, headers = speaker(ayun)
    with transaction() as session:
        broadcast = make_broadcast(session, ayun)
    play = {
        "broadcast_id": str(broadcast.id), "sha256": broadcast.approved_sha256,
        "started_at": clock.now().isoformat(), "result": "played",
    }  # fmt: skip
    told = state(plays=[play, play], problems=["clock_skew"])
    for _ in range(3):
        answer = client.post("/device/v1/state", json=told, headers=headers)
        assert answer.status_code == 200, answer.get_json()
    # Another report that tells of the same play again, now with its end.
    ended = {**play, "ended_at": clock.now().isoformat()}
    client.post("/device/v1/state", json=state(plays=[ended]), headers=headers)
    assert (rows(DeviceState), rows(PlayLog)) == (2, 1)
    with reading() as session:
        assert session.scalars(select(PlayLog)).one().ended_at is not None
        assert session.get_one(DevicePresence, device.id).reported_at is not None


@pytest.mark.postgresql
def test_a_report_repeated_at_the_same_moment_counts_once(app: Flask, ayun: AdminUnit) -> None:
    for _ in range(4):
        _device, headers = speaker(ayun)
        told, together = state(), Barrier(4)

        def send(
            _number: int,
            told: dict[str, Any] = told,
            headers: dict[str, str] = headers,
            together: Barrier = together,
        ) -> int:
            client = app.test_client()
            together.wait(10)
            return client.post("/device/v1/state", json=told, headers=headers).status_code

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(send, range(4))) == [200] * 4
    assert (rows(DeviceState), rows(DevicePresence)) == (4, 4)


def test_plays_of_broadcasts_that_never_were_are_left_out(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    _device, headers = speaker(ayun)
    play = {"broadcast_id": str(uuid.uuid4()), "sha256": "0" * 64,
            "started_at": clock.now().isoformat(), "result": "played"}  # fmt: skip
    answer = client.post("/device/v1/state", json=state(plays=[play]), headers=headers)
    assert answer.status_code == 200
    assert rows(PlayLog) == 0


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"volume": 101}, "volume"),
        ({"volume": "loud"}, "volume"),
        ({"at": "now"}, "at"),
        ({"report_id": "1"}, "report_id"),
        ({"problems": ["x"] * 21}, "problems"),
        ({"plays": [{}] * 101}, "plays"),
        ({"temperature_c": 1e400}, "temperature_c"),
        ({"debug": {"a": 1}}, "debug"),
        ({"uptime_s": 10**30}, "uptime_s"),
    ],
)
def test_reports_are_bounded(
    client: FlaskClient, ayun: AdminUnit, told: dict[str, Any], field: str
) -> None:
    _device, headers = speaker(ayun)
    answer = client.post("/device/v1/state", json=state(**told), headers=headers)
    assert answer.status_code in (400, 422)
    if answer.status_code == 422:
        assert field in answer.get_json()["errors"]
    assert rows(DeviceState) == 0


def test_only_the_last_reports_are_kept(
    client: FlaskClient, ayun: AdminUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "KEPT_STATES", 3)
    _device, headers = speaker(ayun)
    start = clock.now()
    for second in range(6):
        with clock.freeze(start + timedelta(seconds=second)):
            client.post("/device/v1/state", json=state(), headers=headers)
    assert tidy_devices() == 3
    assert rows(DeviceState) == 3
