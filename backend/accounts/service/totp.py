"""Second factor: time-based codes (RFC 6238), each good once, and recovery codes for when the telephone is gone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import pyotp
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from backend.accounts.models import RecoveryCode, Staff
from backend.core import clock, crypto
from backend.core.errors import Conflict, InvalidInput

STEP_S = 30
ISSUER = "Tiếng Làng"
RECOVERY_CODES = 10
_RECOVERY = re.compile(r"\d{10}", re.ASCII)
_CODE = re.compile(r"\d{6}", re.ASCII)


def start(session: Session, staff: Staff) -> tuple[str, str]:
    """Make a secret to be confirmed; returns it and the ``otpauth:`` address for the QR code."""
    secret = pyotp.random_base32()
    staff.totp_pending_sealed = crypto.seal(secret)
    session.flush()
    return secret, pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name=ISSUER)


def confirm(session: Session, staff: Staff, code: str) -> list[str]:
    """Switch the second factor on; returns fresh recovery codes, shown this once.

    Raises:
        Conflict: nothing was started.
        InvalidInput: the code is not that of the new secret.
    """
    if staff.totp_pending_sealed is None:
        raise Conflict("auth.totp_not_started")
    secret = crypto.open_sealed(staff.totp_pending_sealed)
    step = _matching_step(secret, code)
    if step is None:
        raise InvalidInput({"code": ["wrong"]})
    staff.totp_sealed, staff.totp_pending_sealed = staff.totp_pending_sealed, None
    staff.totp_last_step = step
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    codes = [f"{secrets.randbelow(10**10):010d}" for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(staff_id=staff.id, code_hash=_recovery_hash(secret, code)) for code in codes
    )
    session.flush()
    return codes


def switch_off(session: Session, staff: Staff) -> None:
    """Forget the second factor and its recovery codes."""
    staff.totp_sealed = staff.totp_pending_sealed = staff.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))


def accept(session: Session, staff: Staff, code: str) -> bool:
    """True when ``code`` is the present one (or a neighbour's, clocks differ) or an unused recovery code; spends it."""
    if staff.totp_sealed is None:
        return False
    code = re.sub(r"[\s-]", "", code)
    secret = crypto.open_sealed(staff.totp_sealed)
    if _RECOVERY.fullmatch(code):
        spent = session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.staff_id == staff.id,
                RecoveryCode.code_hash == _recovery_hash(secret, code),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=clock.now())
            .returning(RecoveryCode.id)
        )
        return spent.first() is not None
    step = _matching_step(secret, code)
    if step is None:
        return False
    # Compare and set: of two requests with one code, one is too late.
    spent_step = session.execute(
        update(Staff)
        .where(
            Staff.id == staff.id,
            or_(Staff.totp_last_step.is_(None), Staff.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .returning(Staff.id)
        .execution_options(synchronize_session=False)
    )
    return spent_step.first() is not None


def recovery_codes_left(session: Session, staff: Staff) -> int:
    """How many recovery codes are unused."""
    unused = select(RecoveryCode.id).where(
        RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None)
    )
    return len(session.scalars(unused).all())


def _matching_step(secret: str, code: str) -> int | None:
    if not _CODE.fullmatch(code):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_S)
    present = int(clock.now().timestamp()) // STEP_S
    matching = [
        step
        for step in (present - 1, present, present + 1)
        if crypto.same(totp.at(step * STEP_S), code)
    ]
    return max(matching, default=None)


def _recovery_hash(secret: str, code: str) -> str:
    # Ten digits are guessed in a moment by whoever has the table. The secret of the second factor is sealed beside
    # them and goes along when data keys change; the index key may change without the codes.
    return hmac.new(secret.encode(), f"recovery:{code}".encode(), hashlib.sha256).hexdigest()
