"""When a policy may be shown, put away and changed, and when a promise is late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.core.errors import Conflict, InvalidInput
from backend.policies.models import PolicyState as S
from backend.policies.models import PromiseStatus
from backend.policies.workflow import MOVES, allowed_moves, check, is_late, validity

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (S.DRAFT, ["publish"]),
        (S.PUBLISHED, ["archive", "redraft"]),
        (S.ARCHIVED, ["publish", "redraft"]),
    ],
)
def test_each_state_has_its_moves(state: S, names: list[str]) -> None:
    assert [move.name for move in allowed_moves(state, complete=True)] == names


def test_what_has_no_summary_is_not_published() -> None:
    assert allowed_moves(S.DRAFT, complete=False) == []
    with pytest.raises(InvalidInput):
        check("publish", S.DRAFT, complete=False, reason=None)


def test_taking_back_what_residents_read_needs_a_reason() -> None:
    for reason in (None, ""):
        with pytest.raises(InvalidInput):
            check("redraft", S.PUBLISHED, complete=True, reason=reason)
    assert check("redraft", S.PUBLISHED, complete=True, reason="Nhầm số").target is S.DRAFT


@pytest.mark.parametrize("state", list(S))
def test_a_move_that_is_not_in_the_table_is_a_conflict(state: S) -> None:
    for name in {move.name for move in MOVES} | {"fly"}:
        if not any(move.name == name and state in move.sources for move in MOVES):
            with pytest.raises(Conflict):
                check(name, state, complete=True, reason="x")


@pytest.mark.parametrize(
    ("status", "due_on", "late"),
    [
        (PromiseStatus.PLANNED, TODAY - DAY, True),
        (PromiseStatus.IN_PROGRESS, TODAY - DAY, True),
        (PromiseStatus.IN_PROGRESS, TODAY, False),
        (PromiseStatus.PLANNED, None, False),
        (PromiseStatus.DONE, TODAY - DAY, False),
        (PromiseStatus.DROPPED, TODAY - DAY, False),
    ],
)
def test_a_promise_is_late_from_the_day_after_its_last(
    status: PromiseStatus, due_on: date | None, late: bool
) -> None:
    assert is_late(status, due_on, TODAY) is late


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (None, None, "in_force"),
        (TODAY, TODAY, "in_force"),
        (TODAY + DAY, None, "upcoming"),
        (None, TODAY - DAY, "ended"),
        (TODAY - DAY, TODAY + DAY, "in_force"),
    ],
)
def test_both_days_of_a_validity_belong_to_it(
    begins: date | None, ends: date | None, expected: str
) -> None:
    assert validity(begins, ends, TODAY) == expected
