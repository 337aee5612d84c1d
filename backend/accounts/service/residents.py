"""Residents sign in with six digits sent to their telephone; they can see, change and erase what we know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from backend.accounts.events import OneTimeCodeRequested, ResidentErased
from backend.accounts.models import ClientKind, OneTimeCode, Resident
from backend.accounts.queries import resident_by_phone
from backend.accounts.service import sessions, throttle
from backend.core import clock, crypto
from backend.core.errors import InvalidInput, NotFound, TooManyRequests
from backend.core.events import emit
from backend.core.ids import new_id, new_pin
from backend.places.queries import commune_by_code

CODE_LIVES = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 5
HOUR = timedelta(hours=1)
CODES_PER_PHONE = 5  # an hour
CODES_PER_NETWORK = 300  # an hour; carriers put thousands behind one address


@dataclass(frozen=True, slots=True)
class CodeSent:
    """What may be said about a code, whether or not anybody is known under that number."""

    expires_at: datetime
    resend_after: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The resident, made at the first sign-in, and their session."""

    resident: Resident
    issued: sessions.Issued


def request_code(
    session: Session, phone: str, *, commune_code: str | None, language: str, network: str
) -> CodeSent:
    """Make a code for ``phone`` (E.164) and have it sent.

    Raises:
        TooManyRequests: the last one is too recent, or there were too many this hour for the number or the network.
        InvalidInput: there is no such commune.
    """
    commune_id = _commune_id(session, commune_code)
    index, moment = crypto.blind_index(phone), clock.now()
    network_key = throttle.key_of("code-network", network)
    # Whoever asks at the same moment waits here, so that the counts below are true.
    throttle.lock(session, throttle.key_of("code-phone", index)).last_at = moment
    throttle.lock(session, network_key).last_at = moment
    last, this_hour = session.execute(
        select(func.max(OneTimeCode.created_at), func.count()).where(
            OneTimeCode.phone_index == index, OneTimeCode.created_at > moment - HOUR
        )
    ).one()
    if last is not None and last + RESEND_AFTER > moment:
        wait = (last + RESEND_AFTER - moment).total_seconds()
        raise TooManyRequests("auth.code_too_soon", retry_after=int(wait) + 1)
    from_network = session.scalar(
        select(func.count())
        .select_from(OneTimeCode)
        .where(OneTimeCode.network == network_key, OneTimeCode.created_at > moment - HOUR)
    )
    if this_hour >= CODES_PER_PHONE or (from_network or 0) >= CODES_PER_NETWORK:
        raise TooManyRequests("auth.too_many_codes", retry_after=int(HOUR.total_seconds()))
    code_id, code = new_id(), new_pin()
    session.add(
        OneTimeCode(
            id=code_id,
            phone_index=index,
            phone_sealed=crypto.seal(phone),
            code_hash=_hash(code_id, code),
            code_sealed=crypto.seal(code),
            network=network_key,
            language=language,
            commune_id=commune_id,
            created_at=moment,
            expires_at=moment + CODE_LIVES,
        )
    )
    emit(session, OneTimeCodeRequested(code_id))
    session.flush()
    return CodeSent(moment + CODE_LIVES, moment + RESEND_AFTER)


def sign_in(
    session: Session, phone: str, code: str, *, client: ClientKind, device_label: str
) -> SignedIn | None:
    """Spend the newest code of ``phone``; None when it is wrong, old, used, or tried too often.

    The attempt is counted either way, so the caller commits before it complains.
    """
    row = session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.phone_index == crypto.blind_index(phone))
        .order_by(OneTimeCode.created_at.desc(), OneTimeCode.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    counted = session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.id == row.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > clock.now(),
            OneTimeCode.attempts < MAX_ATTEMPTS,
        )
        .values(attempts=OneTimeCode.attempts + 1)
        .returning(OneTimeCode.id)
        .execution_options(synchronize_session=False)
    )
    if counted.first() is None or not crypto.same(row.code_hash, _hash(row.id, code)):
        return None
    spent = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None))
        .values(used_at=clock.now(), code_sealed=None, phone_sealed=None)
        .returning(OneTimeCode.id)
        .execution_options(synchronize_session=False)
    )
    if spent.first() is None:
        return None
    resident = resident_by_phone(session, phone)
    if resident is None:
        resident = Resident(
            phone_sealed=crypto.seal(phone),
            phone_index=crypto.blind_index(phone),
            commune_id=row.commune_id,
            language=row.language,
        )
        session.add(resident)
        session.flush()
    return SignedIn(resident, sessions.begin(session, resident, client, device_label))


def change(session: Session, resident_id: UUID, changes: dict[str, Any]) -> Resident:
    """Change name, commune (by code) or language; what is not named stays."""
    resident = _resident(session, resident_id)
    if "name" in changes:
        resident.name_sealed = crypto.seal(changes["name"]) if changes["name"] else None
    if "commune" in changes:
        resident.commune_id = _commune_id(session, changes["commune"])
    if "language" in changes:
        resident.language = changes["language"]
    session.flush()
    return resident


def erase(session: Session, resident_id: UUID) -> None:
    """Forget a resident: the row, its sessions and codes; other rooms let go in the same transaction."""
    resident = _resident(session, resident_id)
    emit(session, ResidentErased(resident.id, resident.phone_index))
    session.flush()
    session.execute(delete(OneTimeCode).where(OneTimeCode.phone_index == resident.phone_index))
    session.delete(resident)
    session.flush()


def _resident(session: Session, resident_id: UUID) -> Resident:
    resident = session.get(Resident, resident_id)
    if resident is None:
        raise NotFound
    return resident


def _commune_id(session: Session, code: str | None) -> UUID | None:
    if code is None:
        return None
    commune = commune_by_code(session, code)
    if commune is None:
        raise InvalidInput({"commune": ["unknown"]})
    return commune.id


def _hash(code_id: UUID, code: str) -> str:
    # Six digits are guessed in a moment by whoever has the table; the key and the row's id are not in reach of both.
    return crypto.blind_index(f"one-time-code:{code_id}:{code}")
