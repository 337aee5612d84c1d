"""What the house says when something happens: one function per event, each writing one message.

What stands on a locked screen is read by whoever passes by: messages about feedback name the tracking code and
the state, never the content.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.events import (
    OneTimeCodeRequested,
    ResidentErased,
    StaffDeactivated,
    StaffLockedOut,
)
from backend.accounts.models import OneTimeCode, RoleGrant, Staff
from backend.accounts.queries import in_force
from backend.broadcasts.events import (
    BroadcastApproved,
    BroadcastFailed,
    BroadcastPublished,
    BroadcastReturned,
    BroadcastSubmitted,
    BroadcastWithdrawn,
)
from backend.broadcasts.models import Broadcast
from backend.core import clock, i18n
from backend.core.auth import Permission, Role
from backend.core.jobs import wake
from backend.essentials import queries as essentials
from backend.essentials.events import (
    ArticleApproved,
    ArticleCorrected,
    ArticlePublished,
    ArticleReturned,
    ArticleSubmitted,
    ArticleWithdrawn,
)
from backend.essentials.models import Article, ArticleText, Priority
from backend.feedback.models import Feedback
from moderation.events import (
    CaseAnswered,
    CaseAssigned,
    CaseOpened,
    CaseOverdue,
    CaseQuestionAsked,
    CaseReplied,
    CaseStateChanged,
    CaseWarned,
    OutcomePublished,
    RoutingRuleFailed,
)
from moderation.models import OPEN_STATES, Case, CaseState, Stage
from moderation.transparency.events import HistoryBroken
from notifications import audience, service
from notifications.messages import say
from notifications.models import Channel, Delivery, Topic

_EMERGENCY = "emergency"
_PROVINCE_LEVEL = 150
_CODE_WORTH = timedelta(minutes=5)
# The resident hears of these moves; assignment and the like inside the house are not theirs to be woken by.
_TOLD_STATES = {
    CaseState.IN_PROGRESS,
    CaseState.RESOLVED,
    CaseState.REJECTED,
    CaseState.DIVERTED,
    CaseState.REOPENED,
    CaseState.CLOSED,
}


# What a message asks of staff is done once its case is in none of these states. An answer of the resident is looked
# at with whatever is done next.
_STANDS: dict[str, Collection[CaseState]] = {
    "case_opened": {CaseState.RECEIVED},
    "case_emergency": {CaseState.RECEIVED},
    "intake_warned": {CaseState.RECEIVED, CaseState.NEEDS_INFORMATION},
    "intake_overdue": {CaseState.RECEIVED, CaseState.NEEDS_INFORMATION},
    "case_assigned": {CaseState.FORWARDED},
    "case_answered": (),
    "case_warned": OPEN_STATES,
    "case_overdue": OPEN_STATES,
    "case_to_approve": {CaseState.AWAITING_APPROVAL},
}
# An article or a broadcast asks one thing at a time: the next that happens to it is what was asked, or instead of it.
_OF_ARTICLES = ("article_submitted", "article_returned")
_OF_BROADCASTS = ("broadcast_submitted", "broadcast_returned", "broadcast_failed")


def article_published(session: Session, event: ArticlePublished) -> None:
    """Tell those who follow the communes it is for."""
    _settle_article(session, event.article_id)
    units = {unit_id for unit_id, _community in essentials.audience(session, event.article_id)}
    urgent = event.priority == Priority.EMERGENCY
    say(
        session,
        "emergency_article" if urgent else "article",
        audience.topic(Topic.EMERGENCY if urgent else Topic.ARTICLES, sorted(units)),
        link=f"/a/{event.article_id}",
        tag=f"article-{event.article_id}",
        urgent=urgent,
        title=_titles(session, event.article_id),
    )


def article_submitted(session: Session, event: ArticleSubmitted) -> None:
    """Tell those who may approve it."""
    _settle_article(session, event.article_id)
    say(
        session,
        "article_submitted",
        audience.staff_who_may(Permission.ARTICLES_APPROVE, event.unit_id),
        link=f"/console/articles/{event.article_id}",
        tag=f"article-{event.article_id}",
        title=_titles(session, event.article_id),
    )


def article_returned(session: Session, event: ArticleReturned) -> None:
    """Tell its author."""
    _settle_article(session, event.article_id)
    say(
        session,
        "article_returned",
        audience.these_staff([event.author_id]),
        link=f"/console/articles/{event.article_id}",
        tag=f"article-{event.article_id}",
        title=_titles(session, event.article_id),
    )


def article_approved(session: Session, event: ArticleApproved) -> None:
    """Nobody has to approve it any more."""
    _settle_article(session, event.article_id)


def article_corrected(session: Session, event: ArticleCorrected) -> None:
    """Nobody has to approve the correction any more."""
    _settle_article(session, event.article_id)


def article_withdrawn(session: Session, event: ArticleWithdrawn) -> None:
    """Nothing is to be done about it any more."""
    _settle_article(session, event.article_id)


def broadcast_published(session: Session, event: BroadcastPublished) -> None:
    """Tell those who follow the commune's loudspeaker."""
    _settle_broadcast(session, event.broadcast_id)
    broadcast = session.get_one(Broadcast, event.broadcast_id)
    say(
        session,
        "broadcast",
        audience.topic(Topic.BROADCASTS, [event.unit_id]),
        link=f"/listen/{broadcast.id}",
        tag=f"broadcast-{broadcast.id}",
        worth=timedelta(hours=12),
        title=broadcast.title,
    )


def broadcast_submitted(session: Session, event: BroadcastSubmitted) -> None:
    """Tell those who may approve it."""
    _settle_broadcast(session, event.broadcast_id)
    say(
        session,
        "broadcast_submitted",
        audience.staff_who_may(Permission.BROADCASTS_APPROVE, event.unit_id),
        link=f"/console/broadcasts/{event.broadcast_id}",
        tag=f"broadcast-{event.broadcast_id}",
        title=session.get_one(Broadcast, event.broadcast_id).title,
    )


def broadcast_returned(session: Session, event: BroadcastReturned) -> None:
    """Tell its author, when a person made it."""
    _settle_broadcast(session, event.broadcast_id)
    if event.author_id is None:
        return
    say(
        session,
        "broadcast_returned",
        audience.these_staff([event.author_id]),
        link=f"/console/broadcasts/{event.broadcast_id}",
        tag=f"broadcast-{event.broadcast_id}",
        title=session.get_one(Broadcast, event.broadcast_id).title,
    )


def broadcast_failed(session: Session, event: BroadcastFailed) -> None:
    """Tell its author that it could not be made, or could not air."""
    _settle_broadcast(session, event.broadcast_id)
    if event.author_id is None:
        return
    say(
        session,
        "broadcast_failed",
        audience.these_staff([event.author_id]),
        link=f"/console/broadcasts/{event.broadcast_id}",
        tag=f"broadcast-{event.broadcast_id}",
        urgent=True,
        title=session.get_one(Broadcast, event.broadcast_id).title,
    )


def broadcast_approved(session: Session, event: BroadcastApproved) -> None:
    """Nobody has to approve it any more."""
    _settle_broadcast(session, event.broadcast_id)


def broadcast_withdrawn(session: Session, event: BroadcastWithdrawn) -> None:
    """Nothing is to be done about it any more."""
    _settle_broadcast(session, event.broadcast_id)


def case_opened(session: Session, event: CaseOpened) -> None:
    """Tell intake; in an emergency at any hour."""
    urgent = event.urgency == _EMERGENCY
    _to_staff(
        session,
        event.case_id,
        "case_emergency" if urgent else "case_opened",
        audience.staff_who_may(Permission.CASES_TRIAGE, event.unit_id),
        urgent=urgent,
    )


def case_assigned(session: Session, event: CaseAssigned) -> None:
    """Tell the person, or whoever handles cases in the department; those who had it are not asked any more."""
    service.settle(session, f"case-{event.case_id}", ["case_assigned"])
    case = session.get_one(Case, event.case_id)
    whom = (
        audience.these_staff([event.staff_id])
        if event.staff_id
        else audience.staff_who_may(Permission.CASES_HANDLE, case.unit_id, event.department_id)
    )
    _to_staff(session, event.case_id, "case_assigned", whom, urgent=case.urgency == _EMERGENCY)


def case_answered(session: Session, event: CaseAnswered) -> None:
    """Tell whoever asked that the clock runs again."""
    case = session.get_one(Case, event.case_id)
    if event.assignee_id:
        whom = audience.these_staff([event.assignee_id])
    elif event.department_id:
        whom = audience.staff_who_may(Permission.CASES_HANDLE, case.unit_id, event.department_id)
    else:
        whom = audience.staff_who_may(Permission.CASES_TRIAGE, case.unit_id)
    _to_staff(session, event.case_id, "case_answered", whom)


def case_warned(session: Session, event: CaseWarned) -> None:
    """Tell whoever has it that time is passing."""
    case = session.get_one(Case, event.case_id)
    kind = _of_stage(event, "warned")
    _to_staff(session, event.case_id, kind, _whoever_has(case, event), level=event.level)


def case_overdue(session: Session, event: CaseOverdue) -> None:
    """Tell the leader and whoever has it, and from 150 % on the province."""
    case = session.get_one(Case, event.case_id)
    whom = (
        audience.staff_who_may(Permission.CASES_READ, case.province_id)
        if event.level >= _PROVINCE_LEVEL
        else audience.together(
            audience.staff_who_may(Permission.CASES_APPROVE, case.unit_id),
            _whoever_has(case, event),
        )
    )
    _to_staff(session, event.case_id, _of_stage(event, "overdue"), whom, level=event.level)


def routing_rule_failed(session: Session, event: RoutingRuleFailed) -> None:
    """Tell those who can mend it: until then the front desk gets what the rule should route."""
    say(
        session,
        "routing_rule_failed",
        audience.staff_who_may(Permission.RULES_MANAGE, event.unit_id)
        if event.unit_id
        else audience.these_staff(_administrators(session)),
        link="/console/rules",
        tag=f"rule-{event.rule_id}",
        name=event.name,
    )


def case_state_changed(session: Session, event: CaseStateChanged) -> None:
    """Tell the resident, in plain words, when it is theirs to know; tell leaders what waits for approval."""
    state = CaseState(event.to_state)
    done = [kind for kind, states in _STANDS.items() if state not in states]
    service.settle(session, f"case-{event.case_id}", done)
    if state == CaseState.AWAITING_APPROVAL:
        case = session.get_one(Case, event.case_id)
        whom = audience.staff_who_may(Permission.CASES_APPROVE, case.unit_id)
        _to_staff(session, event.case_id, "case_to_approve", whom)
    if state in _TOLD_STATES:
        _to_resident(session, event.feedback_id, f"feedback_{state.value}")


def case_replied(session: Session, event: CaseReplied) -> None:
    """Tell the resident that there is an answer."""
    _to_resident(session, event.feedback_id, "feedback_replied")


def case_question_asked(session: Session, event: CaseQuestionAsked) -> None:
    """Tell the resident that the officials need something."""
    _to_resident(session, event.feedback_id, "feedback_asked")


def outcome_published(session: Session, event: OutcomePublished) -> None:
    """Tell the resident that everybody can read the outcome."""
    _to_resident(session, event.feedback_id, "feedback_published")


def history_broken(session: Session, event: HistoryBroken) -> None:
    """Tell every administrator how many: the log is the whole installation's. Where, the verification says."""
    say(
        session,
        "history_broken",
        audience.these_staff(_administrators(session)),
        link="/console/account",
        tag="history-broken",
        urgent=True,
        broken=event.broken,
    )


def one_time_code_requested(session: Session, event: OneTimeCodeRequested) -> None:
    """Queue the text message; the code itself stays sealed where it is."""
    code = session.get_one(OneTimeCode, event.code_id)
    session.add(
        Delivery(
            channel=Channel.SMS,
            one_time_code_id=code.id,
            host="sms",
            urgent=True,
            expires_at=min(code.expires_at, clock.now() + _CODE_WORTH),
        )
    )
    wake(session, "deliver")


def staff_locked_out(session: Session, event: StaffLockedOut) -> None:
    """Tell the person whose name was tried."""
    until = event.until.astimezone(clock.LOCAL).strftime("%H:%M")
    say(
        session,
        "staff_locked_out",
        audience.these_staff([event.staff_id]),
        link="/console/account",
        tag="account-locked",
        urgent=True,
        until=until,
    )


def staff_deactivated(session: Session, event: StaffDeactivated) -> None:
    """Their devices hear nothing any more."""
    service.forget_owner(session, "staff", event.staff_id)


def resident_erased(session: Session, event: ResidentErased) -> None:
    """Their devices are forgotten."""
    service.forget_owner(session, "resident", event.resident_id)


def _settle_article(session: Session, article_id: uuid.UUID) -> None:
    service.settle(session, f"article-{article_id}", _OF_ARTICLES)


def _settle_broadcast(session: Session, broadcast_id: uuid.UUID) -> None:
    service.settle(session, f"broadcast-{broadcast_id}", _OF_BROADCASTS)


def _of_stage(event: CaseWarned | CaseOverdue, what: str) -> str:
    return f"intake_{what}" if event.stage == Stage.INTAKE else f"case_{what}"


def _administrators(session: Session) -> Sequence[uuid.UUID]:
    return session.scalars(
        select(RoleGrant.staff_id)
        .join(Staff, Staff.id == RoleGrant.staff_id)
        .where(RoleGrant.role == Role.ADMINISTRATOR, in_force(), Staff.active)
        .distinct()
    ).all()


def _whoever_has(case: Case, event: CaseWarned | CaseOverdue) -> audience.Audience:
    """Until somebody forwarded it that is intake: the department of a new case is a proposal."""
    if case.assignee_id:
        return audience.these_staff([case.assignee_id])
    proposed = event.stage == Stage.INTAKE or case.state == CaseState.RECEIVED
    if case.lead_department_id and not proposed:
        return audience.staff_who_may(
            Permission.CASES_HANDLE, case.unit_id, case.lead_department_id
        )
    return audience.staff_who_may(Permission.CASES_TRIAGE, case.unit_id)


def _to_staff(
    session: Session,
    case_id: uuid.UUID,
    kind: str,
    whom: audience.Audience,
    *,
    urgent: bool = False,
    **params: Any,
) -> None:
    case = session.get_one(Case, case_id)
    say(
        session,
        kind,
        whom,
        link=f"/console/cases/{case.id}",
        tag=f"case-{case.id}",
        urgent=urgent,
        code=case.tracking_code,
        category={
            language: i18n.t(f"feedback.category.{case.category.value}", language)
            for language in i18n.LANGUAGES
        },
        **params,
    )


def _to_resident(session: Session, feedback_id: uuid.UUID, kind: str) -> None:
    feedback = session.get_one(Feedback, feedback_id)
    say(
        session,
        kind,
        audience.followers(feedback.id, feedback.resident_id),
        link=f"/track/{feedback.tracking_code}",
        tag=f"feedback-{feedback.id}",
        code=feedback.tracking_code,
    )


def _titles(session: Session, article_id: uuid.UUID) -> dict[str, str]:
    article = session.get_one(Article, article_id)
    texts = session.execute(
        select(ArticleText.language, ArticleText.title).where(ArticleText.article_id == article.id)
    )
    return dict(texts.all())
