"""Following feedback: by its code, with the PIN, or from one's own account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.core.api import (
    Blueprint,
    PageArgs,
    created_once,
    json_answer,
    language,
    page_schema,
    rate_limit,
)
from backend.core.auth import anyone, principal, resident
from backend.core.db import reading, transaction
from backend.core.errors import NotFound, Unauthenticated
from backend.feedback import guard, pins, queries, service, words
from backend.feedback.models import Feedback
from backend.feedback.queries import Status
from backend.feedback.routes.send import IDEMPOTENCY_KEY
from backend.feedback.schemas import (
    FeedbackAnswerSchema,
    FeedbackFilesAddedSchema,
    FeedbackFilesSchema,
    FeedbackMessageSchema,
    FeedbackThreadSchema,
    MyFeedbackSchema,
)

blueprint = Blueprint("tracking", __name__, description="Following feedback")


@blueprint.route("/feedback/<tracking_code>", methods=["GET"])
@anyone
@blueprint.doc(parameters=[guard.PIN])
@blueprint.response(200, FeedbackThreadSchema)
def show(tracking_code: str) -> Response:
    """Where feedback is on its way; with the PIN also the text, the replies and the questions."""
    speech = language()
    with reading() as session:
        found = guard.find(session, tracking_code)
        verdict = guard.judge(session, found)
        if verdict is pins.Verdict.RIGHT:
            messages = queries.thread(session, found.feedback_id)
            files = queries.attachments(session, found.feedback_id)
            return json_answer(words.thread(found, messages, files, speech))
    if verdict is pins.Verdict.WRONG:
        guard.refuse_pin(found.tracking_code)
    return json_answer(words.status(found, speech))


@blueprint.route("/feedback/<tracking_code>/answers", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[guard.PIN, IDEMPOTENCY_KEY])
@blueprint.response(201, FeedbackMessageSchema)
@blueprint.arguments(FeedbackAnswerSchema)
def answer(body: dict[str, Any], tracking_code: str) -> Response:
    """Answer the question that the officials asked."""
    feedback_id = guard.opened(tracking_code)

    def work(session: Session) -> dict[str, Any]:
        row = service.answer(
            session,
            principal(),
            _row(session, feedback_id),
            text=body["text"],
            upload_ids=body["upload_ids"],
        )
        files = queries.attachments(session, feedback_id)
        own = [words.file(upload) for part, upload in files if part.message_id == row.id]
        return {
            "id": row.id,
            "sender": row.sender.value,
            "kind": row.kind,
            "text": row.text,
            "at": row.created_at,
            "attachments": own,
        }

    return created_once(work, FeedbackMessageSchema())


@blueprint.route("/feedback/<tracking_code>/attachments", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[guard.PIN, IDEMPOTENCY_KEY])
@blueprint.response(201, FeedbackFilesAddedSchema)
@blueprint.arguments(FeedbackFilesSchema)
def add_files(body: dict[str, Any], tracking_code: str) -> Response:
    """Send further photos for feedback that is already here."""
    feedback_id = guard.opened(tracking_code)

    def work(session: Session) -> dict[str, Any]:
        row = _row(session, feedback_id)
        service.add_files(session, principal(), row, body["upload_ids"])
        session.flush()
        files = queries.attachments(session, feedback_id)
        return {"items": [words.file(upload) for _part, upload in files]}

    return created_once(work, FeedbackFilesAddedSchema())


@blueprint.route("/feedback/<tracking_code>/withdraw", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[guard.PIN])
@blueprint.response(200, FeedbackThreadSchema)
def withdraw(tracking_code: str) -> Response:
    """Take the feedback back. A second time changes nothing."""
    feedback_id = guard.opened(tracking_code)
    with transaction() as session:
        row = _row(session, feedback_id)
        service.withdraw(session, row)
        session.flush()
        payload = _thread(session, row.tracking_code)
    return json_answer(payload)


@blueprint.route("/feedback/<tracking_code>/erase-contact", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[guard.PIN])
@blueprint.response(200, FeedbackThreadSchema)
def erase_contact(tracking_code: str) -> Response:
    """Remove name, telephone number and account from the feedback, for good. Code and PIN go on working."""
    feedback_id = guard.opened(tracking_code)
    with transaction() as session:
        row = _row(session, feedback_id)
        service.erase_contact(session, row)
        session.flush()
        payload = _thread(session, row.tracking_code)
    return json_answer(payload)


@blueprint.route("/me/feedback", methods=["GET"])
@resident
@blueprint.response(200, page_schema(MyFeedbackSchema))
@blueprint.arguments(PageArgs, location="query")
def mine(args: dict[str, Any]) -> Response:
    """The feedback sent from this account, newest first. Anonymous feedback is not among it."""
    speech = language()
    who = principal()
    if who.id is None:
        raise Unauthenticated
    with reading() as session:
        found = queries.statuses_of_resident(session, who.id, **args)
    return json_answer(
        {
            "items": [words.mine(Status(*row), speech) for row in found.items],
            "next_cursor": found.next_cursor,
        }
    )


def _row(session: Session, feedback_id: UUID) -> Feedback:
    row = queries.feedback(session, feedback_id)
    if row is None:
        raise NotFound("feedback.not_found")
    return row


def _thread(session: Session, tracking_code: str) -> dict[str, Any]:
    found = guard.find(session, tracking_code)
    messages = queries.thread(session, found.feedback_id)
    files = queries.attachments(session, found.feedback_id)
    return words.thread(found, messages, files, language())
