"""Registrations and the inbox, over HTTP."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.places.models import AdminUnit
from notifications import audience, fan_out
from notifications.messages import say
from notifications.models import InboxItem, Subscription, SubscriptionFeedback, SubscriptionTopic
from tests.factories.accounts import make_staff, sign_in, sign_in_resident
from tests.factories.feedback import PIN, make_feedback
from tests.factories.notifications import Browser
from tests.factories.places import become, make_commune

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def commune(client: FlaskClient) -> AdminUnit:
    with transaction() as session:
        return make_commune(session)


def wishes(commune: AdminUnit, **overrides: Any) -> dict[str, Any]:
    return {
        "kind": "webpush",
        "endpoint": ENDPOINT,
        "keys": Browser().keys,
        "communes": [commune.code],
        "topics": ["articles", "emergency"],
        "language": "en",
        **overrides,
    }


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_key_that_browsers_subscribe_with_is_made_once(client: FlaskClient) -> None:
    first = client.get("/api/v1/push/vapid-key").json["key"]
    assert client.get("/api/v1/push/vapid-key").json["key"] == first
    assert len(first) == 87


def test_a_device_without_an_account_registers_and_manages_itself(
    client: FlaskClient, commune: AdminUnit
) -> None:
    made = client.post("/api/v1/push/subscriptions", json=wishes(commune))
    assert made.status_code == 201
    assert made.json["topics"] == ["articles", "emergency"]
    secret = {"X-Subscription-Token": made.json["token"]}
    address = made.headers["Location"]
    assert client.get(address, headers=secret).json["communes"] == [commune.code]
    changed = client.patch(address, headers=secret, json={"communes": [], "topics": []})
    assert changed.json["topics"] == []
    assert client.delete(address, headers=secret).status_code == 204
    assert client.get(address, headers=secret).status_code == 404


def test_nobody_manages_a_registration_without_its_secret(
    client: FlaskClient, commune: AdminUnit
) -> None:
    made = client.post("/api/v1/push/subscriptions", json=wishes(commune))
    for headers in ({}, {"X-Subscription-Token": "guess"}):
        assert client.get(made.headers["Location"], headers=headers).status_code == 404
        assert client.delete(made.headers["Location"], headers=headers).status_code == 404
    assert count(Subscription) == 1


def test_registering_again_replaces_wishes_and_secret(
    client: FlaskClient, commune: AdminUnit
) -> None:
    first = client.post("/api/v1/push/subscriptions", json=wishes(commune)).json
    second = client.post(
        "/api/v1/push/subscriptions", json=wishes(commune, topics=["broadcasts"])
    ).json
    assert second["id"] == first["id"]
    assert second["topics"] == ["broadcasts"]
    assert second["token"] != first["token"]
    assert count(Subscription) == 1


def test_on_a_shared_telephone_the_next_person_does_not_follow_the_last_ones_feedback(
    client: FlaskClient, commune: AdminUnit
) -> None:
    with transaction() as session:
        feedback = make_feedback(session)
    followed = [{"code": feedback.tracking_code, "pin": PIN}]
    client.post("/api/v1/push/subscriptions", json=wishes(commune, tracking_codes=followed))
    assert count(SubscriptionFeedback) == 1
    sign_in_resident(client)
    client.post("/api/v1/push/subscriptions", json=wishes(commune))
    assert count(SubscriptionFeedback) == 0


def test_a_device_that_registers_twice_at_once_is_registered_once(
    app: Flask, commune: AdminUnit
) -> None:
    together = Barrier(4)

    def register(_number: int) -> tuple[int, str]:
        together.wait(10)
        answer = app.test_client().post("/api/v1/push/subscriptions", json=wishes(commune))
        return answer.status_code, answer.json["id"]

    for _round in range(3):
        with ThreadPoolExecutor(4) as pool:
            made = set(pool.map(register, range(4)))
        assert len(made) == 1
        assert made.pop()[0] == 201
    assert count(Subscription) == 1
    assert count(SubscriptionTopic) == 2


def test_a_device_speaks_of_the_communes_of_today(client: FlaskClient, commune: AdminUnit) -> None:
    made = client.post("/api/v1/push/subscriptions", json=wishes(commune))
    secret = {"X-Subscription-Token": made.json["token"]}
    address = made.headers["Location"]
    with transaction() as session:
        new = make_commune(session)
        become(session, new, session.get_one(AdminUnit, commune.id))
    assert client.get(address, headers=secret).json["communes"] == [new.code]
    for codes in ([commune.code], [new.code], [commune.code, new.code]):
        wanted = {"communes": codes, "topics": ["articles"]}
        changed = client.patch(address, headers=secret, json=wanted)
        assert (changed.status_code, changed.json["communes"]) == (200, [new.code])
    with reading() as session:
        assert session.scalars(select(SubscriptionTopic.unit_id)).all() == [new.id]


@pytest.mark.parametrize(
    "bad",
    [
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": None},
        {"keys": None},
        {"keys": {"p256dh": "x", "auth": "y"}},
        {"kind": "pigeon"},
        {"kind": "fcm"},
        {"communes": ["99999"]},
        {"communes": ["5"]},
        {"communes": ["23798"] * 21},
        {"topics": ["gossip"]},
        {"language": "xx"},
        {"tracking_codes": [{"code": "GL-0000-0000", "pin": "123456"}]},
        {"tracking_codes": [{"code": "nonsense", "pin": "123456"}]},
        {"tracking_codes": [{"code": "GL-0000-0000", "pin": "12345"}]},
        {"extra": 1},
    ],
)
def test_what_cannot_be_registered_is_refused(
    client: FlaskClient, commune: AdminUnit, bad: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/push/subscriptions", json=wishes(commune, **bad))
    assert answer.status_code == 422
    assert count(Subscription) == 0
    assert count(SubscriptionFeedback) == 0


def test_the_inbox_is_ones_own(client: FlaskClient, commune: AdminUnit) -> None:
    with transaction() as session:
        hoa = make_staff(session, Role.TRIAGE_OFFICER, unit=session.merge(commune))
        binh = make_staff(session, Role.HANDLER, unit=session.merge(commune))
        for number in range(3):
            say(
                session,
                "case_assigned",
                audience.these_staff([hoa.id, binh.id]),
                link=f"/console/cases/{number}",
                tag=f"case-{number}",
                code=f"GL-{number}",
                category={"vi": "Giao thông", "en": "Roads"},
            )
    fan_out.fan_out_pending()
    sign_in(client, hoa)
    inbox = client.get("/api/v1/inbox", headers={"Accept-Language": "en"}).json
    assert [item["body"] for item in inbox["items"]] == [
        "GL-2 · Roads",
        "GL-1 · Roads",
        "GL-0 · Roads",
    ]
    assert inbox["unread"] == 3
    mine = inbox["items"][0]["id"]
    assert client.post(f"/api/v1/inbox/{mine}/read").status_code == 204
    assert client.get("/api/v1/inbox?unread=true").json["unread"] == 2
    with reading() as session:
        his = session.scalar(select(InboxItem.id).where(InboxItem.staff_id == binh.id).limit(1))
    assert client.post(f"/api/v1/inbox/{his}/read").status_code == 404
    assert client.post(f"/api/v1/inbox/{uuid.uuid4()}/read").status_code == 404
    client.post("/api/v1/inbox/read-all")
    assert client.get("/api/v1/inbox").json["unread"] == 0
    with reading() as session:
        left = select(func.count()).where(
            InboxItem.staff_id == binh.id, InboxItem.read_at.is_(None)
        )
        assert session.scalar(left) == 3


def test_only_those_who_may_see_the_outbox_do(client: FlaskClient, commune: AdminUnit) -> None:
    assert client.get("/api/v1/outbox/health").status_code == 401
    with transaction() as session:
        handler = make_staff(session, Role.HANDLER, unit=session.merge(commune))
        leader = make_staff(session, Role.COMMUNE_LEADER, unit=session.merge(commune))
    sign_in(client, handler)
    assert client.get("/api/v1/outbox/health").status_code == 403
    sign_in(client, leader)
    health = client.get("/api/v1/outbox/health").json
    assert {row["channel"] for row in health["by_channel"]} == {"webpush", "fcm", "sms"}
    assert health["pending_messages"] == 0
