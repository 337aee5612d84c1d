"""Feedback becomes a case: suggested class, department, deadlines, first link of its history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, update
from sqlalchemy.orm import Session, object_session

from backend.core import ids
from backend.core.auth import SYSTEM
from backend.core.clock import now
from backend.core.events import emit
from backend.feedback import projection
from backend.feedback.models import Feedback
from moderation import clock, history, ledger, routing, search
from moderation.classifier import Suggestion, classify
from moderation.events import CaseOpened, RoutingRuleFailed
from moderation.models import (
    Case,
    CaseState,
    EventType,
    LegalType,
    RoutingRuleVersion,
    Stage,
)
from moderation.settings import Settings, changed, settings_of

log = structlog.get_logger()


def open_case(session: Session, feedback: Feedback) -> Case:
    """Open the case of feedback that was submitted in this very transaction.

    Raises:
        LookupError: the unit of the feedback does not exist.
    """
    settings = settings_of(session, feedback.unit_id)
    guess = classify(feedback.text)
    # What the sender chose is their word; the guess stands beside it for the officer to see.
    category = feedback.category or guess.category
    allowance = settings.allowance(category, guess.urgency, is_complex=False)
    arrived = feedback.created_at
    case = Case(
        id=ids.new_id(),
        feedback_id=feedback.id,
        tracking_code=feedback.tracking_code,
        unit_id=feedback.unit_id,
        province_id=settings.province_id,
        state=CaseState.RECEIVED,
        category=category,
        kind=feedback.kind,
        urgency=guess.urgency,
        urgency_rank=guess.urgency.rank,
        complex=False,
        legal_type=guess.legal_type,
        restricted=guess.legal_type is not LegalType.ORDINARY,
        suggestion=snapshot(guess),
        routing={},
        policy=allowance.snapshot(),
        transfers=0,
        reopenings=0,
        intake_alarm_level=0,
        handling_alarm_level=0,
        is_overdue=False,
        chain_length=0,
        chain_head="",
        search_key=words_of(feedback),
        created_at=arrived,
    )
    book = ledger.open_ledger(case, settings)
    ledger.start(book, Stage.INTAKE, arrived)
    ledger.start(book, Stage.HANDLING, arrived)
    ledger.settle(book, arrived)
    route(case, feedback, settings, arrived)
    session.add(case)
    history.record(session, case, EventType.OPENED, SYSTEM, _opening(case), at=arrived)
    ledger.store(session, book)
    projection.start(
        session,
        feedback.id,
        due_at=case.due_at,
        legal_hint=case.legal_type if case.restricted else None,
    )
    emit(
        session,
        CaseOpened(
            case_id=case.id,
            unit_id=case.unit_id,
            department_id=case.lead_department_id,
            urgency=case.urgency.value,
            restricted=case.restricted,
        ),
    )
    return case


def route(case: Case, feedback: Feedback, settings: Settings, at: datetime) -> None:
    """Propose the department of a case by the unit's rules; a person still assigns it."""
    matter = matter_of(case, feedback, settings, at)
    decision = routing.decide(settings.rules, matter)
    if decision.failed is not None:
        _tell_of_failure(feedback, case, decision.failed)
    rule = decision.rule
    if rule is not None and rule.failed:
        _works_again(_session_of(feedback), rule)
    case.lead_department_id = decision.department_id or settings.front_desk_id
    case.routed_by_rule = rule.name if rule else None
    case.route_reason = decision.reason
    case.routing = {
        "rule_id": str(rule.id) if rule else None,
        "rule": rule.name if rule else None,
        "version": rule.version if rule else None,
        "conditions": dict(rule.conditions) if rule else {},
        "matched": dict(decision.matched),
        "failed": [_failure(decision.failed)] if decision.failed else [],
        "reason": decision.reason,
    }


def matter_of(
    case: Case | Row[Any], feedback: Feedback | Row[Any], settings: Settings, at: datetime
) -> routing.Matter:
    """What the rules may look at; ``case`` and ``feedback`` are rows, or a selection with their columns."""
    return routing.Matter(
        category=case.category.value,
        kind=case.kind.value,
        legal_type=case.legal_type.value,
        urgency=case.urgency.value,
        text=feedback.text,
        policy=feedback.policy.value if feedback.policy else None,
        unit_code=settings.unit_code,
        community_id=feedback.community_id,
        latitude=feedback.latitude,
        longitude=feedback.longitude,
        working_time=clock.is_working_time(settings.calendar, at),
        restricted=case.restricted,
    )


def _failure(rule: routing.Rule) -> dict[str, Any]:
    return {
        "rule_id": str(rule.id),
        "rule": rule.name,
        "version": rule.version,
        "why": str(rule.fault),
    }


def _tell_of_failure(feedback: Feedback, case: Case, rule: routing.Rule) -> None:
    """Once for each version of a rule, until it works again; the cases themselves all carry it."""
    log.error("routing_rule_failed", case_id=str(case.id), failed=_failure(rule))
    session = _session_of(feedback)
    first = session.execute(
        update(RoutingRuleVersion)
        .where(
            RoutingRuleVersion.rule_id == rule.id,
            RoutingRuleVersion.version == rule.version,
            RoutingRuleVersion.failed_at.is_(None),
        )
        .values(failed_at=now())
    )
    if first.rowcount:  # type: ignore[attr-defined] # CursorResult of an UPDATE
        emit(
            session,
            RoutingRuleFailed(
                rule_id=rule.id,
                version=rule.version,
                name=rule.name,
                unit_id=rule.owner_id,
                case_id=case.id,
            ),
        )


def _works_again(session: Session, rule: routing.Rule) -> None:
    """Its department is in use once more: should it fail again, that is told again."""
    worked = session.execute(
        update(RoutingRuleVersion)
        .where(
            RoutingRuleVersion.rule_id == rule.id,
            RoutingRuleVersion.version == rule.version,
            RoutingRuleVersion.failed_at.is_not(None),
        )
        .values(failed_at=None)
    )
    if worked.rowcount:  # type: ignore[attr-defined] # CursorResult of an UPDATE
        changed(session)


def _session_of(feedback: Feedback) -> Session:
    session = object_session(feedback)  # a new case is not in it yet
    if session is None:
        raise LookupError(f"feedback {feedback.id} belongs to no session")
    return session


def words_of(feedback: Feedback) -> str:
    """What a case is found by."""
    return search.search_key(
        feedback.unit_id, feedback.tracking_code, feedback.text, feedback.place_text or ""
    )


def snapshot(guess: Suggestion) -> dict[str, Any]:
    """The suggestion as plain values."""
    return {
        "category": guess.category.value,
        "kind": guess.kind.value,
        "legal_type": guess.legal_type.value,
        "urgency": guess.urgency.value,
        "abusive": guess.abusive,
        "spam": guess.spam,
        "reasons": [asdict(reason) for reason in guess.reasons],
    }


def _opening(case: Case) -> dict[str, Any]:
    return {
        "category": case.category.value,
        "kind": case.kind.value,
        "urgency": case.urgency.value,
        "suggested_legal_type": case.legal_type.value,
        "rule": case.routed_by_rule,
        "route_reason": case.route_reason,
        "policy": case.policy["name"],
    }
