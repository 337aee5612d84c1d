"""Writing policies and saying how far their promises are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    language,
    page_schema,
    require_version,
    with_etag,
)
from backend.core.auth import principal, staff
from backend.core.db import reading, transaction
from backend.policies import desk, service, views, workflow
from backend.policies.models import Policy
from backend.policies.schemas import (
    PolicyDeskItem,
    PolicyDeskQuery,
    PolicyDetail,
    PolicyIn,
    PolicyMoveIn,
    PolicyPatch,
)

blp = Blueprint(
    "policy_desk", __name__, description="Policies at the desk of those who answer for them"
)
MOVE = f"<any({', '.join(workflow.NAMES)}):move>"


@blp.route("/console/policies")
@staff(desk.MANAGE)
@blp.arguments(PolicyDeskQuery, location="query")
@blp.response(200, page_schema(PolicyDeskItem))
def list_policies(query: dict[str, Any]) -> dict[str, Any]:
    """Policies of my units and of the whole country in every state, last changed first."""
    with reading() as session:
        found = desk.policies(session, principal(), **query)
        items = views.items(session, found.items, language())
    return {"items": items, "next_cursor": found.next_cursor}


@blp.route("/console/policies/<uuid:policy_id>")
@staff(desk.MANAGE)
@blp.alt_response(200, schema=PolicyDetail)
def get_policy(policy_id: UUID) -> Response:
    """Everything about a policy: texts, promises, history, and what I may do with it."""
    with reading() as session:
        return _answer(session, desk.policy(session, principal(), policy_id))


@blp.route("/console/policies", methods=["POST"])
@staff(desk.MANAGE)
@blp.arguments(PolicyIn)
@blp.alt_response(201, schema=PolicyDetail)
def create_policy(draft: dict[str, Any]) -> Response:
    """Start a policy of a unit."""
    code: str = draft.pop("unit")

    def work(session: Session) -> dict[str, Any]:
        policy = service.create(session, principal(), code, _draft(draft))
        shown = views.full(session, policy, principal(), language())
        return {**shown, "location": f"/api/v1/console/policies/{policy.id}"}

    return created_once(work, PolicyDetail())


@blp.route("/console/policies/<uuid:policy_id>", methods=["PATCH"])
@staff(desk.MANAGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(PolicyPatch)
@blp.alt_response(200, schema=PolicyDetail)
def edit_policy(draft: dict[str, Any], policy_id: UUID) -> Response:
    """Change what is named, promises as one list; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        policy = service.edit(session, principal(), policy_id, version, _draft(draft))
        return _answer(session, policy)


@blp.route(f"/console/policies/<uuid:policy_id>/{MOVE}", methods=["POST"])
@staff(desk.MANAGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(PolicyMoveIn)
@blp.alt_response(200, schema=PolicyDetail)
def move_policy(asked: dict[str, Any], policy_id: UUID, move: str) -> Response:
    """Publish, put away or take back (``allowed_moves`` says which are open); needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        policy = service.move(session, principal(), policy_id, version, move, asked["reason"])
        return _answer(session, policy)


def _draft(values: dict[str, Any]) -> service.Draft:
    draft: service.Draft = {**values}  # type: ignore[typeddict-item] # PolicyPatch has the same names
    return draft


def _answer(session: Session, policy: Policy) -> Response:
    shown = views.full(session, policy, principal(), language())
    return with_etag(PolicyDetail().dump(shown), policy.version)
