"""Sessions: one row per sign-in, a chain of refresh tokens per session, and every way in which they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.accounts.models import (
    AuthSession,
    ClientKind,
    RefreshToken,
    Resident,
    RevokedBecause,
    Staff,
)
from backend.core import clock, config
from backend.core.auth import Principal
from backend.core.errors import NotFound
from backend.core.text import clean, excerpt

# Answers to one refresh that may get lost before we suspect somebody else of asking.
MAX_LOST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Issued:
    """What the caller is to be handed: ids that go into signed tokens."""

    session_id: UUID
    refresh_id: UUID
    kind: str  # staff or resident
    owner_id: UUID
    expires_at: datetime


def begin(
    session: Session, owner: Staff | Resident, client: ClientKind, device_label: str
) -> Issued:
    """Start a session with its first refresh token."""
    staff = isinstance(owner, Staff)
    row = AuthSession(
        staff_id=owner.id if staff else None,
        resident_id=None if staff else owner.id,
        client=client,
        device_label=excerpt(clean(device_label), 120),
        generation=owner.session_generation,
        expires_at=clock.now() + timedelta(days=config.current().refresh_days),
    )
    session.add(row)
    session.flush()
    return _issue(session, row, parent_id=None)


def rotate(session: Session, session_id: UUID, token_id: UUID) -> Issued | None:
    """Exchange a refresh token for the next one; None when it is no longer good.

    A token works until the one it was exchanged for has itself been exchanged: an answer that got lost on the way
    can be asked for again. A token used after that was copied by somebody, and we cannot know who is who: the
    whole session ends.
    """
    row = session.scalar(select(AuthSession).where(AuthSession.id == session_id).with_for_update())
    if row is None or not _is_good(session, row):
        return None
    tokens = session.scalars(
        select(RefreshToken).where(RefreshToken.session_id == session_id)
    ).all()
    token = next((each for each in tokens if each.id == token_id), None)
    if token is None or not _may_be_exchanged(token, tokens):
        # Signed by us and of this session, yet forgotten or overtaken: an old copy.
        end(session, row, RevokedBecause.REUSE_DETECTED)
        return None
    if token.used_at is None:
        token.used_at = clock.now()
        kept = {token.id, token.parent_id}
        stale = [each.id for each in tokens if each.id not in kept]
        if stale:
            session.execute(delete(RefreshToken).where(RefreshToken.id.in_(stale)))
    row.last_used_at = clock.now()
    row.expires_at = clock.now() + timedelta(days=config.current().refresh_days)
    return _issue(session, row, parent_id=token.id)


def _may_be_exchanged(token: RefreshToken, tokens: Sequence[RefreshToken]) -> bool:
    siblings = [
        each for each in tokens if each.parent_id == token.parent_id and each.id != token.id
    ]
    if token.used_at is None:
        # Several answers to one question: the first that is used decides.
        return token.parent_id is None or all(each.used_at is None for each in siblings)
    answers = [each for each in tokens if each.parent_id == token.id]
    return len(answers) < MAX_LOST_ANSWERS and all(each.used_at is None for each in answers)


def _is_good(session: Session, row: AuthSession) -> bool:
    if row.revoked_at is not None or row.expires_at <= clock.now():
        return False
    if row.staff_id is not None:
        staff = session.get_one(Staff, row.staff_id)
        return staff.active and staff.session_generation == row.generation
    resident = session.get(Resident, row.resident_id)
    return resident is not None and resident.session_generation == row.generation


def _issue(session: Session, row: AuthSession, parent_id: UUID | None) -> Issued:
    token = RefreshToken(session_id=row.id, parent_id=parent_id)
    session.add(token)
    session.flush()
    owner_id = row.staff_id or row.resident_id
    if owner_id is None:
        raise LookupError("a session without an owner")
    kind = "staff" if row.staff_id else "resident"
    return Issued(row.id, token.id, kind, owner_id, row.expires_at)


def end(session: Session, row: AuthSession, because: RevokedBecause) -> None:
    """Revoke one session; its tokens are of no use from now on."""
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        row.revoked_because = because
    session.execute(delete(RefreshToken).where(RefreshToken.session_id == row.id))


def sign_out(session: Session, session_id: UUID) -> None:
    """End the session of that id, if there is one."""
    row = session.get(AuthSession, session_id)
    if row is not None:
        end(session, row, RevokedBecause.SIGNED_OUT)


def sign_out_one(session: Session, actor: Principal, session_id: UUID) -> None:
    """End one of one's own sessions.

    Raises:
        NotFound: it is nobody's, or somebody else's.
    """
    row = session.get(AuthSession, session_id)
    if row is None or actor.id is None or actor.id not in {row.staff_id, row.resident_id}:
        raise NotFound
    end(session, row, RevokedBecause.SIGNED_OUT)


def sign_out_everywhere(
    session: Session,
    kind: str,
    owner_id: UUID,
    because: RevokedBecause = RevokedBecause.SIGNED_OUT_EVERYWHERE,
    *,
    but: UUID | None = None,
) -> None:
    """End every session of a person at once, except perhaps the one they are using (``but``)."""
    owner_kind = Staff if kind == "staff" else Resident
    column = AuthSession.staff_id if kind == "staff" else AuthSession.resident_id
    session.execute(
        update(owner_kind)
        .where(owner_kind.id == owner_id)
        .values(session_generation=owner_kind.session_generation + 1)
        .execution_options(synchronize_session="fetch")
    )
    generation = session.scalar(
        select(owner_kind.session_generation).where(owner_kind.id == owner_id)
    )
    rows = session.scalars(
        select(AuthSession).where(column == owner_id, AuthSession.revoked_at.is_(None))
    )
    for row in rows.all():
        if row.id == but and generation is not None:
            row.generation = generation
        else:
            end(session, row, because)
    session.flush()
