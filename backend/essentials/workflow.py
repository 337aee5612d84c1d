"""The way of an article from a draft to the public, as one table.

``check()`` and ``allowed_moves()`` read the same rows, so a button cannot drift from its rule. Whoever
wrote a word of a text does not approve it (Decree 49/2024 asks for approval by the commune's leadership),
unless that person gives a reason, which is logged: some stations have one employee.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.core.auth import Permission
from backend.core.errors import Conflict, Forbidden, InvalidInput
from backend.essentials.models import ArticleState as S
from backend.essentials.models import Priority


class Who(enum.StrEnum):
    """What an actor is to an article."""

    AUTHOR = "author"  # wrote it and may still write in its unit
    EDITOR = "editor"
    APPROVER = "approver"
    CLOCK = "clock"  # the house itself, when the hour has come


class Needs(enum.StrEnum):
    """What a move asks for. The first four are fields of the request."""

    REASON = "reason"
    NOTE = "note"
    PUBLISH_AT = "publish_at"
    ANOTHER_PERSON = "override_reason"  # asked for only when the actor wrote some of it
    COMPLETE = "complete"
    EMERGENCY = "emergency"
    PENDING_REVIEW = "pending_review"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table."""

    name: str
    sources: frozenset[S]
    target: S
    who: frozenset[Who]
    needs: tuple[Needs, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules must know of an article.

    Attributes:
        writers: everybody who wrote a word of the present text.
        complete: it has a title and a body in some language, and somewhere to appear.
        needs_review: one person alone published it as an emergency.
        published_by: who published it last; None for the clock.
    """

    state: S
    priority: Priority
    author: UUID
    writers: frozenset[UUID]
    complete: bool = True
    needs_review: bool = False
    published_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants to make a move, and what they may do in the article's unit. No id: the house itself."""

    id: UUID | None
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came with the request."""

    reason: str | None = None
    note: str | None = None
    publish_at: datetime | None = None
    override_reason: str | None = None


def _move(
    name: str, sources: Iterable[S], target: S, who: Iterable[Who], *needs: Needs, why: str
) -> Move:
    return Move(name, frozenset(sources), target, frozenset(who), needs, why)


_OFFICE = (Who.EDITOR, Who.APPROVER)
_WRITERS = (Who.AUTHOR, Who.EDITOR)

MOVES: tuple[Move, ...] = (
    _move("submit", [S.DRAFT, S.RETURNED], S.SUBMITTED, _WRITERS, Needs.COMPLETE,
          why="The author hands the text in."),
    _move("return", [S.SUBMITTED], S.RETURNED, _OFFICE, Needs.REASON,
          why="Something must be mended first; the author is told what."),
    _move("return", [S.APPROVED, S.SCHEDULED], S.RETURNED, [Who.APPROVER], Needs.REASON,
          why="A mistake found after approval goes back, not out."),
    _move("approve", [S.SUBMITTED], S.APPROVED, [Who.APPROVER], Needs.COMPLETE, Needs.ANOTHER_PERSON,
          why="Leadership answers for what the commune says."),
    _move("schedule", [S.APPROVED, S.SCHEDULED], S.SCHEDULED, _OFFICE, Needs.PUBLISH_AT,
          why="It appears by itself at its hour; the hour may be changed."),
    _move("publish", [S.APPROVED, S.SCHEDULED], S.PUBLISHED, [*_OFFICE, Who.CLOCK],
          why="An approved text goes out, at once or at its hour."),
    _move("publish", [S.DRAFT, S.RETURNED, S.SUBMITTED], S.PUBLISHED, [Who.APPROVER],
          Needs.COMPLETE, Needs.EMERGENCY,
          why="An emergency may be issued by one authorised person; somebody else reviews it afterwards."),
    _move("review", [S.PUBLISHED], S.PUBLISHED, [Who.APPROVER],
          Needs.PENDING_REVIEW, Needs.ANOTHER_PERSON,
          why="The second pair of eyes that an emergency did without."),
    _move("correct", [S.PUBLISHED], S.CORRECTING, _WRITERS, Needs.NOTE,
          why="The public keeps reading the old text until the new one is approved."),
    _move("submit", [S.CORRECTING], S.CORRECTION_SUBMITTED, _WRITERS, Needs.COMPLETE,
          why="The new text is handed in."),
    _move("return", [S.CORRECTION_SUBMITTED], S.CORRECTING, _OFFICE, Needs.REASON,
          why="The new text is not right yet."),
    _move("approve", [S.CORRECTION_SUBMITTED], S.PUBLISHED, [Who.APPROVER],
          Needs.COMPLETE, Needs.ANOTHER_PERSON,
          why="A correction is approved like any text; the approver who wrote it says why nobody else could."),
    _move("cancel", [S.CORRECTING, S.CORRECTION_SUBMITTED], S.PUBLISHED, _WRITERS,
          why="The correction is dropped; the public text was never touched."),
    _move("withdraw", [S.PUBLISHED, S.CORRECTING, S.CORRECTION_SUBMITTED], S.WITHDRAWN,
          [Who.APPROVER], Needs.REASON,
          why="What was public is taken back only by those who answer for it, with a reason shown to all."),
    _move("cancel", [S.DRAFT, S.RETURNED], S.CANCELLED, _WRITERS,
          why="A text that nobody will need."),
    _move("cancel", [S.SUBMITTED, S.APPROVED, S.SCHEDULED], S.CANCELLED, _OFFICE, Needs.REASON,
          why="Once handed in, others relied on it: they are told why it stops."),
)  # fmt: skip

_BY_NAME_AND_STATE = {(move.name, source): move for move in MOVES for source in move.sources}
NAMES = tuple(dict.fromkeys(move.name for move in MOVES))

# In which states a text may be changed, and by whom. Anything public is changed by a correction.
EDITABLE: dict[S, frozenset[Who]] = {
    S.DRAFT: frozenset(_WRITERS),
    S.RETURNED: frozenset(_WRITERS),
    S.CORRECTING: frozenset(_WRITERS),
    S.SUBMITTED: frozenset({Who.EDITOR}),
    S.CORRECTION_SUBMITTED: frozenset({Who.EDITOR}),
}
PUBLIC_STATES = frozenset({S.PUBLISHED, S.CORRECTING, S.CORRECTION_SUBMITTED})


def check(name: str, article: Standing, actor: Actor, asked: Asked, now: datetime) -> Move:
    """The row that lets ``actor`` make the move ``name``.

    Raises:
        Conflict: the article is not in a state for it.
        Forbidden: it is for others to do.
        InvalidInput: something that the move asks for is missing.
    """
    move = _BY_NAME_AND_STATE.get((name, article.state))
    if move is None:
        raise Conflict("essentials.move_not_possible", state=article.state.value)
    if not move.who & roles(article, actor):
        raise Forbidden("essentials.not_yours")
    for need in move.needs:
        _demand(need, article, actor, asked, now)
    return move


def allowed_moves(article: Standing, actor: Actor) -> list[tuple[Move, list[str]]]:
    """The moves open to ``actor``, each with the fields that it asks for."""
    mine = roles(article, actor)
    return [
        (move, _fields(move, article, actor))
        for move in MOVES
        if article.state in move.sources and move.who & mine and _possible(move, article)
    ]


def overrides(move: Move, article: Standing, actor: Actor) -> bool:
    """True when the move sets the rule of two people aside, so that its reason must be kept."""
    return Needs.ANOTHER_PERSON in move.needs and _is_own(article, actor)


def may_edit(article: Standing, actor: Actor) -> bool:
    """True when ``actor`` may change the working text now."""
    return bool(EDITABLE.get(article.state, frozenset()) & roles(article, actor))


def roles(article: Standing, actor: Actor) -> frozenset[Who]:
    """What ``actor`` is to ``article``."""
    if actor.id is None:
        return frozenset({Who.CLOCK})
    held = {
        Who.AUTHOR: Permission.ARTICLES_WRITE in actor.permissions and actor.id == article.author,
        Who.EDITOR: Permission.ARTICLES_EDIT in actor.permissions,
        Who.APPROVER: Permission.ARTICLES_APPROVE in actor.permissions,
    }
    return frozenset(who for who, holds in held.items() if holds)


def _demand(need: Needs, article: Standing, actor: Actor, asked: Asked, now: datetime) -> None:
    match need:
        case Needs.REASON | Needs.NOTE if not getattr(asked, need.value):
            raise InvalidInput({need.value: ["required"]}, "essentials.reason_required")
        case Needs.PUBLISH_AT if asked.publish_at is None:
            raise InvalidInput({"publish_at": ["required"]}, "essentials.time_required")
        case Needs.PUBLISH_AT if asked.publish_at is not None and asked.publish_at <= now:
            raise InvalidInput({"publish_at": ["past"]}, "essentials.time_required")
        case Needs.ANOTHER_PERSON if _is_own(article, actor) and not asked.override_reason:
            raise InvalidInput({"override_reason": ["required"]}, "essentials.author_is_approver")
        case Needs.COMPLETE if not article.complete:
            raise InvalidInput({"texts": ["incomplete"]}, "essentials.incomplete")
        case Needs.EMERGENCY if article.priority is not Priority.EMERGENCY:
            raise Conflict("essentials.only_emergency")
        case Needs.PENDING_REVIEW if not article.needs_review:
            raise Conflict("essentials.nothing_to_review")
        case _:
            return


def _is_own(article: Standing, actor: Actor) -> bool:
    own = article.writers | ({article.published_by} if article.needs_review else set())
    return actor.id in own


def _possible(move: Move, article: Standing) -> bool:
    return not (
        (Needs.COMPLETE in move.needs and not article.complete)
        or (Needs.EMERGENCY in move.needs and article.priority is not Priority.EMERGENCY)
        or (Needs.PENDING_REVIEW in move.needs and not article.needs_review)
    )


def _fields(move: Move, article: Standing, actor: Actor) -> list[str]:
    fields = [n.value for n in move.needs if n in (Needs.REASON, Needs.NOTE, Needs.PUBLISH_AT)]
    if Needs.ANOTHER_PERSON in move.needs and _is_own(article, actor):
        fields.append(Needs.ANOTHER_PERSON.value)
    return fields
