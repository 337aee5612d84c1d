"""Slowing down whoever guesses, in rows: it holds across processes and restarts.

Failures are counted per name *and* network, so a stranger elsewhere cannot lock anybody out; a browser in which
the person signed in before is counted for itself, so even a neighbour on the same network cannot.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend.accounts.models import Throttle
from backend.accounts.rules import FORGET_FAILURES_AFTER, wait_after
from backend.core import clock, crypto
from backend.core.db import get_or_add
from backend.core.errors import TooManyRequests


def key_of(*parts: str) -> str:
    """The digest under which failures are counted."""
    return crypto.blind_index("\x1f".join(("throttle", *parts)))


def lock(session: Session, key: str) -> Throttle:
    """The row of ``key``, made when missing, locked until the transaction ends."""
    return get_or_add(session, Throttle, key, key=key, failures=0, last_at=clock.now())


def begin_attempt(session: Session, key: str) -> Throttle:
    """Count an attempt as failed before it is made: many at once gain nothing.

    Raises:
        TooManyRequests: this name must rest on this network; says for how long.
    """
    row = lock(session, key)
    moment = clock.now()
    if row.blocked_until is not None and row.blocked_until > moment:
        wait = (row.blocked_until - moment).total_seconds()
        raise TooManyRequests("auth.locked", retry_after=int(wait) + 1)
    if row.last_at < moment - FORGET_FAILURES_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_at = moment
    wait_for = wait_after(row.failures)
    row.blocked_until = moment + wait_for if wait_for else None
    session.flush()
    return row


def take_back(session: Session, key: str) -> None:
    """The attempt that was counted was not a wrong guess after all."""
    row = lock(session, key)
    row.failures = max(0, row.failures - 1)
    row.blocked_until = None


def forget(session: Session, key: str) -> None:
    """The right secret was given: start counting anew."""
    session.execute(delete(Throttle).where(Throttle.key == key))
