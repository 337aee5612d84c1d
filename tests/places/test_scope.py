"""Scope: a grant opens its own unit, a grant on a province its communes, and nothing else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from backend.core.auth import ANONYMOUS, SYSTEM, Grant, Permission, Principal, Role
from backend.core.db import reading, transaction
from backend.places.models import AdminUnit
from backend.places.scope import permissions_in, units_in_scope
from tests.conftest import Database
from tests.factories.places import make_commune, make_province


def visible(principal: Principal, permission: Permission) -> set[UUID]:
    with reading() as session:
        statement = select(AdminUnit.id).where(
            AdminUnit.id.in_(units_in_scope(principal, permission))
        )
        return set(session.scalars(statement))


def staff(*grants: Grant) -> Principal:
    return Principal(kind="staff", grants=grants)


def test_scope_follows_the_grant_that_carries_the_permission(db: Database) -> None:
    with transaction() as session:
        province = make_province(session)
        other = make_province(session, code="66", name="Đắk Lắk")
        here = make_commune(session, parent_id=province.id)
        there = make_commune(session, parent_id=province.id)
        outside = make_commune(session, parent_id=other.id)
    hoa = staff(
        Grant(Role.TRIAGE_OFFICER, here.id, "commune"), Grant(Role.DRAFTER, there.id, "commune")
    )
    supervisor = staff(Grant(Role.PROVINCE_SUPERVISOR, province.id, "province"))
    assert visible(hoa, Permission.CASES_READ) == {here.id}
    assert visible(hoa, Permission.ARTICLES_WRITE) == {there.id}
    assert visible(hoa, Permission.STAFF_MANAGE) == set()
    assert visible(supervisor, Permission.CASES_READ) == {province.id, here.id, there.id}
    assert visible(supervisor, Permission.CASES_HANDLE) == set()
    assert visible(ANONYMOUS, Permission.CASES_READ) == set()
    assert outside.id in visible(SYSTEM, Permission.CASES_READ)


def test_permissions_in_a_unit_come_from_its_own_grants_and_its_provinces(db: Database) -> None:
    with transaction() as session:
        province = make_province(session)
        here = make_commune(session, parent_id=province.id)
        there = make_commune(session, parent_id=province.id)
    drafter = staff(Grant(Role.DRAFTER, here.id, "commune"))
    technician = staff(Grant(Role.DEVICE_TECHNICIAN, province.id, "province"))
    assert Permission.ARTICLES_WRITE in permissions_in(here, drafter)
    assert permissions_in(there, drafter) == permissions_in(province, drafter) == frozenset()
    assert Permission.DEVICES_MANAGE in permissions_in(there, technician)
    assert permissions_in(here, ANONYMOUS) == frozenset()
