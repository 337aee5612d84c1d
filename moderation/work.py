"""What each move does to a case: one function per move, called by ``service`` after ``workflow.check`` agreed.

A function changes the case and its ledger, speaks to the resident where that belongs to the move, and returns what
the history keeps of it. State, history, deadlines and the resident's view are settled afterwards, the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.auth import Principal
from backend.core.errors import InvalidInput
from backend.core.events import Event
from backend.feedback import projection
from backend.feedback.models import Feedback
from backend.places import queries as places
from backend.places.lineage import became
from backend.places.models import Department
from moderation import intake, ledger, queries
from moderation.events import CaseAssigned, OutcomeUnpublished
from moderation.models import (
    Case,
    CaseState,
    ClockMove,
    FeedbackCategory,
    FeedbackKind,
    LegalType,
    Stage,
    Urgency,
)
from moderation.settings import Settings, settings_of
from moderation.workflow import Move, Step


@dataclass
class Work:
    """A move on its way: what it is about, who makes it, what came with it, and what it will lead to."""

    session: Session
    case: Case
    feedback: Feedback
    actor: Principal
    step: Step
    given: dict[str, Any]
    settings: Settings
    book: ledger.Ledger
    now: datetime
    events: list[Event] = field(default_factory=list)
    shown_reason: str | None = None
    merged_into: str | None = None

    @property
    def was(self) -> CaseState:
        """The state before."""
        return self.case.state


Effect = Callable[[Work], dict[str, Any]]


def classify(work: Work) -> dict[str, Any]:
    """A person corrects the guess; new deadlines follow from it at once."""
    case, given = work.case, work.given
    before = {
        "category": case.category.value,
        "kind": case.kind.value,
        "urgency": case.urgency.value,
        "complex": case.complex,
    }
    case.category = FeedbackCategory(given["category"])
    case.kind = FeedbackKind(given.get("kind") or case.kind)
    case.urgency = Urgency(given.get("urgency") or case.urgency)
    case.urgency_rank = case.urgency.rank
    if given.get("complex") is not None:
        case.complex = bool(given["complex"])
    after = {
        "category": case.category.value,
        "kind": case.kind.value,
        "urgency": case.urgency.value,
        "complex": case.complex,
    }
    apply_policy(work)
    if case.state is CaseState.RECEIVED and case.transfers == 0:
        intake.route(case, work.feedback, work.settings, case.created_at)
    return {"before": before, "after": after}


def apply_policy(work: Work) -> None:
    """Choose the deadlines anew; running stages keep their start and get the new allowance, on record."""
    case = work.case
    allowance = work.settings.allowance(case.category, case.urgency, is_complex=case.complex)
    snapshot = allowance.snapshot()
    if snapshot == case.policy:
        return
    case.policy = snapshot
    work.book.calendar = ledger.calendar_of(case, work.settings)
    for stage, run in ledger.runs(work.book.entries).items():
        if run.stopped_at is None:
            minutes = (
                allowance.intake_minutes if stage is Stage.INTAKE else allowance.handling_minutes
            )
            ledger.write(
                work.book,
                stage,
                ClockMove.RECALCULATE,
                work.now,
                minutes=minutes,
                reason="policy",
                actor=work.actor,
            )


def confirm_legal(work: Work) -> dict[str, Any]:
    """A person says which law applies. What turns out to be a complaint or denunciation is public no longer."""
    case, legal_type = work.case, LegalType(work.given["legal_type"])
    before = {"legal_type": case.legal_type.value, "confirmed": case.legal_confirmed_at is not None}
    was_restricted = case.restricted
    was_public = case.published_at is not None
    if legal_type is not LegalType.ORDINARY and was_public:
        case.published_at = None
        work.events.append(OutcomeUnpublished(case.id, case.feedback_id, case.unit_id))
    case.legal_type = legal_type
    case.restricted = legal_type is not LegalType.ORDINARY
    case.legal_confirmed_by, case.legal_confirmed_at = work.actor.id, work.now
    projection.confirm_legal(work.session, case.feedback_id, legal_type)
    if case.restricted != was_restricted and case.state is CaseState.RECEIVED:
        intake.route(case, work.feedback, work.settings, case.created_at)
    return {
        "before": before,
        "legal_type": legal_type.value,
        "note": work.given.get("note"),
        "unpublished": was_public and case.published_at is None,
    }


def assign(work: Work) -> dict[str, Any]:
    """A department has it now, perhaps one person of it."""
    case = work.case
    department = department_of(work)
    staff_id = _handler(work, department.id)
    passed_on = case.state is not CaseState.RECEIVED and department.id != case.lead_department_id
    case.transfers += int(passed_on)
    _hand_over(work, department, staff_id)
    return {
        "department": department.name,
        "department_id": str(department.id),
        "staff_id": str(staff_id) if staff_id else None,
        "note": work.given.get("note"),
        "transfers": case.transfers,
    }


def start(work: Work) -> dict[str, Any]:
    """Whoever starts answers for it."""
    end_intake(work)
    work.case.assignee_id = work.actor.id
    return {}


def transfer(work: Work) -> dict[str, Any]:
    """Pass a case on: to another department of the unit, or to another unit."""
    work.case.transfers += 1
    if work.step.given == "unit_code":
        return _to_other_unit(work)
    department = department_of(work)
    if department.id == work.case.lead_department_id:
        raise InvalidInput({"department_id": ["has_it_already"]})
    _hand_over(work, department, None)
    return {
        "department": department.name,
        "department_id": str(department.id),
        "reason": work.given["reason"],
        "transfers": work.case.transfers,
    }


def _to_other_unit(work: Work) -> dict[str, Any]:
    case, session = work.case, work.session
    unit = places.commune_by_code(session, work.given["unit_code"])
    if unit is None:
        raise InvalidInput({"unit_code": ["unknown"]})
    if unit.id == case.unit_id:
        raise InvalidInput({"unit_code": ["has_it_already"]})
    if not unit.is_staffed:
        raise InvalidInput({"unit_code": ["not_staffed"]})
    origin = case.unit_id
    projection.move(session, case.feedback_id, unit.id)
    resume_if_paused(work)
    ledger.stop(work.book, work.now, Stage.INTAKE)
    work.settings = settings_of(session, unit.id)
    case.unit_id, case.province_id = unit.id, work.settings.province_id
    case.assignee_id = None
    case.search_key = intake.words_of(work.feedback)
    work.book.calendar = ledger.calendar_of(case, work.settings)
    apply_policy(work)
    # The new unit needs time to look at it; the resident's date of handling runs on.
    ledger.start(work.book, Stage.INTAKE, work.now)
    intake.route(case, work.feedback, work.settings, work.now)
    return {
        "from_unit_id": str(origin),
        "to_unit_id": str(unit.id),
        "to_unit": unit.full_name,
        "reason": work.given["reason"],
        "transfers": case.transfers,
    }


def refuse_or_return(work: Work) -> dict[str, Any]:
    """A leader sends an outcome back; or a department refuses, and triage has the case again."""
    case = work.case
    if work.step.target is CaseState.RECEIVED:
        case.transfers += 1
        case.assignee_id = None
        case.lead_department_id = work.settings.front_desk_id
        ledger.start(work.book, Stage.INTAKE, work.now)
    return {"reason": work.given["reason"], "transfers": case.transfers}


def merge(work: Work) -> dict[str, Any]:
    """Follow another case about the same incident."""
    case = work.case
    main = work.session.scalar(
        select(Case)
        .where(
            Case.tracking_code == work.given["into"],
            Case.unit_id == case.unit_id,
            Case.restricted.is_(False),
        )
        # Two that are merged into each other at once must not wait for each other, nor both follow the other.
        .with_for_update(key_share=True, nowait=True)
    )
    if main is None or main.id == case.id:
        raise InvalidInput({"into": ["unknown"]})
    if main.merged_into_id is not None:
        raise InvalidInput({"into": ["merged_itself"]})
    case.merged_into_id = main.id
    work.merged_into = main.tracking_code
    finish(work)
    return {"into": main.tracking_code}


def reopen(work: Work) -> dict[str, Any]:
    """Look at it again, with a fresh handling time."""
    case = work.case
    case.reopenings += 1
    case.merged_into_id = None
    if case.state is CaseState.DIVERTED:
        # Whoever diverted it was wrong, or is now: the legal type is open again.
        case.legal_confirmed_at = case.legal_confirmed_by = None
    ledger.start(work.book, Stage.HANDLING, work.now)
    return {"reason": work.given.get("reason"), "reopenings": case.reopenings}


def answered(work: Work) -> dict[str, Any]:
    """The resident answered: the clock goes on."""
    resume_if_paused(work)
    work.case.resume_state = None
    return {"message_id": str(work.given["message_id"])}


def withdrawn(work: Work) -> dict[str, Any]:
    """The resident took it back."""
    work.case.published_at = None
    finish(work)
    return {}


def finish(work: Work) -> None:
    """The clock ends with the case."""
    ledger.stop(work.book, work.now)


def end_intake(work: Work) -> None:
    """Intake is over once somebody has the case; whatever was waited for is not waited for any more."""
    resume_if_paused(work)
    ledger.stop(work.book, work.now, Stage.INTAKE)


def resume_if_paused(work: Work) -> None:
    """Go on counting when the clock stood still."""
    if work.case.paused_at is not None:
        ledger.resume(work.book, work.now, work.step.move.value, work.actor)
    work.case.resume_state = None


def department_of(work: Work) -> Department:
    """The department that the move names, of the unit of the case or of what that became.

    Raises:
        InvalidInput: there is none, or it is not in use any more.
    """
    department = places.department(work.session, work.given["department_id"])
    if department is None or not _takes_over(work, department.unit_id):
        raise InvalidInput({"department_id": ["unknown"]})
    if not department.active:
        raise InvalidInput({"department_id": ["not_in_use"]})
    return department


def _takes_over(work: Work, unit_id: UUID) -> bool:
    """True for the unit of the case and for those that took its place (one statement then)."""
    if unit_id == work.case.unit_id:
        return True
    return unit_id in work.session.scalars(became(work.case.unit_id)).all()


def _handler(work: Work, department_id: UUID) -> UUID | None:
    staff_id: UUID | None = work.given.get("staff_id")
    if staff_id is None:
        return None
    if staff_id not in queries.handlers_of(work.session, work.case.unit_id, department_id):
        raise InvalidInput({"staff_id": ["unknown"]})
    return staff_id


def _hand_over(work: Work, department: Department, staff_id: UUID | None) -> None:
    end_intake(work)
    work.case.lead_department_id, work.case.assignee_id = department.id, staff_id
    work.events.append(CaseAssigned(work.case.id, staff_id, department.id))


EFFECTS: dict[Move, Effect] = {
    Move.CLASSIFY: classify,
    Move.CONFIRM_LEGAL: confirm_legal,
    Move.ASSIGN: assign,
    Move.START: start,
    Move.TRANSFER: transfer,
    Move.RETURN: refuse_or_return,
    Move.MERGE: merge,
    Move.REOPEN: reopen,
    Move.ANSWER: answered,
    Move.WITHDRAW: withdrawn,
}
