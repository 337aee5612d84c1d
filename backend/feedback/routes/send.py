"""Sending feedback, and what a form needs for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from backend.accounts.queries import may_hand_in
from backend.core.api import Blueprint, created_once, language, public_cache, rate_limit
from backend.core.auth import anyone, principal, public
from backend.core.errors import NotFound
from backend.core.i18n import t
from backend.feedback import notices, words
from backend.feedback.models import Channel, FeedbackCategory, Policy
from backend.feedback.schemas import (
    FeedbackCategoriesSchema,
    FeedbackReceiptSchema,
    FeedbackSubmissionSchema,
    PoliciesSchema,
    PrivacyNoticeArgs,
    PrivacyNoticeSchema,
)
from backend.feedback.submission import Submission, submit

blueprint = Blueprint("feedback", __name__, description="Sending feedback")

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 8, "maxLength": 100},
    "description": "made by the client; a repeat with the same key gets the first answer",
    "example": "5f1c2f5e-7f1a-4a55-9a61-0b8f6f0f3c11",
}
Words = tuple[dict[str, Any], datetime | None]
# Made once: a schema copies all its fields whenever it is made.
_SENT, _RECEIPT = FeedbackSubmissionSchema(), FeedbackReceiptSchema()


@blueprint.route("/feedback", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.response(201, FeedbackReceiptSchema)
@blueprint.arguments(_SENT)
def create(body: dict[str, Any]) -> Response:
    """Send feedback. The answer carries the tracking code and the PIN, told this once.

    With the key of a portal as bearer token: what one of its visitors wrote, for a commune of the portal's unit.
    """
    speech = language()

    def work(session: Session) -> dict[str, Any]:
        if principal().kind == "portal" and not may_hand_in(session, principal(), body["commune"]):
            raise NotFound("places.unit_not_found")
        receipt = submit(
            session, principal(), Submission(**body), channel=_channel(), language=speech
        )
        return {
            "id": receipt.id,
            "tracking_code": receipt.tracking_code,
            "pin": receipt.pin,
            "state": receipt.state,
            "state_label": words.state_label(receipt.state, speech),
            "next_step": words.next_step(receipt.next_step, speech),
            "due_at": receipt.due_at,
            "submitted_at": receipt.submitted_at,
            "legal_hint": receipt.legal_hint,
            "location": receipt.location,
        }

    return created_once(work, _RECEIPT)


def _channel() -> Channel:
    if principal().kind == "portal":
        return Channel.PORTAL
    return Channel.APP if request.headers.get("X-Client") == "app" else Channel.WEB


@blueprint.route("/feedback-categories")
@public
@blueprint.response(200, FeedbackCategoriesSchema)
@public_cache(max_age=300)
def categories() -> Words:
    """The matters that feedback is sorted by."""
    return {"items": [words.category(slug, language()) for slug in FeedbackCategory]}, None


@blueprint.route("/policies")
@public
@blueprint.response(200, PoliciesSchema)
@public_cache(max_age=300)
def policies() -> Words:
    """The programmes and entitlements that can be judged."""
    speech = language()
    return {
        "items": [
            {"slug": slug.value, "name": t(f"feedback.policy.{slug}", speech)} for slug in Policy
        ]
    }, None


@blueprint.route("/privacy-notice")
@public
@blueprint.response(200, PrivacyNoticeSchema)
@public_cache(max_age=300)
@blueprint.arguments(PrivacyNoticeArgs, location="query")
def privacy_notice(args: dict[str, Any]) -> Words:
    """What happens with the sender's data; `version` goes into `consent_version`."""
    if args["version"] not in {None, *notices.versions()}:
        raise NotFound("feedback.no_such_notice")
    notice = notices.notice(language(), args["version"])
    return {"version": notice.version, "language": notice.language, "html": notice.html}, None
