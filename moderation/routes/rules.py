"""The routing table and its editor; reply templates, to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    json_answer,
    rate_limit,
    require_version,
    with_etag,
)
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading, transaction
from moderation import queries, rule_editing, rule_queries, rule_trial
from moderation.rule_queries import MANAGE, Listed, Past, Table
from moderation.rule_schemas import (
    ReplyTemplatesSchema,
    RoutingRuleSchema,
    RoutingTableSchema,
    RuleIn,
    RuleOrderIn,
    RulePatch,
    RuleTableQuery,
    RuleTrialIn,
    RuleTrialSchema,
    RuleVersionsSchema,
)

blueprint = Blueprint("case_rules", __name__, description="Rules that cases follow")


@blueprint.route("/routing-rules")
@staff(MANAGE)
@blueprint.arguments(RuleTableQuery, location="query")
@blueprint.alt_response(200, schema=RoutingTableSchema)
def routing_rules(query: dict[str, Any]) -> Response:
    """The rules of a unit in the order in which they are asked: its own, its province's, the country's."""
    with reading() as session:
        return _answer(rule_queries.table(session, principal(), query["unit"]))


@blueprint.route("/routing-rules", methods=["POST"])
@staff(MANAGE)
@blueprint.arguments(RuleIn)
@blueprint.alt_response(201, schema=RoutingRuleSchema)
def create_routing_rule(draft: dict[str, Any]) -> Response:
    """Add a rule to a unit's own."""
    unit, position = draft.pop("unit"), draft.pop("position")

    def work(session: Session) -> dict[str, Any]:
        rule = rule_editing.create(session, principal(), unit, _draft(draft), position)
        return _row_of(session, unit, rule.id)

    return created_once(work, RoutingRuleSchema())


@blueprint.route("/routing-rules/<uuid:rule_id>", methods=["PATCH"])
@staff(MANAGE)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(RulePatch)
@blueprint.alt_response(200, schema=RoutingRuleSchema)
def edit_routing_rule(draft: dict[str, Any], rule_id: UUID) -> Response:
    """Change what is named, or switch it off; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        rule = rule_editing.edit(session, principal(), rule_id, version, _draft(draft))
        _rule, unit = rule_queries.rule_in_scope(session, principal(), rule.id)
        shown = RoutingRuleSchema().dump(_row_of(session, unit, rule.id))
        return with_etag(shown, rule.version)


@blueprint.route("/routing-rules/order", methods=["PUT"])
@staff(MANAGE)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(RuleOrderIn)
@blueprint.alt_response(200, schema=RoutingTableSchema)
def order_routing_rules(asked: dict[str, Any]) -> Response:
    """Ask the unit's own rules in another order; ``If-Match`` is the version of the table."""
    version = require_version()
    with transaction() as session:
        rule_editing.reorder(session, principal(), asked["unit"], version, asked["order"])
        return _answer(rule_queries.table(session, principal(), asked["unit"]))


@blueprint.route("/routing-rules/trial", methods=["POST"])
@staff(MANAGE)
@rate_limit("20/minute")
@blueprint.arguments(RuleTrialIn)
@blueprint.alt_response(200, schema=RuleTrialSchema)
def try_routing_rule(asked: dict[str, Any]) -> Response:
    """What the rule would have done to the last 500 cases of the unit; nothing is stored."""
    unit, rule_id, position = (asked.pop(name) for name in ("unit", "rule_id", "position"))
    with reading() as session:
        trial = rule_trial.try_rule(
            session, principal(), unit, _draft(asked), rule_id=rule_id, position=position
        )
    return json_answer(RuleTrialSchema().dump(trial))


@blueprint.route("/routing-rules/<uuid:rule_id>/versions")
@staff(MANAGE)
@blueprint.alt_response(200, schema=RuleVersionsSchema)
def routing_rule_versions(rule_id: UUID) -> Response:
    """How a rule was, newest first, and who changed it; the last hundred."""
    with reading() as session:
        items = [_version(past) for past in rule_queries.versions(session, principal(), rule_id)]
    return json_answer(RuleVersionsSchema().dump({"items": items}))


@blueprint.route("/reply-templates")
@staff(Permission.CASES_READ)
@blueprint.response(200, ReplyTemplatesSchema)
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


def _draft(values: dict[str, Any]) -> rule_editing.Draft:
    draft: rule_editing.Draft = {**values}  # type: ignore[typeddict-item] # RulePatch has the same names
    return draft


def _answer(table: Table) -> Response:
    shown = {
        "version": table.version,
        "items": [_row(each) for each in table.items],
        "departments": table.departments,
        "complete": table.complete,
        "decided_of": table.decided_of,
    }
    return with_etag(RoutingTableSchema().dump(shown), table.version)


def _row_of(session: Session, unit: str, rule_id: UUID) -> dict[str, Any]:
    table = rule_queries.table(session, principal(), unit)
    return next(_row(each) for each in table.items if each.rule.id == rule_id)


def _row(listed: Listed) -> dict[str, Any]:
    rule = listed.rule
    return {
        "id": str(rule.id),
        "position": rule.position,
        "name": rule.name,
        "version": rule.version,
        "active": rule.active,
        "conditions": rule.conditions,
        "owner": listed.owner,
        "unit": listed.unit,
        "department": listed.department,
        "editable": listed.owner == "unit",
        "skipped": listed.skipped,
        "hides_rest": listed.hides_rest,
        "fault": listed.fault,
        "changed_at": rule.updated_at,
        "changed_by": listed.changed_by,
        "decided": listed.decided,
    }


def _version(past: Past) -> dict[str, Any]:
    kept = past.row.snapshot
    return {
        "version": past.row.version,
        "name": kept["name"],
        "active": kept.get("active", True),
        "position": kept["position"],
        "conditions": kept["conditions"],
        "department": past.department,
        "changed_at": past.row.changed_at,
        "changed_by": past.changed_by,
        "failed_at": past.row.failed_at,
    }
