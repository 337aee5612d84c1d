"""What technicians see and do."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from backend.core import clock
from backend.core.db import transaction
from backend.places.models import AdminUnit
from tests.devices.talk import speaker, state
from tests.factories.broadcasts import make_broadcast
from tests.factories.devices import make_device
from tests.factories.places import make_commune, make_community


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
