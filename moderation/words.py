"""Moves that speak to the resident: questions, replies, outcomes, refusals. Each keeps what was said, and by whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.core import i18n
from backend.core.errors import InvalidInput
from backend.feedback.models import FeedbackMessage, MessageKind, Sender
from backend.feedback.service import Message, post_message
from backend.uploads import service as uploads
from backend.uploads.models import Purpose, Upload, UploadState
from moderation import ledger
from moderation.events import CaseQuestionAsked, CaseReplied
from moderation.models import (
    CaseState,
    CloseReason,
    Evidence,
    EvidenceRole,
    Outcome,
    Reply,
    ReplyKind,
)
from moderation.work import Effect, Work, end_intake, finish
from moderation.workflow import Move

SUBJECT = "case"  # of uploads that are evidence
_PROOF = frozenset({Purpose.PHOTO, Purpose.DOCUMENT})


def ask(work: Work) -> dict[str, Any]:
    """Ask the resident; the clock stands still until the answer."""
    if work.case.state is not CaseState.NEEDS_INFORMATION:
        work.case.resume_state = work.case.state
    message = _say(work, ReplyKind.QUESTION, work.given["text"], MessageKind.QUESTION)
    ledger.pause(work.book, work.now, "question", work.actor)
    work.events.append(CaseQuestionAsked(work.case.id, work.case.feedback_id, message.id))
    return {"text": work.given["text"], "message_id": str(message.id)}


def reply(work: Work) -> dict[str, Any]:
    """Tell the resident something on the way."""
    public = bool(work.given.get("public"))
    message = _say(work, ReplyKind.REPLY, work.given["text"], public=public)
    return {"text": work.given["text"], "public": public, "message_id": str(message.id)}


def resolve(work: Work) -> dict[str, Any]:
    """Propose an outcome with its plain reply and proof. The resident hears of it when a leader has approved."""
    case, given = work.case, work.given
    outcome = Outcome(given["outcome"])
    case.outcome = outcome
    case.planned_on = given.get("planned_on") if outcome is Outcome.PLANNED else None
    case.other_body = given.get("other_body") if outcome is Outcome.OTHER_BODY else None
    case.resolved_by, case.resolved_at = work.actor.id, work.now
    case.approved_by = case.approved_at = None
    shown = _add_evidence(work, given.get("evidence_upload_ids") or [])
    work.session.add(_row(work, ReplyKind.OUTCOME, given["reply"], public=True))
    return {
        "outcome": outcome.value,
        "reply": given["reply"],
        "planned_on": case.planned_on.isoformat() if case.planned_on else None,
        "other_body": case.other_body,
        "evidence": [str(each) for each in shown],
    }


def approve(work: Work) -> dict[str, Any]:
    """The outcome stands, and the resident is told."""
    case = work.case
    case.approved_by, case.approved_at = work.actor.id, work.now
    final = work.session.scalar(
        select(Reply)
        .where(Reply.case_id == case.id, Reply.kind == ReplyKind.OUTCOME)
        .order_by(Reply.created_at.desc(), Reply.id.desc())
        .limit(1)
    )
    if final is not None and final.message_id is None:
        message = _post(work, final.text, MessageKind.REPLY)
        final.message_id = message.id
    finish(work)
    alone = case.resolved_by == work.actor.id
    return {"alone": alone, "override_reason": work.given.get("override_reason") if alone else None}


def reject(work: Work) -> dict[str, Any]:
    """Refuse, with a reason that is kept and words that are read."""
    message = _say(work, ReplyKind.REJECTION, work.given["reply"])
    work.shown_reason = work.given["reason"]
    finish(work)
    return {
        "reason": work.given["reason"],
        "reply": work.given["reply"],
        "message_id": str(message.id),
    }


def close(work: Work) -> dict[str, Any]:
    """End it without handling: spam, abuse, a duplicate."""
    reason = CloseReason(work.given["reason"])
    language = work.feedback.language
    work.shown_reason = i18n.t(f"cases.close_reason.{reason.value}", language)
    finish(work)
    return {"reason": reason.value, "note": work.given.get("note")}


def divert(work: Work) -> dict[str, Any]:
    """Tell the resident plainly which law applies, where it goes and how long that takes."""
    legal_type = work.case.legal_type.value
    text = i18n.t(f"cases.divert.{legal_type}", work.feedback.language)
    message = _say(work, ReplyKind.DIVERSION, text)
    end_intake(work)
    finish(work)
    work.case.assignee_id = None
    return {"legal_type": legal_type, "message_id": str(message.id)}


def _say(
    work: Work,
    kind: ReplyKind,
    text: str,
    message_kind: MessageKind = MessageKind.REPLY,
    *,
    public: bool = False,
) -> FeedbackMessage:
    row = _row(work, kind, text, public=public)
    message = _post(work, text, message_kind)
    row.message_id = message.id
    work.session.add(row)
    return message


def _post(work: Work, text: str, kind: MessageKind) -> FeedbackMessage:
    said = Message(sender=Sender.OFFICIAL, kind=kind, text=text, staff_id=work.actor.id)
    message = post_message(work.session, work.case.feedback_id, said)
    work.session.flush()
    if kind is MessageKind.REPLY:
        work.events.append(CaseReplied(work.case.id, work.case.feedback_id, message.id))
    return message


def _row(work: Work, kind: ReplyKind, text: str, *, public: bool) -> Reply:
    return Reply(
        case_id=work.case.id,
        kind=kind,
        text=text,
        public=public,
        author_id=work.actor.id,
        created_at=work.now,
    )


def _add_evidence(work: Work, upload_ids: list[UUID]) -> list[UUID]:
    """Make clean files part of the case; those that are already stay.

    Raises:
        InvalidInput: a file is unknown, somebody else's, not clean, or neither photo nor document.
    """
    case_id = work.case.id
    known = set(work.session.scalars(select(Evidence.upload_id).where(Evidence.case_id == case_id)))
    fresh = [each for each in upload_ids if each not in known]
    try:
        claimed: list[Upload] = uploads.claim(
            work.session,
            work.actor,
            fresh,
            subject_kind=SUBJECT,
            subject_id=case_id,
            purposes=_PROOF,
        )
    except InvalidInput as error:
        codes = error.errors.get("upload_ids", ["unknown"])
        raise InvalidInput({"evidence_upload_ids": codes}) from error
    if any(upload.state is not UploadState.CLEAN for upload in claimed):
        raise InvalidInput({"evidence_upload_ids": ["not_clean"]}, "cases.evidence_not_clean")
    for upload in claimed:
        document = upload.purpose is Purpose.DOCUMENT
        work.session.add(
            Evidence(
                case_id=case_id,
                upload_id=upload.id,
                role=EvidenceRole.DOCUMENT if document else EvidenceRole.AFTER,
                added_by=work.actor.id,
                created_at=work.now,
            )
        )
    return [*known, *fresh]


SPOKEN: dict[Move, Effect] = {
    Move.ASK: ask,
    Move.REPLY: reply,
    Move.RESOLVE: resolve,
    Move.APPROVE: approve,
    Move.REJECT: reject,
    Move.CLOSE: close,
    Move.DIVERT: divert,
}
