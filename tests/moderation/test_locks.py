"""Residents, officials and the clock on one case at the same moment: each waits its turn, nobody's word is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from backend.core.db import is_lock, reading, transaction
from backend.core.errors import PreconditionFailed
from backend.feedback import projection
from backend.feedback import service as feedback_service
from backend.feedback.models import Feedback, TimelineStep, TrackingView
from moderation import sweep
from moderation.models import Case, CaseState
from moderation.workflow import Move
from tests.databases import somebody_waits, wait_for
from tests.factories.moderation import Office, make_case, make_office, move, until_forwarded

pytestmark = pytest.mark.postgresql


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


def opened(office: Office) -> UUID:
    with transaction() as session:
        return make_case(session, office.unit).id


def state_of(case_id: UUID) -> CaseState:
    with reading() as session:
        return session.get_one(Case, case_id).state


def test_a_withdrawal_and_a_move_never_wait_for_each_other(office: Office) -> None:
    """The resident comes from the feedback, the official from the case: both take the feedback first."""
    case_id = opened(office)
    until_forwarded(office, case_id)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            feedback = session.get_one(Feedback, session.get_one(Case, case_id).feedback_id)
            projection.show(session, feedback.id, step=TimelineStep.PHOTOS_ADDED)
            session.flush()
            started = pool.submit(move, office.binh, case_id, Move.START)
            wait_for(somebody_waits, "the official to wait")
            feedback_service.withdraw(session, feedback)  # needs the case as well
        with pytest.raises(PreconditionFailed):
            started.result(20)
    assert state_of(case_id) is CaseState.WITHDRAWN


def test_two_lines_of_the_timeline_at_once_are_both_kept(office: Office) -> None:
    case_id = opened(office)
    with reading() as session:
        feedback_id = session.get_one(Case, case_id).feedback_id

    def add_another() -> None:
        with transaction() as session:
            projection.show(session, feedback_id, step=TimelineStep.PHOTOS_ADDED)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            projection.show(session, feedback_id, step=TimelineStep.REPLIED)
            session.flush()
            other = pool.submit(add_another)
            wait_for(somebody_waits, "the other line to wait")
        other.result(20)
    with reading() as session:
        steps = [line["step"] for line in session.get_one(TrackingView, feedback_id).timeline]
    assert steps == ["received", "replied", "photos_added"]


def test_the_clock_passes_by_what_somebody_works_on(office: Office) -> None:
    case_id = opened(office)
    with reading() as session:
        case = session.get_one(Case, case_id)
        feedback_id, alarm = case.feedback_id, case.next_alarm_at
    assert alarm is not None
    with transaction() as session:
        projection.show(session, feedback_id, step=TimelineStep.REPLIED)
        with transaction() as other:
            assert sweep.sweep(other, alarm) == 0
    with transaction() as session:
        assert sweep.sweep(session, alarm) == 1


def test_two_cases_merged_into_each_other_at_once_do_not_wait_for_each_other(
    office: Office,
) -> None:
    one, other = opened(office), opened(office)
    for case_id in (one, other):
        move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type="ordinary")
    with reading() as session:
        code = session.get_one(Case, other).tracking_code
    with transaction() as session:
        session.get_one(Case, other, with_for_update=True)
        with pytest.raises(OperationalError) as refused:
            move(office.hoa, one, Move.MERGE, into=code)
    assert is_lock(refused.value)
    assert move(office.hoa, one, Move.MERGE, into=code).state is CaseState.MERGED
