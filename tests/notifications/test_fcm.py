"""FCM HTTP v1 over the wire, with tokens from a loopback OAuth server."""

from __future__ import annotations

import asyncio
import socket
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import orjson
import pytest

from backend.core import clock
from notifications.channels import fcm as fcm_channel
from notifications.channels.fcm import FcmChannel
from notifications.models import Channel
from notifications.parcels import Outcome, Parcel, Result
from tests.factories.notifications import loopback_service, service_account

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TOKEN = (200, orjson.dumps({"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer"}))
SENT = (200, b'{"name": "projects/tieng-lang-test/messages/1"}')


def make_parcel() -> Parcel:
    now = clock.now()
    return Parcel(
        delivery_id=uuid.uuid4(),
        channel=Channel.FCM,
        host="fcm.googleapis.com",
        attempts=1,
        expires_at=now + timedelta(hours=1),
        leased_until=now + timedelta(minutes=1),
        urgent=True,
        address="registration-1",
        title="Có câu trả lời",
        body="Phản ánh GL-1",
        link="/track/GL-1",
        tag="feedback-1",
    )


def send(account: str, url: str, times: int = 1) -> list[Result]:
    async def all_of_them() -> list[Result]:
        async with aiohttp.ClientSession() as session:
            channel = FcmChannel(session, account, url)
            return [await channel.send(make_parcel()) for _ in range(times)]

    return asyncio.run(all_of_them())


def test_a_message_reaches_the_project_with_a_token_of_its_own(tmp_path: Path) -> None:
    with loopback_service(TOKEN) as oauth, loopback_service(SENT) as fcm:
        results = send(service_account(tmp_path, f"{oauth.url}/token"), fcm.url, times=3)
    assert [result.outcome for result in results] == [Outcome.SENT] * 3
    assert len(oauth.received) == 1, "the token is asked for once"
    first = fcm.received[0]
    assert first.path == "/v1/projects/tieng-lang-test/messages:send"
    assert first.headers["Authorization"] == "Bearer t0ken"
    message = orjson.loads(first.body)["message"]
    assert message["data"]["body"] == "Phản ánh GL-1"
    assert message["data"]["tag"] == "feedback-1"
    assert message["android"]["priority"] == "high"
    assert "registration-1" in message.values()


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (404, "UNREGISTERED", Outcome.GONE),
        (404, "NOT_FOUND", Outcome.LATER),
        (403, "SENDER_ID_MISMATCH", Outcome.LATER),
        (400, "INVALID_ARGUMENT", Outcome.REFUSED),
        (429, "QUOTA_EXCEEDED", Outcome.LATER),
        (503, "UNAVAILABLE", Outcome.LATER),
        (401, "THIRD_PARTY_AUTH_ERROR", Outcome.LATER),
    ],
)
def test_errors_of_fcm_end_the_registration_the_delivery_or_nothing(
    tmp_path: Path, status: int, code: str, outcome: Outcome
) -> None:
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    answer = orjson.dumps({"error": {"code": status, "details": [detail]}})
    with loopback_service(TOKEN) as oauth, loopback_service((status, answer)) as fcm:
        (result,) = send(service_account(tmp_path, f"{oauth.url}/token"), fcm.url)
    assert result.outcome is outcome
    assert result.reason == code


def test_without_a_token_everything_that_goes_this_way_waits_and_nobody_asks_twice(
    tmp_path: Path,
) -> None:
    with (
        loopback_service((400, b'{"error": "invalid_grant"}')) as oauth,
        loopback_service(SENT) as fcm,
        clock.freeze(NOW),
    ):
        results = send(service_account(tmp_path, f"{oauth.url}/token"), fcm.url, times=3)
    assert {result.outcome for result in results} == {Outcome.LATER}
    assert {result.retry_at for result in results} == {NOW + timedelta(minutes=1)}
    assert {result.reason for result in results} == {"token_RefreshError"}
    assert len(oauth.received) == 1
    assert fcm.received == []


def test_an_account_service_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcm_channel, "_TOKEN_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, loopback_service(SENT) as fcm:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/token"
        results = send(service_account(tmp_path, url), fcm.url, times=2)
    assert [result.reason for result in results] == ["token_TransportError"] * 2
    assert fcm.received == []


def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    with (
        loopback_service(TOKEN) as oauth,
        loopback_service(SENT) as elsewhere,
        loopback_service() as fcm,
    ):
        fcm.answers.append((307, {"Location": f"{elsewhere.url}/steal"}, b""))
        (result,) = send(service_account(tmp_path, f"{oauth.url}/token"), fcm.url)
    assert result.outcome is Outcome.REFUSED
    assert elsewhere.received == []


def test_how_long_google_asks_us_to_wait_is_handed_on(tmp_path: Path) -> None:
    with loopback_service(TOKEN) as oauth, loopback_service() as fcm, clock.freeze(NOW):
        fcm.answers.append((429, {"Retry-After": "90"}, b"{}"))
        (result,) = send(service_account(tmp_path, f"{oauth.url}/token"), fcm.url)
    assert (result.outcome, result.retry_at) == (Outcome.LATER, NOW + timedelta(seconds=90))
