"""What a message asks of staff is done, by whomever: then nobody has to read it any more, and the bell says so."""

from __future__ import annotations

import uuid
from threading import Barrier, Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.accounts.models import Staff
from backend.broadcasts.events import (
    BroadcastApproved,
    BroadcastFailed,
    BroadcastPublished,
    BroadcastReturned,
    BroadcastSubmitted,
    BroadcastWithdrawn,
)
from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.events import emit
from backend.essentials.models import Article
from moderation.events import CaseOverdue, CaseWarned
from moderation.models import CaseState, LegalType, Outcome
from moderation.workflow import Move
from notifications import fan_out, handlers, queries, service
from notifications.models import InboxItem, Message, MessageState
from tests.conftest import Database
from tests.factories.accounts import make_staff, sign_in
from tests.factories.broadcasts import make_broadcast
from tests.factories.essentials import make_desk, make_draft, step
from tests.factories.moderation import (
    Office,
    make_case,
    make_office,
    move,
    until_awaiting_approval,
    until_forwarded,
)
from tests.factories.notifications import Browser, make_subscription
from tests.plans import listening, must_be_read_in_order


@pytest.fixture
def office(db: Database) -> Office:
    with transaction() as session:
        return make_office(session)


@pytest.fixture
def case_id(office: Office) -> uuid.UUID:
    with transaction() as session:
        return make_case(session, office.unit).id


def unread(staff: Staff) -> list[str]:
    """What somebody still has to read, once everything was handed out; the bell counts the same."""
    fan_out.fan_out_pending()
    with reading() as session:
        kinds = session.scalars(
            select(Message.kind)
            .join(InboxItem, InboxItem.message_id == Message.id)
            .where(InboxItem.staff_id == staff.id, InboxItem.read_at.is_(None))
            .order_by(InboxItem.id)
        ).all()
        args = {"unread": True, "cursor": None, "limit": 50}
        listed = queries.inbox(session, staff.id, args).items
        assert queries.unread(session, staff.id) == len(listed) == len(kinds)
    return list(kinds)


class TestCases:
    def test_a_case_goes_its_way_and_leaves_nothing_behind(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        hoa, binh, dung = (office.staff[name] for name in ("hoa", "binh", "dung"))
        assert unread(hoa) == ["case_opened"]
        until_forwarded(office, case_id)
        assert (unread(hoa), unread(binh)) == ([], ["case_assigned"])
        move(office.binh, case_id, Move.START)
        assert unread(binh) == []
        move(
            office.binh, case_id, Move.RESOLVE, outcome=Outcome.PARTLY_DONE, reply="Đã vá tạm ổ gà."
        )
        assert unread(dung) == ["case_to_approve"]
        move(office.dung, case_id, Move.RETURN, reason="Nói rõ khi nào xong.")
        assert unread(dung) == []

    def test_confirming_the_legal_type_is_not_yet_what_was_asked(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        assert unread(office.staff["hoa"]) == ["case_opened"]
        move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type=LegalType.ORDINARY)
        assert unread(office.staff["hoa"]) == ["case_opened"]

    def test_whoever_had_the_case_is_not_asked_any_more_when_another_gets_it(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        with transaction() as session:
            siu = make_staff(
                session, Role.HANDLER, unit=office.unit, department_id=office.economy.id
            )
        until_forwarded(office, case_id)
        assert unread(siu) == ["case_assigned"]
        move(
            office.hoa,
            case_id,
            Move.ASSIGN,
            department_id=office.economy.id,
            staff_id=office.staff["binh"].id,
        )
        assert (unread(siu), unread(office.staff["binh"])) == ([], ["case_assigned"])

    def test_time_that_runs_out_stays_to_be_read_until_its_stage_is_over(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        hoa, dung = office.staff["hoa"], office.staff["dung"]
        with transaction() as session:
            emit(session, CaseWarned(case_id, "intake", 80))
            emit(session, CaseOverdue(case_id, "intake", 100))
            emit(session, CaseOverdue(case_id, "handling", 100))
        for each in (hoa, dung):
            assert unread(each) == [
                "case_opened",
                "intake_warned",
                "intake_overdue",
                "case_overdue",
            ]
        move(office.hoa, case_id, Move.ASK, text="Nhà mình ở đoạn nào?")
        assert unread(hoa) == ["intake_warned", "intake_overdue", "case_overdue"]
        until_forwarded(office, case_id)
        assert unread(hoa) == ["case_overdue"], "intake is over, and handling is still late"
        assert unread(dung) == ["case_overdue"]
        move(office.binh, case_id, Move.START)
        assert unread(dung) == ["case_overdue"]
        move(office.binh, case_id, Move.RESOLVE, outcome=Outcome.PARTLY_DONE, reply="Đã vá tạm.")
        move(office.dung, case_id, Move.APPROVE)
        assert (unread(hoa), unread(dung)) == ([], [])

    def test_what_was_done_before_it_was_handed_out_is_told_to_nobody(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        with transaction() as session:
            dung = office.staff["dung"]
            make_subscription(session, "https://x/1", browser=Browser(), owner=("staff", dung.id))
        until_awaiting_approval(office, case_id)
        move(office.dung, case_id, Move.APPROVE)
        assert unread(dung) == []
        with reading() as session:
            states = set(session.scalars(select(Message.state)))
            assert states == {MessageState.FANNED_OUT}
            assert session.scalars(select(InboxItem.id)).all() == []

    def test_what_the_resident_is_told_is_not_taken_back(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        until_awaiting_approval(office, case_id)
        move(office.dung, case_id, Move.APPROVE)
        with reading() as session:
            pending = session.scalars(
                select(Message.kind).where(Message.state == MessageState.PENDING)
            ).all()
        assert set(pending) == {"feedback_in_progress", "feedback_replied", "feedback_resolved"}

    def test_another_case_stays(self, office: Office, case_id: uuid.UUID) -> None:
        with transaction() as session:
            make_case(session, office.unit)
        assert unread(office.staff["hoa"]) == ["case_opened"] * 2
        until_forwarded(office, case_id)
        assert unread(office.staff["hoa"]) == ["case_opened"]

    def test_the_bell_over_http(
        self, client: FlaskClient, office: Office, case_id: uuid.UUID
    ) -> None:
        fan_out.fan_out_pending()
        sign_in(client, office.staff["hoa"])
        assert client.get("/api/v1/inbox").json["unread"] == 1
        until_forwarded(office, case_id)
        inbox = client.get("/api/v1/inbox").json
        assert inbox["unread"] == 0
        assert [item["read_at"] is None for item in inbox["items"]] == [False]

    def test_every_message_about_a_case_is_settled_at_the_latest_when_the_case_is(self) -> None:
        asked = {kind for kind in handlers._STANDS if kind.startswith(("case", "intake"))}
        assert asked == set(handlers._STANDS)
        for state in (CaseState.RESOLVED, CaseState.CLOSED, CaseState.MERGED, CaseState.WITHDRAWN):
            assert not [kind for kind, states in handlers._STANDS.items() if state in states]

    def test_settling_looks_at_the_messages_about_the_case_alone(self, case_id: uuid.UUID) -> None:
        fan_out.fan_out_pending()
        with listening(core_db.engine()) as sent, transaction() as session:
            service.settle(session, f"case-{case_id}", ["case_opened"])
        (about,) = [each for each in sent if "FROM message" in each[0]]
        with transaction() as session:
            must_be_read_in_order(session, about, "message")

    def test_reading_all_and_a_deed_that_settles_do_not_wait_for_one_another(
        self, office: Office, case_id: uuid.UUID
    ) -> None:
        hoa = office.staff["hoa"]
        with transaction() as session:
            for level in (50, 80) * 10:
                emit(session, CaseWarned(case_id, "intake", level))
        assert len(unread(hoa)) == 21
        together = Barrier(2)

        def read() -> None:
            together.wait(10)
            with transaction() as session:
                service.mark_all_read(session, hoa.id)

        def settle() -> None:
            together.wait(10)
            with transaction() as session:
                service.settle(session, f"case-{case_id}", ["intake_warned"])

        threads = [Thread(target=work) for work in (read, settle)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert unread(hoa) == []


class TestArticles:
    def test_an_approver_has_nothing_left_once_another_has_approved(self, office: Office) -> None:
        with transaction() as session:
            drafter, editor, approver = make_desk(session, office.unit)
            article = make_draft(session, drafter, office.unit)
            step(session, drafter, article, "submit")
            approvers = [session.get_one(Staff, approver.id), office.staff["dung"]]
            author = session.get_one(Staff, drafter.id)
        for each in approvers:
            assert unread(each) == ["article_submitted"]
        with transaction() as session:
            step(
                session,
                editor,
                session.get_one(Article, article.id),
                "return",
                reason="Thiếu ngày.",
            )
        for each in approvers:
            assert unread(each) == []
        assert unread(author) == ["article_returned"]
        with transaction() as session:
            step(session, drafter, session.get_one(Article, article.id), "submit")
        assert unread(author) == []
        assert unread(approvers[0]) == ["article_submitted"]
        with transaction() as session:
            step(session, approver, session.get_one(Article, article.id), "approve")
        for each in approvers:
            assert unread(each) == []

    def test_a_correction_likewise(self, office: Office) -> None:
        with transaction() as session:
            drafter, _editor, approver = make_desk(session, office.unit)
            article = make_draft(session, drafter, office.unit)
            for actor, name in ((drafter, "submit"), (approver, "approve"), (approver, "publish")):
                step(session, actor, article, name)
            boss = session.get_one(Staff, approver.id)
            step(session, drafter, article, "correct", note="Sửa giờ cấp nước.")
            step(session, drafter, article, "submit")
        assert unread(boss) == ["article_submitted"]
        with transaction() as session:
            step(session, approver, session.get_one(Article, article.id), "approve")
        assert unread(boss) == []


@pytest.mark.parametrize("what", ["return", "approve", "publish", "withdraw", "fail"])
def test_whatever_happens_to_a_broadcast_next_settles_what_was_asked_about_it(
    office: Office, what: str
) -> None:
    with transaction() as session:
        broadcast = make_broadcast(session, office.unit)
        ids, author = (broadcast.id, office.unit.id), office.staff["hoa"]
        emit(session, BroadcastSubmitted(*ids))
    assert unread(office.staff["dung"]) == ["broadcast_submitted"]
    event = {
        "return": BroadcastReturned(*ids, author.id),
        "approve": BroadcastApproved(*ids, author.id),
        "publish": BroadcastPublished(*ids),
        "withdraw": BroadcastWithdrawn(*ids),
        "fail": BroadcastFailed(*ids, author.id, "no_audio"),
    }[what]
    with transaction() as session:
        emit(session, event)
    assert unread(office.staff["dung"]) == []
    asked = {"return": ["broadcast_returned"], "fail": ["broadcast_failed"]}.get(what, [])
    assert unread(author) == asked
    with transaction() as session:
        emit(session, BroadcastSubmitted(*ids))
    assert unread(author) == []
