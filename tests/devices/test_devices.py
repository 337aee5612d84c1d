"""How loudspeakers join, fetch, report and leave."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.accounts.models import Staff
from backend.broadcasts.models import BroadcastState, Priority
from backend.core import clock, jobs
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.devices import service
from backend.devices.jobs import tidy_devices
from backend.devices.models import (
    Device,
    DevicePresence,
    DeviceState,
    DeviceStatus,
    EnrolmentCode,
    PlayLog,
)
from backend.places.models import AdminUnit
from tests.conftest import Database
from tests.factories.accounts import make_staff, sign_in
from tests.factories.broadcasts import make_broadcast
from tests.factories.devices import bearer, enrolled, make_device
from tests.factories.places import make_commune, make_community


@pytest.fixture(autouse=True)
def quiet_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ring", lambda _name, **_options: None)


@pytest.fixture
def ayun(db: Database) -> AdminUnit:
    with transaction() as session:
        return make_commune(session, code="23798", name="Ayun")


@pytest.fixture
def ky(ayun: AdminUnit) -> Staff:
    with transaction() as session:
        return make_staff(session, Role.DEVICE_TECHNICIAN, unit=ayun, name="Kỳ")


@pytest.fixture
def desk(app: Flask, ky: Staff) -> FlaskClient:
    return sign_in(app.test_client(), ky)


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


# ---------------------------------------------------------------- joining


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


def test_a_code_works_once(client: FlaskClient, desk: FlaskClient) -> None:
    _device_id, code = fresh_code(desk)
    assert enrol(client, code).status_code == 201
    assert enrol(client, code).status_code == 404


def test_a_code_lives_ten_minutes(client: FlaskClient, desk: FlaskClient) -> None:
    _device_id, code = fresh_code(desk)
    with clock.freeze(clock.now() + timedelta(minutes=10, seconds=1)):
        assert enrol(client, code).status_code == 404


def test_a_new_code_ends_the_old_one(client: FlaskClient, desk: FlaskClient) -> None:
    device_id, old = fresh_code(desk)
    new = desk.post(f"/api/v1/devices/{device_id}/enrolment-code").get_json()["code"]
    assert enrol(client, old).status_code == 404
    assert enrol(client, new).status_code == 201


def test_wrong_tries_kill_the_code(client: FlaskClient, desk: FlaskClient) -> None:
    _device_id, code = fresh_code(desk)
    wrong = code[:5] + ("0000-0000" if not code.endswith("0000-0000") else "1111-1111")
    for _ in range(service.MOST_ATTEMPTS):
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


# ---------------------------------------------------------------- fetching


def test_the_manifest_lists_a_day_back_and_a_week_ahead(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    now = clock.now()
    with transaction() as session:
        hour_ago = make_broadcast(session, ayun, priority=Priority.EMERGENCY)
        tomorrow = make_broadcast(
            session, ayun, state=BroadcastState.SCHEDULED, scheduled_at=now + timedelta(days=1)
        )
        make_broadcast(session, ayun, aired_at=now - timedelta(hours=25))
        make_broadcast(
            session, ayun, state=BroadcastState.SCHEDULED, scheduled_at=now + timedelta(days=8)
        )
        for state in (BroadcastState.DRAFT, BroadcastState.APPROVED, BroadcastState.WITHDRAWN):
            make_broadcast(session, ayun, state=state)
        make_broadcast(session, make_commune(session))
    device, headers = speaker(ayun)
    answer = client.get("/device/v1/manifest", headers=headers)
    told = answer.get_json()
    assert [item["broadcast_id"] for item in told["items"]] == [str(hour_ago.id), str(tomorrow.id)]
    assert told["items"][0]["priority"] == "emergency"
    assert told["items"][0]["asset"]["sha256"] == hour_ago.approved_sha256
    assert told["device"]["id"] == str(device.id)
    assert 1 <= told["poll_after_s"] <= 600
    for item in told["items"]:
        asset = item["asset"]
        part = client.get(asset["url"], headers={**headers, "Range": "bytes=5-9"})
        assert (part.status_code, len(part.data)) == (206, 5)
        assert len(client.get(asset["url"], headers=headers).data) == asset["bytes"]


def test_an_unchanged_manifest_is_a_304_and_a_change_is_seen(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    _device, headers = speaker(ayun)
    etag = client.get("/device/v1/manifest", headers=headers).headers["ETag"]
    asking = {**headers, "If-None-Match": etag}
    assert client.get("/device/v1/manifest", headers=asking).status_code == 304
    with transaction() as session:
        make_broadcast(session, ayun)
    changed = client.get("/device/v1/manifest", headers=asking)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_a_device_gets_no_file_that_is_not_in_its_manifest(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    _device, headers = speaker(ayun)
    with transaction() as session:
        foreign = make_broadcast(session, make_commune(session))
        draft = make_broadcast(session, ayun, state=BroadcastState.CANCELLED)
    for sha256 in (foreign.approved_sha256, draft.approved_sha256, "0" * 64, "Z" * 64):
        path = f"/device/v1/assets/{sha256}"
        assert client.get(path, headers=headers).status_code == 404


@pytest.mark.parametrize("headers", [{}, bearer("x"), bearer("tld_" + "a" * 43), bearer("")])
def test_without_a_good_secret_nothing_is_told(
    client: FlaskClient, ayun: AdminUnit, headers: dict[str, str]
) -> None:
    for method, path in [
        ("get", "/device/v1/manifest"),
        ("get", f"/device/v1/assets/{'0' * 64}"),
        ("post", "/device/v1/state"),
    ]:
        assert getattr(client, method)(path, headers=headers).status_code == 401


def test_a_device_is_no_member_of_staff(client: FlaskClient, ayun: AdminUnit) -> None:
    _device, headers = speaker(ayun)
    assert client.get("/api/v1/devices", headers=headers).status_code == 403
    assert client.get("/api/v1/console/broadcasts", headers=headers).status_code == 403


# ---------------------------------------------------------------- reporting


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
    monkeypatch.setattr(service, "KEPT_STATES", 3)
    _device, headers = speaker(ayun)
    start = clock.now()
    for second in range(6):
        with clock.freeze(start + timedelta(seconds=second)):
            client.post("/device/v1/state", json=state(), headers=headers)
    assert tidy_devices() == 3
    assert rows(DeviceState) == 3


# ---------------------------------------------------------------- the technician


def test_the_technician_sees_who_is_heard_of(
    client: FlaskClient, desk: FlaskClient, ayun: AdminUnit
) -> None:
    device, headers = speaker(ayun)
    with transaction() as session:
        make_device(session, make_commune(session), name="không phải của mình")
    [silent] = desk.get("/api/v1/devices").get_json()["items"]
    assert (silent["online"], silent["last_seen_at"]) == (False, None)
    client.get("/device/v1/manifest", headers=headers)
    client.post("/device/v1/state", json=state(volume=40), headers=headers)
    shown = desk.get(f"/api/v1/devices/{device.id}").get_json()
    assert shown["online"] is True
    assert shown["up_to_date"] is True
    assert shown["last_report"]["volume"] == 40
    with clock.freeze(clock.now() + timedelta(minutes=6)):
        refreshed = desk.get("/api/v1/devices")
        assert refreshed.get_json()["items"][0]["online"] is False
    with transaction() as session:
        make_broadcast(session, ayun)
    assert desk.get(f"/api/v1/devices/{device.id}").get_json()["up_to_date"] is False


def test_reports_do_not_make_the_technicians_page_stale(
    client: FlaskClient, desk: FlaskClient, ayun: AdminUnit
) -> None:
    device, headers = speaker(ayun)
    version = desk.get(f"/api/v1/devices/{device.id}").headers["ETag"]
    client.get("/device/v1/manifest", headers=headers)
    client.post("/device/v1/state", json=state(), headers=headers)
    changed = desk.patch(
        f"/api/v1/devices/{device.id}", json={"name": "Loa nhà rông"}, headers={"If-Match": version}
    )
    assert changed.get_json()["name"] == "Loa nhà rông"


def test_devices_of_another_commune_are_not_there(desk: FlaskClient, ayun: AdminUnit) -> None:
    with transaction() as session:
        elsewhere = make_commune(session, code="23799")
        foreign = make_device(session, elsewhere)
        plei = make_community(session, elsewhere)
    assert desk.get(f"/api/v1/devices/{foreign.id}").status_code == 404
    assert desk.post(f"/api/v1/devices/{foreign.id}/enrolment-code").status_code == 404
    body = {"kind": "speaker_cluster", "name": "x"}
    assert desk.post("/api/v1/devices", json={"unit": "23799", **body}).status_code == 404
    wrong = desk.post(
        "/api/v1/devices", json={"unit": "23798", "community_id": str(plei.id), **body}
    )
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["community_id"])
