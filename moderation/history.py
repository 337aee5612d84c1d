"""Writing the history of a case: each event is chained to the one before it, under the case's version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, insert, update
from sqlalchemy.orm import Session

from backend.core import clock, ids
from backend.core.auth import Principal
from backend.core.errors import PreconditionFailed
from moderation import chain
from moderation.models import Case, CaseEvent, CaseState, EventType


@dataclass(kw_only=True)
class Event:
    """A row of ``CaseEvent`` on its way into the database, where nobody changes it any more."""

    id: UUID
    case_id: UUID
    seq: int
    at: datetime
    type: EventType
    actor_kind: str
    actor_id: UUID | None
    from_state: CaseState | None
    to_state: CaseState | None
    payload: dict[str, Any] | None
    salt: str | None
    commitment: str
    previous: str
    hash: str = ""


# Built once, and from the plain table: this runs at every submission and every move.
_EVENT: Any = CaseEvent.__table__
_INSERT = insert(_EVENT)


def record(
    session: Session,
    case: Case,
    what: EventType,
    actor: Principal,
    payload: dict[str, Any] | None = None,
    *,
    states: tuple[CaseState, CaseState] | None = None,
    at: datetime | None = None,
) -> Event:
    """Append an event to ``case``, which is in the database, and advance the head of its chain.

    Args:
        payload: plain JSON values; no floats (PostgreSQL writes them back differently).
        states: from and to, when the state moved.
    """
    salt = chain.new_salt()
    said = payload or {}
    event = Event(
        id=ids.new_id(),
        case_id=case.id,
        seq=case.chain_length + 1,
        at=at or clock.now(),
        type=what,
        actor_kind=actor.kind,
        # Residents are never named in the history of a case.
        actor_id=actor.id if actor.kind == "staff" else None,
        from_state=states[0] if states else None,
        to_state=states[1] if states else None,
        payload=said,
        salt=salt,
        commitment=chain.commit(said, salt),
        previous=case.chain_head,
    )
    event.hash = chain.link_hash(event)
    case.chain_length, case.chain_head = event.seq, event.hash
    if case in session.new:
        session.flush()  # its first link comes with the case itself
    session.execute(_INSERT, vars(event))
    return event


def note(
    session: Session,
    case: Case,
    what: EventType,
    actor: Principal,
    payload: dict[str, Any] | None = None,
    **columns: Any,
) -> Event:
    """Append an event without advancing the case's version: nobody's work on it becomes stale.

    The caller holds the row (``FOR UPDATE``, or SQLite's single writer). ``case`` is detached; its attributes and
    ``columns`` are stored at once.

    Raises:
        PreconditionFailed: the row moved on in between.
    """
    if case in session:
        session.flush()
        session.expunge(case)
    event = record(session, case, what, actor, payload)
    stored = session.execute(
        update(Case)
        .where(Case.id == case.id, Case.chain_length == event.seq - 1)
        .values(chain_length=event.seq, chain_head=event.hash, **columns)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(stored, CursorResult) or stored.rowcount != 1:
        raise PreconditionFailed(current_version=case.version)
    return event
