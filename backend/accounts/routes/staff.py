"""Administration of staff, and the lists that its forms need."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.accounts import queries, views
from backend.accounts.models import Staff
from backend.accounts.rules import NEEDS_DEPARTMENT, TAKES_COMMUNITY, levels_of
from backend.accounts.schemas import (
    ChangeStaff,
    CreatedStaff,
    DepartmentList,
    DepartmentQuery,
    GrantView,
    HandedOver,
    NewGrant,
    NewStaff,
    Reason,
    RoleList,
    StaffQuery,
    StaffView,
)
from backend.accounts.service import grants, staffing
from backend.core import i18n
from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    language,
    page,
    page_schema,
    rate_limit,
    require_version,
    with_etag,
)
from backend.core.auth import ROLE_PERMISSIONS, Permission, Role, principal, staff
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound
from backend.places import queries as places

blp = Blueprint("staff", __name__, description="Staff and their roles")


@blp.route("/staff")
@staff(Permission.STAFF_MANAGE)
@blp.arguments(StaffQuery, location="query")
@blp.response(200, page_schema(StaffView))
def list_staff(query: dict[str, Any]) -> dict[str, Any]:
    """Staff of the caller's units, by name."""
    with reading() as session:
        unit_id = None
        if query["unit"] is not None:
            unit = places.unit_by_code(session, query["unit"])
            if unit is None:
                raise InvalidInput({"unit": ["unknown"]})
            unit_id = unit.id
        found = page(
            session,
            queries.staff_in_scope(
                principal(), unit_id=unit_id, text=query["q"], active=query["active"]
            ),
            keys=(Staff.search_key, Staff.id),
            cursor=query["cursor"],
            limit=query["limit"],
        )
        items = views.staff_views(session, found.items)
    return {"items": items, "next_cursor": found.next_cursor}


@blp.route("/staff", methods=["POST"])
@staff(Permission.STAFF_MANAGE)
@blp.arguments(NewStaff)
@blp.response(201, CreatedStaff)
@rate_limit("60/minute")
def create_staff(body: dict[str, Any]) -> Response:
    """Add a member of staff with first roles; answers with the password to hand over."""
    password = staffing.fresh_password()

    def work(session: Session) -> dict[str, Any]:
        member = staffing.create(
            session,
            principal(),
            username=body["username"],
            name=body["name"],
            unit_code=body["unit"],
            grants=[_wanted(each) for each in body["grants"]],
            password=password,
            email=body["email"],
            phone=body["phone"],
            language=body["language"],
        )
        (view,) = views.staff_views(session, [member])
        return {
            **view,
            "initial_password": password.plain,
            "location": f"/api/v1/staff/{member.id}",
        }

    return created_once(work, CreatedStaff())


@blp.route("/staff/<uuid:staff_id>")
@staff(Permission.STAFF_MANAGE)
@blp.response(200, StaffView)
def get_staff(staff_id: UUID) -> Response:
    """One member of staff; the ETag is the version."""
    with reading() as session:
        return _versioned(session, staff_id)


@blp.route("/staff/<uuid:staff_id>", methods=["PATCH"])
@staff(Permission.STAFF_MANAGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ChangeStaff)
@blp.response(200, StaffView)
def change_staff(changes: dict[str, Any], staff_id: UUID) -> Response:
    """Change name, contact, language, or whether somebody works here. Deactivated people are out at once."""
    version = require_version()
    with transaction() as session:
        staffing.change(session, principal(), staff_id, version, changes)
    with reading() as session:
        return _versioned(session, staff_id)


@blp.route("/staff/<uuid:staff_id>/grants", methods=["POST"])
@staff(Permission.STAFF_MANAGE)
@blp.arguments(NewGrant)
@blp.response(201, GrantView)
def add_grant(body: dict[str, Any], staff_id: UUID) -> Response:
    """Give a role on one of the caller's units."""

    def work(session: Session) -> dict[str, Any]:
        row = grants.grant(session, principal(), staff_id, _wanted(body))
        return views.grant_view(session, row)

    return created_once(work, GrantView())


@blp.route("/staff/<uuid:staff_id>/grants/<uuid:grant_id>", methods=["DELETE"])
@staff(Permission.STAFF_MANAGE)
@blp.response(204)
def revoke_grant(staff_id: UUID, grant_id: UUID) -> None:
    """End a role now."""
    with transaction() as session:
        grants.revoke(session, principal(), staff_id, grant_id)


@blp.route("/staff/<uuid:staff_id>/reset", methods=["POST"])
@staff(Permission.STAFF_MANAGE)
@blp.arguments(Reason, required=False)
@blp.response(200, HandedOver)
@rate_limit("20/minute")
def reset_staff(body: dict[str, Any], staff_id: UUID) -> dict[str, Any]:
    """Hand out a fresh password, switch the second factor off, end every session."""
    password = staffing.fresh_password()
    with transaction() as session:
        staffing.reset(session, principal(), staff_id, password, body.get("reason"))
    return {"initial_password": password.plain}


@blp.route("/departments")
@staff()
@blp.arguments(DepartmentQuery, location="query")
@blp.response(200, DepartmentList)
def list_departments(query: dict[str, Any]) -> dict[str, Any]:
    """The departments of a unit."""
    with reading() as session:
        unit = places.unit_by_code(session, query["unit"])
        if unit is None:
            raise NotFound("places.unit_not_found")
        return {"items": places.departments_of(session, unit.id)}


@blp.route("/roles")
@staff()
@blp.response(200, RoleList)
def list_roles() -> dict[str, Any]:
    """The roles that can be granted, in the caller's language."""
    return {
        "items": [
            {
                "role": role,
                "label": i18n.t(f"accounts.role.{role.value}", language()),
                "permissions": sorted(ROLE_PERMISSIONS[role]),
                "levels": levels_of(role),
                "needs_department": role in NEEDS_DEPARTMENT,
                "takes_community": role in TAKES_COMMUNITY,
            }
            for role in Role
            if levels_of(role)
        ]
    }


def _versioned(session: Session, staff_id: UUID) -> Response:
    member = session.scalar(queries.staff_in_scope(principal()).where(Staff.id == staff_id))
    if member is None:
        raise NotFound
    (view,) = views.staff_views(session, [member])
    return with_etag(StaffView().dump(view), member.version)


def _wanted(body: dict[str, Any]) -> grants.WantedGrant:
    return grants.WantedGrant(
        role=body["role"],
        unit_code=body["unit"],
        department_id=body["department_id"],
        community_id=body["community_id"],
        valid_from=body["valid_from"],
        valid_to=body["valid_to"],
    )
