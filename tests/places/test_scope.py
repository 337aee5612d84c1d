"""Scope: a grant opens its own unit, a grant on a province its communes, and nothing else."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from uuid import UUID

from sqlalchemy import select

from backend.core.auth import ANONYMOUS, SYSTEM, Grant, Permission, Principal, Role
from backend.core.db import reading, transaction
from backend.places import queries
from backend.places.models import AdminUnit, SuccessionKind, UnitSuccession
from backend.places.scope import permissions_in, permissions_over, units_in_scope
from tests.conftest import Database
from tests.factories.places import become, make_commune, make_province


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


def test_a_grant_covers_what_its_unit_was_made_from(db: Database) -> None:
    with transaction() as session:
        former = make_province(session, code="64", name="Gia Lai cũ")
        oldest, older = (make_commune(session, parent_id=former.id) for _ in range(2))
        split = make_commune(session, parent_id=former.id)
        province = make_province(session)
        here, beside = (make_commune(session, parent_id=province.id) for _ in range(2))
        become(session, older, oldest, on=date(2026, 2, 1))
        for each in (here, beside):
            become(session, each, split)
        become(session, here, older)
        become(session, province, former)
        unborn = make_commune(session, parent_id=province.id)
        become(session, unborn, beside, on=date(2100, 1, 1))
    editor = staff(Grant(Role.EDITOR, here.id, "commune"))
    other = staff(Grant(Role.EDITOR, beside.id, "commune"))
    planned = staff(Grant(Role.EDITOR, unborn.id, "commune"))
    leader = staff(Grant(Role.EDITOR, province.id, "province"))
    edit = Permission.ARTICLES_EDIT
    assert visible(editor, edit) == {here.id, older.id, oldest.id, split.id}
    assert visible(other, edit) == {beside.id, split.id}
    assert visible(planned, edit) == {unborn.id}  # not before its day
    everything = {province, former, here, beside, unborn, older, oldest, split}
    assert visible(leader, edit) == {each.id for each in everything}
    with reading() as session:
        for who, mine in ((editor, {here, older, oldest, split}), (other, {beside, split})):
            for unit in (here, beside, older, oldest, split, former, province):
                holds = edit in permissions_over(session, unit, who)
                assert holds is (unit in mine)
        for unit in everything:
            assert edit in permissions_over(session, unit, leader)
            assert permissions_over(session, unit, ANONYMOUS) == frozenset()


def test_every_unit_of_a_chain_has_its_heir_in_whatever_order_it_was_entered(db: Database) -> None:
    with transaction() as session:
        province = make_province(session)
        first, then, now, part = (make_commune(session, parent_id=province.id) for _ in range(4))
        first.valid_to, then.valid_to = date(2025, 8, 31), date(2025, 9, 30)
    steps = (  # one that still stands and gave a part away stays its own heir
        (first, then, date(2025, 9, 1)),
        (then, now, date(2025, 10, 1)),
        (now, part, date(2025, 11, 1)),
    )
    expected = {first.id: now.id, then.id: now.id, now.id: now.id, part.id: part.id}
    for order in permutations(steps):
        with transaction() as session:
            session.query(UnitSuccession).delete()
            for old, new, day in order:
                session.add(
                    UnitSuccession(
                        predecessor_id=old.id,
                        successor_id=new.id,
                        kind=SuccessionKind.MERGED,
                        effective_on=day,
                    )
                )
                session.flush()
        with reading() as session:
            heirs = queries.standing_heirs(session, expected)
        assert {start: heir.id for start, heir in heirs.items()} == expected
