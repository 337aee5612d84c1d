"""Who may open feedback: whoever shows its PIN, or sent it from their account. Every route that opens some asks here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from backend.core.api import network
from backend.core.auth import Principal, principal
from backend.core.db import reading, transaction
from backend.core.errors import Forbidden, NotFound, TooManyRequests, Unauthenticated
from backend.core.ids import normalise_tracking_code
from backend.feedback import pins, queries
from backend.feedback.queries import Status

_PIN_HEADER = "X-Feedback-Pin"
PIN: dict[str, Any] = {
    "in": "header",
    "name": _PIN_HEADER,
    "required": False,
    "schema": {"type": "string"},
    "description": "given when it was sent; not needed by the signed-in sender",
    "example": "271828",
}


def opened(tracking_code: str) -> UUID:
    """The id of the feedback, for whoever has the PIN or sent it from their account.

    Raises:
        NotFound: there is none with this code.
        Unauthenticated: neither PIN nor account was shown.
        Forbidden: the PIN is wrong; that is counted together with those shown elsewhere.
        TooManyRequests: too many wrong PINs came before.
    """
    with reading() as session:
        found = find(session, tracking_code)
        verdict = judge(session, found)
    if verdict is None:
        raise Unauthenticated("feedback.pin_required")
    if verdict is pins.Verdict.WRONG:
        refuse_pin(found.tracking_code)
    return found.feedback_id


def find(session: Session, tracking_code: str) -> Status:
    """What the sender may know of the feedback.

    Raises:
        NotFound: there is none with this code.
    """
    try:
        code = normalise_tracking_code(tracking_code)
    except ValueError as error:
        raise NotFound("feedback.code_mistyped") from error
    found = queries.status_by_code(session, code)
    if found is None:
        raise NotFound("feedback.not_found")
    return found


def judge(session: Session, found: Status) -> pins.Verdict | None:
    """RIGHT for the signed-in sender or the right PIN, None when no PIN was shown.

    Raises:
        TooManyRequests: too many wrong PINs came before; the signed-in sender is not held up by that.
    """
    if _is_owner(principal(), found):
        return pins.Verdict.RIGHT
    pin = request.headers.get(_PIN_HEADER)
    if pin is None:
        return None
    attempt = pins.Attempt(found.tracking_code, pin.strip(), network())
    verdict, wait = pins.judge(session, attempt, found.sealed_pin)
    if verdict is pins.Verdict.LOCKED:
        raise TooManyRequests("feedback.pin_locked", retry_after=wait)
    return verdict


def refuse_pin(tracking_code: str) -> None:
    """Count the wrong PIN, in a transaction of its own that the refusal does not undo, and refuse."""
    attempt = pins.Attempt(tracking_code, "", network())
    with transaction() as session:
        pins.count_wrong(session, attempt)
    raise Forbidden("feedback.wrong_pin")


def _is_owner(who: Principal, found: Status) -> bool:
    return who.kind == "resident" and who.id is not None and who.id == found.resident_id
