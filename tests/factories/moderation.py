"""Makers of cases, rules and the people who work on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import Staff
from backend.core.auth import Principal, Role
from backend.core.db import reading, transaction
from backend.feedback.models import TrackingView
from backend.places.models import AdminUnit, Department
from moderation import chain, publishing, service, settings
from moderation.models import (
    Case,
    CaseEvent,
    DeadlinePolicy,
    FeedbackCategory,
    LegalType,
    Outcome,
    RoutingRule,
    RoutingRuleVersion,
)
from moderation.workflow import Move
from tests.factories.accounts import make_staff, principal_of
from tests.factories.feedback import make_feedback
from tests.factories.places import make_commune, make_department
from tests.factories.uploads import make_clean_photo

REPLY = "Đội duy tu đã vá xong ổ gà sáng nay, đường đi lại bình thường."


@dataclass
class Office:
    """A commune with a front desk, Phòng Kinh tế, and one person for each part of the work."""

    unit: AdminUnit
    desk: Department
    economy: Department
    staff: dict[str, Staff]
    people: dict[str, Principal]

    def __getattr__(self, name: str) -> Principal:
        """``office.hoa`` is the principal of Hoa."""
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def make_office(session: Session, **overrides: Any) -> Office:
    """Hoa (triage), Bình (handler, Phòng Kinh tế), Dũng (leader) of a new commune."""
    unit = make_commune(session, **overrides)
    desk = make_department(session, unit, code="mot_cua", name="Một cửa", is_front_desk=True)
    economy = make_department(session, unit, code="kinh_te", name="Phòng Kinh tế")
    staff = {
        "hoa": make_staff(session, Role.TRIAGE_OFFICER, unit=unit, name="Hoa"),
        "binh": make_staff(session, Role.HANDLER, unit=unit, name="Bình", department_id=economy.id),
        "dung": make_staff(session, Role.COMMUNE_LEADER, unit=unit, name="Dũng"),
    }
    people = {name: principal_of(session, each) for name, each in staff.items()}
    return Office(unit, desk, economy, staff, people)


def make_case(session: Session, unit: AdminUnit | None = None, **overrides: Any) -> Case:
    """A case that has just come in; ``overrides`` are those of the feedback."""
    feedback = make_feedback(session, unit, **overrides)
    # The maker of feedback opens a view; here the case opens its own, as it does for residents.
    session.delete(session.get_one(TrackingView, feedback.id))
    session.flush()
    case = service.open_case(session, feedback)
    session.flush()
    return case


def move(actor: Principal, case_id: UUID, name: Move | str, **given: Any) -> Case:
    """Make a move on the present version, in a transaction of its own."""
    with reading() as session:
        version = session.get_one(Case, case_id).version
    with transaction() as session:
        return service.make_move(session, actor, case_id, Move(name), given, version=version)


def until_forwarded(office: Office, case_id: UUID) -> None:
    """Hoa confirms that it is ordinary and gives it to Bình's department."""
    move(office.hoa, case_id, Move.CONFIRM_LEGAL, legal_type=LegalType.ORDINARY)
    move(office.hoa, case_id, Move.ASSIGN, department_id=office.economy.id)


def until_awaiting_approval(
    office: Office, case_id: UUID, outcome: Outcome = Outcome.PARTLY_DONE, **given: Any
) -> None:
    """Bình proposes an outcome."""
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.START)
    move(office.binh, case_id, Move.RESOLVE, outcome=outcome, reply=REPLY, **given)


def until_resolved(office: Office, case_id: UUID, **given: Any) -> None:
    """Dũng approves it."""
    until_awaiting_approval(office, case_id, **given)
    move(office.dung, case_id, Move.APPROVE)


def draft(actor: Principal, case_id: UUID, **overrides: Any) -> Case:
    """Somebody looks at the public version and saves it."""
    values: dict[str, Any] = {
        "title": "Ổ gà trên đường vào làng",
        "masked_text": "Đường vào làng có ổ gà.",
        "reply": REPLY,
        **overrides,
    }
    with transaction() as session:
        version = session.get_one(Case, case_id).version
        return service.save_draft(
            session, actor, case_id, publishing.Draft(**values), version=version
        )


def until_published(office: Office, case_id: UUID, **given: Any) -> None:
    """Hoa looks at the masked version and publishes it."""
    until_resolved(office, case_id, **given)
    draft(office.hoa, case_id)
    move(office.hoa, case_id, Move.PUBLISH)


def make_proof(office: Office, name: str = "binh") -> UUID:
    """A clean photo that an official uploaded."""
    with transaction() as session:
        owner = office.staff[name]
        return make_clean_photo(session, owner_kind="staff", owner_id=owner.id).id


def make_rule(session: Session, name: str, **overrides: Any) -> RoutingRule:
    """A routing rule of nobody in particular that always holds and means the front desk."""
    values: dict[str, Any] = {"position": 10, "conditions": {}, "active": True, **overrides}
    rule = RoutingRule(name=name, **values)
    session.add(rule)
    session.flush()
    snapshot = {"name": name, "conditions": rule.conditions, "position": rule.position}
    session.add(RoutingRuleVersion(rule_id=rule.id, version=rule.version, snapshot=snapshot))
    settings.changed(session)
    return rule


def make_policy(session: Session, name: str, **overrides: Any) -> DeadlinePolicy:
    """A deadline policy of nobody in particular: intake one hour, handling two days."""
    values: dict[str, Any] = {"intake_minutes": 60, "handling_days": 2, **overrides}
    policy = DeadlinePolicy(name=name, **values)
    session.add(policy)
    session.flush()
    settings.changed(session)
    return policy


def events_of(session: Session, case_id: UUID) -> Sequence[CaseEvent]:
    """The history of a case, oldest first."""
    return session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
    ).all()


def broken_link(session: Session, case_id: UUID) -> chain.Broken | None:
    """The first broken link of a case's history, or None."""
    head = session.scalars(select(Case.chain_head).where(Case.id == case_id)).one()
    return chain.verify(events_of(session, case_id), head=head)


CATEGORY = FeedbackCategory.HA_TANG_GIAO_THONG
