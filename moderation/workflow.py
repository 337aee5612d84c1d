"""What may be done to a case, as one table: from, to, who, what is needed, why. Pure: values in, values out.

``check`` guards every write and ``allowed_moves`` draws every button from the same rows, so the two cannot drift.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from moderation.models import CaseState, LegalType, Outcome

S = CaseState
# After this many transfers a leader has to say who does it (DOMAIN §4, anti-passing).
MAX_TRANSFERS = 2


class Move(enum.StrEnum):
    """Everything that can be done; the labels are ``cases.move.<value>``."""

    CLASSIFY = "classify"
    CONFIRM_LEGAL = "confirm_legal"
    ASSIGN = "assign"
    START = "start"
    ASK = "ask"
    REPLY = "reply"
    RESOLVE = "resolve"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    CLOSE = "close"
    DIVERT = "divert"
    TRANSFER = "transfer"
    MERGE = "merge"
    REOPEN = "reopen"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


class Who(enum.StrEnum):
    """In which capacity; an official may hold several on one unit."""

    TRIAGE = "triage"
    HANDLER = "handler"
    LEADER = "leader"
    PUBLISHER = "publisher"
    RESIDENT = "resident"


class Need(enum.StrEnum):
    """What must be there. Those named like a field are given with the move, the others are facts of the case.

    The sentences are ``cases.need.<value>``.
    """

    # given with the move
    CATEGORY = "category"
    LEGAL_TYPE = "legal_type"
    DEPARTMENT = "department_id"
    UNIT = "unit_code"
    TEXT = "text"
    REPLY = "reply"
    REASON = "reason"
    OUTCOME = "outcome"
    PROOF = "evidence_upload_ids"
    PLANNED_ON = "planned_on"
    OTHER_BODY = "other_body"
    INTO = "into"
    # facts of the case and of who acts
    LEGAL_ORDINARY = "legal_confirmed_ordinary"
    OTHER_LAW = "legal_confirmed_other_law"
    NOT_SUSPECTED = "not_suspected"
    OWN_DEPARTMENT = "own_department"
    SECOND_PERSON = "second_person"
    LEADER_ASSIGNS = "leader_assigns"
    PREVIEW = "preview_confirmed"
    IS_PUBLIC = "is_public"
    NOT_PUBLIC = "not_public"


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table. No target: the state stays. ``given``: the field by which this row is meant."""

    move: Move
    sources: frozenset[CaseState]
    target: CaseState | None
    who: frozenset[Who]
    needs: tuple[Need, ...]
    why: str
    given: str | None = None
    resumes: bool = False  # goes on where it was before the question


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at in a case."""

    state: CaseState
    legal_type: LegalType = LegalType.ORDINARY
    legal_confirmed: bool = False
    department_id: UUID | None = None
    resolved_by: UUID | None = None
    transfers: int = 0
    published: bool = False
    previewed: bool = False  # a public version was drafted for the present reply and proof
    resume_state: CaseState | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, on the unit of the case. ``departments`` None: the whole unit."""

    id: UUID | None
    roles: frozenset[Who]
    departments: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A move that is open to somebody: the fields it asks for, and facts that still stand in its way."""

    move: Move
    requires: tuple[str, ...]
    missing: tuple[str, ...]


class RefusedError(Exception):
    """The move cannot be made. ``code``: not_from_state, not_yours or incomplete; ``missing`` names needs."""

    def __init__(
        self, code: str, move: Move, state: CaseState, missing: tuple[Need, ...] = ()
    ) -> None:
        self.code, self.move, self.state, self.missing = code, move, state, missing
        super().__init__(f"{move} from {state}: {code} {' '.join(missing)}".rstrip())


_HANDLING = frozenset({S.FORWARDED, S.IN_PROGRESS, S.REOPENED})
_INTAKE = frozenset({S.RECEIVED, S.NEEDS_INFORMATION, S.REOPENED})
_BEFORE_OUTCOME = _INTAKE | _HANDLING
_OPEN = _BEFORE_OUTCOME | {S.AWAITING_APPROVAL}
_FINISHED = frozenset({S.RESOLVED, S.REJECTED, S.CLOSED, S.DIVERTED, S.MERGED})
_TRIAGE, _LEADER = frozenset({Who.TRIAGE}), frozenset({Who.LEADER})
_HANDLER, _RESIDENT = frozenset({Who.HANDLER}), frozenset({Who.RESIDENT})
_PUBLISHER = frozenset({Who.PUBLISHER})
_OFFICE = frozenset({Who.TRIAGE, Who.HANDLER, Who.LEADER})
_ORDINARY = Need.LEGAL_ORDINARY
_OWN = Need.OWN_DEPARTMENT

# fmt: off
TABLE: tuple[Step, ...] = (
    Step(Move.CLASSIFY, _OPEN, None, _TRIAGE, (Need.CATEGORY,),
         "a guess is corrected as long as somebody works on the case"),
    Step(Move.CONFIRM_LEGAL, _OPEN | {S.RESOLVED, S.REJECTED, S.CLOSED}, None, _TRIAGE, (Need.LEGAL_TYPE,),
         "a person, never the classifier, says which law applies; late insight counts too"),
    Step(Move.ASSIGN, _BEFORE_OUTCOME, S.FORWARDED, _TRIAGE, (_ORDINARY, Need.DEPARTMENT, Need.LEADER_ASSIGNS),
         "nothing is handled here that may belong to another law"),
    Step(Move.START, frozenset({S.FORWARDED, S.NEEDS_INFORMATION, S.REOPENED}), S.IN_PROGRESS, _HANDLER,
         (_ORDINARY, _OWN),
         "whoever starts it answers for it; waiting for the resident may be given up"),
    Step(Move.ASK, _BEFORE_OUTCOME, S.NEEDS_INFORMATION, _OFFICE, (_OWN, Need.TEXT),
         "the clock stands still while the resident is asked"),
    Step(Move.REPLY, _OPEN | {S.RESOLVED, S.REJECTED}, None, _OFFICE, (_OWN, Need.TEXT),
         "the resident may be told something at any time"),
    Step(Move.RESOLVE, frozenset({S.IN_PROGRESS}), S.AWAITING_APPROVAL, _HANDLER,
         (_ORDINARY, _OWN, Need.OUTCOME, Need.REPLY, Need.PROOF, Need.PLANNED_ON, Need.OTHER_BODY),
         "no outcome without plain words, no 'done' without proof"),
    Step(Move.APPROVE, frozenset({S.AWAITING_APPROVAL}), S.RESOLVED, _LEADER, (_ORDINARY, Need.SECOND_PERSON),
         "four eyes; alone only with a reason on record"),
    Step(Move.RETURN, frozenset({S.AWAITING_APPROVAL}), S.IN_PROGRESS, _LEADER, (Need.REASON,),
         "the outcome is not good enough yet"),
    Step(Move.RETURN, frozenset({S.FORWARDED}), S.RECEIVED, _HANDLER, (_OWN, Need.REASON),
         "a department that refuses says why and triage has it again"),
    Step(Move.REJECT, _BEFORE_OUTCOME, S.REJECTED, frozenset({Who.TRIAGE, Who.LEADER}),
         (_ORDINARY, Need.REASON, Need.REPLY),
         "never without a reason, and never to bury a complaint or denunciation"),
    Step(Move.CLOSE, _INTAKE, S.CLOSED, _TRIAGE, (Need.NOT_SUSPECTED, Need.REASON),
         "spam and abuse; what may be a denunciation is looked at first"),
    Step(Move.DIVERT, _OPEN | {S.RESOLVED, S.REJECTED, S.CLOSED}, S.DIVERTED, _TRIAGE, (Need.OTHER_LAW, Need.NOT_PUBLIC),
         "complaints and denunciations follow their own laws"),
    Step(Move.TRANSFER, _BEFORE_OUTCOME, S.FORWARDED, frozenset({Who.TRIAGE, Who.HANDLER, Who.LEADER}),
         (_ORDINARY, _OWN, Need.DEPARTMENT, Need.REASON, Need.LEADER_ASSIGNS),
         "passing on within the unit is counted", given="department_id"),
    Step(Move.TRANSFER, _BEFORE_OUTCOME, S.RECEIVED, frozenset({Who.TRIAGE, Who.LEADER}),
         (Need.UNIT, Need.REASON, Need.LEADER_ASSIGNS),
         "the other unit's triage looks at it afresh", given="unit_code"),
    Step(Move.MERGE, _BEFORE_OUTCOME, S.MERGED, _TRIAGE, (_ORDINARY, Need.INTO),
         "one incident, one handling"),
    Step(Move.REOPEN, _FINISHED, S.REOPENED, _LEADER, (),
         "a mistake, or a resident who is not satisfied; it takes a leader"),
    Step(Move.PUBLISH, frozenset({S.RESOLVED}), None, _PUBLISHER, (_ORDINARY, Need.PREVIEW),
         "a person confirmed the legal type, saw the masked version and presses publish"),
    Step(Move.UNPUBLISH, frozenset(CaseState), None, _PUBLISHER, (Need.IS_PUBLIC, Need.REASON),
         "a mistake is taken back at once, whatever the state"),
    Step(Move.ANSWER, frozenset({S.NEEDS_INFORMATION}), None, _RESIDENT, (),
         "the resident answered; work goes on where it was", resumes=True),
    Step(Move.WITHDRAW, _OPEN, S.WITHDRAWN, _RESIDENT, (),
         "feedback belongs to whoever sent it"),
)
# fmt: on


def check(facts: Facts, move: Move, actor: Actor, given: Mapping[str, Any] | None = None) -> Step:
    """The row under which ``actor`` may make ``move`` now.

    Args:
        given: what comes with the move, by the names of ``Need``; ``override_reason`` lets a leader act alone.

    Raises:
        RefusedError: no row fits; says which needs are missing.
    """
    given = given or {}
    rows = [step for step in _rows(move, given) if facts.state in step.sources]
    if not rows:
        raise RefusedError("not_from_state", move, facts.state)
    mine = [step for step in rows if step.who & actor.roles]
    if not mine:
        raise RefusedError("not_yours", move, facts.state)
    step = mine[0]
    missing = tuple(need for need in step.needs if not _met(need, facts, actor, given))
    if missing:
        raise RefusedError("incomplete", move, facts.state, missing)
    return step


def allowed_moves(facts: Facts, actor: Actor) -> list[Offer]:
    """The moves open to ``actor`` in this state, with the fields each asks for and the facts in its way."""
    offers: dict[Move, Offer] = {}
    for step in TABLE:
        if (
            facts.state not in step.sources
            or not step.who & actor.roles
            or Who.RESIDENT in step.who
        ):
            continue
        fields = tuple(need.value for need in step.needs if need in GIVEN)
        standing = tuple(
            need.value
            for need in step.needs
            if need not in GIVEN and not _met(need, facts, actor, {})
        )
        known = offers.get(step.move)
        if known is None or len(standing) < len(known.missing):
            offers[step.move] = Offer(step.move, fields, standing)
        elif step.given is not None:
            # two ways of the same move: what both ask for, and either target
            merged = tuple(dict.fromkeys([*known.requires, *fields]))
            offers[step.move] = Offer(step.move, merged, known.missing)
    return list(offers.values())


def target_state(step: Step, facts: Facts) -> CaseState:
    """The state after ``step``."""
    if step.resumes:
        return facts.resume_state or CaseState.RECEIVED
    return step.target or facts.state


def _rows(move: Move, given: Mapping[str, Any]) -> Iterator[Step]:
    rows = [step for step in TABLE if step.move is move]
    named = [step for step in rows if step.given is not None and given.get(step.given)]
    yield from named or rows


def _met(need: Need, facts: Facts, actor: Actor, given: Mapping[str, Any]) -> bool:
    if need in GIVEN:
        return _is_given(need, given)
    return _FACTS[need](facts, actor, given)


def _is_given(need: Need, given: Mapping[str, Any]) -> bool:
    value, outcome = given.get(need.value), given.get("outcome")
    if need is Need.PROOF and outcome != Outcome.DONE:
        return True
    if need is Need.PLANNED_ON and outcome != Outcome.PLANNED:
        return True
    if need is Need.OTHER_BODY and outcome != Outcome.OTHER_BODY:
        return True
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and (not isinstance(value, Collection) or bool(value))


def _own_department(facts: Facts, actor: Actor, _given: Mapping[str, Any]) -> bool:
    if actor.roles & {Who.TRIAGE, Who.LEADER} or actor.departments is None:
        return True
    return facts.department_id is None or facts.department_id in actor.departments


def _second_person(facts: Facts, actor: Actor, given: Mapping[str, Any]) -> bool:
    if facts.resolved_by is None or facts.resolved_by != actor.id:
        return True
    return Who.LEADER in actor.roles and bool(str(given.get("override_reason") or "").strip())


def _leader_assigns(facts: Facts, actor: Actor, given: Mapping[str, Any]) -> bool:
    if facts.transfers < MAX_TRANSFERS or Who.LEADER in actor.roles:
        return True
    # Another person of the same department is no passing on.
    wanted = given.get("department_id")
    return wanted is not None and wanted == facts.department_id


def _is_ordinary(facts: Facts, _actor: Actor, _given: Mapping[str, Any]) -> bool:
    return facts.legal_confirmed and facts.legal_type is LegalType.ORDINARY


def _is_other_law(facts: Facts, _actor: Actor, _given: Mapping[str, Any]) -> bool:
    return facts.legal_confirmed and facts.legal_type is not LegalType.ORDINARY


def _is_not_suspected(facts: Facts, _actor: Actor, _given: Mapping[str, Any]) -> bool:
    return facts.legal_type is LegalType.ORDINARY


def _is_previewed(facts: Facts, _actor: Actor, _given: Mapping[str, Any]) -> bool:
    return facts.previewed


def _is_public(facts: Facts, _actor: Actor, _given: Mapping[str, Any]) -> bool:
    return facts.published


def _is_not_public(facts: Facts, _actor: Actor, _given: Mapping[str, Any]) -> bool:
    return not facts.published


_FACTS: dict[Need, Callable[[Facts, Actor, Mapping[str, Any]], bool]] = {
    Need.LEGAL_ORDINARY: _is_ordinary,
    Need.OTHER_LAW: _is_other_law,
    Need.NOT_SUSPECTED: _is_not_suspected,
    Need.OWN_DEPARTMENT: _own_department,
    Need.SECOND_PERSON: _second_person,
    Need.LEADER_ASSIGNS: _leader_assigns,
    Need.PREVIEW: _is_previewed,
    Need.IS_PUBLIC: _is_public,
    Need.NOT_PUBLIC: _is_not_public,
}
GIVEN = frozenset(Need) - frozenset(_FACTS)
