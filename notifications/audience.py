"""Who a message is for, as data that survives in its row, and how that turns into people and devices.

An audience is one of::

    {"to": "topic", "topic": "articles", "unit_ids": [...]}      devices following these communes
    {"to": "followers", "feedback_id": ..., "resident_id": ...}  devices following one piece of feedback
    {"to": "staff", "staff_ids": [...]}                          these members of staff
    {"to": "staff", "permission": ..., "unit_id": ..., "department_id": ...}   whoever may do this there
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from backend.accounts.queries import staff_with
from backend.core.auth import Permission
from backend.places.models import AdminUnit
from notifications.models import (
    Subscription,
    SubscriptionFeedback,
    SubscriptionTopic,
    Topic,
)

Audience = dict[str, Any]


def topic(name: Topic, unit_ids: Iterable[uuid.UUID]) -> Audience:
    """Everybody who wants to hear about ``name`` from one of these communes."""
    return {"to": "topic", "topic": name.value, "unit_ids": [str(unit_id) for unit_id in unit_ids]}


def followers(feedback_id: uuid.UUID, resident_id: uuid.UUID | None) -> Audience:
    """Whoever sent this feedback, on the devices where they asked to be told."""
    return {
        "to": "followers",
        "feedback_id": str(feedback_id),
        "resident_id": str(resident_id) if resident_id else None,
    }


def these_staff(staff_ids: Iterable[uuid.UUID]) -> Audience:
    """Named members of staff."""
    return {"to": "staff", "staff_ids": [str(staff_id) for staff_id in staff_ids]}


def staff_who_may(
    permission: Permission, unit_id: uuid.UUID, department_id: uuid.UUID | None = None
) -> Audience:
    """Members of staff by what they may do on a unit, whoever they are when the message is handed out."""
    return {
        "to": "staff",
        "permission": permission.value,
        "unit_id": str(unit_id),
        "department_id": str(department_id) if department_id else None,
    }


def staff_ids(session: Session, audience: Audience) -> list[uuid.UUID]:
    """The members of staff an audience means; none for audiences of residents."""
    if audience["to"] != "staff":
        return []
    if "staff_ids" in audience:
        return [uuid.UUID(staff_id) for staff_id in audience["staff_ids"]]
    department = audience.get("department_id")
    found = staff_with(
        session,
        Permission(audience["permission"]),
        uuid.UUID(audience["unit_id"]),
        department_id=uuid.UUID(department) if department else None,
    )
    return [member.id for member in found]


def devices(
    session: Session, audience: Audience, *, after: uuid.UUID | None, limit: int
) -> list[Subscription]:
    """The next ``limit`` devices of an audience, in the order of their ids, behind ``after``."""
    statement = _devices(session, audience)
    if after is not None:
        statement = statement.where(Subscription.id > after)
    return list(session.scalars(statement.order_by(Subscription.id).limit(limit)))


def _devices(session: Session, audience: Audience) -> Select[Subscription]:
    if audience["to"] == "topic":
        units = [uuid.UUID(unit_id) for unit_id in audience["unit_ids"]]
        return select(Subscription).where(
            Subscription.id.in_(
                select(SubscriptionTopic.subscription_id).where(
                    or_(
                        SubscriptionTopic.unit_id.in_(units),
                        # What a province says is for each of its communes.
                        SubscriptionTopic.unit_id.in_(
                            select(AdminUnit.id).where(AdminUnit.parent_id.in_(units))
                        ),
                    ),
                    SubscriptionTopic.topic == Topic(audience["topic"]),
                )
            )
        )
    if audience["to"] == "followers":
        follows = Subscription.id.in_(
            select(SubscriptionFeedback.subscription_id).where(
                SubscriptionFeedback.feedback_id == uuid.UUID(audience["feedback_id"])
            )
        )
        resident_id = audience.get("resident_id")
        if resident_id is None:
            return select(Subscription).where(follows)
        own = and_(
            Subscription.owner_kind == "resident", Subscription.owner_id == uuid.UUID(resident_id)
        )
        return select(Subscription).where(or_(follows, own))
    return select(Subscription).where(
        Subscription.owner_kind == "staff",
        Subscription.owner_id.in_(staff_ids(session, audience)),
    )
