"""The way of a broadcast from a draft to the loudspeaker and the archive, as one table.

``check()`` and ``allowed_moves()`` read the same rows, so a button cannot drift from its rule. A station's programmes
are approved by the commune's leadership (DOMAIN.md, section 3): by somebody who did not make them and who listened to
the very file that will air, which the request proves by naming the file's SHA-256.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.broadcasts.models import BroadcastState as S
from backend.broadcasts.models import Priority, RenditionState
from backend.core.auth import Permission
from backend.core.errors import Conflict, Forbidden, InvalidInput


class Who(enum.StrEnum):
    """What an actor is to a broadcast."""

    WRITER = "writer"  # makes programmes in its unit: drafter, editor, operator
    APPROVER = "approver"
    HOUSE = "house"  # the system: the hour has come, the audio failed


class Needs(enum.StrEnum):
    """What a move asks for. The first four are fields of the request."""

    REASON = "reason"
    TIME = "scheduled_at"
    HEARD = "sha256"  # of the file the approver listened to
    ANOTHER_PERSON = "override_reason"  # asked for only when the actor made some of it
    CONTENT = "content"  # there is something to hear, and it has not failed
    AUDIO = "audio"  # the finished file of this revision is there
    EMERGENCY = "emergency"


FIELDS = (Needs.REASON, Needs.TIME, Needs.HEARD)


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
    """What the rules must know of a broadcast.

    Attributes:
        contributors: everybody who made some of this revision.
        segments: how many stretches of sound it has.
        audio: state of this revision's file; None when none was asked for yet.
        sha256: of the finished file.
    """

    state: S
    priority: Priority
    contributors: frozenset[UUID]
    segments: int
    audio: RenditionState | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants to make a move, and what they may do in the broadcast's unit. No id: the house itself."""

    id: UUID | None
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came with the request."""

    reason: str | None = None
    scheduled_at: datetime | None = None
    sha256: str | None = None
    override_reason: str | None = None


def _move(
    name: str, sources: Iterable[S], target: S, who: Iterable[Who], *needs: Needs, why: str
) -> Move:
    return Move(name, frozenset(sources), target, frozenset(who), needs, why)


_STAFF = (Who.WRITER, Who.APPROVER)

MOVES: tuple[Move, ...] = (
    _move("submit", [S.DRAFT, S.RETURNED], S.SUBMITTED, [Who.WRITER], Needs.CONTENT,
          why="Hand it in; the audio may still be in the making."),
    _move("return", [S.SUBMITTED], S.RETURNED, [Who.APPROVER, Who.HOUSE], Needs.REASON,
          why="Something must be mended first. The house returns what could not be made audible."),
    _move("return", [S.APPROVED, S.SCHEDULED], S.RETURNED, [Who.APPROVER], Needs.REASON,
          why="A mistake found after approval goes back, not out."),
    _move("approve", [S.SUBMITTED], S.APPROVED, [Who.APPROVER],
          Needs.AUDIO, Needs.HEARD, Needs.ANOTHER_PERSON,
          why="Leadership answers for what the station says, after listening to it."),
    _move("schedule", [S.APPROVED, S.SCHEDULED, S.FAILED], S.SCHEDULED, [*_STAFF, Who.HOUSE],
          Needs.TIME, why="It airs by itself at its hour; the hour may be changed."),
    _move("unschedule", [S.SCHEDULED], S.APPROVED, _STAFF,
          why="Off the schedule, still approved."),
    _move("publish", [S.APPROVED, S.SCHEDULED, S.FAILED], S.AIRED, [*_STAFF, Who.HOUSE], Needs.AUDIO,
          why="An approved broadcast airs, at once or at its hour."),
    _move("publish", [S.DRAFT, S.RETURNED, S.SUBMITTED], S.AIRED, [Who.APPROVER],
          Needs.EMERGENCY, Needs.AUDIO, Needs.HEARD,
          why="An emergency may be issued by one authorised person, who has at least heard it."),
    _move("fail", [S.SCHEDULED], S.FAILED, [Who.HOUSE], Needs.REASON,
          why="At its hour there was no file to play."),
    _move("revise", [S.SUBMITTED, S.APPROVED, S.SCHEDULED, S.FAILED], S.DRAFT, [Who.WRITER],
          why="Changed words or sound need approval again."),
    _move("archive", [S.AIRED], S.ARCHIVED, [*_STAFF, Who.HOUSE],
          why="Loudspeakers are done with it; residents can still hear it."),
    _move("withdraw", [S.AIRED, S.ARCHIVED], S.WITHDRAWN, _STAFF, Needs.REASON,
          why="Something wrong went out: whoever notices first stops it, and says why."),
    _move("cancel", [S.DRAFT, S.RETURNED], S.CANCELLED, [Who.WRITER],
          why="Nobody will need it."),
    _move("cancel", [S.SUBMITTED, S.APPROVED, S.SCHEDULED, S.FAILED], S.CANCELLED, _STAFF, Needs.REASON,
          why="Others relied on it: they are told why it stops."),
)  # fmt: skip

_BY_NAME_AND_STATE = {(move.name, source): move for move in MOVES for source in move.sources}
# Moves that people ask for by name; "revise" happens by editing, "fail" by the clock.
NAMES = tuple(
    dict.fromkeys(move.name for move in MOVES if move.name != "revise" and move.who != {Who.HOUSE})
)
# In these states the words and sound may be changed; in all but the first two that is the move "revise".
EDITABLE = frozenset({S.DRAFT, S.RETURNED, S.SUBMITTED, S.APPROVED, S.SCHEDULED, S.FAILED})


def check(name: str, broadcast: Standing, actor: Actor, asked: Asked, now: datetime) -> Move:
    """The row that lets ``actor`` make the move ``name``.

    Raises:
        Conflict: the broadcast is not in a state for it, or its audio is not there, or another file was heard.
        Forbidden: it is for others to do.
        InvalidInput: something that the move asks for is missing.
    """
    move = _BY_NAME_AND_STATE.get((name, broadcast.state))
    if move is None:
        raise Conflict("broadcasts.move_not_possible", state=broadcast.state.value)
    if not move.who & roles(actor):
        raise Forbidden("broadcasts.not_yours")
    for need in move.needs:
        _demand(need, broadcast, actor, asked, now)
    return move


def allowed_moves(broadcast: Standing, actor: Actor) -> list[tuple[Move, list[str]]]:
    """The moves open to ``actor``, each with the fields that it asks for."""
    mine = roles(actor)
    return [
        (move, _fields(move, broadcast, actor))
        for move in MOVES
        if move.name in NAMES
        and broadcast.state in move.sources
        and move.who & mine
        and _possible(move, broadcast)
    ]


def may_edit(broadcast: Standing, actor: Actor) -> bool:
    """True when ``actor`` may change words or sound now."""
    return broadcast.state in EDITABLE and Who.WRITER in roles(actor)


def overrides(move: Move, broadcast: Standing, actor: Actor) -> bool:
    """True when the move sets the rule of two people aside, so that its reason must be kept."""
    return Needs.ANOTHER_PERSON in move.needs and _made_it(broadcast, actor)


def roles(actor: Actor) -> frozenset[Who]:
    """What ``actor`` is in the broadcast's unit."""
    if actor.id is None:
        return frozenset({Who.HOUSE})
    held = {
        Who.WRITER: Permission.BROADCASTS_WRITE in actor.permissions,
        Who.APPROVER: Permission.BROADCASTS_APPROVE in actor.permissions,
    }
    return frozenset(who for who, holds in held.items() if holds)


def _demand(need: Needs, broadcast: Standing, actor: Actor, asked: Asked, now: datetime) -> None:
    match need:
        case Needs.REASON if not asked.reason:
            raise InvalidInput({"reason": ["required"]}, "broadcasts.reason_required")
        case Needs.TIME if asked.scheduled_at is None:
            raise InvalidInput({"scheduled_at": ["required"]}, "broadcasts.time_required")
        case Needs.TIME if asked.scheduled_at is not None and asked.scheduled_at <= now:
            raise InvalidInput({"scheduled_at": ["past"]}, "broadcasts.time_required")
        case Needs.HEARD if not asked.sha256:
            raise InvalidInput({"sha256": ["required"]}, "broadcasts.listen_first")
        case Needs.HEARD if asked.sha256 != broadcast.sha256:
            raise Conflict("broadcasts.other_audio")
        case Needs.ANOTHER_PERSON if _made_it(broadcast, actor) and not asked.override_reason:
            raise InvalidInput({"override_reason": ["required"]}, "broadcasts.author_is_approver")
        case _:
            _demand_of(need, broadcast)


def _demand_of(need: Needs, broadcast: Standing) -> None:
    """The needs that the broadcast itself must meet."""
    if need is Needs.EMERGENCY and broadcast.priority is not Priority.EMERGENCY:
        raise Conflict("broadcasts.only_emergency")
    if need is Needs.CONTENT and not broadcast.segments:
        raise Conflict("broadcasts.nothing_to_hear")
    if need in {Needs.CONTENT, Needs.AUDIO} and broadcast.audio is RenditionState.FAILED:
        raise Conflict("broadcasts.audio_failed")
    if need is Needs.AUDIO and broadcast.audio is not RenditionState.READY:
        raise Conflict("broadcasts.audio_not_ready", retry_after=5)


def _made_it(broadcast: Standing, actor: Actor) -> bool:
    return actor.id in broadcast.contributors


def _possible(move: Move, broadcast: Standing) -> bool:
    failed = broadcast.audio is RenditionState.FAILED
    return not (
        (Needs.CONTENT in move.needs and (failed or not broadcast.segments))
        or (Needs.AUDIO in move.needs and broadcast.audio is not RenditionState.READY)
        or (Needs.EMERGENCY in move.needs and broadcast.priority is not Priority.EMERGENCY)
    )


def _fields(move: Move, broadcast: Standing, actor: Actor) -> list[str]:
    fields = [need.value for need in move.needs if need in FIELDS]
    if overrides(move, broadcast, actor):
        fields.append(Needs.ANOTHER_PERSON.value)
    return fields
