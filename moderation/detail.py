"""Everything about one case, as the console shows it. Who sent it is not in here: see ``service.read_identity``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from backend.accounts.models import Staff
from backend.accounts.queries import staff_names
from backend.core import clock as time
from backend.core.api.fields import timestamp
from backend.core.auth import Permission, Principal
from backend.core.i18n import has, t
from backend.feedback import queries as feedback_queries
from backend.feedback.models import Feedback, FeedbackAttachment, FeedbackMessage
from backend.places.models import AdminUnit, Community, Department
from backend.uploads.models import Purpose, Upload, UploadState
from moderation import access, clock, ledger, publishing, queries, workflow
from moderation.models import Case, CaseEvent, CaseState, Evidence, Reply, Stage
from moderation.service import facts_of
from moderation.settings import settings_of

Json = dict[str, Any]

# Whose turn it is in a state.
AWAITING: Mapping[CaseState, str] = {
    CaseState.RECEIVED: "triage",
    CaseState.REOPENED: "triage",
    CaseState.NEEDS_INFORMATION: "resident",
    CaseState.FORWARDED: "handler",
    CaseState.IN_PROGRESS: "handler",
    CaseState.AWAITING_APPROVAL: "leader",
}


# What happened and what was said, each line with the person it names; built once, for every case that is opened.
_EVENTS: Any = (
    select(CaseEvent, Staff.id, Staff.name)
    .outerjoin(Staff, Staff.id == CaseEvent.actor_id)
    .where(CaseEvent.case_id == bindparam("case_id"))
    .order_by(CaseEvent.seq)
)
_MESSAGES: Any = (
    select(FeedbackMessage, Reply.public, Staff.id, Staff.name)
    .outerjoin(Reply, Reply.message_id == FeedbackMessage.id)
    .outerjoin(Staff, Staff.id == FeedbackMessage.staff_id)
    .where(FeedbackMessage.feedback_id == bindparam("feedback_id"))
    .order_by(FeedbackMessage.created_at, FeedbackMessage.id)
)


def _named(
    session: Session, statement: Any, values: dict[str, UUID], names: dict[UUID, str]
) -> list[Any]:
    """The rows without the person that each ends with; the people go into ``names``."""
    rows = []
    for *row, person_id, name in session.execute(statement, values):
        rows.append(row)
        if person_id is not None:
            names[person_id] = name
    return rows


def show(session: Session, actor: Principal, case: Case, language: str) -> Json:
    """The whole case for ``actor``, in ``language``; seven statements, five after a move."""
    submitted = aliased(AdminUnit)
    feedback, unit, sent_to, community, department, assignee, recounting = session.execute(
        select(
            *(Feedback, AdminUnit, submitted, Community, Department, Staff.name),
            queries.RECOUNTING,
        )
        .select_from(Feedback)
        .join(Case, Case.feedback_id == Feedback.id)
        .join(AdminUnit, AdminUnit.id == case.unit_id)
        .join(submitted, submitted.id == Feedback.submitted_unit_id)
        .outerjoin(Community, Community.id == Feedback.community_id)
        .outerjoin(Department, Department.id == case.lead_department_id)
        .outerjoin(Staff, Staff.id == case.assignee_id)
        .where(Feedback.id == case.feedback_id)
    ).one()
    names: dict[UUID, str] = {}
    events = _named(session, _EVENTS, {"case_id": case.id}, names)
    messages = _named(session, _MESSAGES, {"feedback_id": feedback.id}, names)
    book = ledger.loaded(session, case.id) or ledger.load(
        session, case, settings_of(session, case.unit_id)
    )
    # Whoever did something is named by the history; an operator's hand may have left somebody out.
    known_by_now = {
        *(entry.actor_id for entry in book.entries),
        *(case.legal_confirmed_by, case.resolved_by, case.approved_by),
    }
    names |= staff_names(session, {each for each in known_by_now if each and each not in names})
    files = feedback_queries.attachments(session, feedback.id)
    facts = facts_of(session, case, previewed=case.state is CaseState.RESOLVED)
    return {
        "id": str(case.id),
        "version": case.version,
        "tracking_code": case.tracking_code,
        "state": case.state.value,
        "state_label": t(f"feedback.state.{case.state}", language),
        "awaiting": AWAITING.get(case.state),
        "text": feedback.text,
        "place_text": feedback.place_text,
        "latitude": feedback.latitude,
        "longitude": feedback.longitude,
        "accuracy_m": feedback.accuracy_m,
        "community": {"id": str(community.id), "name": community.name} if community else None,
        "subject": {"kind": feedback.subject_kind, "id": feedback.subject_id}
        if feedback.subject_kind
        else None,
        "policy": feedback.policy.value if feedback.policy else None,
        "channel": feedback.channel.value,
        "language": feedback.language,
        "created_at": timestamp(case.created_at),
        "unit": _unit(unit),
        "submitted_unit": _unit(sent_to),
        "category": case.category.value,
        "category_label": t(f"feedback.category.{case.category}", language),
        "kind": case.kind.value,
        "kind_label": t(f"feedback.kind.{case.kind}", language),
        "urgency": case.urgency.value,
        "complex": case.complex,
        "legal_type": case.legal_type.value,
        "legal_confirmed": case.legal_confirmed_at is not None,
        "legal_confirmed_by": _person(case.legal_confirmed_by, names),
        "restricted": case.restricted,
        "suggestion": _suggestion(case, language),
        "lead_department": {"id": str(department.id), "name": department.name}
        if department
        else None,
        "assignee": {"id": str(case.assignee_id), "name": assignee} if case.assignee_id else None,
        "transfers": case.transfers,
        "routing": _routing(case, language),
        "clock": {**_clock(book, names, language), "recounting": recounting},
        "due_at": timestamp(case.due_at),
        "intake_due_at": timestamp(case.intake_due_at),
        "is_overdue": case.is_overdue,
        "outcome": case.outcome.value if case.outcome else None,
        # Not told to the resident before it is approved; whoever approves has to read it.
        "reply": _proposed(session, case),
        "planned_on": case.planned_on.isoformat() if case.planned_on else None,
        "other_body": case.other_body,
        "resolved_by": _person(case.resolved_by, names),
        "approved_by": _person(case.approved_by, names),
        "published_at": timestamp(case.published_at) if case.published_at else None,
        "previewed": facts.previewed,
        "attachments": [file_of(upload) for part, upload in files if part.message_id is None],
        "messages": [_message(each, public, files, names) for each, public in messages],
        "evidence": _evidence(session, case),
        "events": [event_of(each, names, language) for (each,) in events],
        "allowed_moves": _moves(facts, access.actor_on(session, actor, case), language),
        # The handling unit never learns who it is; somebody with the right may ask, on record.
        "reporter": {
            "identity": feedback.identity.value,
            "has_name": feedback.name_sealed is not None,
            "has_phone": feedback.phone_sealed is not None,
            "readable": access.holds(session, actor, Permission.CASES_IDENTITY, case),
        },
    }


def _proposed(session: Session, case: Case) -> str | None:
    reply = publishing.final_reply(session, case) if case.outcome else None
    return reply.text if reply else None


def _unit(unit: AdminUnit) -> Json:
    return {"code": unit.code, "name": unit.full_name}


def _person(staff_id: UUID | None, names: Mapping[UUID, str]) -> Json | None:
    return {"id": str(staff_id), "name": names.get(staff_id)} if staff_id else None


def _suggestion(case: Case, language: str) -> Json:
    reasons = [
        {**reason, "label": t(f"cases.reason.{reason['field']}", language)}
        for reason in case.suggestion.get("reasons", [])
    ]
    return {**case.suggestion, "reasons": reasons}


def _routing(case: Case, language: str) -> Json:
    kept = case.routing
    return {
        "rule": kept.get("rule"),
        "version": kept.get("version"),
        "reason": t(f"cases.route.{kept.get('reason', 'no_rule')}", language),
        "reason_code": kept.get("reason"),
        "conditions": kept.get("conditions", {}),
        "matched": kept.get("matched", {}),
        "failed": kept.get("failed", []),
    }


def _clock(book: ledger.Ledger, names: Mapping[UUID, str], language: str) -> Json:
    case = book.case
    stage = case.stage or Stage.HANDLING
    run, now = book.run(stage), time.now()
    elapsed = clock.elapsed(run, book.calendar, now) if run else None
    due = case.intake_due_at if stage is Stage.INTAKE else case.due_at
    shown: Json = {
        "stage": case.stage.value if case.stage else None,
        "started_at": timestamp(run.started_at) if run else None,
        "due_at": timestamp(due),
        "paused": case.paused_at is not None,
        "paused_since": timestamp(case.paused_at) if case.paused_at else None,
        "round_the_clock": book.calendar is None,
        "policy": case.policy,
        "allowance_minutes": run.allowance if run else None,
        "elapsed_minutes": elapsed,
        "working_minutes_left": clock.minutes_left(clock.Meter(book.calendar), due, now, run.pauses)
        if run is not None and case.stage and not run.paused
        else None,
        "entries": [
            {
                "stage": entry.stage.value,
                "move": entry.move.value,
                "label": t(f"cases.clock.{entry.move}", language),
                "at": timestamp(entry.at),
                "minutes": entry.minutes,
                "reason": _clock_reason(entry.reason, language),
                "actor": _person(entry.actor_id, names),
            }
            for entry in book.entries
        ],
        "explanation": [],
    }
    if run is not None:
        shown["explanation"] = _explained(run, book.calendar, case, stage, now, language)
    return shown


def _clock_reason(reason: str | None, language: str) -> str | None:
    key = f"cases.clock_reason.{reason}"
    return t(key, language) if has(key) else reason


def _explained(
    run: clock.Run,
    calendar: clock.Calendar,
    case: Case,
    stage: Stage,
    now: datetime,
    language: str,
) -> list[Json]:
    """Every day up to the due date, so that it can be checked with a finger on the calendar."""
    due = case.intake_due_at if stage is Stage.INTAKE else case.due_at
    until = run.stopped_at or max(now, due)
    return [
        {
            "day": day.day.isoformat(),
            "counted_minutes": day.counted_minutes,
            "paused_minutes": day.paused_minutes,
            "why": day.note or t(f"cases.day.{day.why}", language),
            "why_code": day.why,
        }
        for day in clock.explain(run, calendar, until)
    ]


def file_of(upload: Upload) -> Json:
    """A file for officials; its content is behind the guard of ``uploads.access``."""
    address = f"/api/v1/uploads/{upload.id}/content"
    clean = upload.state is UploadState.CLEAN
    photo = upload.purpose is Purpose.PHOTO
    return {
        "id": str(upload.id),
        "kind": upload.purpose.value,
        "state": upload.state.value,
        "name": upload.filename,
        "url": (f"{address}?variant=1280" if photo else address) if clean else None,
        "thumbnail_url": f"{address}?variant=480" if clean and photo else None,
    }


def _message(
    message: FeedbackMessage,
    public: bool | None,  # noqa: FBT001 - a column
    files: Iterable[tuple[FeedbackAttachment, Upload]],
    names: Mapping[UUID, str],
) -> Json:
    return {
        "id": str(message.id),
        "from": message.sender.value,
        "kind": message.kind.value,
        "text": message.text,
        # Its author would have it so; whoever drafts the public version decides.
        "public": bool(public),
        "at": timestamp(message.created_at),
        "author": _person(message.staff_id, names),
        "attachments": [file_of(upload) for part, upload in files if part.message_id == message.id],
    }


def _evidence(session: Session, case: Case) -> list[Json]:
    rows = session.execute(
        select(Evidence, Upload)
        .join(Upload, Upload.id == Evidence.upload_id)
        .where(Evidence.case_id == case.id)
        .order_by(Evidence.created_at, Evidence.id)
    )
    return [{**file_of(upload), "role": evidence.role.value} for evidence, upload in rows]


def event_of(event: CaseEvent, names: Mapping[UUID, str], language: str) -> Json:
    """One line of the history."""
    name = names.get(event.actor_id) if event.actor_id else None
    return {
        "id": str(event.id),
        "seq": event.seq,
        "at": timestamp(event.at),
        "type": event.type.value,
        "actor": {
            "id": str(event.actor_id) if event.actor_id else None,
            "name": name or t(f"cases.actor.{event.actor_kind}", language),
        },
        "summary": t(f"cases.event.{event.type}", language),
        "from_state": event.from_state.value if event.from_state else None,
        "to_state": event.to_state.value if event.to_state else None,
        "detail": event.payload,
    }


def _moves(facts: workflow.Facts, actor: workflow.Actor, language: str) -> list[Json]:
    return [
        {
            "move": offer.move.value,
            "label": t(f"cases.move.{offer.move}", language),
            "requires": list(offer.requires),
            "missing": [
                {"need": need, "label": t(f"error.cases.missing.{need}", language)}
                for need in offer.missing
            ],
        }
        for offer in workflow.allowed_moves(facts, actor)
    ]
