"""The working life of a case through its service, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from backend.core import clock, crypto
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from backend.feedback.models import (
    Feedback,
    FeedbackMessage,
    Identity,
    LegalType,
    Outcome,
    PublicRecord,
    TrackingView,
)
from moderation import publishing, service
from moderation.models import Case, CaseEvent, CaseState, EventType, IdentityAccess
from moderation.workflow import Move
from tests.factories.accounts import make_staff, principal_of
from tests.factories.moderation import (
    REPLY,
    Office,
    broken_link,
    draft,
    events_of,
    make_case,
    make_office,
    make_proof,
    move,
    until_awaiting_approval,
    until_forwarded,
    until_published,
    until_resolved,
)
from tests.factories.places import make_department
from tests.factories.uploads import make_clean_photo, make_upload


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


def opened(office: Office, **overrides: Any) -> UUID:
    with transaction() as session:
        return make_case(session, office.unit, **overrides).id


def state_of(case_id: UUID) -> CaseState:
    with reading() as session:
        return session.get_one(Case, case_id).state


def view_of(case_id: UUID) -> TrackingView:
    with reading() as session:
        case = session.get_one(Case, case_id)
        return session.get_one(TrackingView, case.feedback_id)


def test_a_case_is_received_with_a_guess_a_department_and_two_deadlines(office: Office) -> None:
    case_id = opened(office)
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state is CaseState.RECEIVED
        assert case.lead_department_id == office.desk.id
        assert case.legal_confirmed_at is None
        assert case.created_at < case.intake_due_at < case.due_at
        assert case.next_alarm_at is not None
        assert case.chain_length == 1
        view = session.get_one(TrackingView, case.feedback_id)
        assert view.due_at == case.due_at


def test_the_whole_way_from_submission_to_the_public_record(office: Office) -> None:
    case_id = opened(office)
    until_forwarded(office, case_id)
    assert state_of(case_id) is CaseState.FORWARDED
    move(office.binh, case_id, Move.START)
    proof = make_proof(office)
    move(
        office.binh,
        case_id,
        Move.RESOLVE,
        outcome=Outcome.DONE,
        reply=REPLY,
        evidence_upload_ids=[proof],
    )
    with reading() as session:
        case = session.get_one(Case, case_id)
        told = session.scalars(
            select(FeedbackMessage).where(FeedbackMessage.feedback_id == case.feedback_id)
        ).all()
        assert told == [], "the resident hears of an outcome when it is approved"
    move(office.dung, case_id, Move.APPROVE)
    draft(office.hoa, case_id, attachment_ids=[proof])
    move(office.hoa, case_id, Move.PUBLISH)
    with reading() as session:
        case = session.get_one(Case, case_id)
        record = session.scalars(select(PublicRecord)).one()
        assert record.masked_text == "Đường vào làng có ổ gà."
        assert record.reply == REPLY
        assert len(record.evidence) == 1
        assert case.published_at is not None
        assert case.stage is None
        assert case.next_alarm_at is None
        message = session.scalars(select(FeedbackMessage)).one()
        assert message.text == REPLY
        assert broken_link(session, case.id) is None
        types = [event.type for event in events_of(session, case_id)]
    assert types == [
        EventType.OPENED,
        EventType.LEGAL_CONFIRMED,
        EventType.ASSIGNED,
        EventType.STARTED,
        EventType.RESOLVED,
        EventType.APPROVED,
        EventType.DRAFTED,
        EventType.PUBLISHED,
    ]


def test_two_officials_on_one_case_the_second_is_told_that_it_moved(office: Office) -> None:
    case_id = opened(office)
    with transaction() as session:
        service.make_move(
            session,
            office.hoa,
            case_id,
            Move.CONFIRM_LEGAL,
            {"legal_type": LegalType.ORDINARY},
            version=1,
        )
    with pytest.raises(PreconditionFailed), transaction() as session:
        service.make_move(
            session,
            office.dung,
            case_id,
            Move.CONFIRM_LEGAL,
            {"legal_type": LegalType.COMPLAINT},
            version=1,
        )
    with reading() as session:
        assert session.get_one(Case, case_id).legal_type is LegalType.ORDINARY


def test_nothing_is_assigned_before_a_person_confirmed_the_legal_type(office: Office) -> None:
    case_id = opened(office)
    with pytest.raises(Conflict) as refused:
        move(office.hoa, case_id, Move.ASSIGN, department_id=office.economy.id)
    assert refused.value.code == "cases.missing.legal_confirmed_ordinary"
    assert refused.value.params["missing"] == ["legal_confirmed_ordinary"]


def test_done_needs_proof_and_every_outcome_needs_a_reply(office: Office) -> None:
    case_id = opened(office)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.START)
    with pytest.raises(InvalidInput) as refused:
        move(office.binh, case_id, Move.RESOLVE, outcome=Outcome.DONE)
    assert set(refused.value.errors) == {"reply", "evidence_upload_ids"}
    with pytest.raises(InvalidInput) as refused:
        move(office.binh, case_id, Move.RESOLVE, outcome=Outcome.PLANNED, reply=REPLY)
    assert set(refused.value.errors) == {"planned_on"}
    with pytest.raises(InvalidInput) as refused:
        move(office.binh, case_id, Move.RESOLVE, outcome=Outcome.OTHER_BODY, reply="   ")
    assert set(refused.value.errors) == {"other_body", "reply"}
    move(
        office.binh,
        case_id,
        Move.RESOLVE,
        outcome=Outcome.PLANNED,
        reply=REPLY,
        planned_on=date(2026, 12, 1),
    )
    assert state_of(case_id) is CaseState.AWAITING_APPROVAL


@pytest.mark.parametrize("kind", ["dirty", "foreign", "unknown"])
def test_only_clean_files_of_officials_are_proof(office: Office, kind: str) -> None:
    case_id = opened(office)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.START)
    with transaction() as session:
        owner = office.staff["binh"].id
        if kind == "dirty":
            proof = make_upload(session, owner_kind="staff", owner_id=owner).id
        elif kind == "foreign":
            proof = make_clean_photo(
                session, owner_kind="staff", owner_id=office.staff["hoa"].id
            ).id
        else:
            proof = office.unit.id
    with pytest.raises(InvalidInput) as refused:
        move(
            office.binh,
            case_id,
            Move.RESOLVE,
            outcome=Outcome.DONE,
            reply=REPLY,
            evidence_upload_ids=[proof],
        )
    assert set(refused.value.errors) == {"evidence_upload_ids"}
    assert state_of(case_id) is CaseState.IN_PROGRESS


def test_whoever_proposed_an_outcome_does_not_approve_it_without_a_reason(db: Any) -> None:
    with transaction() as session:
        office = make_office(session)
        both = make_staff(session, Role.COMMUNE_LEADER, Role.HANDLER, unit=office.unit)
        alone = principal_of(session, both)
        case_id = make_case(session, office.unit).id
    until_forwarded(office, case_id)
    move(alone, case_id, Move.START)
    move(alone, case_id, Move.RESOLVE, outcome=Outcome.PARTLY_DONE, reply=REPLY)
    with pytest.raises(Conflict) as refused:
        move(alone, case_id, Move.APPROVE)
    assert refused.value.code == "cases.missing.second_person"
    move(alone, case_id, Move.APPROVE, override_reason="Chủ tịch đi công tác, trạm chỉ một người")
    with reading() as session:
        event = session.scalars(select(CaseEvent).where(CaseEvent.type == EventType.APPROVED)).one()
        assert event.payload is not None
        assert event.payload["alone"] is True
        assert "công tác" in event.payload["override_reason"]


def test_an_outcome_is_returned_with_a_reason_and_proposed_again(office: Office) -> None:
    case_id = opened(office)
    until_awaiting_approval(office, case_id)
    with pytest.raises(InvalidInput):
        move(office.dung, case_id, Move.RETURN)
    move(office.dung, case_id, Move.RETURN, reason="Chưa nói rõ sửa đoạn nào")
    assert state_of(case_id) is CaseState.IN_PROGRESS
    move(office.binh, case_id, Move.RESOLVE, outcome=Outcome.PARTLY_DONE, reply="Đã sửa đoạn A.")
    move(office.dung, case_id, Move.APPROVE)
    with reading() as session:
        assert session.scalars(select(FeedbackMessage)).one().text == "Đã sửa đoạn A."


def test_a_question_stops_the_clock_and_the_answer_starts_it(office: Office) -> None:
    with clock.freeze(clock.now().replace(microsecond=0)):
        case_id = opened(office)
    until_forwarded(office, case_id)
    asked = clock.now() + timedelta(minutes=5)
    with clock.freeze(asked):
        move(office.binh, case_id, Move.ASK, text="Đoạn nào vậy bác?")
    with reading() as session:
        case = session.get_one(Case, case_id)
        due, feedback_id = case.due_at, case.feedback_id
        assert case.state is CaseState.NEEDS_INFORMATION
        assert case.next_alarm_at is None
    with clock.freeze(asked + timedelta(days=14)), transaction() as session:
        case = service.resident_move(session, feedback_id, Move.ANSWER, {"message_id": feedback_id})
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state is CaseState.FORWARDED
        assert case.due_at > due + timedelta(days=10)
        assert case.paused_at is None


@pytest.mark.parametrize("legal_type", [LegalType.COMPLAINT, LegalType.DENUNCIATION])
def test_a_complaint_or_denunciation_is_diverted_and_can_never_be_published(
    office: Office, legal_type: LegalType
) -> None:
    case_id = opened(office)
    move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type=legal_type)
    with pytest.raises(NotFound):
        move(office.binh, case_id, Move.START)  # a handler does not even see it any more
    move(office.hoa, case_id, Move.DIVERT)
    assert state_of(case_id) is CaseState.DIVERTED
    view = view_of(case_id)
    assert view.next_step == f"other_law_{legal_type}"
    with reading() as session:
        assert "Luật" in session.scalars(select(FeedbackMessage)).one().text
    with pytest.raises(Conflict):
        move(office.hoa, case_id, Move.PUBLISH)
    with pytest.raises(Conflict):
        draft(office.hoa, case_id)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Case).where(Case.id == case_id).values(published_at=clock.now()))


def test_late_insight_takes_a_published_outcome_down_at_once(office: Office) -> None:
    case_id = opened(office)
    until_published(office, case_id)
    move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type=LegalType.DENUNCIATION)
    with reading() as session:
        assert session.scalars(select(PublicRecord)).all() == []
        assert session.get_one(Case, case_id).published_at is None
    move(office.hoa, case_id, Move.DIVERT)
    assert state_of(case_id) is CaseState.DIVERTED


def test_publishing_needs_a_preview_of_the_present_reply(office: Office) -> None:
    case_id = opened(office)
    until_resolved(office, case_id)
    with pytest.raises(Conflict) as refused:
        move(office.hoa, case_id, Move.PUBLISH)
    assert refused.value.code == "cases.missing.preview_confirmed"
    draft(office.hoa, case_id)
    move(office.dung, case_id, Move.REOPEN)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.START)
    move(office.binh, case_id, Move.RESOLVE, outcome=Outcome.NOT_POSSIBLE, reply="Không làm được.")
    move(office.dung, case_id, Move.APPROVE)
    with pytest.raises(Conflict):
        move(office.hoa, case_id, Move.PUBLISH)  # the draft was made for another reply


@pytest.mark.parametrize(
    "text", ["Gọi 0905 123 456 nhé", "CCCD 052044001937", "STK 0123456789 Agribank", "a.b@c.vn"]
)
def test_a_draft_with_numbers_of_a_person_is_refused(office: Office, text: str) -> None:
    case_id = opened(office)
    until_resolved(office, case_id)
    with pytest.raises(InvalidInput) as refused:
        draft(office.hoa, case_id, masked_text=f"Đường hỏng. {text}")
    assert refused.value.errors == {"masked_text": ["personal_data_left"]}


@pytest.mark.parametrize("text", ["CCCD 052044001937", "STK 0123456789 Agribank", "a.b@c.vn"])
def test_words_of_the_office_are_looked_at_before_they_are_public(
    office: Office, text: str
) -> None:
    case_id = opened(office)
    until_resolved(office, case_id)
    with pytest.raises(InvalidInput) as refused:
        draft(office.hoa, case_id, reply=f"Đã làm xong. {text}")
    assert refused.value.errors == {"reply": ["personal_data_left"]}
    other = opened(office)
    until_resolved(office, other, outcome=Outcome.OTHER_BODY, other_body=f"Bà Năm, {text}")
    with pytest.raises(InvalidInput) as refused:
        draft(office.hoa, other)
    assert refused.value.errors == {"other_body": ["personal_data_left"]}


def test_an_office_may_name_its_telephone_number(office: Office) -> None:
    case_id = opened(office)
    until_resolved(
        office, case_id, outcome=Outcome.OTHER_BODY, other_body="Điện lực, 0269 382 1234"
    )
    draft(office.hoa, case_id, reply="Cần thêm, mời gọi 0905 123 456.")
    with reading() as session:
        case = session.get_one(Case, case_id)
        shown = publishing.preview(session, case, session.get_one(Feedback, case.feedback_id))
    assert shown.drafted
    assert "left_phone" in shown.warnings


def test_a_case_of_another_commune_is_not_found(db: Any) -> None:
    with transaction() as session:
        ours, theirs = make_office(session), make_office(session)
        case_id = make_case(session, theirs.unit).id
    for name in ("hoa", "binh", "dung"):
        with pytest.raises(NotFound):
            move(ours.people[name], case_id, Move.CLASSIFY, category="khac")


def test_after_two_transfers_a_leader_must_assign(office: Office) -> None:
    with transaction() as session:
        culture = make_department(session, office.unit, code="van_hoa", name="Phòng Văn hóa")
    case_id = opened(office)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.TRANSFER, department_id=culture.id, reason="Không phải việc")
    move(office.hoa, case_id, Move.TRANSFER, department_id=office.economy.id, reason="Đúng việc đó")
    with pytest.raises(Conflict) as refused:
        move(office.binh, case_id, Move.TRANSFER, department_id=culture.id, reason="Vẫn không")
    assert refused.value.code == "cases.missing.leader_assigns"
    with pytest.raises(Conflict):
        move(office.hoa, case_id, Move.ASSIGN, department_id=culture.id)
    move(office.dung, case_id, Move.ASSIGN, department_id=culture.id)
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.lead_department_id == culture.id
        assert case.transfers == 3


def test_a_department_that_refuses_says_why_and_triage_has_it_again(office: Office) -> None:
    case_id = opened(office)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.RETURN, reason="Việc của điện lực")
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state is CaseState.RECEIVED
        assert case.lead_department_id == office.desk.id
        assert case.transfers == 1


def test_a_case_goes_to_another_commune_and_out_of_sight(db: Any) -> None:
    with transaction() as session:
        ours, theirs = make_office(session), make_office(session)
        ours.unit.is_staffed = theirs.unit.is_staffed = True
        session.merge(ours.unit), session.merge(theirs.unit)
        case_id = make_case(session, ours.unit).id
    with transaction() as session:
        case = service.make_move(
            session,
            ours.hoa,
            case_id,
            Move.TRANSFER,
            {"unit_code": theirs.unit.code, "reason": "Đường này thuộc xã bên"},
            version=1,
        )
        assert not service.still_visible(session, ours.hoa, case)
    with reading() as session:
        case = session.get_one(Case, case_id)
        feedback = session.get_one(Feedback, case.feedback_id)
        assert case.unit_id == feedback.unit_id == theirs.unit.id
        assert feedback.submitted_unit_id == ours.unit.id
        assert case.lead_department_id == theirs.desk.id
        assert case.state is CaseState.RECEIVED


def test_a_handler_works_for_the_own_department_only(office: Office) -> None:
    with transaction() as session:
        culture = make_department(session, office.unit, code="van_hoa", name="Phòng Văn hóa")
    case_id = opened(office)
    move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type=LegalType.ORDINARY)
    move(office.hoa, case_id, Move.ASSIGN, department_id=culture.id)
    with pytest.raises(Conflict) as refused:
        move(office.binh, case_id, Move.START)
    assert refused.value.code == "cases.missing.own_department"


def test_reading_an_identity_takes_a_right_and_a_reason_and_is_on_record(office: Office) -> None:
    case_id = opened(
        office,
        identity=Identity.HIDDEN,
        name_sealed=crypto.seal("Lan"),
        phone_sealed=crypto.seal("+84905123456"),
    )
    with pytest.raises(Forbidden), transaction() as session:
        service.read_identity(session, office.binh, case_id, "Muốn biết")
    with transaction() as session:
        who = service.read_identity(session, office.hoa, case_id, "Gọi hỏi vị trí")
    assert who == {"name": "Lan", "phone": "+84905123456"}
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert session.scalars(select(IdentityAccess)).one().reason == "Gọi hỏi vị trí"
        assert case.version == 1, "nobody's work on the case became stale"
        assert broken_link(session, case.id) is None


def test_a_resident_withdraws_and_nothing_more_is_done(office: Office) -> None:
    case_id = opened(office)
    with transaction() as session:
        case = session.get_one(Case, case_id)
        service.resident_move(session, case.feedback_id, Move.WITHDRAW, {})
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state is CaseState.WITHDRAWN
        assert case.next_alarm_at is None
    with pytest.raises(Conflict):
        move(office.hoa, case_id, Move.CLASSIFY, category="khac")
