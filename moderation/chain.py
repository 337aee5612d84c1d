"""The chain of a case's events: each link hashes the one before it and a salted commitment of its payload.

Erasing ``payload`` and ``salt`` together removes what was said and leaves the chain verifiable; without the salt
nobody can guess the words back from the commitment. Pure: values in, values out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

GENESIS = ""
SALT_BYTES = 24


class Link(Protocol):
    """What an event shows to the chain."""

    case_id: UUID
    seq: int
    at: datetime
    type: Any
    actor_kind: str
    actor_id: UUID | None
    from_state: Any
    to_state: Any
    payload: dict[str, Any] | None
    salt: str | None
    commitment: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold, and what is wrong with it."""

    seq: int
    reason: str  # "missing", "payload", "previous", "hash", "head"


def new_salt() -> str:
    """A salt with enough entropy that a commitment cannot be guessed open."""
    return secrets.token_hex(SALT_BYTES)


def commit(payload: Mapping[str, Any], salt: str) -> str:
    """SHA-256 over the salt and the payload in one canonical form (keys sorted)."""
    canonical = orjson.dumps(dict(payload), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(salt.encode() + b"\0" + canonical).hexdigest()


def link_hash(event: Link) -> str:
    """SHA-256 over everything about an event but its payload, which its commitment stands for."""
    parts = [
        event.previous,
        str(event.case_id),
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(event.type),
        event.actor_kind,
        str(event.actor_id or ""),
        str(event.from_state or ""),
        str(event.to_state or ""),
        event.commitment,
    ]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def verify(events: Iterable[Link], *, head: str | None = None) -> Broken | None:
    """The first broken link of a case's events (in order of ``seq``), or None when all hold.

    Args:
        head: hash that the last link must have; guards against a cut-off end.
    """
    previous, seq = GENESIS, 0
    for seq, event in enumerate(events, start=1):
        reason = _wrong(event, seq, previous)
        if reason:
            return Broken(seq, reason)
        previous = event.hash
    if head is not None and previous != head:
        return Broken(seq + 1, "head")
    return None


def _wrong(event: Link, seq: int, previous: str) -> str | None:
    if event.seq != seq:
        return "missing"
    if event.previous != previous:
        return "previous"
    if (event.payload is None) != (event.salt is None):
        return "payload"
    if event.payload is not None and event.salt is not None:
        try:
            committed = commit(event.payload, event.salt)
        except TypeError:
            return "payload"
        if committed != event.commitment:
            return "payload"
    return None if link_hash(event) == event.hash else "hash"
