"""Web Push over the wire: what a push service on loopback receives can be read by the browser alone."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta

import aiohttp
import orjson
import pytest
from py_vapid import Vapid02

from backend.core import clock
from notifications.channels.webpush import WebPushChannel, payload
from notifications.models import Channel
from notifications.parcels import Outcome, Parcel, Result
from tests.factories.notifications import Browser, LoopbackService, loopback_service


def make_parcel(service: LoopbackService, browser: Browser) -> Parcel:
    now = clock.now()
    return Parcel(
        delivery_id=uuid.uuid4(),
        channel=Channel.WEBPUSH,
        host=service.host,
        attempts=1,
        expires_at=now + timedelta(hours=1),
        leased_until=now + timedelta(minutes=1),
        urgent=False,
        address=service.endpoint(browser),
        keys=orjson.dumps(browser.keys).decode(),
        title="Thông tin mới",
        body="Lịch cấp nước tuần này",
        link="/a/1",
        tag="article-1",
    )


def send(parcel: Parcel, *, hosts: tuple[str, ...]) -> Result:
    key = Vapid02()
    key.generate_keys()

    async def once() -> Result:
        async with aiohttp.ClientSession() as session:
            channel = WebPushChannel(
                session, key.private_pem().decode(), "mailto:ops@example.vn", hosts
            )
            return await channel.send(parcel)

    return asyncio.run(once())


def test_only_the_browser_can_read_what_is_sent() -> None:
    browser = Browser()
    with loopback_service() as service:
        parcel = make_parcel(service, browser)
        assert send(parcel, hosts=(service.host,)).outcome is Outcome.SENT
    (received,) = service.received
    assert "cấp nước".encode() not in received.body
    assert browser.decrypt(received.body) == {
        "title": "Thông tin mới",
        "body": "Lịch cấp nước tuần này",
        "url": "/a/1",
        "tag": "article-1",
        "lang": "vi",
    }
    assert received.headers["Content-Encoding"] == "aes128gcm"
    assert 3590 <= int(received.headers["TTL"]) <= 3600
    assert Vapid02.verify(received.headers["Authorization"])


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.SENT),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (400, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (413, Outcome.REFUSED),
        (302, Outcome.REFUSED),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
        (503, Outcome.LATER),
    ],
)
def test_the_answer_says_whether_to_try_again(status: int, outcome: Outcome) -> None:
    browser = Browser()
    with loopback_service() as service:
        service.answers.append(
            (status, {"Retry-After": "60", "Location": "http://127.0.0.1:1/"}, b"")
        )
        result = send(make_parcel(service, browser), hosts=(service.host,))
    assert result.outcome is outcome
    assert (result.retry_at is not None) == (outcome is Outcome.LATER)


def test_a_host_that_is_no_push_service_is_not_even_called() -> None:
    browser = Browser()
    with loopback_service() as service:
        assert send(make_parcel(service, browser), hosts=()).outcome is Outcome.GONE
    assert service.received == []


def test_a_service_that_is_away_is_tried_again() -> None:
    with loopback_service() as service:
        parcel = make_parcel(service, Browser())
    assert send(parcel, hosts=(service.host,)).outcome is Outcome.LATER


def test_keys_that_are_no_keys_end_the_registration() -> None:
    with loopback_service() as service:
        parcel = replace(make_parcel(service, Browser()), keys='{"p256dh": "AAAA", "auth": "AAAA"}')
        assert send(parcel, hosts=(service.host,)).outcome is Outcome.GONE


def test_a_long_text_is_shortened_until_a_push_service_takes_it() -> None:
    with loopback_service() as service:
        parcel = replace(make_parcel(service, Browser()), body="ở đây " * 3000)
    packed = payload(parcel)
    assert len(packed) <= 3000
    assert orjson.loads(packed)["body"].endswith("…")


def test_nothing_is_sent_where_a_redirection_points() -> None:
    with loopback_service() as service, loopback_service() as elsewhere:
        service.answers.append((307, {"Location": f"{elsewhere.url}/inside"}, b""))
        result = send(make_parcel(service, Browser()), hosts=(service.host,))
    assert result.outcome is Outcome.REFUSED
    assert elsewhere.received == []


def test_whoever_answers_in_the_name_of_a_push_service_needs_its_certificate() -> None:
    """A name that leads into the network around us is of no use: what is known is spoken to over TLS alone."""
    with loopback_service() as service:
        name = f"localhost:{service.port}"
        parcel = replace(make_parcel(service, Browser()), address=f"https://{name}/push/x")
        assert send(parcel, hosts=(name,)).outcome is Outcome.LATER
    assert service.received == []
