"""The PIN of feedback: who knows it reads replies and answers. Guessing is slow, and slower each time.

Wrong PINs are counted in rows, for the tracking code and for the network, so that the bound holds across processes
and restarts. A lock stops reading by PIN only: a signed-in owner is let in as before, so nobody can be locked out of
their own account by a stranger's guesses. Networks get a wide bound, because thousands of telephones share one address.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.core import clock, crypto
from backend.core.db import get_or_add
from backend.feedback.models import PinGuard

WINDOW = timedelta(hours=1)
WRONG_PER_CODE = 10
WRONG_PER_NETWORK = 200
FIRST_LOCK = timedelta(minutes=30)
LONGEST_LOCK = timedelta(hours=24)
FORGET_AFTER = timedelta(days=2)


class Verdict(enum.Enum):
    """What became of a PIN that was shown."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A PIN shown for a code from a network (as ``core.api.network`` names it)."""

    tracking_code: str
    pin: str
    network: str

    @property
    def keys(self) -> tuple[str, str]:
        """The two rows that count it. A network is kept as a keyed digest: addresses are personal data."""
        return f"code:{self.tracking_code}", f"net:{crypto.blind_index(self.network)[:40]}"


def judge(session: Session, attempt: Attempt, sealed_pin: str) -> tuple[Verdict, int]:
    """Compare a PIN in constant time, unless this code or network is locked. Writes nothing.

    Returns:
        The verdict, and for ``LOCKED`` the seconds until the lock ends.
    """
    now = clock.now()
    locks = session.scalars(
        select(PinGuard.locked_until).where(
            PinGuard.key.in_(attempt.keys), PinGuard.locked_until > now
        )
    ).all()
    ends = [end for end in locks if end is not None]
    if ends:
        return Verdict.LOCKED, int((max(ends) - now).total_seconds()) + 1
    right = crypto.same(crypto.open_sealed(sealed_pin), attempt.pin)
    return (Verdict.RIGHT if right else Verdict.WRONG), 0


def count_wrong(session: Session, attempt: Attempt) -> None:
    """Note a wrong PIN; the tenth within an hour locks the code, and each further lock lasts twice as long."""
    now = clock.now()
    code_key, network_key = attempt.keys
    _count(session, code_key, WRONG_PER_CODE, now)
    _count(session, network_key, WRONG_PER_NETWORK, now)


def _count(session: Session, key: str, bound: int, now: datetime) -> None:
    guard = get_or_add(session, PinGuard, key, key=key, failures=0, locks=0, window_started_at=now)
    if now - guard.window_started_at > WINDOW:
        guard.failures, guard.window_started_at = 0, now
    guard.failures += 1
    if guard.failures >= bound:
        guard.locked_until = now + min(FIRST_LOCK * 2**guard.locks, LONGEST_LOCK)
        guard.locks = min(guard.locks + 1, 10)
        guard.failures, guard.window_started_at = 0, now


def forget_old(session: Session) -> None:
    """Delete counts that no longer matter."""
    now = clock.now()
    session.execute(
        delete(PinGuard).where(
            PinGuard.window_started_at < now - FORGET_AFTER,
            (PinGuard.locked_until.is_(None)) | (PinGuard.locked_until < now),
        )
    )
