"""What callers are shown of policies: rows gathered and named, ready for the schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.queries import staff_names
from backend.core import clock
from backend.core.auth import Principal
from backend.core.i18n import t
from backend.places.models import AdminUnit, Department
from backend.places.scope import permissions_over
from backend.policies import desk, workflow
from backend.policies.models import Policy, PolicyEvent, PolicyPromise, PolicyText, PromiseStatus
from backend.policies.queries import units_of
from backend.policies.service import is_complete

FALLBACK = "vi"


def cards(
    session: Session, policies: Sequence[Policy], language: str, speech: str
) -> list[dict[str, Any]]:
    """Policies in a list.

    Args:
        language: preferred for texts; any code.
        speech: language of the labels.
    """
    units, today = units_of(session, list(policies)), clock.today_local()
    return [_card(policy, units, language, speech, today) for policy in policies]


def reading(session: Session, policy: Policy, language: str, speech: str) -> dict[str, Any]:
    """One policy with its text and promises; arguments as for ``cards``."""
    today = clock.today_local()
    names = _departments(session, policy)
    return {
        **_card(policy, units_of(session, [policy]), language, speech, today),
        "body": _choose(policy.texts, language).body,
        "promises": [
            _public_promise(promise, names, language, speech, today) for promise in policy.promises
        ],
    }


def items(session: Session, policies: Sequence[Policy], language: str) -> list[dict[str, Any]]:
    """Rows of the list of those who answer for policies."""
    return [
        {**card, **_desk_facts(policy, language)}
        for policy, card in zip(policies, cards(session, policies, language, language), strict=True)
    ]


def full(session: Session, policy: Policy, reader: Principal, language: str) -> dict[str, Any]:
    """Everything about one policy, and what ``reader`` may do with it now."""
    today = clock.today_local()
    units, departments = units_of(session, [policy]), _departments(session, policy)
    unit = units.get(policy.unit_id) if policy.unit_id else None
    mine = unit is not None and desk.MANAGE in permissions_over(session, unit, reader)
    events = desk.history(session, policy.id)
    people = staff_names(session, {each.actor_id for each in events if each.actor_id})
    moves = workflow.allowed_moves(policy.state, complete=is_complete(policy)) if mine else []
    return {
        **_card(policy, units, language, language, today),
        **_desk_facts(policy, language),
        "texts": {
            text.language: {"name": text.name, "summary": text.summary, "body": text.body}
            for text in policy.texts
        },
        "promises": [_desk_promise(each, departments, today) for each in policy.promises],
        "can_edit": mine and policy.state in workflow.EDITABLE,
        "allowed_moves": [
            {
                "move": move.name,
                "label": t(f"policies.move.{move.name}", language),
                "requires": ["reason"] if move.needs_reason else [],
            }
            for move in moves
        ],
        "events": [_event(each, people, language) for each in events],
    }


def _card(
    policy: Policy, units: Mapping[UUID, AdminUnit], language: str, speech: str, today: date
) -> dict[str, Any]:
    text = _choose(policy.texts, language)
    unit = units.get(policy.unit_id) if policy.unit_id else None
    late = [workflow.is_late(each.status, each.due_on, today) for each in policy.promises]
    return {
        "slug": policy.slug,
        "name": text.name,
        "summary": text.summary,
        "kind": policy.kind,
        "kind_label": t(f"policies.kind.{policy.kind.value}", speech),
        "number": policy.number,
        "issuer": policy.issuer,
        "issued_on": policy.issued_on,
        "valid_from": policy.valid_from,
        "valid_to": policy.valid_to,
        "validity": workflow.validity(policy.valid_from, policy.valid_to, today),
        "state": policy.state,
        "unit": unit and {"code": unit.code, "name": unit.full_name, "level": unit.level.value},
        "language": text.language,
        "languages": sorted(each.language for each in policy.texts),
        "promise_counts": {
            "total": len(policy.promises),
            "done": sum(each.status is PromiseStatus.DONE for each in policy.promises),
            "late": sum(late),
        },
        "published_at": policy.published_at,
        "updated_at": policy.updated_at,
    }


def _desk_facts(policy: Policy, language: str) -> dict[str, Any]:
    return {
        "id": policy.id,
        "state_label": t(f"policies.state.{policy.state.value}", language),
        "version": policy.version,
    }


def _public_promise(
    promise: PolicyPromise,
    departments: Mapping[UUID, str],
    language: str,
    speech: str,
    today: date,
) -> dict[str, Any]:
    spoken = language if language in promise.texts else FALLBACK
    late = workflow.is_late(promise.status, promise.due_on, today)
    return {
        **_promise(promise, late=late),
        "text": promise.texts[spoken],
        "language": spoken,
        "department": departments.get(promise.department_id) if promise.department_id else None,
        "status_label": t(
            "policies.status.late" if late else f"policies.status.{promise.status.value}", speech
        ),
    }


def _desk_promise(
    promise: PolicyPromise, departments: Mapping[UUID, str], today: date
) -> dict[str, Any]:
    late = workflow.is_late(promise.status, promise.due_on, today)
    department = promise.department_id
    return {
        **_promise(promise, late=late),
        "texts": promise.texts,
        "department": department and {"id": department, "name": departments[department]},
    }


def _promise(promise: PolicyPromise, *, late: bool) -> dict[str, Any]:
    return {
        "id": promise.id,
        "responsible": promise.responsible,
        "due_on": promise.due_on,
        "status": promise.status,
        "is_late": late,
        "status_at": promise.status_at,
        "note": promise.note,
    }


def _event(event: PolicyEvent, people: Mapping[UUID, str], language: str) -> dict[str, Any]:
    person = event.actor_id
    name = people.get(person, "") if person else t("policies.the_system", language)
    changed = [t(f"policies.field.{field}", language) for field in event.detail]
    return {
        "id": event.id,
        "at": event.at,
        "actor": {"id": person, "name": name},
        "type": event.type,
        "summary": t(f"policies.event.{event.type}", language),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "note": ", ".join(changed) or None,
        "detail": event.detail,
    }


def _choose(texts: Sequence[PolicyText], language: str) -> PolicyText:
    by_language = {text.language: text for text in texts}
    return by_language.get(language) or by_language[FALLBACK]


def _departments(session: Session, policy: Policy) -> dict[UUID, str]:
    wanted = {promise.department_id for promise in policy.promises if promise.department_id}
    if not wanted:
        return {}
    rows = session.execute(select(Department.id, Department.name).where(Department.id.in_(wanted)))
    return {row.id: row.name for row in rows}
