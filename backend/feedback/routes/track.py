"""Following feedback: by its code, with the PIN, or from one's own account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from backend.core.api import (
    Blueprint,
    PageArgs,
    created_once,
    json_answer,
    language,
    network,
    page_schema,
    rate_limit,
)
from backend.core.auth import Principal, anyone, principal, resident
from backend.core.db import reading, transaction
from backend.core.errors import Forbidden, NotFound, TooManyRequests, Unauthenticated
from backend.core.ids import normalise_tracking_code
from backend.feedback import pins, queries, service, words
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

PIN_HEADER = "X-Feedback-Pin"
PIN = {
    "in": "header",
    "name": PIN_HEADER,
    "required": False,
    "schema": {"type": "string"},
    "description": "opens the conversation; not needed by the signed-in sender",
    "example": "271828",
}


@blueprint.route("/feedback/<tracking_code>", methods=["GET"])
@anyone
@blueprint.doc(parameters=[PIN])
@blueprint.response(200, FeedbackThreadSchema)
def show(tracking_code: str) -> Response:
    """Where feedback is on its way; with the PIN also the text, the replies and the questions."""
    speech = language()
    with reading() as session:
        found = _find(session, tracking_code)
        verdict = _judge(session, found)
        if verdict is pins.Verdict.RIGHT:
            messages = queries.thread(session, found.feedback_id)
            files = queries.attachments(session, found.feedback_id)
            return json_answer(words.thread(found, messages, files, speech))
    if verdict is pins.Verdict.WRONG:
        _refuse_pin(found.tracking_code)
    return json_answer(words.status(found, speech))


@blueprint.route("/feedback/<tracking_code>/answers", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[PIN, IDEMPOTENCY_KEY])
@blueprint.response(201, FeedbackMessageSchema)
@blueprint.arguments(FeedbackAnswerSchema)
def answer(body: dict[str, Any], tracking_code: str) -> Response:
    """Answer the question that the officials asked."""
    feedback_id = _opened(tracking_code)

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
@blueprint.doc(parameters=[PIN, IDEMPOTENCY_KEY])
@blueprint.response(201, FeedbackFilesAddedSchema)
@blueprint.arguments(FeedbackFilesSchema)
def add_files(body: dict[str, Any], tracking_code: str) -> Response:
    """Send further photos for feedback that is already here."""
    feedback_id = _opened(tracking_code)

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
@blueprint.doc(parameters=[PIN])
@blueprint.response(200, FeedbackThreadSchema)
def withdraw(tracking_code: str) -> Response:
    """Take the feedback back. A second time changes nothing."""
    feedback_id = _opened(tracking_code)
    with transaction() as session:
        row = _row(session, feedback_id)
        service.withdraw(session, row)
        session.flush()
        payload = _thread(session, row.tracking_code)
    return json_answer(payload)


@blueprint.route("/feedback/<tracking_code>/erase-contact", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[PIN])
@blueprint.response(200, FeedbackThreadSchema)
def erase_contact(tracking_code: str) -> Response:
    """Remove name, telephone number and account from the feedback, for good. Code and PIN go on working."""
    feedback_id = _opened(tracking_code)
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


def _find(session: Session, tracking_code: str) -> Status:
    try:
        code = normalise_tracking_code(tracking_code)
    except ValueError as error:
        raise NotFound("feedback.code_mistyped") from error
    found = queries.status_by_code(session, code)
    if found is None:
        raise NotFound("feedback.not_found")
    return found


def _is_owner(who: Principal, found: Status) -> bool:
    return who.kind == "resident" and who.id is not None and who.id == found.resident_id


def _judge(session: Session, found: Status) -> pins.Verdict | None:
    """RIGHT for the signed-in sender or the right PIN, None when no PIN was shown.

    Raises:
        TooManyRequests: too many wrong PINs came before; the signed-in sender is not held up by that.
    """
    if _is_owner(principal(), found):
        return pins.Verdict.RIGHT
    pin = request.headers.get(PIN_HEADER)
    if pin is None:
        return None
    attempt = pins.Attempt(found.tracking_code, pin.strip(), network())
    verdict, wait = pins.judge(session, attempt, found.sealed_pin)
    if verdict is pins.Verdict.LOCKED:
        raise TooManyRequests("feedback.pin_locked", retry_after=wait)
    return verdict


def _refuse_pin(tracking_code: str) -> None:
    """Count the wrong PIN, in a transaction of its own that the refusal does not undo, and refuse."""
    attempt = pins.Attempt(tracking_code, "", network())
    with transaction() as session:
        pins.count_wrong(session, attempt)
    raise Forbidden("feedback.wrong_pin")


def _opened(tracking_code: str) -> UUID:
    """The id of the feedback, for whoever has the PIN or sent it from their account.

    Raises:
        Unauthenticated: neither was shown.
        Forbidden: the PIN is wrong.
    """
    with reading() as session:
        found = _find(session, tracking_code)
        verdict = _judge(session, found)
    if verdict is None:
        raise Unauthenticated("feedback.pin_required")
    if verdict is pins.Verdict.WRONG:
        _refuse_pin(found.tracking_code)
    return found.feedback_id


def _row(session: Session, feedback_id: UUID) -> Feedback:
    row = queries.feedback(session, feedback_id)
    if row is None:
        raise NotFound("feedback.not_found")
    return row


def _thread(session: Session, tracking_code: str) -> dict[str, Any]:
    found = _find(session, tracking_code)
    messages = queries.thread(session, found.feedback_id)
    files = queries.attachments(session, found.feedback_id)
    return words.thread(found, messages, files, language())
