"""The outbox: nothing lost, nothing sent by two workers at once, nothing tried for ever."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.core import clock, config
from backend.core.db import Base, reading, transaction
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
from tests.databases import somebody_waits, wait_for
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


def test_the_queue_of_a_host_that_waits_is_put_off_and_holds_up_no_other(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id, 5)
    until = MORNING + timedelta(minutes=10)
    with transaction() as session:
        session.add(HostPause(host=push.host, until=until))
        make_subscription(session, "telephone", host="fcm", topics={unit_id: [Topic.ARTICLES]})
    announce(unit_id)
    fan_out.fan_out_pending()
    (parcel,) = outbox.lease(2)  # behind a queue that is longer than what is taken at a time
    assert parcel.host == "fcm"
    outbox.settle([(parcel, SENT)])
    assert outbox.lease(2) == []
    with reading() as session:
        waiting = select(Delivery).where(Delivery.host == push.host)
        for each in session.scalars(waiting):
            assert (each.state, each.not_before, each.attempts) == ("queued", until, 0)
    with clock.freeze(until):
        assert len(outbox.lease(10)) == 5


def test_workers_that_are_asked_to_wait_at_once_all_note_what_they_know(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    register(push, unit_id, 4)
    announce(unit_id)
    fan_out.fan_out_pending()
    together = threading.Barrier(4)
    parcels = outbox.lease(4)

    def work(number: int) -> None:
        retry_at = MORNING + timedelta(minutes=number + 1)
        together.wait(10)
        with clock.freeze(MORNING):
            outbox.settle([(parcels[number], Result(Outcome.LATER, "http_429", retry_at))])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states() == {DeliveryState.QUEUED: 4}
    with reading() as session:
        assert session.scalar(select(HostPause.until)) == MORNING + timedelta(minutes=4)


WAIT = Result(Outcome.LATER, "http_429", MORNING + timedelta(minutes=2))
GONE = Result(Outcome.GONE, "http_410")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("results", "theirs"),
    [
        ((WAIT, WAIT), (HostPause, HostPause)),
        ((SENT, SENT), (Subscription, Subscription)),
        ((WAIT, SENT), (HostPause, Subscription)),
        ((SENT, GONE), (Subscription, Subscription)),
    ],
    ids=["hosts", "devices", "a host and a device", "a dead device"],
)
def test_workers_never_wait_for_one_another_whatever_the_order_of_their_results(
    push: LoopbackService,
    unit_id: uuid.UUID,
    results: tuple[Result, Result],
    theirs: tuple[type[Base], type[Base]],
) -> None:
    """Another worker has the first row when ours begins with the second, and wants that too."""
    with transaction() as session:
        devices = sorted(
            make_subscription(session, name, topics={unit_id: [Topic.ARTICLES]}).id
            for name in ("one", "another")
        )
        hosts = ["a.example", "b.example"]
        for device, host in zip(devices, hosts, strict=True):
            session.get_one(Subscription, device).host = host
            session.add(HostPause(host=host, until=MORNING))
    announce(unit_id)
    fan_out.fan_out_pending()
    parcels = {parcel.subscription_id: parcel for parcel in outbox.lease(2)}
    ours = [(parcels[each], result) for each, result in zip(devices, results, strict=True)]
    keys = {HostPause: hosts, Subscription: devices}

    def settle() -> None:
        with clock.freeze(MORNING):
            outbox.settle(ours[::-1])

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            session.get_one(theirs[0], keys[theirs[0]][0], with_for_update=True)
            settling = pool.submit(settle)
            wait_for(somebody_waits, "our worker to wait")
            session.get_one(theirs[1], keys[theirs[1]][1], with_for_update=True)
        settling.result(20)
    assert DeliveryState.LEASED not in states()


def test_what_is_too_late_by_now_does_not_end_the_round(
    push: LoopbackService, unit_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(push, unit_id)
    for _ in range(5):
        announce(unit_id, worth=timedelta(minutes=1))
    fan_out.fan_out_pending()
    later = MORNING + timedelta(hours=1)
    monkeypatch.setattr(delivery, "BATCH", 2)
    with clock.freeze(later):
        announce(unit_id)
        fan_out.fan_out_pending()
        delivery.deliver()
    assert states() == {DeliveryState.EXPIRED: 5, DeliveryState.SENT: 1}
    assert len(push.received) == 1


def test_one_that_cannot_be_read_holds_up_nobody(push: LoopbackService, unit_id: uuid.UUID) -> None:
    register(push, unit_id, 3)
    with transaction() as session:
        broken = session.scalars(select(Subscription).order_by(Subscription.id)).first()
        assert broken is not None
        broken.address_sealed = "sealed with a key that is lost"
        broken_id = broken.id
    announce(unit_id)
    fan_out.fan_out_pending()
    delivery.deliver()
    assert states() == {DeliveryState.SENT: 2, DeliveryState.QUEUED: 1}
    with reading() as session:
        (left,) = session.scalars(
            select(Delivery).where(Delivery.state == DeliveryState.QUEUED)
        ).all()
    assert (left.subscription_id, left.attempts) == (broken_id, 1)
    assert left.last_error
    assert left.not_before > MORNING


def test_an_fcm_account_that_cannot_be_read_holds_up_no_other_channel(
    push: LoopbackService, unit_id: uuid.UUID, tmp_path: Path
) -> None:
    register(push, unit_id)
    with transaction() as session:
        make_subscription(session, "telephone", topics={unit_id: [Topic.ARTICLES]})
    announce(unit_id)
    fan_out.fan_out_pending()
    for content in ("", "{}", '{"type": "service_account", "project_id": "x"}'):
        account = tmp_path / "account.json"
        account.write_text(content)
        config.use(replace(config.current(), fcm_credentials=str(account)))
        delivery.deliver()
    config.use(replace(config.current(), fcm_credentials=str(tmp_path / "none.json")))
    delivery.deliver()
    assert states() == {DeliveryState.SENT: 1, DeliveryState.QUEUED: 1}


def test_a_service_that_hangs_is_given_up_and_tried_again_and_the_round_goes_on(
    push: LoopbackService, unit_id: uuid.UUID
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and says nothing
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        config.use(replace(config.current(), push_hosts=(push.host, host)))
        with transaction() as session:
            make_subscription(
                session,
                f"http://{host}/x",
                browser=Browser(),
                host=host,
                topics={unit_id: [Topic.ARTICLES]},
            )
        announce(unit_id)
        fan_out.fan_out_pending()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delivery, "LONGEST_S", 0.2)
            again = delivery.deliver()
    assert again is not None
    assert again > MORNING
    with reading() as session:
        left = session.execute(select(Delivery.state, Delivery.host, Delivery.last_error)).all()
    assert left == [(DeliveryState.QUEUED, host, "TimeoutError")]
    register(push, unit_id)
    announce(unit_id)
    fan_out.fan_out_pending()
    delivery.deliver()
    assert len(push.received) == 1


def test_a_parcel_is_given_up_long_before_its_lease_runs_out() -> None:
    assert outbox.LEASE / 2 >= timedelta(seconds=delivery.LONGEST_S) > timedelta(seconds=20)


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
