"""The audit: every chain anew, every event in the log, every inner hash, root and signature.

Two walks in bounded batches. Cases: each chain holds, and each of its events is in the log as it is now or still waits.
The log: each leaf has its event, and what the leaves add up to is what was stored and signed. A batch of cases is one
statement, so what people write meanwhile is no finding; what the log has, never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from backend.core.api.fields import timestamp
from backend.core.db import reading
from moderation import chain
from moderation.models import (
    Case,
    CaseEvent,
    TransparencyHead,
    TransparencyKey,
    TransparencyLeaf,
    TransparencyLog,
    TransparencyNode,
    TransparencyWaiting,
)
from moderation.transparency import keys, log, statements
from moderation.transparency.merkle import Frontier, Place

CASES = 200
LEAVES = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that does not hold, and why; ``case_id`` when it is in the history of a case."""

    where: str
    reason: str
    case_id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.where}, {self.reason}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What one batch found: how many were looked at, and where the next one begins (None: that was all)."""

    count: int
    findings: list[Finding]
    next: Any


Walk = Callable[[Session, Any], Looked]


def cases(session: Session, after: UUID | None, limit: int = CASES) -> Looked:
    """Look at the next cases; of each the first broken link is named.

    Reasons are those of ``chain.Broken`` and ``rewritten`` (the log has another hash of this event) and ``unlogged``
    (the event is neither in the log nor waiting for it).
    """
    batch = select(Case.id).order_by(Case.id).limit(limit)
    if after is not None:
        batch = batch.where(Case.id > after)
    rows = session.execute(
        select(
            Case.id,
            Case.tracking_code,
            Case.chain_head,
            CaseEvent,
            TransparencyLeaf.hash,
            TransparencyWaiting.event_id,
        )
        .outerjoin(CaseEvent, CaseEvent.case_id == Case.id)
        .outerjoin(TransparencyLeaf, TransparencyLeaf.event_id == CaseEvent.id)
        .outerjoin(TransparencyWaiting, TransparencyWaiting.event_id == CaseEvent.id)
        .where(Case.id.in_(batch))
        .order_by(Case.id, CaseEvent.seq)
    ).all()
    count, last, findings = 0, after, []
    for (case_id, code, head), links in groupby(rows, lambda row: tuple(row[:3])):
        found = _first_broken([row[3:] for row in links if row[3] is not None], head)
        if found is not None:
            findings.append(Finding(f"{code}: link {found.seq}", found.reason, case_id))
        count, last = count + 1, case_id
    return Looked(count, findings, last if count == limit else None)


def _first_broken(links: list[Any], head: str) -> chain.Broken | None:
    broken = chain.verify([event for event, _hash, _waits in links], head=head)
    for event, logged, waits in links:
        if broken is not None and broken.seq <= event.seq:
            break
        if logged is None and waits is None:
            return chain.Broken(event.seq, "unlogged")
        if logged is not None and logged != event.hash:
            return chain.Broken(event.seq, "rewritten")
    return broken


def leaves(session: Session, start: int, limit: int = LEAVES) -> Looked:
    """Look at the next leaves and at all that was stored and signed about them.

    A leaf without its event is named and the walk goes on; at the first hash that does not add up it ends, because
    nothing after it can.
    """
    longest = session.scalar(select(func.max(TransparencyHead.size))) or 0
    length = session.scalar(select(TransparencyLog.size)) or 0
    stop = min(start + limit, max(length, longest))
    if start == 0:
        wrong = next(_wrong_numbers(session), None)
        if wrong is not None:
            return Looked(0, [wrong], None)
    nodes = _nodes(session, start, stop)
    heads = _heads(session, start, stop)
    signers = {key.key_id: key.public_key for key in keys.every(session)}
    try:
        frontier = log.frontier_at(session, start)
    except KeyError as missing:
        return Looked(0, [Finding(_name(missing.args[0]), "missing")], None)
    findings: list[Finding] = []
    # A head of the empty log is looked at before its first leaf.
    wrong = next(_wrong_heads(frontier, heads, signers), None) if start == 0 else None
    for position, leaf in enumerate(_leaves(session, start, stop), start=start):
        if wrong is not None:
            break
        if leaf is None:
            wrong = Finding(f"leaf {position}", "missing")
            break
        event_hash, event_id = leaf
        if event_id is None:
            findings.append(Finding(f"leaf {position}", "removed"))
        wrong = next(
            (
                Finding(_name(place), "changed" if place in nodes else "missing")
                for place, made in frontier.append(log.leaf_of(event_hash))
                if nodes.get(place) != made
            ),
            None,
        ) or next(_wrong_heads(frontier, heads, signers), None)
    if wrong is not None:
        return Looked(stop - start, [*findings, wrong], None)
    return Looked(stop - start, findings, stop if stop - start == limit else None)


WALKS: tuple[tuple[Walk, Any], ...] = ((cases, None), (leaves, 0))


def everything() -> Iterator[tuple[Walk, Looked]]:
    """The whole audit, batch by batch, each in a session of its own: which walk, and what it found."""
    for walk, place in WALKS:
        start = place
        while True:
            with reading() as session:
                looked = walk(session, start)
            yield walk, looked
            if looked.next is None:
                break
            start = looked.next


def _leaves(session: Session, start: int, stop: int) -> list[tuple[str, UUID | None] | None]:
    rows = session.execute(
        select(TransparencyLeaf.position, TransparencyLeaf.hash, CaseEvent.id)
        .outerjoin(CaseEvent, CaseEvent.id == TransparencyLeaf.event_id)
        .where(TransparencyLeaf.position >= start, TransparencyLeaf.position < stop)
    )
    found = {position: (event_hash, event_id) for position, event_hash, event_id in rows}
    return [found.get(position) for position in range(start, stop)]


def _nodes(session: Session, start: int, stop: int) -> dict[Place, bytes]:
    """The stored subtrees that leaves from ``start`` to ``stop`` complete."""
    ranges = [
        and_(
            TransparencyNode.level == level,
            TransparencyNode.position >= start >> level,
            TransparencyNode.position < stop >> level,
        )
        for level in range(1, stop.bit_length())
        if start >> level < stop >> level
    ]
    if not ranges:
        return {}
    rows = session.execute(
        select(TransparencyNode.level, TransparencyNode.position, TransparencyNode.hash).where(
            or_(*ranges)
        )
    )
    return {Place(level, position): made for level, position, made in rows}


def _heads(session: Session, start: int, stop: int) -> dict[int, list[TransparencyHead]]:
    first = -1 if start == 0 else start
    rows = session.scalars(
        select(TransparencyHead)
        .where(TransparencyHead.size > first, TransparencyHead.size <= stop)
        .order_by(TransparencyHead.number)
    )
    found: dict[int, list[TransparencyHead]] = {}
    for head in rows:
        found.setdefault(head.size, []).append(head)
    return found


def _wrong_heads(
    frontier: Frontier, heads: dict[int, list[TransparencyHead]], signers: dict[str, str]
) -> Iterator[Finding]:
    for head in heads.get(frontier.size, ()):
        text = statements.head_text(head.origin, head.size, head.root, timestamp(head.at))
        if head.key_id not in signers:
            yield Finding(f"head {head.number}", "key")
        elif not statements.is_signed(text, head.signature, signers[head.key_id]):
            yield Finding(f"head {head.number}", "signature")
        elif head.root != frontier.root().hex():
            yield Finding(f"head {head.number}", "root")


def _wrong_numbers(session: Session) -> Iterator[Finding]:
    before: TransparencyKey | None = None
    for number, key in enumerate(keys.every(session), start=1):
        if key.number != number:
            yield Finding(f"key {number}", "missing")
        elif key.key_id != statements.key_id(key.public_key):
            yield Finding(f"key {number}", "name")
        elif before is not None and not statements.is_signed(
            statements.key_text(number, key.public_key), key.endorsement or "", before.public_key
        ):
            yield Finding(f"key {number}", "endorsement")
        before = key
    count, highest = session.execute(
        select(func.count(), func.max(TransparencyHead.number)).select_from(TransparencyHead)
    ).one()
    if count != (highest or 0):
        yield Finding("heads", "missing")


def _name(place: Place) -> str:
    first, end = place.leaves
    return f"leaf {first}" if end - first == 1 else f"leaves {first}–{end - 1}"
