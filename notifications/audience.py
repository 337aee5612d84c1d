"""Who a message is for, as data that survives in its row, and how that turns into people and devices.

An audience is one of::

    {"to": "topic", "topic": "articles", "unit_ids": [...]}      devices following these communes, or what they were
    {"to": "followers", "feedback_id": ..., "resident_id": ...}  devices following one piece of feedback
    {"to": "staff", "staff_ids": [...]}                          these members of staff
    {"to": "staff", "permission": ..., "unit_id": ..., "department_id": ...}   whoever may do this there
    {"to": "staff", "together": [...]}                           everybody whom one of these means, once
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.accounts.queries import staff_with
from backend.core.auth import Permission
from backend.places.lineage import came_from
from backend.places.models import AdminUnit
from backend.places.queries import standing_heirs
from notifications.models import (
    Subscription,
    SubscriptionFeedback,
    SubscriptionKind,
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


def together(*audiences: Audience) -> Audience:
    """Staff whom several audiences mean."""
    return {"to": "staff", "together": list(audiences)}


def staff_ids(session: Session, audience: Audience) -> list[uuid.UUID]:
    """The members of staff an audience means; none for audiences of residents."""
    if audience["to"] != "staff":
        return []
    if "together" in audience:
        every = (staff_id for each in audience["together"] for staff_id in staff_ids(session, each))
        return list(dict.fromkeys(every))
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


Device = Row[uuid.UUID, SubscriptionKind, str]  # id, kind, host


@dataclass(frozen=True, slots=True)
class Place:
    """How far an audience was gone through: behind this device, of those who follow the unit."""

    unit_id: uuid.UUID | None  # None: an audience without communes
    device_id: uuid.UUID


def devices(
    session: Session, audience: Audience, *, behind: Place | None, limit: int
) -> tuple[Sequence[Device], Place | None]:
    """The next devices of an audience, and the place to go on from; None: that was all.

    A page costs its devices, however many were before and come after. One that follows several of the communes comes
    up for each of them.
    """
    found: list[Device] = []
    for unit_id, statement in _walks(session, audience, behind):
        found += session.execute(statement.limit(limit - len(found))).all()
        if len(found) == limit:
            return found, Place(unit_id, found[-1].id)
    return found, None


_Devices = Select[uuid.UUID, SubscriptionKind, str]
_DEVICES = select(Subscription.id, Subscription.kind, Subscription.host)


def _walks(
    session: Session, audience: Audience, behind: Place | None
) -> Iterator[tuple[uuid.UUID | None, _Devices]]:
    """What is left of an audience in the order of devices, commune by commune where there are any."""
    if audience["to"] == "topic":
        name = Topic(audience["topic"])
        of_topic = _DEVICES.join(
            SubscriptionTopic, SubscriptionTopic.subscription_id == Subscription.id
        ).where(SubscriptionTopic.topic == name)
        for unit_id in _followed(session, audience, name, behind):
            of_one = of_topic.where(SubscriptionTopic.unit_id == unit_id)
            here = behind if behind is not None and behind.unit_id == unit_id else None
            yield unit_id, _in_order(of_one, SubscriptionTopic.subscription_id, here)
        return
    if audience["to"] == "followers":
        condition = _follows(audience)
    else:
        owned = Subscription.owner_id.in_(staff_ids(session, audience))
        condition = and_(Subscription.owner_kind == "staff", owned)
    yield None, _in_order(_DEVICES.where(condition), Subscription.id, behind)


def _in_order(
    statement: _Devices, key: InstrumentedAttribute[uuid.UUID], behind: Place | None
) -> _Devices:
    if behind is not None:
        statement = statement.where(key > behind.device_id)
    return statement.order_by(key)


def _followed(
    session: Session, audience: Audience, name: Topic, behind: Place | None
) -> Sequence[uuid.UUID]:
    """The communes an audience means that somebody follows, in the order of their ids; those behind left out.

    What a province says is for each of its communes. Whoever followed a commune that was merged away hears what
    takes its place, and whoever follows that hears what was still said in the old one's name.
    """
    named = {uuid.UUID(unit_id) for unit_id in audience["unit_ids"]}
    named |= {heir.id for heir in standing_heirs(session, named).values()}
    inside = session.scalars(select(AdminUnit.id).where(AdminUnit.parent_id.in_(named)))
    somebody = exists().where(
        SubscriptionTopic.unit_id == AdminUnit.id, SubscriptionTopic.topic == name
    )
    statement = (
        select(AdminUnit.id)
        .where(AdminUnit.id.in_(came_from({*named, *inside})), somebody)
        .order_by(AdminUnit.id)
    )
    if behind is not None and behind.unit_id is not None:
        statement = statement.where(AdminUnit.id >= behind.unit_id)
    return session.scalars(statement).all()


def _follows(audience: Audience) -> ColumnElement[bool]:
    follows = Subscription.id.in_(
        select(SubscriptionFeedback.subscription_id).where(
            SubscriptionFeedback.feedback_id == uuid.UUID(audience["feedback_id"])
        )
    )
    resident_id = audience.get("resident_id")
    if resident_id is None:
        return follows
    own = and_(
        Subscription.owner_kind == "resident", Subscription.owner_id == uuid.UUID(resident_id)
    )
    return or_(follows, own)
