"""Forgetting: what is settled and old goes, what somebody still has to read stays, and the work stays small."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core import db as core_db
from backend.core.db import reading, transaction
from notifications import jobs
from notifications.models import (
    Channel,
    Delivery,
    DeliveryState,
    InboxItem,
    Message,
    MessageState,
)
from tests.conftest import Database
from tests.factories.accounts import make_staff
from tests.plans import listening, must_be_read_in_order

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen(db: Database) -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def make_message(session: Session, days_ago: int) -> Message:
    at = NOW - timedelta(days=days_ago)
    message = Message(
        kind="article_published",
        audience={"to": "topic"},
        params={},
        link="/",
        tag=str(uuid.uuid4()),
        state=MessageState.FANNED_OUT,
        created_at=at,
        expires_at=at + timedelta(days=1),
    )
    session.add(message)
    session.flush()
    return message


def make_delivery(session: Session, message: Message, *, settled: bool) -> None:
    session.add(
        Delivery(
            message_id=message.id,
            channel=Channel.WEBPUSH,
            host="push.example",
            state=DeliveryState.SENT if settled else DeliveryState.QUEUED,
            created_at=message.created_at,
            expires_at=message.expires_at,
            settled_at=message.created_at if settled else None,
        )
    )


def left(kind: type[Message | Delivery]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_old_settled_deliveries_and_their_messages_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "_PAGE", 2)  # several pages, with few rows
    with transaction() as session:
        for _ in range(5):
            make_delivery(session, make_message(session, 40), settled=True)
        make_delivery(session, make_message(session, 40), settled=False)
        make_delivery(session, make_message(session, 10), settled=True)
    jobs.sweep_outbox()
    assert (left(Delivery), left(Message)) == (2, 2)


def test_an_unread_message_waits_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_PAGE", 2)
    with transaction() as session:
        hoa = make_staff(session)
        for days_ago, read in ((400, False), (60, False), (50, False), (45, True), (40, False)):
            message = make_message(session, days_ago)
            item = InboxItem(staff_id=hoa.id, message_id=message.id)
            item.read_at = NOW if read else None
            session.add(item)
    jobs.sweep_outbox()
    assert left(Message) == 3


def test_the_sweep_looks_at_what_is_old_alone(db: Database) -> None:
    with listening(core_db.engine()) as sent:
        jobs.sweep_outbox()
    (deliveries,) = [each for each in sent if each[0].startswith("SELECT delivery.id")]
    (messages,) = [each for each in sent if "ORDER BY message.created_at" in each[0]]
    with transaction() as session:
        must_be_read_in_order(session, deliveries, "delivery")
        must_be_read_in_order(session, messages, "message")
