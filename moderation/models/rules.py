"""Rules a case follows, as rows: routing, deadlines, templates. Those in use are switched off, never deleted."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped, Versioned
from backend.feedback.models import FeedbackCategory
from moderation.models.case import Urgency


class RoutingRule(Identified, Versioned, Timestamped, Base):
    """One row of the ordered list: when its conditions hold, the case goes to its department.

    Rules of the commune come before those of its province, those before rules of nobody in particular.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (
        CheckConstraint("department_id IS NULL OR department_code IS NULL", name="one_target"),
        Index("ix_routing_rule_unit_id", "unit_id", "position"),
    )

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    conditions: Mapped[dict[str, Any]]  # see moderation.routing
    department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    department_code: Mapped[str | None] = mapped_column(String(40))  # of the case's own unit
    active: Mapped[bool] = mapped_column(default=True)  # neither target means the front desk
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)


class RoutingRuleVersion(Identified, Base):
    """A rule as it stood in one version: what decided a case can always be shown."""

    __tablename__ = "routing_rule_version"
    __table_args__ = (UniqueConstraint("rule_id", "version"),)

    rule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("routing_rule.id"))
    version: Mapped[int]
    snapshot: Mapped[dict[str, Any]]  # every column of the rule
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    failed_at: Mapped[datetime | None]  # it could not be followed, and somebody was told


class DeadlinePolicy(Identified, Versioned, Timestamped, Base):
    """How long intake and handling may take. A column that is null holds for every value.

    The row that says most wins: the commune's before the province's before nobody's, then the one that names
    more of category, urgency and complexity. Its values are copied onto the case.
    """

    __tablename__ = "deadline_policy"
    __table_args__ = (
        CheckConstraint("intake_minutes > 0", name="intake_takes_time"),
        CheckConstraint(
            "(handling_days IS NULL) <> (handling_minutes IS NULL)", name="days_or_minutes"
        ),
        CheckConstraint("handling_days > 0 OR handling_minutes > 0", name="handling_takes_time"),
        Index("ix_deadline_policy_unit_id", "unit_id"),
    )

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    category: Mapped[FeedbackCategory | None] = mapped_column(TextEnum(FeedbackCategory))
    urgency: Mapped[Urgency | None] = mapped_column(TextEnum(Urgency))
    complex: Mapped[bool | None]
    name: Mapped[str] = mapped_column(String(120))
    intake_minutes: Mapped[int]  # of working time, unless the clock runs day and night
    handling_days: Mapped[int | None]  # working days, each as long as the unit's longest day
    handling_minutes: Mapped[int | None]
    round_the_clock: Mapped[bool] = mapped_column(default=False)
    legal_basis: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class ReplyTemplate(Identified, Versioned, Timestamped, Base):
    """Words to start a reply from; ``{tracking_code}`` and the like are filled in when it is used."""

    __tablename__ = "reply_template"
    __table_args__ = (Index("ix_reply_template_unit_id", "unit_id", "name"),)

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(10), default="vi")
    category: Mapped[FeedbackCategory | None] = mapped_column(TextEnum(FeedbackCategory))
    body: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
