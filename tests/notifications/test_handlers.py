"""What the house says when something happens: to the right people, and never the words of feedback."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.accounts.events import OneTimeCodeRequested, ResidentErased, StaffDeactivated
from backend.accounts.models import OneTimeCode
from backend.core import clock, crypto
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.events import emit
from moderation.events import (
    CaseAnswered,
    CaseAssigned,
    CaseOpened,
    CaseOverdue,
    CaseQuestionAsked,
    CaseReplied,
    CaseStateChanged,
    CaseWarned,
    OutcomePublished,
)
from moderation.models import CaseState
from moderation.workflow import Move
from notifications import fan_out
from notifications.messages import words
from notifications.models import (
    Channel,
    Delivery,
    InboxItem,
    Message,
    Subscription,
    SubscriptionFeedback,
)
from tests.conftest import Database
from tests.factories.accounts import make_resident, make_staff
from tests.factories.moderation import (
    Office,
    make_case,
    make_office,
    move,
    until_forwarded,
)
from tests.factories.notifications import Browser, make_subscription

SECRET_WORDS = "Ông trưởng thôn ăn chặn tiền cứu trợ của bà con"
MORNING = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def office(db: Database) -> Office:
    with transaction() as session:
        return make_office(session)


def messages() -> list[Message]:
    with reading() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def told() -> set[uuid.UUID]:
    """Who finds something in the inbox once everything was handed out."""
    with transaction() as session:
        session.execute(InboxItem.__table__.delete())
    fan_out.fan_out_pending()
    with reading() as session:
        return set(session.scalars(select(InboxItem.staff_id)))


def test_a_message_about_feedback_never_carries_its_words(office: Office) -> None:
    with transaction() as session:
        case = make_case(session, office.unit, text=SECRET_WORDS, place_text="Làng Kép")
        ids = {"case_id": case.id, "feedback_id": case.feedback_id}
        desk, me = office.desk.id, office.staff["binh"].id
        for event in (
            CaseOpened(case.id, office.unit.id, desk, "emergency", restricted=True),
            CaseAssigned(case.id, me, desk),
            CaseAssigned(case.id, None, desk),
            CaseReplied(**ids, message_id=uuid.uuid4()),
            CaseQuestionAsked(**ids, message_id=uuid.uuid4()),
            CaseAnswered(**ids, assignee_id=None, department_id=None),
            CaseWarned(case.id, "handling", 80),
            CaseOverdue(case.id, "handling", 100),
            CaseOverdue(case.id, "handling", 150),
            OutcomePublished(**ids, unit_id=office.unit.id),
            *(
                CaseStateChanged(**ids, from_state="received", to_state=state, actor_id=me)
                for state in CaseState
            ),
        ):
            emit(session, event)
    spoken = messages()
    assert len(spoken) >= 16
    for message in spoken:
        for language in ("vi", "en"):
            title, body = words(message, language)
            assert "{" not in title + body
            assert "notifications." not in title + body, f"no words for {message.kind}"
            for word in ("ăn chặn", "cứu trợ", "trưởng thôn", "Làng Kép"):
                assert word not in f"{title} {body} {message.params} {message.link} {message.tag}"


@pytest.mark.parametrize("state", [CaseState.DIVERTED, CaseState.CLOSED])
def test_a_locked_screen_does_not_tell_that_it_was_a_denunciation(
    office: Office, state: CaseState
) -> None:
    with transaction() as session:
        case = make_case(session, office.unit)
        emit(session, CaseStateChanged(case.id, case.feedback_id, "received", state, None))
    title, _body = words(messages()[-1], "vi")
    assert title == "Có cập nhật mới"


def test_new_feedback_is_told_to_intake_and_in_an_emergency_at_any_hour(office: Office) -> None:
    with transaction() as session:
        case = make_case(session, office.unit)
        emit(session, CaseOpened(case.id, office.unit.id, None, "emergency", restricted=False))
    assert office.staff["hoa"].id in told()
    assert office.staff["binh"].id not in told()
    assert messages()[-1].urgent
    assert not messages()[0].urgent


def test_an_assignment_is_told_to_the_person_or_to_the_department(office: Office) -> None:
    with transaction() as session:
        case = make_case(session, office.unit)
        other = make_staff(session, Role.HANDLER, unit=office.unit, department_id=office.desk.id)
        session.execute(Message.__table__.delete())
        emit(session, CaseAssigned(case.id, None, office.economy.id))
    assert told() == {office.staff["binh"].id}
    with transaction() as session:
        emit(session, CaseAssigned(case.id, other.id, office.economy.id))
    assert told() == {other.id}


def test_time_that_passes_is_told_to_whoever_can_do_something_about_it(office: Office) -> None:
    """The department that the rules propose for a new case does not have it yet."""
    with transaction() as session:
        case = make_case(session, office.unit)
        case.lead_department_id = office.economy.id
        session.execute(Message.__table__.delete())
        emit(session, CaseWarned(case.id, "intake", 50))
    intake = {office.staff["hoa"].id, office.staff["dung"].id}
    assert told() == intake
    with transaction() as session:
        session.execute(Message.__table__.delete())
        emit(session, CaseWarned(case.id, "handling", 50))
    assert told() == intake
    until_forwarded(office, case.id)
    with transaction() as session:
        session.execute(Message.__table__.delete())
        emit(session, CaseWarned(case.id, "handling", 80))
    assert told() == {office.staff["binh"].id}
    move(office.binh, case.id, Move.START)
    with transaction() as session:
        session.execute(Message.__table__.delete())
        make_staff(session, Role.HANDLER, unit=office.unit, department_id=office.economy.id)
        emit(session, CaseWarned(case.id, "handling", 80))
    assert told() == {office.staff["binh"].id}


def test_overdue_goes_to_the_leader_and_at_150_percent_to_the_province(office: Office) -> None:
    with transaction() as session:
        case = make_case(session, office.unit)
        province = session.get_one(type(office.unit), case.province_id)
        supervisor = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
        session.execute(Message.__table__.delete())
        emit(session, CaseOverdue(case.id, "handling", 100))
    assert office.staff["dung"].id in told()
    with reading() as session:
        (message,) = session.scalars(select(Message)).all()  # a leader who has it too is told once
        assert message.kind == "case_overdue"
    with transaction() as session:
        session.execute(Message.__table__.delete())
        emit(session, CaseOverdue(case.id, "handling", 150))
    assert told() == {supervisor.id}


def test_the_resident_is_told_on_the_devices_that_follow_the_feedback(office: Office) -> None:
    with transaction() as session:
        lan = make_resident(session)
        case = make_case(session, office.unit, resident_id=lan.id, identity="named")
        own = make_subscription(
            session, "https://x/1", browser=Browser(), owner=("resident", lan.id)
        )
        follower = make_subscription(session, "https://x/2", browser=Browser())
        follower.feedback.append(SubscriptionFeedback(feedback_id=case.feedback_id))
        make_subscription(session, "https://x/3", browser=Browser())
        session.execute(Message.__table__.delete())
        emit(session, CaseReplied(case.id, case.feedback_id, uuid.uuid4()))
    with clock.freeze(MORNING):
        fan_out.fan_out_pending()
    with reading() as session:
        assert set(session.scalars(select(Delivery.subscription_id))) == {own.id, follower.id}


def test_a_one_time_code_goes_out_as_a_text_message_and_stays_sealed(db: Database) -> None:
    with transaction() as session:
        code = OneTimeCode(
            phone_index="x",
            phone_sealed=crypto.seal("+84905123456"),
            code_hash="y",
            code_sealed=crypto.seal("271828"),
            network="n",
            expires_at=clock.now() + timedelta(minutes=5),
        )
        session.add(code)
        session.flush()
        emit(session, OneTimeCodeRequested(code.id))
    with reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        row = session.connection().exec_driver_sql("SELECT * FROM delivery").one()
    assert delivery.channel == Channel.SMS
    assert delivery.urgent
    assert "271828" not in str(row)


def test_whoever_leaves_or_is_erased_hears_nothing_any_more(office: Office) -> None:
    with transaction() as session:
        lan = make_resident(session)
        hoa = office.staff["hoa"]
        make_subscription(session, "https://x/1", browser=Browser(), owner=("resident", lan.id))
        make_subscription(session, "https://x/2", browser=Browser(), owner=("staff", hoa.id))
        emit(session, StaffDeactivated(hoa.id))
        emit(session, ResidentErased(lan.id, lan.phone_index))
    with reading() as session:
        assert session.scalars(select(Subscription)).all() == []


def test_an_audience_of_staff_is_found_when_the_message_leaves_not_when_it_was_written(
    office: Office,
) -> None:
    with transaction() as session:
        case = make_case(session, office.unit)
        session.execute(Message.__table__.delete())
        emit(session, CaseAssigned(case.id, None, office.economy.id))
    with transaction() as session:
        newcomer = make_staff(
            session, Role.HANDLER, unit=office.unit, department_id=office.economy.id
        )
    assert newcomer.id in told()
