"""The way of an article: who may do what, when, and what is asked for. Values in, values out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.core.auth import ROLE_PERMISSIONS, Permission, Role
from backend.core.errors import Conflict, Forbidden, InvalidInput
from backend.essentials.models import ArticleState as S
from backend.essentials.models import Priority
from backend.essentials.workflow import (
    EDITABLE,
    MOVES,
    NAMES,
    PUBLIC_STATES,
    Actor,
    Asked,
    Standing,
    allowed_moves,
    check,
    may_edit,
    overrides,
)

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
LIEN, YEN, DUNG, STRANGER = (uuid4() for _ in range(4))
DRAFT = Standing(S.DRAFT, Priority.NORMAL, author=LIEN, writers=frozenset({LIEN}))


def actor(who: UUID | None, *roles: Role) -> Actor:
    held: frozenset[Permission] = frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
    return Actor(who, held)


DRAFTER = actor(LIEN, Role.DRAFTER)
EDITOR = actor(YEN, Role.EDITOR)
APPROVER = actor(DUNG, Role.APPROVER)
HOUSE = actor(None)
EVERYTHING = Asked(
    reason="vì sao", note="sửa gì", publish_at=NOW + timedelta(days=1), override_reason="một người"
)


def at(state: S, **changes: Any) -> Standing:
    return replace(DRAFT, state=state, **changes)


def names(article: Standing, who: Actor) -> set[str]:
    return {move.name for move, _ in allowed_moves(article, who)}


@pytest.mark.parametrize(
    ("state", "who", "expected"),
    [
        (S.DRAFT, DRAFTER, {"submit", "cancel"}),
        (S.DRAFT, EDITOR, {"submit", "cancel"}),
        (S.DRAFT, APPROVER, set()),
        (S.SUBMITTED, DRAFTER, set()),
        (S.SUBMITTED, EDITOR, {"return", "cancel"}),
        (S.SUBMITTED, APPROVER, {"return", "approve", "cancel"}),
        (S.RETURNED, DRAFTER, {"submit", "cancel"}),
        (S.APPROVED, DRAFTER, set()),
        (S.APPROVED, EDITOR, {"schedule", "publish", "cancel"}),
        (S.APPROVED, APPROVER, {"return", "schedule", "publish", "cancel"}),
        (S.SCHEDULED, EDITOR, {"schedule", "publish", "cancel"}),
        (S.SCHEDULED, HOUSE, {"publish"}),
        (S.APPROVED, HOUSE, {"publish"}),
        (S.DRAFT, HOUSE, set()),
        (S.PUBLISHED, DRAFTER, {"correct"}),
        (S.PUBLISHED, EDITOR, {"correct"}),
        (S.PUBLISHED, APPROVER, {"withdraw"}),
        (S.CORRECTING, EDITOR, {"submit", "cancel"}),
        (S.CORRECTION_SUBMITTED, APPROVER, {"return", "approve", "withdraw"}),
        (S.WITHDRAWN, APPROVER, set()),
        (S.CANCELLED, EDITOR, set()),
    ],
)
def test_the_buttons_of_each_state(state: S, who: Actor, expected: set[str]) -> None:
    assert names(at(state), who) == expected


def test_a_colleague_who_only_drafts_does_not_touch_the_text_of_another() -> None:
    other = actor(STRANGER, Role.DRAFTER)
    assert names(DRAFT, other) == set()
    assert not may_edit(DRAFT, other)
    with pytest.raises(Forbidden):
        check("submit", DRAFT, other, Asked(), NOW)


def test_a_button_and_its_rule_never_disagree() -> None:
    people = [DRAFTER, EDITOR, APPROVER, HOUSE, actor(STRANGER), actor(LIEN, Role.COMMUNE_LEADER)]
    for state in S:
        for priority in Priority:
            for needs_review in (False, True):
                article = at(state, priority=priority, needs_review=needs_review)
                for who in people:
                    offered = names(article, who)
                    for name in NAMES:
                        try:
                            check(name, article, who, EVERYTHING, NOW)
                        except (Conflict, Forbidden, InvalidInput):
                            assert name not in offered, (state, name)
                        else:
                            assert name in offered, (state, name)


def test_a_move_has_one_row_per_state() -> None:
    pairs = [(move.name, source) for move in MOVES for source in move.sources]
    assert len(pairs) == len(set(pairs))


def test_every_state_can_be_reached_and_left_or_is_an_end() -> None:
    reached = {move.target for move in MOVES} | {S.DRAFT}
    left = {source for move in MOVES for source in move.sources}
    assert reached == set(S)
    assert set(S) - left == {S.WITHDRAWN, S.CANCELLED}


def test_an_author_does_not_approve_without_a_reason() -> None:
    both = actor(LIEN, Role.DRAFTER, Role.APPROVER)
    article = at(S.SUBMITTED)
    with pytest.raises(InvalidInput) as refused:
        check("approve", article, both, Asked(), NOW)
    assert refused.value.code == "essentials.author_is_approver"
    assert refused.value.errors == {"override_reason": ["required"]}
    row = check("approve", article, both, Asked(override_reason="Trạm chỉ có một người"), NOW)
    assert overrides(row, article, both)
    assert dict(allowed_fields(article, both))["approve"] == ["override_reason"]


def test_whoever_edited_the_text_does_not_approve_it_either() -> None:
    article = at(S.SUBMITTED, writers=frozenset({LIEN, YEN}))
    both = actor(YEN, Role.EDITOR, Role.APPROVER)
    with pytest.raises(InvalidInput):
        check("approve", article, both, Asked(), NOW)
    row = check("approve", article, APPROVER, Asked(), NOW)
    assert row.target is S.APPROVED
    assert not overrides(row, article, APPROVER)


def test_an_emergency_goes_out_on_one_persons_word_and_is_looked_at_afterwards() -> None:
    both = actor(LIEN, Role.DRAFTER, Role.APPROVER)
    with pytest.raises(Conflict) as refused:
        check("publish", DRAFT, both, Asked(), NOW)
    assert refused.value.code == "essentials.only_emergency"
    urgent = at(S.DRAFT, priority=Priority.EMERGENCY)
    assert check("publish", urgent, both, Asked(), NOW).target is S.PUBLISHED
    with pytest.raises(Forbidden):
        check("publish", urgent, EDITOR, Asked(), NOW)
    out = at(S.PUBLISHED, priority=Priority.EMERGENCY, needs_review=True, published_by=DUNG)
    with pytest.raises(InvalidInput):
        check("review", out, APPROVER, Asked(), NOW)
    assert check("review", out, actor(STRANGER, Role.APPROVER), Asked(), NOW).name == "review"


@pytest.mark.parametrize(
    ("name", "state", "who", "field"),
    [
        ("return", S.SUBMITTED, APPROVER, "reason"),
        ("withdraw", S.PUBLISHED, APPROVER, "reason"),
        ("cancel", S.APPROVED, APPROVER, "reason"),
        ("correct", S.PUBLISHED, EDITOR, "note"),
        ("schedule", S.APPROVED, EDITOR, "publish_at"),
    ],
)
def test_what_is_missing_is_named(name: str, state: S, who: Actor, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(name, at(state), who, Asked(), NOW)
    assert refused.value.errors == {field: ["required"]}


@pytest.mark.parametrize("moment", [NOW, NOW - timedelta(seconds=1)])
def test_nothing_is_scheduled_for_the_past(moment: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        check("schedule", at(S.APPROVED), EDITOR, Asked(publish_at=moment), NOW)
    assert refused.value.errors == {"publish_at": ["past"]}


def test_an_empty_text_is_not_handed_in() -> None:
    empty = replace(DRAFT, complete=False)
    assert names(empty, DRAFTER) == {"cancel"}
    with pytest.raises(InvalidInput) as refused:
        check("submit", empty, DRAFTER, Asked(), NOW)
    assert refused.value.code == "essentials.incomplete"


def test_a_correction_needs_a_second_person_like_any_text() -> None:
    article = at(S.CORRECTION_SUBMITTED, writers=frozenset({YEN}))
    both = actor(YEN, Role.EDITOR, Role.APPROVER)
    with pytest.raises(InvalidInput):
        check("approve", article, both, Asked(), NOW)
    assert check("approve", article, APPROVER, Asked(), NOW).target is S.PUBLISHED
    assert check("cancel", article, EDITOR, Asked(), NOW).target is S.PUBLISHED


def test_what_is_public_is_not_edited() -> None:
    assert not EDITABLE.keys() & {S.PUBLISHED, S.APPROVED, S.SCHEDULED, S.WITHDRAWN}
    assert may_edit(at(S.CORRECTING), EDITOR)
    assert not may_edit(at(S.SUBMITTED), DRAFTER)
    assert may_edit(at(S.SUBMITTED), EDITOR)
    assert {S.PUBLISHED, S.CORRECTING, S.CORRECTION_SUBMITTED} == PUBLIC_STATES


def allowed_fields(article: Standing, who: Actor) -> list[tuple[str, list[str]]]:
    return [(move.name, fields) for move, fields in allowed_moves(article, who)]
