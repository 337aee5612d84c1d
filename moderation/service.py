"""All writes to cases. One way in for every move: load, compare versions, check the table, do it, settle.

Whoever calls (a route, a command, bulk work, a handler) is refused alike, by the same table, with the same words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock, crypto
from backend.core.auth import SYSTEM, Permission, Principal
from backend.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    Problem,
)
from backend.core.events import emit
from backend.feedback import projection
from backend.feedback import queries as feedback_queries
from backend.feedback.models import Feedback, Identity, NextStep, TimelineStep
from moderation import access, history, ledger, publishing, workflow
from moderation.events import CaseAnswered, CaseStateChanged
from moderation.intake import open_case
from moderation.models import (
    OPEN_STATES,
    Case,
    CaseState,
    EventType,
    IdentityAccess,
    LegalType,
    Outcome,
    Stage,
)
from moderation.settings import settings_of
from moderation.words import SPOKEN
from moderation.work import EFFECTS, Effect, Work
from moderation.workflow import Move, Need, RefusedError, Who

_EFFECTS: dict[Move, Effect] = {
    **EFFECTS,
    **SPOKEN,
    Move.PUBLISH: publishing.publish,
    Move.UNPUBLISH: publishing.unpublish,
}

_EVENTS: dict[Move, EventType] = {
    Move.CLASSIFY: EventType.CLASSIFIED,
    Move.CONFIRM_LEGAL: EventType.LEGAL_CONFIRMED,
    Move.ASSIGN: EventType.ASSIGNED,
    Move.START: EventType.STARTED,
    Move.ASK: EventType.ASKED,
    Move.REPLY: EventType.REPLIED,
    Move.RESOLVE: EventType.RESOLVED,
    Move.APPROVE: EventType.APPROVED,
    Move.RETURN: EventType.RETURNED,
    Move.REJECT: EventType.REJECTED,
    Move.CLOSE: EventType.CLOSED,
    Move.DIVERT: EventType.DIVERTED,
    Move.TRANSFER: EventType.TRANSFERRED,
    Move.MERGE: EventType.MERGED,
    Move.REOPEN: EventType.REOPENED,
    Move.PUBLISH: EventType.PUBLISHED,
    Move.UNPUBLISH: EventType.UNPUBLISHED,
    Move.ANSWER: EventType.ANSWERED,
    Move.WITHDRAW: EventType.WITHDRAWN,
}

_NEXT: dict[CaseState, NextStep] = {
    CaseState.RECEIVED: NextStep.CLASSIFICATION,
    CaseState.NEEDS_INFORMATION: NextStep.RESIDENT_ANSWER,
    CaseState.FORWARDED: NextStep.HANDLING,
    CaseState.IN_PROGRESS: NextStep.HANDLING,
    CaseState.AWAITING_APPROVAL: NextStep.APPROVAL,
    CaseState.RESOLVED: NextStep.PUBLICATION,
    CaseState.MERGED: NextStep.FOLLOW_MERGED,
    CaseState.REOPENED: NextStep.ASSIGNMENT,
}
_TIMELINE = {
    Move.REPLY: TimelineStep.REPLIED,
    Move.PUBLISH: TimelineStep.PUBLISHED,
    Move.UNPUBLISH: TimelineStep.UNPUBLISHED,
}
_RESIDENT = workflow.Actor(None, frozenset({Who.RESIDENT}))


def make_move(
    session: Session,
    actor: Principal,
    case_id: UUID,
    move: Move,
    given: dict[str, Any],
    *,
    version: int,
) -> Case:
    """Make one move on a case.

    Args:
        given: what comes with the move, by the names of ``workflow.Need``.
        version: of the case as the actor saw it.

    Raises:
        NotFound: there is no such case, or none that the actor may see.
        PreconditionFailed: somebody else changed it in the meantime.
        Conflict, Forbidden, InvalidInput: the table refuses; the code names what is missing.
    """
    case = hold(session, actor, case_id)
    check_version(case, version)
    if move is Move.RESOLVE and not given.get(Need.PROOF) and given.get("outcome") == Outcome.DONE:
        given = {**given, Need.PROOF.value: publishing.evidence_of(session, case.id)}
    facts = facts_of(session, case, previewed=move is Move.PUBLISH)
    step = _checked(facts, move, access.actor_on(session, actor, case), given)
    return _carry_out(session, case, actor, step, facts, given)


def resident_move(
    session: Session, feedback_id: UUID, move: Move, given: dict[str, Any]
) -> Case | None:
    """A resident's answer or withdrawal; None when the case does not wait for it any more."""
    case = _hold_of(session, feedback_id)
    if case is None:
        return None
    facts = facts_of(session, case)
    try:
        step = workflow.check(facts, move, _RESIDENT, given)
    except RefusedError:
        return None
    return _carry_out(session, case, Principal(kind="resident"), step, facts, given)


def note_of_resident(
    session: Session, feedback_id: UUID, what: EventType, payload: dict[str, Any]
) -> Case | None:
    """Put something that a resident did into the history; the state stays."""
    case = _hold_of(session, feedback_id)
    if case is not None:
        history.note(session, case, what, Principal(kind="resident"), payload)
    return case


def _hold_of(session: Session, feedback_id: UUID) -> Case | None:
    """The case of feedback, both locked."""
    feedback_queries.hold(session, feedback_id)
    return session.scalar(
        select(Case).where(Case.feedback_id == feedback_id).with_for_update(key_share=True)
    )


def load(session: Session, actor: Principal, case_id: UUID) -> Case:
    """The case, if ``actor`` may see it.

    Raises:
        NotFound: there is none, it belongs to another unit, or it is restricted.
    """
    case = session.get(Case, case_id)
    if case is None or not access.may_read(session, actor, case):
        raise NotFound("cases.not_found")
    return case


def hold(session: Session, actor: Principal, case_id: UUID) -> Case:
    """The case, if ``actor`` may see it, locked until this transaction ends; its feedback first, in one statement.

    Raises:
        NotFound: as ``load``.
    """
    found = session.execute(
        select(Case, Feedback)
        .join(Feedback, Feedback.id == Case.feedback_id)
        .where(Case.id == case_id)
        .with_for_update(of=(Feedback, Case), key_share=True)  # in the order of ``queries.hold``
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or not access.may_read(session, actor, found[0]):
        raise NotFound("cases.not_found")
    case, feedback = found
    feedback_queries.held(session, feedback)
    return case


def still_visible(session: Session, actor: Principal, case: Case) -> bool:
    """True when ``actor`` may see the case after the move as well."""
    return access.may_read(session, actor, case)


def check_version(case: Case, version: int) -> None:
    """Refuse a change of something that has moved on."""
    if case.version != version:
        raise PreconditionFailed(current_version=case.version)


def facts_of(session: Session, case: Case, *, previewed: bool = False) -> workflow.Facts:
    """What the table looks at. ``previewed``: ask whether a draft was saved (three statements)."""
    return workflow.Facts(
        state=case.state,
        legal_type=case.legal_type,
        legal_confirmed=case.legal_confirmed_at is not None,
        department_id=case.lead_department_id,
        resolved_by=case.resolved_by,
        transfers=case.transfers,
        published=case.published_at is not None,
        previewed=previewed and publishing.is_previewed(session, case),
        resume_state=case.resume_state,
    )


def _checked(
    facts: workflow.Facts, move: Move, actor: workflow.Actor, given: dict[str, Any]
) -> workflow.Step:
    try:
        return workflow.check(facts, move, actor, given)
    except RefusedError as error:
        raise _problem(error) from error


def _problem(error: RefusedError) -> Problem:
    """The refusal as every caller hears it."""
    if error.code == "not_from_state":
        return Conflict("cases.not_from_state", move=error.move.value, state=error.state.value)
    if error.code == "not_yours":
        return Forbidden("cases.not_yours", move=error.move.value)
    fields = {need.value: ["required"] for need in error.missing if need in workflow.GIVEN}
    facts = [need for need in error.missing if need not in workflow.GIVEN]
    names = [need.value for need in error.missing]
    if facts:
        return Conflict(f"cases.missing.{facts[0].value}", move=error.move.value, missing=names)
    code = f"cases.missing.{error.missing[0].value}"
    return InvalidInput(fields, code, move=error.move.value, missing=names)


def _begin(
    session: Session, case: Case, actor: Principal, step: workflow.Step, given: dict[str, Any]
) -> Work:
    feedback = feedback_queries.hold(session, case.feedback_id)
    settings = settings_of(session, case.unit_id)
    book, now = ledger.load(session, case, settings), clock.now()
    if case.closed_at is None and (recalculated := ledger.recount(book, now)) is not None:
        # The worker was to notice, and this move came first.
        history.record(session, case, EventType.CLOCK_RECALCULATED, SYSTEM, recalculated, at=now)
    return Work(session, case, feedback, actor, step, given, settings, book, now)


def _carry_out(
    session: Session,
    case: Case,
    actor: Principal,
    step: workflow.Step,
    facts: workflow.Facts,
    given: dict[str, Any],
) -> Case:
    work = _begin(session, case, actor, step, given)
    before, after = facts.state, workflow.target_state(step, facts)
    payload = _EFFECTS[step.move](work)
    case.state = after
    if after not in OPEN_STATES:
        case.closed_at = case.closed_at or work.now
        case.resume_state = None
    else:
        case.closed_at = None
    ledger.settle(work.book, work.now)
    states = (before, after) if before is not after else None
    _show(work, states is not None)
    # The event comes first of what is inserted: case and view are written once, with the head of the chain.
    history.record(session, case, _EVENTS[step.move], actor, payload, states=states, at=work.now)
    ledger.store(session, work.book)
    session.flush()
    if states is not None:
        emit(
            session,
            CaseStateChanged(
                case_id=case.id,
                feedback_id=case.feedback_id,
                from_state=before.value,
                to_state=after.value,
                actor_id=actor.id if actor.kind == "staff" else None,
            ),
        )
    if step.move is Move.ANSWER:
        emit(
            session,
            CaseAnswered(case.id, case.feedback_id, case.assignee_id, case.lead_department_id),
        )
    for event in work.events:
        emit(session, event)
    return case


def _show(work: Work, moved: bool) -> None:  # noqa: FBT001 - private, named at its only call
    """Bring the resident's view up to date."""
    case, move = work.case, work.step.move
    shown = projection.Shown(
        next_step=next_step(case),
        due_at=case.due_at if case.closed_at is None else None,
        is_overdue=ledger.is_late(work.book, Stage.HANDLING, work.now),
    )
    if moved:
        shown["state"] = case.state
        shown["reason"] = work.shown_reason
    if work.merged_into:
        shown["merged_into"] = work.merged_into
    projection.show(work.session, case.feedback_id, step=_TIMELINE.get(move), at=work.now, **shown)


def next_step(case: Case) -> NextStep:
    """What happens next, for the resident."""
    if case.state is CaseState.DIVERTED:
        denounced = case.legal_type is LegalType.DENUNCIATION
        return NextStep.OTHER_LAW_DENUNCIATION if denounced else NextStep.OTHER_LAW_COMPLAINT
    if case.state is CaseState.RESOLVED and case.published_at is not None:
        return NextStep.NONE
    return _NEXT.get(case.state, NextStep.NONE)


def save_draft(
    session: Session, actor: Principal, case_id: UUID, draft: publishing.Draft, *, version: int
) -> Case:
    """Keep the public version that a person prepared and saw.

    Raises:
        NotFound, PreconditionFailed: as for a move.
        Forbidden: the actor does not publish for this unit.
        Conflict, InvalidInput: see ``publishing.save_draft``.
    """
    case = hold(session, actor, case_id)
    check_version(case, version)
    if actor.id is None or not access.holds(session, actor, Permission.CASES_PUBLISH, case):
        raise Forbidden("cases.not_yours", move=Move.PUBLISH.value)
    step = next(row for row in workflow.TABLE if row.move is Move.PUBLISH)
    work = _begin(session, case, actor, step, {})
    payload = publishing.save_draft(work, draft, actor.id)
    history.record(session, case, EventType.DRAFTED, actor, payload, at=work.now)
    session.flush()
    return case


def read_identity(
    session: Session, actor: Principal, case_id: UUID, reason: str
) -> dict[str, str | None]:
    """Name and telephone number of whoever sent it; the reading is on record with its reason.

    Raises:
        NotFound: no such case for this actor.
        Forbidden: the actor may not read identities of this unit.
        Conflict: there is nobody to read: it was sent without a name.
    """
    case = hold(session, actor, case_id)
    if not access.holds(session, actor, Permission.CASES_IDENTITY, case) or actor.id is None:
        raise Forbidden("cases.identity_shielded")
    feedback = session.get_one(Feedback, case.feedback_id)
    if feedback.identity is Identity.ANONYMOUS:
        raise Conflict("cases.no_identity")
    now: datetime = clock.now()
    session.add(
        IdentityAccess(
            case_id=case.id, unit_id=case.unit_id, staff_id=actor.id, reason=reason, at=now
        )
    )
    history.note(session, case, EventType.IDENTITY_READ, actor, {"reason": reason})
    return {
        "name": crypto.open_sealed(feedback.name_sealed) if feedback.name_sealed else None,
        "phone": crypto.open_sealed(feedback.phone_sealed) if feedback.phone_sealed else None,
    }


__all__ = [
    "check_version",
    "facts_of",
    "hold",
    "load",
    "make_move",
    "next_step",
    "note_of_resident",
    "open_case",
    "read_identity",
    "resident_move",
    "save_draft",
    "still_visible",
]
