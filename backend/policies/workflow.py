"""When a policy may be changed, shown and put away. Pure: values in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backend.core.errors import Conflict, InvalidInput
from backend.policies.models import PolicyState as S
from backend.policies.models import PromiseStatus


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table."""

    name: str
    sources: frozenset[S]
    target: S
    needs_reason: bool
    why: str


MOVES: tuple[Move, ...] = (
    Move("publish", frozenset({S.DRAFT, S.ARCHIVED}), S.PUBLISHED, needs_reason=False,
         why="Residents read it from now on; what was put away may come back."),
    Move("archive", frozenset({S.PUBLISHED}), S.ARCHIVED, needs_reason=False,
         why="It is over: out of the lists, while its page stays for what points at it."),
    Move("redraft", frozenset({S.PUBLISHED, S.ARCHIVED}), S.DRAFT, needs_reason=True,
         why="What residents could read disappears, so it is said why."),
)  # fmt: skip

NAMES = tuple(dict.fromkeys(move.name for move in MOVES))

# What was put away is changed only after it came back.
EDITABLE = frozenset({S.DRAFT, S.PUBLISHED})
OPEN = frozenset({PromiseStatus.PLANNED, PromiseStatus.IN_PROGRESS})


def allowed_moves(state: S, *, complete: bool) -> list[Move]:
    """The moves that are open now."""
    return [
        move
        for move in MOVES
        if state in move.sources and (complete or move.target is not S.PUBLISHED)
    ]


def check(name: str, state: S, *, complete: bool, reason: str | None) -> Move:
    """The move ``name``, if it can be made.

    Args:
        complete: every text has a name and a summary.

    Raises:
        Conflict: not from this state.
        InvalidInput: ``complete`` or ``reason`` is wanting.
    """
    move = next((each for each in MOVES if each.name == name and state in each.sources), None)
    if move is None:
        raise Conflict("policies.move_not_possible", state=state.value)
    if move.target is S.PUBLISHED and not complete:
        raise InvalidInput({"texts": ["incomplete"]}, "policies.incomplete")
    if move.needs_reason and not reason:
        raise InvalidInput({"reason": ["required"]}, "policies.reason_required")
    return move


def is_late(status: PromiseStatus, due_on: date | None, today: date) -> bool:
    """The day has passed and it is neither done nor dropped."""
    return status in OPEN and due_on is not None and due_on < today


def validity(valid_from: date | None, valid_to: date | None, today: date) -> str:
    """``upcoming``, ``in_force`` or ``ended``; a missing day leaves that side open."""
    if valid_from is not None and today < valid_from:
        return "upcoming"
    return "ended" if valid_to is not None and today > valid_to else "in_force"
