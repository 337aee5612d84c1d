"""What those who answer for policies read: every state, within the units that the reader's grants cover."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from backend.core.api.paging import Page, page
from backend.core.auth import Permission, Principal
from backend.core.errors import NotFound
from backend.places.lineage import came_from
from backend.places.models import AdminUnit
from backend.places.scope import units_in_scope
from backend.policies.models import Policy, PolicyEvent, PolicyState
from backend.policies.queries import in_a_list, saying, whole

MANAGE = Permission.POLICIES_MANAGE


def policy(session: Session, reader: Principal, policy_id: UUID) -> Policy:
    """The policy with everything in it; those of the whole country are everybody's to read.

    Raises:
        NotFound: there is none in the units of ``reader``.
    """
    found = session.scalar(
        select(Policy).where(Policy.id == policy_id, _readable(reader)).options(*whole())
    )
    if found is None:
        raise NotFound("policies.not_found")
    return found


def policies(
    session: Session,
    reader: Principal,
    *,
    state: PolicyState | None = None,
    unit: str | None = None,
    national: bool = False,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Policies of the reader's units and of the whole country, last changed first.

    Args:
        unit: code of one unit, now or in the past, with what it was made from; one that is not the reader's has none.
        national: those of the whole country only.

    Raises:
        InvalidInput: the cursor was not made by this list.
    """
    wanted: list[ColumnElement[bool]] = [_readable(reader)]
    if state is not None:
        wanted.append(Policy.state == state)
    if unit is not None:
        named = session.scalars(select(AdminUnit.id).where(AdminUnit.code == unit))
        wanted.append(Policy.unit_id.in_(came_from(named)))
    if national:
        wanted.append(Policy.unit_id.is_(None))
    if q:
        wanted.append(saying(session, q))
    return page(
        session,
        select(Policy).where(*wanted).options(*in_a_list()),
        keys=(Policy.updated_at.desc(), Policy.id.desc()),
        cursor=cursor,
        limit=limit,
    )


def history(session: Session, policy_id: UUID) -> list[PolicyEvent]:
    """Everything that happened to a policy, oldest first."""
    return list(
        session.scalars(
            select(PolicyEvent)
            .where(PolicyEvent.policy_id == policy_id)
            .order_by(PolicyEvent.at, PolicyEvent.id)
        )
    )


def _readable(reader: Principal) -> ColumnElement[bool]:
    return or_(Policy.unit_id.in_(units_in_scope(reader, MANAGE)), Policy.unit_id.is_(None))
