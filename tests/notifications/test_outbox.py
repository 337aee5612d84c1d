"""The outbox: nothing lost, nothing sent by two workers at once, nothing tried for ever."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from backend.core import clock, config
from backend.core.db import reading, transaction
from backend.places.models import AdminUnit
from notifications import audience, delivery, fan_out, outbox
from notifications.messages import say
from notifications.models import (
    Delivery,
    DeliveryState,
    HostPause,
    InboxItem,
    Message,
    Subscription,
    Topic,
)
from notifications.parcels import SENT, Outcome, Result
from tests.conftest import Database
from tests.factories.accounts import make_staff
from tests.factories.notifications import (
    Browser,
    LoopbackService,
    loopback_service,
    make_subscription,
)
from tests.factories.places import make_commune

MORNING = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # ten o'clock in Vietnam
NIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # midnight there


@pytest.fixture
def push(db: Database) -> Iterator[LoopbackService]:
    """A push service that the house may talk to, at ten in the morning."""
    with loopback_service() as service, clock.freeze(MORNING):
        config.use(replace(db.config, push_hosts=(service.host,)))
        yield service


@pytest.fixture
def unit_id(push: LoopbackService) -> uuid.UUID:
    with transaction() as session:
        return make_commune(session).id


def register(
    push: LoopbackService, unit_id: uuid.UUID, count: int = 1, *, language: str = "vi"
) -> list[Browser]:
    browsers = [Browser() for _ in range(count)]
    with transaction() as session:
        for browser in browsers:
            make_subscription(
                session,
                push.endpoint(browser),
                browser=browser,
                host=push.host,
                topics={unit_id: [Topic.ARTICLES]},
                language=language,
            )
    return browsers


def announce(
    unit_id: uuid.UUID, *, urgent: bool = False, worth: timedelta = timedelta(days=1)
) -> None:
    with transaction() as session:
        say(
            session,
            "article",
            audience.topic(Topic.ARTICLES, [unit_id]),
            link="/a/1",
            tag="article-1",
            urgent=urgent,
            worth=worth,
            title={"vi": "Cấp nước", "en": "Water"},
        )


def states() -> dict[DeliveryState, int]:
    with reading() as session:
        rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return dict(rows.all())


def test_a_message_reaches_every_browser_that_asked_in_its_own_language(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    (vietnamese,) = register(push, unit_id)
    (english,) = register(push, unit_id, language="en")
    with transaction() as session:
        elsewhere = make_commune(session).id
    register(push, elsewhere)
    announce(unit_id)
    fan_out.fan_out_pending()
    delivery.deliver()
    assert states() == {DeliveryState.SENT: 2}
    by_path = {received.path: received.body for received in push.received}
    assert vietnamese.decrypt(by_path[f"/push/{vietnamese.name}"])["body"] == "Cấp nước"
    assert english.decrypt(by_path[f"/push/{english.name}"])["body"] == "Water"


def test_what_a_province_says_is_for_each_of_its_communes(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id)
    with reading() as session:
        parent_id = session.scalar(select(AdminUnit.parent_id).where(AdminUnit.id == unit_id))
    assert parent_id is not None
    announce(parent_id)
    fan_out.fan_out_pending()
    assert states() == {DeliveryState.QUEUED: 1}


def test_a_large_audience_is_handed_out_page_by_page_and_nobody_twice(
    push: LoopbackService, unit_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(push, unit_id, 7)
    announce(unit_id)
    monkeypatch.setattr(fan_out, "PAGE", 3)
    message_id = fan_out._next()
    assert message_id is not None
    fan_out._one_page(message_id)  # and the worker dies
    assert states() == {DeliveryState.QUEUED: 3}
    fan_out.fan_out_pending()
    assert states() == {DeliveryState.QUEUED: 7}
    assert fan_out.fan_out_pending() == 0


def test_a_lease_that_runs_out_is_taken_again_and_the_late_worker_settles_nothing(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id)
    announce(unit_id)
    fan_out.fan_out_pending()
    (late,) = outbox.lease(10)
    assert outbox.lease(10) == []
    with clock.freeze(MORNING + outbox.LEASE + timedelta(seconds=1)):
        (again,) = outbox.lease(10)
        assert again.delivery_id == late.delivery_id
        assert again.attempts == 2
        outbox.settle([(late, Result(Outcome.REFUSED, "late"))])
        assert states() == {DeliveryState.LEASED: 1}
        outbox.settle([(again, SENT)])
        assert states() == {DeliveryState.SENT: 1}


def test_two_workers_never_take_the_same_parcel(push: LoopbackService, unit_id: uuid.UUID) -> None:
    register(push, unit_id, 40)
    announce(unit_id)
    fan_out.fan_out_pending()
    taken: list[uuid.UUID] = []

    def work() -> None:
        with clock.freeze(MORNING):
            while parcels := outbox.lease(3):
                taken.extend(parcel.delivery_id for parcel in parcels)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


def test_a_registration_that_is_gone_is_removed(push: LoopbackService, unit_id: uuid.UUID) -> None:
    register(push, unit_id)
    announce(unit_id)
    push.answers.append((410, {}, b""))
    fan_out.fan_out_pending()
    delivery.deliver()
    assert states() == {DeliveryState.DROPPED: 1}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Subscription)) == 0


def test_a_host_that_asks_us_to_wait_is_left_alone_by_everybody(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id, 2)
    announce(unit_id)
    push.answers += [(429, {"Retry-After": "120"}, b"")] * 2
    fan_out.fan_out_pending()
    delivery.deliver()
    assert states() == {DeliveryState.QUEUED: 2}
    announce(unit_id)
    fan_out.fan_out_pending()
    with clock.freeze(MORNING + timedelta(seconds=119)):
        assert outbox.lease(10) == []
    with clock.freeze(MORNING + timedelta(seconds=200)):
        assert len(outbox.lease(10)) == 4
    with reading() as session:
        assert session.scalar(select(HostPause.host)) == push.host


def test_a_failure_is_tried_again_until_it_is_not_worth_saying_any_more(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id)
    announce(unit_id, worth=timedelta(hours=1))
    fan_out.fan_out_pending()
    moment, attempts = MORNING, 0
    while DeliveryState.QUEUED in states():
        push.answers.append((503, {}, b""))
        with clock.freeze(moment):
            again = delivery.deliver()
        attempts += 1
        if again is not None:
            assert again > moment
            moment = again
    assert states() == {DeliveryState.EXPIRED: 1}
    assert 6 <= attempts <= 14
    assert len(push.received) == attempts


def test_the_urgent_goes_first_and_does_not_wait_for_the_morning(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id)
    with clock.freeze(NIGHT):
        announce(unit_id)
        announce(unit_id, urgent=True)
        fan_out.fan_out_pending()
        (parcel,) = outbox.lease(10)
        assert parcel.urgent
    with clock.freeze(NIGHT + timedelta(hours=6, minutes=31)):
        assert {parcel.urgent for parcel in outbox.lease(10)} == {False, True}


def test_an_emergency_overtakes_news_that_is_being_handed_out(
    push: LoopbackService, unit_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(push, unit_id, 5)
    announce(unit_id)
    monkeypatch.setattr(fan_out, "PAGE", 2)
    news = fan_out._next()
    assert news is not None
    fan_out._one_page(news)
    announce(unit_id, urgent=True)
    assert fan_out._next() not in {news, None}
    fan_out.fan_out_pending()
    assert states() == {DeliveryState.QUEUED: 10}


def test_a_message_that_cannot_be_handed_out_is_parked_and_holds_up_nobody(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id)
    with transaction() as session:
        say(session, "article", {"to": "topic"}, link="/", tag="broken", title="?")
    announce(unit_id)
    fan_out.fan_out_pending()
    assert states() == {DeliveryState.QUEUED: 1}
    with reading() as session:
        assert set(session.scalars(select(Message.state))) == {"parked", "fanned_out"}


def test_staff_find_every_message_in_their_inbox_with_or_without_a_device(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    with transaction() as session:
        hoa = make_staff(session).id
        say(
            session,
            "case_assigned",
            audience.these_staff([hoa, hoa]),
            link="/console/cases/1",
            tag="case-1",
            code="GL-1",
            category="Giao thông",
        )
    fan_out.fan_out_pending()
    with reading() as session:
        assert session.scalars(select(InboxItem.staff_id)).all() == [hoa]
        assert session.scalar(select(Message.state)) == "fanned_out"
    assert states() == {}


def test_whoever_unsubscribes_meanwhile_hears_nothing(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id)
    announce(unit_id)
    fan_out.fan_out_pending()
    with transaction() as session:
        session.delete(session.scalars(select(Subscription)).one())
    delivery.deliver()
    assert push.received == []
    assert states() == {DeliveryState.DROPPED: 1}
