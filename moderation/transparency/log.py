"""The log itself: what waits becomes leaves, the root is signed once an hour, and proofs are read off it.

One row is the log's length; whoever appends or signs holds it, on both databases. A batch costs its events and the
logarithm of the rest: only complete subtrees are stored, and they never change. However much waits, a run appends so
many batches, each a transaction of its own, and leaves the rest to the next: a head covers what is in the log by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from backend.core import clock, config
from backend.core.api.fields import timestamp
from backend.core.db import bump, get_or_add, transaction
from moderation.models import (
    CaseEvent,
    TransparencyHead,
    TransparencyKey,
    TransparencyLeaf,
    TransparencyLog,
    TransparencyNode,
    TransparencyWaiting,
)
from moderation.transparency import keys, merkle, statements
from moderation.transparency.merkle import Frontier, Place, Span

AREA = "transparency"
EVERY = timedelta(hours=1)
BATCH = 500  # events in a transaction
BATCHES = 20  # in a run
_ONLY = 1


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a run: whether there is a new head, and whether more waits."""

    signed: bool
    more: bool


def publish() -> Run:
    """Append what waits, so much at a time, and sign a head over what is in the log unless this hour has one."""
    more = all(append() for _batch in range(BATCHES))
    return Run(signed=_sign_hour(), more=more)


def append() -> bool:
    """Make leaves of the next waiting events, in the order of their ids; True when there may be more."""
    with transaction() as session:
        log = hold(session)
        waiting = session.execute(
            select(TransparencyWaiting.event_id, CaseEvent.hash, TransparencyLeaf.position)
            .outerjoin(CaseEvent, CaseEvent.id == TransparencyWaiting.event_id)
            .outerjoin(TransparencyLeaf, TransparencyLeaf.event_id == TransparencyWaiting.event_id)
            .order_by(TransparencyWaiting.event_id)
            .limit(BATCH)
        ).all()
        if not waiting:
            return False
        frontier = frontier_at(session, log.size)
        leaves: list[dict[str, Any]] = []
        nodes: list[dict[str, Any]] = []
        for event_id, event_hash, known in waiting:
            # Taken away before the hour was over: the chain of its case tells. Stored a second time (a restored
            # table, a rewritten history): the log keeps what it had, and the audit compares.
            if event_hash is None or known is not None:
                continue
            leaves.append({"position": frontier.size, "event_id": event_id, "hash": event_hash})
            nodes += [
                {"level": place.level, "position": place.position, "hash": made}
                for place, made in frontier.append(leaf_of(event_hash))
            ]
        for table, rows in ((TransparencyLeaf, leaves), (TransparencyNode, nodes)):
            if rows:
                session.execute(insert(table), rows)
        session.execute(
            delete(TransparencyWaiting).where(
                TransparencyWaiting.event_id.in_([row.event_id for row in waiting])
            )
        )
        log.size = frontier.size
    return len(waiting) == BATCH


def rotate_key() -> TransparencyKey:
    """Let a fresh key sign the next head."""
    with transaction() as session:
        hold(session)
        key = keys.rotate(session, clock.now())
        bump(session, AREA)
    return key


def hold(session: Session) -> TransparencyLog:
    """The log, locked until this transaction ends."""
    return get_or_add(session, TransparencyLog, _ONLY, id=_ONLY, size=0)


def latest(session: Session) -> TransparencyHead | None:
    """The head signed last."""
    return session.scalars(
        select(TransparencyHead).order_by(TransparencyHead.number.desc()).limit(1)
    ).first()


def hour_of(moment: datetime) -> datetime:
    """The beginning of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def leaf_of(event_hash: str) -> bytes:
    """The hash of the leaf that an event becomes."""
    return merkle.leaf_hash(bytes.fromhex(event_hash))


def frontier_at(session: Session, size: int) -> Frontier:
    """The right edge of the tree at a size, from what is stored."""
    peaks = merkle.places(Span(0, size))
    found = stored(session, peaks)
    return Frontier(size, [found[place] for place in peaks])


def hashes_of(session: Session, spans: Sequence[Span]) -> list[str]:
    """The hash over each span of leaves: a proof."""
    parts = [merkle.places(span) for span in spans]
    found = stored(session, [place for places in parts for place in places])
    return [merkle.fold([found[place] for place in places]).hex() for places in parts]


def stored(session: Session, places: Iterable[Place]) -> dict[Place, bytes]:
    """The hashes of complete subtrees; one that is missing in the database is missing here."""
    wanted = set(places)
    leaves = [place.position for place in wanted if place.level == 0]
    inner = [place for place in wanted if place.level > 0]
    found: dict[Place, bytes] = {}
    if leaves:
        rows = session.execute(
            select(TransparencyLeaf.position, TransparencyLeaf.hash).where(
                TransparencyLeaf.position.in_(leaves)
            )
        )
        found.update({Place(0, position): leaf_of(event_hash) for position, event_hash in rows})
    if inner:
        nodes = session.execute(
            select(TransparencyNode.level, TransparencyNode.position, TransparencyNode.hash).where(
                or_(
                    *(
                        and_(
                            TransparencyNode.level == place.level,
                            TransparencyNode.position == place.position,
                        )
                        for place in inner
                    )
                )
            )
        )
        found.update({Place(level, position): made for level, position, made in nodes})
    return found


def _sign_hour() -> bool:
    """Sign a head, unless this hour has one already; True when it did."""
    with transaction() as session:
        log = hold(session)
        # Looked at only now, while nobody else appends or signs: waiting for the log takes time, and no event that the
        # head covers may have happened after it, to the second (which is what a head tells).
        at = clock.now().replace(microsecond=0)
        last = latest(session)
        if last is not None and last.at >= hour_of(at):
            return False  # so heads follow one another, whatever the clock does
        key = keys.signing(session, at)
        root = frontier_at(session, log.size).root().hex()
        origin = config.current().public_url
        text = statements.head_text(origin, log.size, root, timestamp(at))
        session.add(
            TransparencyHead(
                number=1 if last is None else last.number + 1,
                size=log.size,
                root=root,
                at=at,
                origin=origin,
                key_id=key.key_id,
                signature=keys.sign(key, text),
            )
        )
        bump(session, AREA)
    return True
