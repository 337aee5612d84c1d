"""What every act of administration shares: whose units, over whom, and the record of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.models import AdminAct, Staff
from backend.core.auth import Permission, Principal
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.places import scope
from backend.places.models import AdminUnit


def record(
    session: Session,
    actor: Principal,
    act: str,
    target_id: UUID,
    unit_id: UUID | None,
    reason: str | None = None,
    *,
    target_kind: str = "staff",
    **detail: str,
) -> None:
    """Write an administrative act down."""
    session.add(
        AdminAct(
            actor_kind=actor.kind,
            actor_id=actor.id,
            act=act,
            target_kind=target_kind,
            target_id=target_id,
            unit_id=unit_id,
            reason=reason,
            detail=detail,
        )
    )


def unit_in_scope(
    session: Session, actor: Principal, permission: Permission, code: str
) -> AdminUnit:
    """The unit of that code among those on which the administrator holds ``permission``.

    Raises:
        InvalidInput: there is none, under the name ``unit``.
    """
    try:
        return scope.unit_in_scope(session, actor, permission, code)
    except NotFound as error:
        raise InvalidInput({"unit": ["unknown"]}) from error


def visible(session: Session, actor: Principal, staff_id: UUID) -> Staff:
    """Somebody else whom the administrator may see.

    Raises:
        NotFound: nobody of that id in the administrator's units.
        Forbidden: oneself.
    """
    if actor.id == staff_id:
        raise Forbidden("staff.not_yourself")
    staff = session.scalar(queries.staff_in_scope(actor).where(Staff.id == staff_id))
    if staff is None:
        raise NotFound
    return staff


def manageable(session: Session, actor: Principal, staff_id: UUID) -> Staff:
    """Somebody whose account the administrator may take in hand.

    Whoever resets a password could sign in with it, so no power of theirs may lie beyond the administrator's units.

    Raises:
        NotFound, Forbidden: as ``visible``; also Forbidden when they hold more than that.
    """
    staff = visible(session, actor, staff_id)
    held = {grant.unit_id for grant in queries.grants_of(session, [staff.id])[staff.id]}
    mine = scope.units_in_scope(actor, Permission.STAFF_MANAGE)
    wanted = held | {staff.unit_id}
    inside = set(session.scalars(mine.where(AdminUnit.id.in_(wanted))))
    if inside != wanted:
        raise Forbidden("staff.beyond_your_units")
    return staff
