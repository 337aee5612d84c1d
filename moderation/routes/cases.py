"""The work list, one case, and everything that is done to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from backend.core import text as texts
from backend.core.api import (
    IF_MATCH,
    Blueprint,
    json_answer,
    language,
    require_version,
    with_etag,
)
from backend.core.api.fields import timestamp
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound
from backend.core.i18n import t
from backend.places import queries as places
from backend.places.lineage import became
from moderation import detail, queries, service
from moderation.filters import Filters
from moderation.list_schemas import (
    CaseCountsSchema,
    CaseFilterArgs,
    CaseListArgs,
    CasePageSchema,
)
from moderation.models import CloseReason
from moderation.queries import Listed
from moderation.routes.members import MEMBERS
from moderation.schemas import (
    CaseSchema,
    HandlersSchema,
    IdentityReasonSchema,
    IdentitySchema,
    MovedCaseSchema,
    MoveSchema,
)
from moderation.workflow import Move

blueprint = Blueprint("cases", __name__, description="The working life of feedback")

EXCERPT = 160
MOVE_IN_PATH = {
    "in": "path",
    "name": "move",
    "required": True,
    "schema": {"type": "string", "enum": [move.value for move in MEMBERS]},
}


@blueprint.route("/cases")
@staff(Permission.CASES_READ)
@blueprint.arguments(CaseListArgs, location="query")
@blueprint.response(200, CasePageSchema)
def list_cases(args: dict[str, Any]) -> Response:
    """Cases of the caller's units, most pressing first."""
    place = {name: args.pop(name) for name in ("sort", "cursor", "limit")}
    with reading() as session:
        found = queries.list_cases(session, principal(), Filters(**args), **place)
    speech = language()
    items = [_item(row, speech) for row in found.items]
    return json_answer(
        {"items": items, "next_cursor": found.next_cursor, "truncated": found.truncated}
    )


def _item(row: Listed, speech: str) -> dict[str, Any]:
    case = row.case
    return {
        "id": str(case.id),
        "tracking_code": case.tracking_code,
        "excerpt": texts.excerpt(row.text, EXCERPT),
        "state": case.state.value,
        "state_label": t(f"feedback.state.{case.state}", speech),
        "kind": case.kind.value,
        "kind_label": t(f"feedback.kind.{case.kind}", speech),
        "category": case.category.value,
        "category_label": t(f"feedback.category.{case.category}", speech),
        "urgency": case.urgency.value,
        "complex": case.complex,
        "legal_type": case.legal_type.value,
        "legal_confirmed": case.legal_confirmed_at is not None,
        "lead_department": _named(case.lead_department_id, row.department),
        "assignee": _named(case.assignee_id, row.assignee),
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "due_at": timestamp(case.due_at),
        "intake_due_at": timestamp(case.intake_due_at),
        "stage": case.stage.value if case.stage else None,
        "is_overdue": case.is_overdue,
        "paused": case.paused_at is not None,
        "working_minutes_left": row.minutes_left,
        "recounting": row.recounting,
        "created_at": timestamp(case.created_at),
        "has_photos": row.has_photos,
        "awaiting": detail.AWAITING.get(case.state),
        "published": case.published_at is not None,
        "version": case.version,
    }


def _named(row_id: UUID | None, name: str | None) -> dict[str, Any] | None:
    return {"id": str(row_id), "name": name} if row_id else None


@blueprint.route("/cases/counts")
@staff(Permission.CASES_READ)
@blueprint.arguments(CaseFilterArgs, location="query")
@blueprint.response(200, CaseCountsSchema)
def count_cases(args: dict[str, Any]) -> Response:
    """How many open cases there are, by view and by each filter."""
    with reading() as session:
        counted = queries.counts(session, principal(), Filters(**args))
    return json_answer({**counted.by, "at_least": [view.value for view in counted.at_least]})


@blueprint.route("/cases/<uuid:case_id>")
@staff(Permission.CASES_READ)
@blueprint.response(200, CaseSchema)
def show_case(case_id: UUID) -> Response:
    """Everything about a case, with the moves that are open to the caller. The ETag is its version."""
    with reading() as session:
        case = service.load(session, principal(), case_id)
        payload = detail.show(session, principal(), case, language())
    return with_etag(payload, case.version)


@blueprint.route(
    "/cases/<uuid:case_id>/moves/<string:move>",
    methods=["POST"],
    parameters=[IF_MATCH, MOVE_IN_PATH],
)
@staff(Permission.CASES_READ)
@blueprint.arguments(MoveSchema)
@blueprint.response(200, MovedCaseSchema)
def make_move(body: dict[str, Any], case_id: UUID, move: str) -> Response:
    """Make one move; the answer is the case afterwards."""
    wanted = _move(move)
    _refuse_strangers(wanted, body)
    version = require_version()
    with transaction() as session:
        case = service.make_move(session, principal(), case_id, wanted, body, version=version)
        if not service.still_visible(session, principal(), case):
            # It went to another unit, or became what only intake and leaders see.
            payload = {"id": str(case.id), "version": case.version, "state": case.state.value}
        else:
            payload = detail.show(session, principal(), case, language())
    return with_etag(payload, case.version)


def _move(name: str) -> Move:
    try:
        move = Move(name)
    except ValueError:
        raise NotFound("cases.no_such_move") from None
    if move not in MEMBERS:
        raise NotFound("cases.no_such_move")  # residents' moves have their own ways in
    return move


def _refuse_strangers(move: Move, body: dict[str, Any]) -> None:
    errors = {name: ["unknown_field"] for name in body if name not in MEMBERS[move]}
    if move is Move.CLOSE and body.get("reason", CloseReason.SPAM) not in set(CloseReason):
        errors["reason"] = ["unknown_choice"]
    if errors:
        raise InvalidInput(errors)


@blueprint.route("/cases/<uuid:case_id>/identity", methods=["POST"])
@staff(Permission.CASES_IDENTITY)
@blueprint.arguments(IdentityReasonSchema)
@blueprint.response(200, IdentitySchema)
def read_identity(body: dict[str, Any], case_id: UUID) -> Response:
    """Who sent it. The reading and its reason are on record."""
    with transaction() as session:
        return json_answer(service.read_identity(session, principal(), case_id, body["reason"]))


@blueprint.route("/cases/<uuid:case_id>/handlers/<uuid:department_id>")
@staff(Permission.CASES_TRIAGE)
@blueprint.response(200, HandlersSchema)
def handlers(case_id: UUID, department_id: UUID) -> Response:
    """Whom the case may be given to in a department of its unit, or of what that became."""
    with reading() as session:
        case = service.load(session, principal(), case_id)
        department = places.department(session, department_id)
        units = session.scalars(became(case.unit_id)).all()
        if department is None or department.unit_id not in units:
            raise NotFound
        found = queries.handlers_of(session, case.unit_id, department_id)
    return json_answer({"items": [{"id": str(key), "name": name} for key, name in found.items()]})
