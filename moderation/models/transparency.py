"""Tables of the transparency log: what waits for it, its leaves and inner hashes, signed heads, keys, and the audit.

No row here says anything about a case but the hash of an event. Nothing refers to the event by a foreign key: that an
event was taken away shall be noticed, not prevented.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base


class TransparencyLog(Base):
    """The one row of the log's length. Whoever holds it is the only one who appends, signs or changes the key."""

    __tablename__ = "transparency_log"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)


class TransparencyWaiting(Base):
    """An event that is not in the log yet.

    A trigger on ``case_event`` writes it together with the event, whoever writes that and however long the
    transaction takes: no clock and no order of ids decides what the log has seen.
    """

    __tablename__ = "transparency_waiting"

    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class TransparencyLeaf(Base):
    """An event's hash as it was when it entered the log."""

    __tablename__ = "transparency_leaf"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class TransparencyNode(Base):
    """The hash of a complete subtree: ``2**level`` leaves beginning at ``position << level``; level 1 and above."""

    __tablename__ = "transparency_node"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class TransparencyHead(Base):
    """A signed tree head: how long the log was at a moment, and the root over all of it."""

    __tablename__ = "transparency_head"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 …
    size: Mapped[int] = mapped_column(BigInteger, index=True)
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]  # whole seconds: it is signed as text
    origin: Mapped[str] = mapped_column(String(255))  # whose log: the public address
    key_id: Mapped[str] = mapped_column(String(32))
    signature: Mapped[str] = mapped_column(String(128))


class TransparencyKey(Base):
    """A key that signs heads, Ed25519. The newest signs; of the others only the public half is left."""

    __tablename__ = "transparency_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 …
    key_id: Mapped[str] = mapped_column(String(32), unique=True)
    public_key: Mapped[str] = mapped_column(String(64))
    private_sealed: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    endorsement: Mapped[str | None] = mapped_column(String(128))  # by the key before


class TransparencyAudit(Base):
    """The one row of the nightly audit: where it is, and what it has found."""

    __tablename__ = "transparency_audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    case_after: Mapped[uuid.UUID | None]  # the last case looked at
    leaf_from: Mapped[int | None] = mapped_column(BigInteger)  # None until the cases are done
    broken: Mapped[int] = mapped_column(default=0)
    last_broken: Mapped[int] = mapped_column(default=0)  # of the audit that ended last
    last_finished_at: Mapped[datetime | None]
