"""Rules and templates, to read."""

from __future__ import annotations

from flask import Response

from backend.core.api import Blueprint, json_answer
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading
from moderation import queries
from moderation.schemas import ReplyTemplatesSchema, RoutingRulesSchema

blueprint = Blueprint("case_rules", __name__, description="Rules that cases follow")


@blueprint.route("/routing-rules")
@blueprint.response(200, RoutingRulesSchema)
@staff(Permission.CASES_READ)
def routing_rules() -> Response:
    """The routing table in the order in which it is asked; the first row that holds decides."""
    units = {grant.unit_id for grant in principal().grants_for(Permission.CASES_READ)}
    with reading() as session:
        rows = queries.routing_rules(session, units)
    items = [
        {
            "id": str(rule.id),
            "position": rule.position,
            "name": rule.name,
            "version": rule.version,
            "active": rule.active,
            "conditions": rule.conditions,
            "unit": unit,
            "department": department or rule.department_code,
        }
        for rule, unit, department in rows
    ]
    return json_answer({"items": items})


@blueprint.route("/reply-templates")
@blueprint.response(200, ReplyTemplatesSchema)
@staff(Permission.CASES_READ)
def reply_templates() -> Response:
    """Words to start a reply from."""
    units = {grant.unit_id for grant in principal().grants_for(Permission.CASES_READ)}
    with reading() as session:
        rows = queries.reply_templates(session, units)
    items = [
        {
            "id": str(each.id),
            "name": each.name,
            "language": each.language,
            "category": each.category.value if each.category else None,
            "body": each.body,
        }
        for each in rows
    ]
    return json_answer({"items": items})
