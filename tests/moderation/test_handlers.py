"""What residents do reaches the case through the wiring of the house."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.core import clock
from backend.core.db import reading, transaction
from backend.places.models import WorkingHours
from backend.uploads import access
from backend.uploads.models import Upload
from moderation.models import Case, CaseEvent, CaseState, EventType
from moderation.workflow import Move
from tests.factories.accounts import sign_in
from tests.factories.feedback import submission
from tests.factories.moderation import Office, broken_link, make_office, move
from tests.factories.moderation import events_of as history_of
from tests.factories.uploads import make_clean_photo


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


def sent(client: FlaskClient, office: Office, **overrides: Any) -> tuple[dict[str, Any], UUID]:
    answer = client.post("/api/v1/feedback", json=submission(office.unit, **overrides))
    assert answer.status_code == 201, answer.text
    code = answer.get_json()["tracking_code"]
    with reading() as session:
        return answer.get_json(), session.scalars(
            select(Case.id).where(Case.tracking_code == code)
        ).one()


def events_of(case_id: UUID) -> list[EventType]:
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert broken_link(session, case.id) is None
        return [event.type for event in history_of(session, case_id)]


def test_feedback_and_its_case_are_stored_together(client: FlaskClient, office: Office) -> None:
    receipt, case_id = sent(client, office)
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert receipt["due_at"] == case.due_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert case.state is CaseState.RECEIVED


def test_a_question_is_answered_with_the_pin_and_work_goes_on(
    client: FlaskClient, office: Office
) -> None:
    receipt, case_id = sent(client, office)
    move(office.hoa, case_id, Move.ASK, text="Ở thôn nào vậy?")
    address = f"/api/v1/feedback/{receipt['tracking_code']}"
    pin = {"X-Feedback-Pin": receipt["pin"]}
    shown = client.get(address, headers=pin).get_json()
    assert shown["awaiting_answer"] is True
    assert shown["messages"][0]["text"] == "Ở thôn nào vậy?"
    answered = client.post(f"{address}/answers", json={"text": "Thôn 2"}, headers=pin)
    assert answered.status_code in {200, 201}, answered.text
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state is CaseState.RECEIVED
        assert case.paused_at is None
    assert events_of(case_id) == [EventType.OPENED, EventType.ASKED, EventType.ANSWERED]


def test_a_resident_takes_it_back(client: FlaskClient, office: Office) -> None:
    receipt, case_id = sent(client, office)
    gone = client.post(
        f"/api/v1/feedback/{receipt['tracking_code']}/withdraw",
        json={},
        headers={"X-Feedback-Pin": receipt["pin"]},
    )
    assert gone.status_code == 200, gone.text
    with reading() as session:
        assert session.get_one(Case, case_id).state is CaseState.WITHDRAWN
    assert events_of(case_id)[-1] is EventType.WITHDRAWN


def test_what_a_resident_may_have_complained_about_is_hinted_at_once(
    client: FlaskClient, office: Office
) -> None:
    receipt, _case_id = sent(
        client,
        office,
        text="Tôi không đồng ý quyết định thu hồi đất số 12 của UBND xã, đề nghị xem xét lại.",
    )
    assert receipt["legal_hint"] == "complaint"


def test_officials_open_the_photos_of_cases_they_may_read_and_no_others(
    client: FlaskClient, office: Office
) -> None:
    with transaction() as session:
        photo = make_clean_photo(session).id
        elsewhere = make_office(session)
    sent(client, office, upload_ids=[str(photo)])
    with reading() as session:
        upload = session.get_one(Upload, photo)
        for principal, may in ((office.hoa, True), (office.binh, True), (elsewhere.hoa, False)):
            assert access.may_read(session, principal, upload) is may
    address = f"/api/v1/uploads/{photo}/content?variant=480"
    assert client.get(address).status_code in {401, 403, 404}
    sign_in(client, office.staff["hoa"])
    assert client.get(address).status_code == 200


def test_photos_added_later_are_in_the_history(client: FlaskClient, office: Office) -> None:
    receipt, case_id = sent(client, office)
    with transaction() as session:
        photo = make_clean_photo(session).id
    answer = client.post(
        f"/api/v1/feedback/{receipt['tracking_code']}/attachments",
        json={"upload_ids": [str(photo)]},
        headers={"X-Feedback-Pin": receipt["pin"]},
    )
    if answer.status_code == 404:
        pytest.skip("no such address")
    assert events_of(case_id)[-1] is EventType.PHOTOS_ADDED


def test_an_office_that_never_opens_still_promises_a_day(
    client: FlaskClient, office: Office
) -> None:
    """Somebody closed every weekday by mistake: feedback is taken in all the same."""
    with transaction() as session:
        hours = clock.now().astimezone(clock.LOCAL)
        session.add(
            WorkingHours(
                unit_id=office.unit.id,
                weekday=0,
                opens=hours.time().replace(hour=1, minute=0, second=0, microsecond=0),
                closes=hours.time().replace(hour=1, minute=1, second=0, microsecond=0),
            )
        )
    _receipt, case_id = sent(client, office)
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.due_at > case.created_at
        assert session.scalars(select(CaseEvent)).all()
        assert case.due_at - case.created_at < timedelta(days=7 * 366)
