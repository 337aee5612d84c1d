"""What loudspeakers fetch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from backend.broadcasts.models import BroadcastState, Priority
from backend.core import clock
from backend.core.db import transaction
from backend.places.models import AdminUnit
from tests.devices.talk import speaker
from tests.factories.broadcasts import make_broadcast
from tests.factories.devices import bearer
from tests.factories.places import become, make_commune, make_province


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


def test_a_loudspeaker_of_a_merged_commune_plays_what_its_successor_airs(
    client: FlaskClient, ayun: AdminUnit
) -> None:
    device, headers = speaker(ayun)
    with transaction() as session:
        new = make_commune(session, parent_id=make_province(session, code="66").id)
        become(session, new, session.get_one(AdminUnit, ayun.id))
        bulletin = make_broadcast(session, new)
        province = session.get_one(AdminUnit, new.parent_id)
        warning = make_broadcast(session, province, priority=Priority.EMERGENCY)
        make_broadcast(session, province)
        make_broadcast(session, make_commune(session, parent_id=province.id))
    told = client.get("/device/v1/manifest", headers=headers).get_json()
    assert {item["broadcast_id"] for item in told["items"]} == {str(bulletin.id), str(warning.id)}
    for item in told["items"]:
        assert client.get(item["asset"]["url"], headers=headers).status_code == 200
    assert told["device"]["id"] == str(device.id)
