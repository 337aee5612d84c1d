"""Which units a principal may touch, as part of the query: what is outside is simply not found."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, false, or_, select

from backend.core.auth import ROLE_PERMISSIONS, Permission, Principal
from backend.places.models import AdminUnit


def units_in_scope(principal: Principal, permission: Permission) -> Select[UUID]:
    """A SELECT of the ids of units on which ``principal`` holds ``permission``.

    A grant on a province covers its communes, past and present. Use it inside a statement::

        select(Case).where(Case.unit_id.in_(units_in_scope(actor, Permission.CASES_READ)))
    """
    if principal.kind == "system":
        return select(AdminUnit.id)
    grants = principal.grants_for(permission)
    if not grants:
        return select(AdminUnit.id).where(false())
    own = AdminUnit.id.in_(sorted({grant.unit_id for grant in grants}))
    provinces = sorted({grant.unit_id for grant in grants if grant.unit_level == "province"})
    if not provinces:
        return select(AdminUnit.id).where(own)
    return select(AdminUnit.id).where(or_(own, AdminUnit.parent_id.in_(provinces)))


def permissions_in(unit: AdminUnit, principal: Principal) -> frozenset[Permission]:
    """What ``principal`` may do in ``unit``: grants on the unit itself and on its province count."""
    here = {unit.id, unit.parent_id}
    return frozenset(
        permission
        for grant in principal.grants
        if grant.unit_id in here
        for permission in ROLE_PERMISSIONS[grant.role]
    )
