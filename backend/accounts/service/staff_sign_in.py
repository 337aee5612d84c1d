"""Staff sign in with name, password and, where switched on, a second factor.

Three steps, so that no transaction is open while Argon2 works: count the attempt, check the password, finish.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.events import StaffLockedOut
from backend.accounts.models import ClientKind, KnownDevice, RevokedBecause, Staff, Throttle
from backend.accounts.queries import staff_by_username
from backend.accounts.rules import TELL_AFTER, password_problem
from backend.accounts.service import sessions, throttle, totp
from backend.core import clock, crypto
from backend.core.errors import InvalidInput, Unauthenticated
from backend.core.events import emit
from backend.core.ids import new_secret

DEVICE_REMEMBERED = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted; ``password_hash`` is empty when nobody who may come in has that name."""

    throttle_key: str
    known_browser: bool
    staff_id: UUID | None
    username: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who it was, their session, and the secret by which this browser is known from now on (None: it was known)."""

    staff: Staff
    issued: sessions.Issued
    device_secret: str | None


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return crypto.hash_password(new_secret())


def begin(session: Session, username: str, network: str, device_secret: str | None) -> Attempt:
    """Count an attempt for ``username`` from ``network``.

    Raises:
        TooManyRequests: too many wrong passwords before.
    """
    name = username.strip().lower()
    staff = staff_by_username(session, name)
    device = _known_device(session, staff, device_secret)
    if device is not None:
        key = throttle.key_of("staff-device", str(device.id))
    else:
        key = throttle.key_of("staff", name, network)
    row = throttle.begin_attempt(session, key)
    if staff is not None:
        _tell(session, staff, row)
    usable = staff is not None and staff.active
    return Attempt(
        throttle_key=key,
        known_browser=device is not None,
        staff_id=staff.id if staff is not None and usable else None,
        username=name,
        password_hash=staff.password_hash if staff is not None and usable else "",
    )


def check_password(attempt: Attempt, password: str) -> None:
    """Takes as long for a name that nobody has.

    Raises:
        Unauthenticated: name or password is wrong; which one is not said.
    """
    right = crypto.verify_password(attempt.password_hash or _nobodys_hash(), password)
    if not right or attempt.staff_id is None:
        raise Unauthenticated("auth.bad_credentials")


def stronger_hash(attempt: Attempt, password: str) -> str | None:
    """The password hashed as is done today, when its hash was made by weaker rules. Needs no transaction."""
    if not crypto.password_needs_rehash(attempt.password_hash):
        return None
    return crypto.hash_password(password)


def second_factor(session: Session, attempt: Attempt, code: str | None) -> str | None:
    """The problem's code when a second factor is missing or wrong, None when all is well.

    A missing one is no failed attempt; a wrong one stays counted. Whoever comes as far as this knows the password, so
    wrong codes are counted for the account as a whole: six digits do not withstand many networks at once. Nobody
    without the password can use that to lock others out, and a browser that is known goes on being counted by itself.

    Raises:
        TooManyRequests: too many wrong codes before, from wherever.
    """
    staff = session.get_one(Staff, attempt.staff_id)
    if staff.totp_sealed is None:
        return None
    if not code:
        throttle.take_back(session, attempt.throttle_key)
        return "auth.totp_required"
    key = throttle.key_of("second-factor", str(staff.id))
    if not attempt.known_browser:
        row = throttle.begin_attempt(session, key)
        _tell(session, staff, row)
    if not totp.accept(session, staff, code):
        return "auth.totp_wrong"
    throttle.forget(session, key)
    return None


def finish(
    session: Session,
    attempt: Attempt,
    *,
    stronger: str | None,
    client: ClientKind,
    device_label: str,
    device_secret: str | None,
) -> SignedIn:
    """Begin the session and remember the browser.

    Args:
        stronger: see ``stronger_hash``.

    Raises:
        Unauthenticated: the account was closed, or its password changed, since the check.
    """
    staff = session.get_one(Staff, attempt.staff_id)
    if not staff.active or staff.password_hash != attempt.password_hash:
        raise Unauthenticated("auth.bad_credentials")
    throttle.forget(session, attempt.throttle_key)
    if stronger is not None:
        staff.password_hash = stronger
    device = _known_device(session, staff, device_secret)
    fresh = None
    if device is None:
        fresh = new_secret()
        device = KnownDevice(staff_id=staff.id, token_hash=crypto.hash_token(fresh))
        session.add(device)
    device.last_used_at = clock.now()
    device.expires_at = clock.now() + DEVICE_REMEMBERED
    issued = sessions.begin(session, staff, client, device_label)
    return SignedIn(staff, issued, fresh)


def begin_confirmation(session: Session, staff_id: UUID, network: str) -> Attempt:
    """Count an attempt to say again who one is, before something that matters.

    Raises:
        TooManyRequests: too many wrong passwords before.
    """
    staff = session.get_one(Staff, staff_id)
    key = throttle.key_of("confirm", str(staff_id), network)
    throttle.begin_attempt(session, key)
    return Attempt(
        throttle_key=key,
        known_browser=False,
        staff_id=staff.id,
        username=staff.username,
        password_hash=staff.password_hash,
    )


def confirm_password(attempt: Attempt, password: str) -> None:
    """Check the password of somebody who is signed in.

    Raises:
        InvalidInput: it is wrong (not 401: the session itself is good).
    """
    if not crypto.verify_password(attempt.password_hash, password):
        raise InvalidInput({"current_password": ["wrong"]})


def hash_of_new(attempt: Attempt, new: str) -> str:
    """The hash of a password that is to replace the one just confirmed. Needs no transaction.

    Raises:
        InvalidInput: too short, too long, too easy, or the old one again.
    """
    problem = password_problem(new, attempt.username)
    if problem is not None:
        raise InvalidInput({"new_password": [problem]})
    if crypto.verify_password(attempt.password_hash, new):
        raise InvalidInput({"new_password": ["unchanged"]})
    return crypto.hash_password(new)


def change_password(
    session: Session, attempt: Attempt, new_hash: str, *, keep_session: UUID | None
) -> None:
    """Store the hash of a new password and end every other session.

    Raises:
        InvalidInput: the password that was confirmed is not the current one any more.
    """
    staff = session.get_one(Staff, attempt.staff_id)
    if staff.password_hash != attempt.password_hash:
        raise InvalidInput({"current_password": ["wrong"]})
    staff.password_hash = new_hash
    staff.must_change_password = False
    session.flush()
    sessions.sign_out_everywhere(
        session, "staff", staff.id, RevokedBecause.PASSWORD_CHANGED, but=keep_session
    )


def _tell(session: Session, staff: Staff, row: Throttle) -> None:
    if row.failures == TELL_AFTER and row.blocked_until is not None:
        emit(session, StaffLockedOut(staff.id, row.blocked_until))


def _known_device(
    session: Session, staff: Staff | None, device_secret: str | None
) -> KnownDevice | None:
    if staff is None or not device_secret:
        return None
    return session.scalar(
        select(KnownDevice).where(
            KnownDevice.token_hash == crypto.hash_token(device_secret),
            KnownDevice.staff_id == staff.id,
            KnownDevice.expires_at > clock.now(),
        )
    )
