"""Who is meant by a topic: through mergers, from the province down, and a page at a time whatever there is of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core import db as core_db
from backend.core.db import reading, transaction
from backend.places.models import AdminUnit
from notifications import audience, fan_out
from notifications.messages import say
from notifications.models import Delivery, Message, MessageState, Topic
from tests.conftest import Database
from tests.factories.notifications import make_subscription
from tests.factories.places import become, make_commune, make_province
from tests.plans import Sent, listening, lists, must_be_read_in_order

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TOMORROW = date(2026, 11, 21)
TOPIC = "push_subscription_topic"


@pytest.fixture(autouse=True)
def frozen(db: Database) -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def follow(session: Session, *units: AdminUnit, topic: Topic = Topic.ARTICLES) -> uuid.UUID:
    """A device that follows these communes."""
    address = f"device-{uuid.uuid4()}"
    return make_subscription(session, address, topics={unit.id: [topic] for unit in units}).id


def announce(session: Session, *units: AdminUnit) -> uuid.UUID:
    message = say(
        session,
        "article",
        audience.topic(Topic.ARTICLES, [unit.id for unit in units]),
        link="/a/1",
        tag=str(uuid.uuid4()),
        urgent=True,
        title="Cấp nước",
    )
    session.flush()
    return message.id


def told(message_id: uuid.UUID) -> set[uuid.UUID | None]:
    """The devices that the message goes to, once it was handed out."""
    fan_out.fan_out_pending()
    with reading() as session:
        assert session.get_one(Message, message_id).state is MessageState.FANNED_OUT
        queued = session.scalars(
            select(Delivery.subscription_id).where(Delivery.message_id == message_id)
        ).all()
    assert len(queued) == len(set(queued)), "somebody is told twice"
    return set(queued)


class TestAfterAMerger:
    def test_whoever_followed_a_commune_that_is_gone_hears_what_took_its_place(self) -> None:
        with transaction() as session:
            dak_jo_ta, ayun, new, elsewhere = (make_commune(session) for _ in range(4))
            devices = {follow(session, dak_jo_ta), follow(session, ayun), follow(session, new)}
            follow(session, elsewhere)
            follow(session, dak_jo_ta, topic=Topic.BROADCASTS)
            become(session, new, dak_jo_ta, ayun)
            said = announce(session, new)
        assert told(said) == devices

    def test_through_every_reform_so_far_and_none_that_is_to_come(self) -> None:
        with transaction() as session:
            first, then, now, later = (make_commune(session) for _ in range(4))
            old = follow(session, first)
            become(session, then, first, on=date(2025, 9, 1))
            become(session, now, then)
            become(session, later, now, on=TOMORROW)
            of_now, of_later = announce(session, now), announce(session, later)
        assert told(of_now) == {old}
        assert told(of_later) == set()

    def test_what_is_still_said_in_the_old_name_is_heard_by_all_who_live_there_now(self) -> None:
        with transaction() as session:
            old, new = make_commune(session), make_commune(session)
            devices = {follow(session, old), follow(session, new)}
            become(session, new, old)
            said = announce(session, old)
        assert told(said) == devices

    def test_whoever_followed_a_commune_that_was_divided_hears_both_parts(self) -> None:
        with transaction() as session:
            old, one, two = (make_commune(session) for _ in range(3))
            device, of_one = follow(session, old), follow(session, one)
            become(session, one, old)
            become(session, two, old)
            from_one, from_two = announce(session, one), announce(session, two)
        assert told(from_one) == {device, of_one}
        assert told(from_two) == {device}

    def test_a_device_that_followed_several_of_them_is_told_once(self) -> None:
        with transaction() as session:
            one, two, new = (make_commune(session) for _ in range(3))
            device = follow(session, one, two, new)
            become(session, new, one, two)
            said = announce(session, new)
        assert told(said) == {device}

    def test_what_the_province_says_reaches_them_too(self) -> None:
        with transaction() as session:
            former, province = make_province(session, code="64"), make_province(session)
            old = make_commune(session, parent_id=former.id)
            new = make_commune(session, parent_id=province.id)
            devices = {follow(session, old), follow(session, new)}
            become(session, province, former, on=date(2025, 9, 1))
            become(session, new, old)
            said = announce(session, province)
        assert told(said) == devices


class TestPages:
    """A province, three of its communes with followers, and one that nobody follows."""

    @pytest.fixture
    def province(self) -> AdminUnit:
        with transaction() as session:
            province = make_province(session)
            one, two, three, _nobody = (
                make_commune(session, parent_id=province.id) for _ in range(4)
            )
            for unit, count in ((one, 7), (two, 1), (three, 4)):
                for _ in range(count):
                    follow(session, unit)
            for _ in range(3):
                follow(session, one, two, three)
            follow(session, one, topic=Topic.EMERGENCY)
            return province

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 100])
    def test_everybody_is_told_once_whatever_the_size_of_a_page(
        self, province: AdminUnit, size: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fan_out, "PAGE", size)
        with transaction() as session:
            said = announce(session, province)
        assert len(told(said)) == 15

    def test_each_page_goes_on_in_the_index_behind_the_last_device(
        self, province: AdminUnit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fan_out, "PAGE", 3)
        with transaction() as session:
            announce(session, province)
        with listening(core_db.engine()) as sent:
            pages = fan_out.fan_out_pending()
        walked = [each for each in lists(sent) if TOPIC in each[0]]
        # Each commune is come to once; a page that ends inside one goes on there.
        assert pages == 8
        assert len(walked) <= pages + 3
        with transaction() as session:
            for each in (walked[0], walked[1]):  # the beginning of a commune, and its middle
                must_be_read_in_order(session, each, TOPIC)
            for each in communes(sent):
                must_be_read_in_order(session, each, TOPIC)

    def test_a_message_half_handed_out_before_the_update_begins_anew(
        self, province: AdminUnit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It knows the last device and no commune: those told already are not told again."""
        monkeypatch.setattr(fan_out, "PAGE", 5)
        with transaction() as session:
            said = announce(session, province)
        fan_out._one_page(said)
        with transaction() as session:
            session.get_one(Message, said).progress_unit_id = None
        assert len(told(said)) == 15


def communes(sent: Iterable[Sent]) -> list[Sent]:
    """The statements that ask which communes have followers."""
    found = [each for each in sent if "EXISTS" in each[0] and TOPIC in each[0]]
    assert found
    return found
