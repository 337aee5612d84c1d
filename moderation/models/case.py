"""The case: one row of present state, a chained row for everything that happened, a ledger of its clock."""

from __future__ import annotations

import enum
import secrets
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped, Versioned
from backend.core.full_text import searchable
from backend.feedback.models import (
    FeedbackCategory,
    FeedbackKind,
    LegalType,
    Outcome,
)
from backend.feedback.models import (
    ShownState as CaseState,
)

OPEN_STATES = frozenset(
    {
        CaseState.RECEIVED,
        CaseState.NEEDS_INFORMATION,
        CaseState.FORWARDED,
        CaseState.IN_PROGRESS,
        CaseState.AWAITING_APPROVAL,
        CaseState.REOPENED,
    }
)
# 41 bits of milliseconds since 2020 and 22 random ones fit a signed 64-bit integer until 2089.
_SEARCH_EPOCH = 1_577_836_800_000
_RANDOM_BITS = 22
_OPEN_SQL = ", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES))


def _queue(name: str, *columns: str) -> Index:
    """An index of open cases; finished ones, which soon are nearly all, are not in it."""
    still_open = text("closed_at IS NULL")
    return Index(
        f"ix_moderation_case_queue_{name}",
        *columns,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


class Urgency(enum.StrEnum):
    """How soon (DOMAIN §4); whether a matter is complex is a separate mark."""

    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for what is worked on first."""
        return (Urgency.EMERGENCY, Urgency.PRIORITY, Urgency.NORMAL).index(self)


class Stage(enum.StrEnum):
    """The two deadlines of a case; both run from the moment it came in."""

    INTAKE = "intake"
    HANDLING = "handling"


class ClockMove(enum.StrEnum):
    """A line of the clock's ledger."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"
    RECALCULATE = "recalculate"  # the calendar or the policy changed


class EventType(enum.StrEnum):
    """What happened to a case; history renders from these alone. Sentences are ``cases.event.<value>``."""

    OPENED = "opened"
    CLASSIFIED = "classified"
    LEGAL_CONFIRMED = "legal_confirmed"
    ASSIGNED = "assigned"
    STARTED = "started"
    ASKED = "asked"
    ANSWERED = "answered"
    REPLIED = "replied"
    RESOLVED = "resolved"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    CLOSED = "closed"
    DIVERTED = "diverted"
    TRANSFERRED = "transferred"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    DRAFTED = "drafted"  # the public version was prepared and previewed
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    IDENTITY_READ = "identity_read"
    PHOTOS_ADDED = "photos_added"
    CONTACT_ERASED = "contact_erased"
    CLOCK_WARNED = "clock_warned"
    CLOCK_EXTENDED = "clock_extended"
    CLOCK_RECALCULATED = "clock_recalculated"


def _new_search_id() -> int:
    """The integer by which the full-text index names a case: the millisecond it was made, then random bits.

    Newer cases have larger ones, so that a search takes the newest first. Two equal ones would be found together.
    """
    milliseconds = int(clock.now().timestamp() * 1000) - _SEARCH_EPOCH
    return (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)


class Case(Identified, Versioned, Timestamped, Base):
    """What officials do with one piece of feedback; its words stay in ``feedback``."""

    __tablename__ = "moderation_case"  # CASE is a word of SQL
    __table_args__ = (
        # A person's word, not a classifier's, stands before everything public; the database holds it too.
        CheckConstraint(
            "published_at IS NULL OR (legal_type = 'ordinary' AND legal_confirmed_at IS NOT NULL"
            " AND outcome IS NOT NULL)",
            name="only_confirmed_ordinary_is_public",
        ),
        CheckConstraint(
            "(legal_confirmed_at IS NULL) = (legal_confirmed_by IS NULL)", name="confirmed_by_whom"
        ),
        CheckConstraint(f"(closed_at IS NULL) = (state IN ({_OPEN_SQL}))", name="closed_or_open"),
        # The work queue: open cases only. The first two carry every filter of the list, so that a
        # rare combination and the counts are answered from the index alone.
        *(
            _queue(
                scope,
                f"{scope}_id",
                "due_at",
                "id",
                "state",
                "urgency",
                "category",
                "legal_type",
                "lead_department_id",
                "assignee_id",
                "is_overdue",
                "restricted",
                "closed_at",
            )
            for scope in ("unit", "province")
        ),
        _queue("unit_newest", "unit_id", "created_at", "id"),
        _queue("province_newest", "province_id", "created_at", "id"),
        _queue("unit_state", "unit_id", "state", "due_at", "id"),
        _queue("unit_category", "unit_id", "category", "due_at", "id"),
        _queue("unit_urgency", "unit_id", "urgency_rank", "due_at", "id"),
        _queue("province_state", "province_id", "state", "due_at", "id"),
        _queue("province_urgency", "province_id", "urgency_rank", "due_at", "id"),
        _queue("department", "lead_department_id", "due_at", "id"),
        _queue("assignee", "assignee_id", "due_at", "id"),
        # The archive, newest first.
        Index("ix_moderation_case_unit_id", "unit_id", "created_at", "id"),
        Index("ix_moderation_case_unit_id_state", "unit_id", "state", "created_at", "id"),
        Index("ix_moderation_case_unit_id_category", "unit_id", "category", "created_at", "id"),
        Index("ix_moderation_case_province_id", "province_id", "created_at", "id"),
        Index("ix_moderation_case_province_id_state", "province_id", "state", "created_at", "id"),
        Index("ix_moderation_case_lead_department_id", "lead_department_id", "created_at", "id"),
        Index("ix_moderation_case_assignee_id", "assignee_id", "created_at", "id"),
        Index(
            "ix_moderation_case_next_alarm_at",
            "next_alarm_at",
            sqlite_where=text("next_alarm_at IS NOT NULL"),
            postgresql_where=text("next_alarm_at IS NOT NULL"),
        ),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"), unique=True)
    tracking_code: Mapped[str] = mapped_column(String(12), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))  # responsible now
    province_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))  # of that unit
    state: Mapped[CaseState] = mapped_column(TextEnum(CaseState), default=CaseState.RECEIVED)
    resume_state: Mapped[CaseState | None] = mapped_column(
        TextEnum(CaseState)  # where it goes on when the resident has answered
    )
    closed_at: Mapped[datetime | None]  # left the queue, in whichever way

    # Classification: a guess until somebody says otherwise; the legal type needs somebody to say so.
    category: Mapped[FeedbackCategory] = mapped_column(TextEnum(FeedbackCategory))
    kind: Mapped[FeedbackKind] = mapped_column(TextEnum(FeedbackKind))
    urgency: Mapped[Urgency] = mapped_column(TextEnum(Urgency), default=Urgency.NORMAL)
    urgency_rank: Mapped[int]  # 0 = emergency; sorts
    complex: Mapped[bool] = mapped_column(default=False)
    legal_type: Mapped[LegalType] = mapped_column(TextEnum(LegalType))
    legal_confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    legal_confirmed_at: Mapped[datetime | None]
    restricted: Mapped[bool]  # perhaps a complaint or denunciation: intake and leaders only
    suggestion: Mapped[dict[str, Any]]  # the classifier's word with its reasons, as it was

    # Who has it, and why.
    lead_department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"))
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    routed_by_rule: Mapped[str | None] = mapped_column(String(120))  # its name when it decided
    route_reason: Mapped[str | None] = mapped_column(String(400))
    routing: Mapped[dict[str, Any]]  # rule, version, conditions, rules that failed
    transfers: Mapped[int] = mapped_column(default=0)

    # The clock; the ledger below is its history, these are where it stands.
    policy: Mapped[dict[str, Any]]  # snapshot of the DeadlinePolicy used
    stage: Mapped[Stage | None] = mapped_column(TextEnum(Stage))  # None once both are over
    intake_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    is_overdue: Mapped[bool] = mapped_column(default=False)
    # % of each stage already told about; handling is watched while intake still runs.
    intake_alarm_level: Mapped[int] = mapped_column(default=0)
    handling_alarm_level: Mapped[int] = mapped_column(default=0)
    next_alarm_at: Mapped[datetime | None]  # the earlier of both stages

    # What came of it.
    outcome: Mapped[Outcome | None] = mapped_column(TextEnum(Outcome))
    planned_on: Mapped[date | None]
    other_body: Mapped[str | None] = mapped_column(String(200))
    resolved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    resolved_at: Mapped[datetime | None]
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    reopenings: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("moderation_case.id"), index=True
    )
    search_key: Mapped[str] = mapped_column(Text)  # folded words, for officials only: see search
    search_id: Mapped[int] = mapped_column(BigInteger, index=True, default=_new_search_id)

    # Head of the chain of events; advanced under the row's version.
    chain_length: Mapped[int] = mapped_column(default=0)
    chain_head: Mapped[str] = mapped_column(String(64), default="")


class CaseEvent(Identified, Base):
    """One link of a case's history. Erasing ``payload`` and ``salt`` leaves the chain whole: see ``chain``."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_case.id"))
    seq: Mapped[int]  # 1, 2, 3 …
    at: Mapped[datetime]
    type: Mapped[EventType] = mapped_column(TextEnum(EventType))
    actor_kind: Mapped[str] = mapped_column(String(20))  # staff, resident, system
    actor_id: Mapped[uuid.UUID | None]  # never a name; of staff only
    from_state: Mapped[CaseState | None] = mapped_column(TextEnum(CaseState))
    to_state: Mapped[CaseState | None] = mapped_column(TextEnum(CaseState))
    payload: Mapped[dict[str, Any] | None]  # words, reasons, values; None when erased
    salt: Mapped[str | None] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ClockEntry(Identified, Base):
    """One line of the clock's ledger; ``moderation.clock`` computes everything from these."""

    __tablename__ = "clock_entry"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_case.id"))
    seq: Mapped[int]  # 1, 2, 3 …
    stage: Mapped[Stage] = mapped_column(TextEnum(Stage))
    move: Mapped[ClockMove] = mapped_column(TextEnum(ClockMove))
    at: Mapped[datetime]
    minutes: Mapped[int | None]  # start: the allowance; extend: what is added
    reason: Mapped[str | None] = mapped_column(String(400))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)


class CalendarRecount(Identified, Base):
    """A calendar changed, and the open cases that follow it are still to be counted anew; gone when all are.

    Cases are taken in the order in which they came in; ``reached`` are time and id of the last one counted.
    """

    __tablename__ = "calendar_recount"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    of_province: Mapped[bool]  # the unit is one: its communes' cases follow too
    changed_at: Mapped[datetime]
    reached_at: Mapped[datetime | None]
    reached_id: Mapped[uuid.UUID | None]


searchable(Case.metadata.tables[Case.__tablename__], key="search_id", prefixes="1 2 3 4 5 6")
