"""Administration of portals, and the recognition of their keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Request, Response
from sqlalchemy.orm import Session

from backend.accounts import queries, views
from backend.accounts.models import PortalClient
from backend.accounts.schemas import (
    ChangePortal,
    NewPortal,
    PortalQuery,
    PortalView,
    PortalWithKey,
)
from backend.accounts.service import portals
from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    json_answer,
    page,
    page_schema,
    rate_limit,
    require_version,
    with_etag,
)
from backend.core.auth import Permission, Principal, principal, staff
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound, Unauthenticated
from backend.places import queries as places

blp = Blueprint("portals", __name__, description="Portals that embed us and hand in feedback")


def load_principal(request: Request) -> Principal | None:
    """The portal whose key the request carries; None when it carries no key of a portal.

    Raises:
        Unauthenticated: the key is not, or no longer, good.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key.startswith(portals.KEY_PREFIX):
        return None
    with reading() as session:
        found = queries.portal_principal(session, key)
    if found is None:
        raise Unauthenticated("portals.unknown_key")
    return found


@blp.route("/portals")
@staff(Permission.PORTALS_MANAGE)
@blp.arguments(PortalQuery, location="query")
@blp.response(200, page_schema(PortalView))
def list_portals(query: dict[str, Any]) -> dict[str, Any]:
    """Portals of the caller's units, the newest first."""
    with reading() as session:
        unit_id = None
        if query["unit"] is not None:
            unit = places.unit_by_code(session, query["unit"])
            if unit is None:
                raise InvalidInput({"unit": ["unknown"]})
            unit_id = unit.id
        found = page(
            session,
            queries.portals_in_scope(principal(), unit_id=unit_id),
            keys=(PortalClient.id.desc(),),
            cursor=query["cursor"],
            limit=query["limit"],
        )
        items = views.portal_views(session, found.items)
    return {"items": items, "next_cursor": found.next_cursor}


@blp.route("/portals", methods=["POST"])
@staff(Permission.PORTALS_MANAGE)
@blp.arguments(NewPortal)
@blp.response(201, PortalWithKey)
@rate_limit("60/minute")
def create_portal(body: dict[str, Any]) -> Response:
    """Add a portal; answers with its key, shown this once."""

    def work(session: Session) -> dict[str, Any]:
        portal, key = portals.create(
            session,
            principal(),
            name=body["name"],
            unit_code=body["unit"],
            origins=body["allowed_origins"],
        )
        (view,) = views.portal_views(session, [portal])
        return {**view, "key": key, "location": f"/api/v1/portals/{portal.id}"}

    return created_once(work, PortalWithKey())


@blp.route("/portals/<uuid:portal_id>")
@staff(Permission.PORTALS_MANAGE)
@blp.response(200, PortalView)
def get_portal(portal_id: UUID) -> Response:
    """One portal; the ETag is the version."""
    with reading() as session:
        return _versioned(session, portal_id)


@blp.route("/portals/<uuid:portal_id>", methods=["PATCH"])
@staff(Permission.PORTALS_MANAGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ChangePortal)
@blp.response(200, PortalView)
def change_portal(changes: dict[str, Any], portal_id: UUID) -> Response:
    """Change name, origins, or whether the portal is connected. A disconnected portal is out at once."""
    version = require_version()
    with transaction() as session:
        portals.change(session, principal(), portal_id, version, changes)
    with reading() as session:
        return _versioned(session, portal_id)


@blp.route("/portals/<uuid:portal_id>/key", methods=["POST"])
@staff(Permission.PORTALS_MANAGE)
@blp.response(200, PortalWithKey)
@rate_limit("20/minute")
def rotate_key(portal_id: UUID) -> Response:
    """Make a fresh key, shown this once; the old one stops working at once."""
    with transaction() as session:
        portal, key = portals.rotate_key(session, principal(), portal_id)
        (view,) = views.portal_views(session, [portal])
    return json_answer(PortalWithKey().dump({**view, "key": key}))


def _versioned(session: Session, portal_id: UUID) -> Response:
    portal = session.scalar(
        queries.portals_in_scope(principal()).where(PortalClient.id == portal_id)
    )
    if portal is None:
        raise NotFound
    (view,) = views.portal_views(session, [portal])
    return with_etag(PortalView().dump(view), portal.version)
