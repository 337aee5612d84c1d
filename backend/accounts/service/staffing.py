"""Members of staff: added, changed, reset, within the administrator's own units."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.events import StaffDeactivated
from backend.accounts.models import RevokedBecause, Staff
from backend.accounts.service import sessions, totp
from backend.accounts.service.administration import manageable, record, unit_in_scope
from backend.accounts.service.grants import WantedGrant, give, see_whether_staffed
from backend.core import clock, crypto
from backend.core.auth import Permission, Principal
from backend.core.errors import Conflict, PreconditionFailed
from backend.core.events import emit
from backend.core.text import fold

# Easy to read out and to type: no 0/o, no 1/l.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password and its hash. Made before a transaction begins: Argon2 is slow on purpose, and others would wait."""

    plain: str = field(repr=False)
    hashed: str = field(repr=False)
    handed_over: bool  # by whoever made it: to be changed at the first sign-in


def fresh_password() -> NewPassword:
    """A password to be handed over once: about 80 bits in four groups."""
    plain = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return NewPassword(plain, crypto.hash_password(plain), handed_over=True)


def chosen_password(plain: str) -> NewPassword:
    """A password that its owner chose."""
    return NewPassword(plain, crypto.hash_password(plain), handed_over=False)


def create(
    session: Session,
    actor: Principal,
    *,
    username: str,
    name: str,
    unit_code: str,
    grants: list[WantedGrant],
    password: NewPassword,
    **contact: Any,
) -> Staff:
    """Add a member of staff with their first roles.

    Raises:
        InvalidInput: the unit is unknown or not the administrator's, or a grant is not possible.
        Conflict: somebody has that user name.
    """
    unit = unit_in_scope(session, actor, Permission.STAFF_MANAGE, unit_code)
    if queries.staff_by_username(session, username) is not None:
        raise Conflict("staff.username_taken", username=username)
    staff = Staff(
        username=username,
        name=name,
        search_key=fold(name),
        unit_id=unit.id,
        password_hash=password.hashed,
        must_change_password=password.handed_over,
    )
    _set_contact(staff, contact)
    try:
        with session.begin_nested():
            session.add(staff)
    except IntegrityError as error:  # another request was first
        raise Conflict("staff.username_taken", username=username) from error
    record(session, actor, "staff.created", staff.id, unit.id)
    for wanted in grants:
        give(session, actor, staff, wanted)
    return staff


def change(
    session: Session, actor: Principal, staff_id: UUID, version: int, changes: dict[str, Any]
) -> Staff:
    """Change name, contact, language, or whether somebody works here; ``reason`` goes on record.

    Raises:
        NotFound: not in the administrator's units.
        Forbidden: oneself, or somebody with powers beyond the administrator's units.
        PreconditionFailed: changed by somebody else in the meantime.
    """
    staff = manageable(session, actor, staff_id)
    if staff.version != version:
        raise PreconditionFailed(current_version=staff.version)
    reason = changes.pop("reason", None)
    active = changes.pop("active", staff.active)
    if "name" in changes:
        staff.name = changes.pop("name")
        staff.search_key = fold(staff.name)
    _set_contact(staff, changes)
    if active != staff.active:
        staff.active = active
        record(
            session,
            actor,
            "staff.activated" if active else "staff.deactivated",
            staff.id,
            staff.unit_id,
            reason,
        )
    else:
        record(session, actor, "staff.changed", staff.id, staff.unit_id, reason)
    staff.updated_at = clock.now()
    session.flush()
    if not active:
        sessions.sign_out_everywhere(session, "staff", staff.id, RevokedBecause.DEACTIVATED)
        emit(session, StaffDeactivated(staff.id))
    for unit_id in {grant.unit_id for grant in queries.grants_of(session, [staff.id])[staff.id]}:
        see_whether_staffed(session, unit_id)
    return staff


def reset(
    session: Session,
    actor: Principal,
    staff_id: UUID,
    password: NewPassword,
    reason: str | None,
) -> None:
    """Put a fresh password in the place of the old one, switch the second factor off, end every session."""
    staff = manageable(session, actor, staff_id)
    staff.password_hash = password.hashed
    staff.must_change_password = password.handed_over
    totp.switch_off(session, staff)
    session.flush()
    sessions.sign_out_everywhere(session, "staff", staff.id, RevokedBecause.PASSWORD_CHANGED)
    record(session, actor, "staff.reset", staff.id, staff.unit_id, reason)


def _set_contact(staff: Staff, contact: dict[str, Any]) -> None:
    if "phone" in contact:
        staff.phone_sealed = crypto.seal(contact["phone"]) if contact["phone"] else None
    if "email" in contact:
        staff.email = contact["email"] or None
    if "language" in contact:
        staff.language = contact["language"]
