"""Writing the history of a case: each event is chained to the one before it, under the case's version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock, ids
from backend.core.auth import Principal
from moderation import chain
from moderation.models import Case, CaseEvent, CaseState, EventType


def record(
    session: Session,
    case: Case,
    what: EventType,
    actor: Principal,
    payload: dict[str, Any] | None = None,
    *,
    states: tuple[CaseState, CaseState] | None = None,
    at: datetime | None = None,
) -> CaseEvent:
    """Append an event to ``case`` and advance the head of its chain.

    Args:
        payload: plain JSON values; no floats (PostgreSQL writes them back differently).
        states: from and to, when the state moved.
    """
    salt = chain.new_salt()
    said = payload or {}
    event = CaseEvent(
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
    session.add(event)
    return event


def events_of(session: Session, case_id: UUID) -> Sequence[CaseEvent]:
    """The events of a case, oldest first."""
    return session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
    ).all()


def verify(session: Session, case: Case) -> chain.Broken | None:
    """The first broken link of a case's history, or None."""
    return chain.verify(events_of(session, case.id), head=case.chain_head)
