"""The gateway, over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backend.core import config
from backend.core.sms import ConsoleSender, SmsError, sms_sender
from tests.conftest import Database
from tests.factories.notifications import loopback_service


def test_the_message_reaches_the_gateway_once_for_its_reference(db: Database) -> None:
    with loopback_service((200, b"{}")) as gateway:
        config.use(replace(db.config, sms_url=f"{gateway.url}/send", sms_token="t0ken"))
        sms_sender().send("+84905000000", "Mã của bạn", reference="delivery-1")
    (received,) = gateway.received
    assert received.headers["Authorization"] == "Bearer t0ken"
    assert received.headers["Idempotency-Key"] == "delivery-1"
    assert json.loads(received.body) == {
        "to": "+84905000000",
        "text": "Mã của bạn",
        "from": "TIENGLANG",
        "reference": "delivery-1",
    }


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (404, True), (408, False), (429, False), (503, False)]
)
def test_a_refusal_says_whether_trying_again_can_help(
    db: Database, status: int, permanent: bool
) -> None:
    with loopback_service((status, b"")) as gateway:
        config.use(replace(db.config, sms_url=gateway.url))
        with pytest.raises(SmsError) as caught:
            sms_sender().send("+84905000000", "x", reference="1")
    assert caught.value.permanent is permanent


def test_a_gateway_that_is_away_is_tried_again(db: Database) -> None:
    with loopback_service() as gateway:
        config.use(replace(db.config, sms_url=gateway.url))
    with pytest.raises(SmsError) as caught:
        sms_sender().send("+84905000000", "x", reference="1")
    assert not caught.value.permanent


def test_without_a_gateway_the_log_is_the_telephone(db: Database) -> None:
    assert isinstance(sms_sender(), ConsoleSender)
