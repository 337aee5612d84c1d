"""A resident's receipt: the first event of their case, and the proof that it is in the signed log."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.api.fields import timestamp
from moderation.models import Case, CaseEvent, TransparencyHead, TransparencyKey, TransparencyLeaf
from moderation.transparency import log, merkle, statements


def of_feedback(session: Session, feedback_id: UUID) -> dict[str, Any] | None:
    """The receipt of the case of this feedback; None when there is no case."""
    row = session.execute(
        select(Case.tracking_code, CaseEvent, TransparencyLeaf.position)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .outerjoin(TransparencyLeaf, TransparencyLeaf.event_id == CaseEvent.id)
        .where(Case.feedback_id == feedback_id, CaseEvent.seq == 1)
    ).one_or_none()
    if row is None:
        return None
    code, event, position = row
    head = log.latest(session)
    receipt = {
        "version": statements.VERSION,
        "state": statements.PENDING,
        "tracking_code": code,
        "event": shown_event(event),
        "position": None,
        "proof": None,
        "head": None,
        "expected_at": timestamp(log.hour_of(clock.now()) + log.EVERY),
    }
    if position is None or head is None or position >= head.size:
        return receipt
    path = merkle.inclusion_path(position, head.size)
    return {
        **receipt,
        "state": statements.INCLUDED,
        "position": position,
        "proof": log.hashes_of(session, path),
        "head": shown_head(head),
        "expected_at": None,
    }


def shown_event(event: CaseEvent) -> dict[str, Any]:
    """An event as its hash takes it: text and numbers only, what is not there is empty text."""
    return {
        "case_id": str(event.case_id),
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "type": event.type.value,
        "actor_kind": event.actor_kind,
        "actor_id": str(event.actor_id or ""),
        "from_state": str(event.from_state or ""),
        "to_state": str(event.to_state or ""),
        "commitment": event.commitment,
        "previous": event.previous,
        "hash": event.hash,
    }


def shown_head(head: TransparencyHead) -> dict[str, Any]:
    """A signed head on the wire."""
    return {
        "number": head.number,
        "size": head.size,
        "root": head.root,
        "at": timestamp(head.at),
        "origin": head.origin,
        "key_id": head.key_id,
        "signature": head.signature,
    }


def shown_key(key: TransparencyKey) -> dict[str, Any]:
    """A public key on the wire."""
    return {
        "number": key.number,
        "key_id": key.key_id,
        "public_key": key.public_key,
        "made_at": timestamp(key.made_at),
        "retired_at": timestamp(key.retired_at) if key.retired_at else None,
        "endorsement": key.endorsement,
    }
