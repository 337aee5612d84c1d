"""Who may have a receipt: whoever shows the PIN of the feedback, or sent it from their account."""

from __future__ import annotations

from uuid import UUID

from flask import request

from backend.core.api import network
from backend.core.auth import principal
from backend.core.db import reading, transaction
from backend.core.errors import Forbidden, NotFound, TooManyRequests, Unauthenticated
from backend.core.ids import normalise_tracking_code
from backend.feedback import pins, queries
from backend.feedback.queries import Status

PIN_HEADER = "X-Feedback-Pin"


def opened(tracking_code: str) -> UUID:
    """The id of the feedback.

    Raises:
        NotFound: there is none with this code.
        Unauthenticated: neither PIN nor account was shown.
        Forbidden: the PIN is wrong; that is counted together with those shown elsewhere.
        TooManyRequests: too many wrong PINs came before.
    """
    found = _find(tracking_code)
    who, pin = principal(), request.headers.get(PIN_HEADER)
    if who.kind == "resident" and who.id is not None and who.id == found.resident_id:
        return found.feedback_id
    if pin is None:
        raise Unauthenticated("feedback.pin_required")
    attempt = pins.Attempt(found.tracking_code, pin.strip(), network())
    with reading() as session:
        verdict, wait = pins.judge(session, attempt, found.sealed_pin)
    if verdict is pins.Verdict.LOCKED:
        raise TooManyRequests("feedback.pin_locked", retry_after=wait)
    if verdict is pins.Verdict.WRONG:
        with transaction() as session:  # of its own, so that the refusal does not undo it
            pins.count_wrong(session, attempt)
        raise Forbidden("feedback.wrong_pin")
    return found.feedback_id


def _find(tracking_code: str) -> Status:
    try:
        code = normalise_tracking_code(tracking_code)
    except ValueError as error:
        raise NotFound("feedback.code_mistyped") from error
    with reading() as session:
        found = queries.status_by_code(session, code)
    if found is None:
        raise NotFound("feedback.not_found")
    return found
