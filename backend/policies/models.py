"""Tables of the policies: what was promised, by whom, until when.

Whether a promise is late is nowhere stored: it follows from its day, its status and today.
"""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core.clock import now
from backend.core.db import Base, Identified, TextEnum, Timestamped, Versioned
from backend.core.full_text import searchable

# An integer key that is SQLite's own rowid: its full-text table points at it.
RowId = BigInteger().with_variant(Integer(), "sqlite")
# Feedback names a policy by its slug, in a column of this width.
SLUG_LENGTH = 40


class PolicyKind(enum.StrEnum):
    """What sort of thing it is."""

    PROGRAMME = "programme"
    RESOLUTION = "resolution"
    PLAN = "plan"
    REGULATION = "regulation"


class PolicyState(enum.StrEnum):
    """Who may see it; the moves are in workflow.py."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"  # out of the lists; its page stays for what points at it


class PromiseStatus(enum.StrEnum):
    """How far a promise is, as those who answer for it say."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


class Policy(Identified, Timestamped, Versioned, Base):
    """A programme, resolution, plan or regulation that is carried out locally."""

    __tablename__ = "policy"
    __table_args__ = (
        Index(None, "unit_id", "state", "published_at", "id"),
        Index(None, "unit_id", "updated_at", "id"),
        Index(None, "updated_at", "id"),
    )

    # The province or commune that answers for it; none: the whole country.
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)  # never changes
    kind: Mapped[PolicyKind] = mapped_column(TextEnum(PolicyKind))
    number: Mapped[str | None] = mapped_column(String(60))  # "12/NQ-HĐND"
    issuer: Mapped[str | None] = mapped_column(String(200))
    issued_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # the last day, inclusive
    state: Mapped[PolicyState] = mapped_column(TextEnum(PolicyState), default=PolicyState.DRAFT)
    published_at: Mapped[datetime | None]  # the first time; a policy taken back keeps it

    texts: Mapped[list[PolicyText]] = relationship(
        order_by="PolicyText.id", cascade="all, delete-orphan"
    )
    promises: Mapped[list[PolicyPromise]] = relationship(
        order_by="PolicyPromise.position", cascade="all, delete-orphan"
    )


class PolicyText(Base):
    """What a policy is called and says, in one language; Vietnamese is always there."""

    __tablename__ = "policy_text"
    __table_args__ = (UniqueConstraint("policy_id", "language"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    policy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("policy.id"))
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)  # plain; an empty line parts paragraphs
    search_key: Mapped[str] = mapped_column(Text)  # folded words of name, summary, body, number


class PolicyPromise(Identified, Base):
    """One thing that a policy promises."""

    __tablename__ = "policy_promise"
    __table_args__ = (Index(None, "policy_id", "position"),)

    policy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("policy.id"))
    position: Mapped[int]
    texts: Mapped[dict[str, Any]]  # language -> sentence; vi is always there
    responsible: Mapped[str] = mapped_column(String(200))  # as people know them
    department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    due_on: Mapped[date | None]  # the last day on which it is in time
    status: Mapped[PromiseStatus] = mapped_column(TextEnum(PromiseStatus))
    status_at: Mapped[datetime]  # since when it has that status
    note: Mapped[str] = mapped_column(Text)  # how it goes, for everybody to read


class PolicyEvent(Identified, Base):
    """One move or edit; rows are only ever added."""

    __tablename__ = "policy_event"
    __table_args__ = (Index(None, "policy_id", "at", "id"),)

    policy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("policy.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))  # none: the house
    type: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field -> what it was before


searchable(PolicyText.metadata.tables[PolicyText.__tablename__])
