"""The pure rules: waits, passwords, who may hold what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.accounts.rules import levels_of, mask_phone, password_problem, wait_after
from backend.core.auth import Role


def test_the_first_failures_cost_nothing_and_then_each_doubles_the_wait() -> None:
    assert [wait_after(n).total_seconds() for n in range(8)] == [0, 0, 0, 0, 0, 5, 10, 20]
    assert wait_after(12) == timedelta(seconds=640)
    assert wait_after(13) == wait_after(10_000) == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("mot-mat-khau-du-dai", None),
        ("Đường về làng 7", None),
        ("ngan", "too_short"),
        ("x" * 201, "too_long"),
        ("aaaaaaaaaaaa", "too_easy"),
        ("1234567890", "too_easy"),
        ("hoa.ayun.quynhon", "too_easy"),
    ],
)
def test_length_counts_and_recipes_do_not(password: str, problem: str | None) -> None:
    assert password_problem(password, "hoa.ayun.quynhon") == problem


def test_some_roles_belong_to_one_tier() -> None:
    assert levels_of(Role.VILLAGE_HEAD) == ("commune",)
    assert levels_of(Role.PROVINCE_SUPERVISOR) == ("province",)
    assert levels_of(Role.PORTAL_CLIENT) == ()
    assert levels_of(Role.DRAFTER) == ("province", "commune")


def test_only_the_end_of_a_number_is_shown() -> None:
    assert mask_phone("+84905123456") == "••• ••• 456"
