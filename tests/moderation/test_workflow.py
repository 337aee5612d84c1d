"""The table of moves, walked whole: every state with every move, every capacity."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from moderation.models import CaseState, LegalType, Outcome
from moderation.workflow import (
    GIVEN,
    MAX_TRANSFERS,
    TABLE,
    Actor,
    Facts,
    Move,
    Need,
    RefusedError,
    Who,
    allowed_moves,
    check,
    target_state,
)

DEPARTMENT, SOMEBODY, OTHER = uuid4(), uuid4(), uuid4()
EVERYTHING: dict[str, Any] = {
    "category": "khac",
    "legal_type": "ordinary",
    "department_id": DEPARTMENT,
    "text": "Xin chào",
    "reply": "Đã xong",
    "reason": "Vì vậy",
    "outcome": Outcome.DONE,
    "evidence_upload_ids": [uuid4()],
    "planned_on": "2026-12-01",
    "other_body": "Sở Xây dựng",
    "into": "GL-7K4M-92QX",
}
WITH_UNIT = {**EVERYTHING, "unit_code": "23798", "department_id": None}


def facts(state: CaseState, **overrides: Any) -> Facts:
    values: dict[str, Any] = {
        "legal_confirmed": True,
        "department_id": DEPARTMENT,
        "resolved_by": SOMEBODY,
        "previewed": True,
        "published": False,
        **overrides,
    }
    return Facts(state=state, **values)


def actor(*roles: Who, id: UUID = OTHER, departments: frozenset[UUID] | None = None) -> Actor:  # noqa: A002
    return Actor(id, frozenset(roles), departments)


def test_every_move_has_a_row_and_every_row_says_why() -> None:
    assert {step.move for step in TABLE} == set(Move)
    assert all(step.why and step.sources and step.who for step in TABLE)


def test_every_need_is_a_field_or_a_fact() -> None:
    for step in TABLE:
        assert all(isinstance(need, Need) for need in step.needs)
    assert Need.LEGAL_ORDINARY not in GIVEN
    assert Need.REPLY in GIVEN


@pytest.mark.parametrize(("state", "move"), list(product(CaseState, Move)))
def test_a_move_from_a_state_that_the_table_does_not_name_is_refused(
    state: CaseState, move: Move
) -> None:
    everybody = actor(*Who)
    for given in (EVERYTHING, WITH_UNIT):
        named = [
            step
            for step in TABLE
            if step.move is move
            and state in step.sources
            and (step.given is None or given.get(step.given))
        ]
        if named:
            continue
        with pytest.raises(RefusedError) as refused:
            check(facts(state), move, everybody, given)
        assert refused.value.code == "not_from_state"


@pytest.mark.parametrize("step", TABLE, ids=lambda step: f"{step.move}-{step.given or ''}")
def test_each_row_may_be_used_by_whom_it_names_and_by_nobody_else(step: Any) -> None:
    given = WITH_UNIT if step.given == "unit_code" else EVERYTHING
    legal = LegalType.COMPLAINT if Need.OTHER_LAW in step.needs else LegalType.ORDINARY
    published = Need.IS_PUBLIC in step.needs
    for state in step.sources:
        case = facts(state, legal_type=legal, published=published)
        for who in Who:
            if who in step.who:
                assert check(case, step.move, actor(who), given).move is step.move
            elif not any(
                who in other.who
                for other in TABLE
                if other.move is step.move
                and state in other.sources
                and (other.given is None or given.get(other.given))
            ):
                with pytest.raises(RefusedError) as refused:
                    check(case, step.move, actor(who), given)
                assert refused.value.code == "not_yours"


@pytest.mark.parametrize("step", TABLE, ids=lambda step: f"{step.move}-{step.given or ''}")
def test_each_missing_field_is_named(step: Any) -> None:
    given = dict(WITH_UNIT if step.given == "unit_code" else EVERYTHING)
    legal = LegalType.COMPLAINT if Need.OTHER_LAW in step.needs else LegalType.ORDINARY
    case = facts(next(iter(step.sources)), legal_type=legal, published=Need.IS_PUBLIC in step.needs)
    optional = {Need.PLANNED_ON, Need.OTHER_BODY}
    for need in step.needs:
        if need not in GIVEN or need in optional or need.value == step.given:
            continue
        with pytest.raises(RefusedError) as refused:
            check(case, step.move, actor(*step.who), {**given, need.value: None})
        assert need in refused.value.missing


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("legal_type", [LegalType.COMPLAINT, LegalType.DENUNCIATION])
def test_a_complaint_or_denunciation_is_never_published_or_handled(
    state: CaseState, confirmed: bool, legal_type: LegalType
) -> None:
    case = facts(state, legal_type=legal_type, legal_confirmed=confirmed)
    for move in (
        Move.PUBLISH,
        Move.ASSIGN,
        Move.START,
        Move.RESOLVE,
        Move.APPROVE,
        Move.REJECT,
        Move.CLOSE,
    ):
        with pytest.raises(RefusedError):
            check(case, move, actor(*Who), EVERYTHING)


@pytest.mark.parametrize("state", CaseState)
def test_nothing_unconfirmed_is_published(state: CaseState) -> None:
    with pytest.raises(RefusedError):
        check(facts(state, legal_confirmed=False), Move.PUBLISH, actor(*Who), EVERYTHING)


@pytest.mark.parametrize(("state", "who"), list(product(CaseState, Who)))
def test_buttons_and_rules_cannot_drift(state: CaseState, who: Who) -> None:
    """What is offered without anything in its way can be done; what is not offered cannot."""
    case, somebody = facts(state), actor(who)
    offered = {offer.move: offer for offer in allowed_moves(case, somebody)}
    for move in Move:
        if who is Who.RESIDENT:
            assert not offered
            continue
        outcomes = []
        for given in (EVERYTHING, WITH_UNIT):
            try:
                check(case, move, somebody, given)
                outcomes.append(True)
            except RefusedError:
                outcomes.append(False)
        if move in offered and not offered[move].missing:
            assert any(outcomes), (state, who, move)
        if move not in offered:
            assert not any(outcomes), (state, who, move)


def test_done_needs_proof_planned_a_date_other_body_a_name() -> None:
    case, binh = facts(CaseState.IN_PROGRESS), actor(Who.HANDLER)
    bare = {"reply": "Đã xong"}
    for outcome, needed in {
        Outcome.DONE: Need.PROOF,
        Outcome.PLANNED: Need.PLANNED_ON,
        Outcome.OTHER_BODY: Need.OTHER_BODY,
    }.items():
        with pytest.raises(RefusedError) as refused:
            check(case, Move.RESOLVE, binh, {**bare, "outcome": outcome})
        assert refused.value.missing == (needed,)
    for outcome in (Outcome.PARTLY_DONE, Outcome.NOT_POSSIBLE):
        assert check(case, Move.RESOLVE, binh, {**bare, "outcome": outcome})


def test_four_eyes() -> None:
    case = facts(CaseState.AWAITING_APPROVAL)
    alone = actor(Who.LEADER, id=SOMEBODY)
    with pytest.raises(RefusedError) as refused:
        check(case, Move.APPROVE, alone, {"override_reason": "  "})
    assert refused.value.missing == (Need.SECOND_PERSON,)
    assert check(case, Move.APPROVE, alone, {"override_reason": "Trạm chỉ có một người"})
    assert check(case, Move.APPROVE, actor(Who.LEADER), {})


def test_after_two_transfers_only_a_leader_passes_a_case_on() -> None:
    case = facts(CaseState.FORWARDED, transfers=MAX_TRANSFERS)
    given = {"department_id": uuid4(), "reason": "Không phải việc"}
    for move, who in product((Move.ASSIGN, Move.TRANSFER), (Who.TRIAGE, Who.LEADER)):
        if move is Move.ASSIGN and who is Who.LEADER:
            continue  # a leader of the demo is triage as well
        if who is Who.LEADER:
            assert check(case, move, actor(who), given)
        else:
            with pytest.raises(RefusedError) as refused:
                check(case, move, actor(who), given)
            assert refused.value.missing == (Need.LEADER_ASSIGNS,)
    # another person of the same department is no passing on
    assert check(case, Move.ASSIGN, actor(Who.TRIAGE), {"department_id": DEPARTMENT})


def test_a_handler_of_another_department_is_refused() -> None:
    stranger = actor(Who.HANDLER, departments=frozenset({uuid4()}))
    with pytest.raises(RefusedError) as refused:
        check(facts(CaseState.FORWARDED), Move.START, stranger, {})
    assert refused.value.missing == (Need.OWN_DEPARTMENT,)


def test_an_answer_leads_back_to_where_the_question_was_asked() -> None:
    case = facts(CaseState.NEEDS_INFORMATION, resume_state=CaseState.IN_PROGRESS)
    step = check(case, Move.ANSWER, actor(Who.RESIDENT), {})
    assert target_state(step, case) is CaseState.IN_PROGRESS
