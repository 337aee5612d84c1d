"""The public version of an outcome: drafted from the masked original, seen by a person, then published or taken back.

The original stays untouched in ``feedback``. A draft is bound to the reply and proof it was made for: when either
changes, somebody has to look again before it can be published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import text as texts
from backend.core.errors import Conflict, InvalidInput
from backend.core.i18n import t
from backend.feedback import projection
from backend.feedback import queries as feedback_queries
from backend.feedback.models import Feedback
from backend.uploads import publication
from backend.uploads.models import Purpose, Upload, UploadState
from backend.uploads.queries import uploads
from moderation import clock, masking
from moderation.events import OutcomePublished, OutcomeUnpublished
from moderation.models import (
    Case,
    Evidence,
    LegalType,
    Outcome,
    PublicationDraft,
    Reply,
    ReplyKind,
    Stage,
)
from moderation.work import Work

TITLE_LENGTH = 90
# Nobody needs these in public words; the rest is for the person who looks.
_NEVER_PUBLIC = frozenset({"phone", "id_number", "bank_account", "email"})
# What an office says may name the number at which it is reached.
_NEVER_PUBLIC_FROM_OFFICE = _NEVER_PUBLIC - {"phone"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be public, and what to look at before it is."""

    original_text: str
    title: str
    masked_text: str
    spans: list[dict[str, Any]]
    reply: str
    outcome: Outcome | None  # this and the next two are the case's own: no draft changes them
    planned_on: date | None
    other_body: str | None
    place_text: str | None
    attachment_ids: list[str]
    warnings: list[str]
    drafted: bool  # somebody saved it for the present reply and proof
    published: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person decided to show."""

    title: str
    masked_text: str
    reply: str
    attachment_ids: Sequence[UUID] = ()
    place_text: str | None = None


def final_reply(session: Session, case: Case) -> Reply | None:
    """The reply that ends the case."""
    return session.scalar(
        select(Reply)
        .where(Reply.case_id == case.id, Reply.kind == ReplyKind.OUTCOME)
        .order_by(Reply.created_at.desc(), Reply.id.desc())
        .limit(1)
    )


def evidence_of(session: Session, case_id: UUID) -> list[UUID]:
    """Files that prove the outcome, oldest first."""
    return list(
        session.scalars(
            select(Evidence.upload_id)
            .where(Evidence.case_id == case_id)
            .order_by(Evidence.created_at, Evidence.id)
        )
    )


def showable(session: Session, case: Case, evidence: Sequence[UUID]) -> list[tuple[Upload, str]]:
    """Files that a draft may show, each with whose it is: ``feedback`` (photos only) or ``evidence``."""
    sent = [upload for _part, upload in feedback_queries.attachments(session, case.feedback_id)]
    proof = uploads(session, evidence)
    files = [
        *((upload, "feedback") for upload in sent if upload.purpose is Purpose.PHOTO),
        *((proof[each], "evidence") for each in evidence if each in proof),
    ]
    return [(upload, whose) for upload, whose in files if upload.state is UploadState.CLEAN]


def fingerprint(case: Case, reply: Reply | None, evidence: Sequence[UUID]) -> str:
    """What a draft was made for: outcome, reply, proof."""
    parts = [
        str(case.outcome or ""),
        str(reply.id) if reply else "",
        reply.text if reply else "",
        str(case.planned_on or ""),
        case.other_body or "",
        *sorted(str(each) for each in evidence),
    ]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def is_previewed(session: Session, case: Case) -> bool:
    """True when somebody saved a draft for the present reply and proof."""
    draft = session.get(PublicationDraft, case.id)
    if draft is None:
        return False
    present = fingerprint(case, final_reply(session, case), evidence_of(session, case.id))
    return draft.fingerprint == present


def preview(session: Session, case: Case, feedback: Feedback) -> Preview:
    """The saved draft, or what the detectors make of the original."""
    reply, evidence = final_reply(session, case), evidence_of(session, case.id)
    draft = session.get(PublicationDraft, case.id)
    spans = masking.detect(feedback.text)
    said = reply.text if reply else ""
    current = draft is not None and draft.fingerprint == fingerprint(case, reply, evidence)
    if draft is not None:
        title, masked, public_reply = draft.title, draft.masked_text, draft.reply
        place, shown = draft.place_text, list(draft.attachment_ids)
    else:
        masked = masking.mask(feedback.text, spans)
        title = texts.excerpt(masked, TITLE_LENGTH)
        public_reply = masking.mask(said, masking.detect(said))
        place, shown = None, [str(each) for each in evidence]
    return Preview(
        original_text=feedback.text,
        title=title,
        masked_text=masked,
        spans=[asdict(span) for span in spans],
        reply=public_reply,
        outcome=case.outcome,
        planned_on=case.planned_on,
        other_body=case.other_body,
        place_text=place,
        attachment_ids=shown,
        warnings=_warnings(case, title, masked, public_reply, stale=bool(draft) and not current),
        drafted=current,
        published=case.published_at is not None,
    )


def _warnings(case: Case, title: str, masked: str, reply: str, *, stale: bool) -> list[str]:
    """Codes of what the person should mind; the sentences are ``cases.warning.<code>``."""
    warnings = ["names_are_not_detected"]
    if case.legal_confirmed_at is None:
        warnings.append("legal_type_not_confirmed")
    elif case.legal_type is not LegalType.ORDINARY:
        warnings.append("never_public")
    if stale:
        warnings.append("reply_changed_since")
    parts = (title, masked, reply, case.other_body or "")
    left = {span.kind for part in parts for span in masking.detect(part)}
    warnings += [f"left_{kind}" for kind in sorted(left)]
    return warnings


def save_draft(work: Work, draft: Draft, drafted_by: UUID) -> dict[str, Any]:
    """Keep what a person decided to show.

    Raises:
        Conflict: the case may never be public, or there is no outcome yet.
        InvalidInput: a file is not one of the case, or a telephone, identity or account number or an e-mail
            address is still there; only in the office's own words a telephone number may stay.
    """
    session, case = work.session, work.case
    if case.legal_type is not LegalType.ORDINARY:
        raise Conflict("cases.never_public")
    reply = final_reply(session, case)
    if case.outcome is None or reply is None:
        raise Conflict("cases.no_outcome_yet")
    _refuse_personal_data(draft, case)
    evidence = evidence_of(session, case.id)
    own = {upload.id for upload, _whose in showable(session, case, evidence)}
    if not own.issuperset(draft.attachment_ids):
        raise InvalidInput({"attachment_ids": ["unknown"]})
    row = session.get(PublicationDraft, case.id)
    if row is None:
        row = PublicationDraft(case_id=case.id)
        session.add(row)
    row.title, row.masked_text, row.reply = draft.title, draft.masked_text, draft.reply
    row.place_text = draft.place_text or None
    row.attachment_ids = [str(each) for each in draft.attachment_ids]
    row.spans = [asdict(span) for span in masking.detect(work.feedback.text)]
    row.drafted_by = drafted_by
    row.fingerprint = fingerprint(case, reply, evidence)
    return {"title": draft.title, "attachments": len(draft.attachment_ids)}


def _refuse_personal_data(draft: Draft, case: Case) -> None:
    errors = {
        field: ["personal_data_left"]
        for field, words, refused in (
            ("title", draft.title, _NEVER_PUBLIC),
            ("masked_text", draft.masked_text, _NEVER_PUBLIC),
            ("place_text", draft.place_text, _NEVER_PUBLIC),
            ("reply", draft.reply, _NEVER_PUBLIC_FROM_OFFICE),
            ("other_body", case.other_body, _NEVER_PUBLIC_FROM_OFFICE),
        )
        if any(span.kind in refused for span in masking.detect(words or ""))
    }
    if errors:
        raise InvalidInput(errors, "cases.personal_data_left")


def publish(work: Work) -> dict[str, Any]:
    """Put the drafted version on the public record.

    Raises:
        Conflict: nobody confirmed that it is ordinary, or nobody has seen the draft: checked here as well as in
            the table of moves, by the database's own constraint, and once more by the projection.
    """
    session, case = work.session, work.case
    draft = session.get(PublicationDraft, case.id)
    if case.legal_type is not LegalType.ORDINARY or case.legal_confirmed_by is None:
        raise Conflict("cases.never_public")
    if draft is None or case.outcome is None or case.legal_confirmed_at is None:
        raise Conflict("cases.no_outcome_yet")
    proof = set(evidence_of(session, case.id))
    shown = [UUID(each) for each in draft.attachment_ids]
    _name_documents(session, [each for each in shown if each in proof])
    projection.publish(
        session,
        case.feedback_id,
        projection.Publication(
            confirmed_by=case.legal_confirmed_by,
            confirmed_at=case.legal_confirmed_at,
            unit_id=case.unit_id,
            kind=case.kind,
            category=case.category,
            title=draft.title,
            masked_text=draft.masked_text,
            outcome=case.outcome,
            reply=draft.reply,
            planned_on=case.planned_on,
            other_body=case.other_body,
            place_text=draft.place_text,
            handled_days=_handled_days(work),
            photo_ids=[each for each in shown if each not in proof],
            evidence_ids=[each for each in shown if each in proof],
        ),
    )
    again = case.published_at is not None
    case.published_at = work.now
    work.events.append(OutcomePublished(case.id, case.feedback_id, case.unit_id))
    return {"title": draft.title, "outcome": case.outcome.value, "corrected": again}


def _name_documents(session: Session, evidence: Sequence[UUID]) -> None:
    """An office calls its scans after the people in them; everybody gets them by number."""
    known = uploads(session, evidence)
    documents = [
        each for each in evidence if each in known and known[each].purpose is Purpose.DOCUMENT
    ]
    publication.name_all(
        session,
        {
            upload_id: t("cases.evidence_file", number=number)
            for number, upload_id in enumerate(documents, start=1)
        },
    )


def unpublish(work: Work) -> dict[str, Any]:
    """Take the outcome off the public record."""
    projection.unpublish(work.session, work.case.feedback_id)
    work.case.published_at = None
    work.events.append(OutcomeUnpublished(work.case.id, work.case.feedback_id, work.case.unit_id))
    return {"reason": work.given["reason"]}


def _handled_days(work: Work) -> int | None:
    run = work.book.run(Stage.HANDLING)
    if run is None or work.case.approved_at is None:
        return None
    # Always in the unit's working days, also when the case itself ran on a clock of day and night.
    return clock.working_days(run, work.settings.calendar, work.case.approved_at)
