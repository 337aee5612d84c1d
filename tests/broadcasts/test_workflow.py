from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from backend.broadcasts.models import BroadcastState, Priority, RenditionState
from backend.broadcasts.workflow import (
    MOVES,
    NAMES,
    Actor,
    Asked,
    Standing,
    allowed_moves,
    check,
    overrides,
)
from backend.core.auth import Permission
from backend.core.errors import Conflict, Forbidden, InvalidInput, Problem

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
TAM, DUNG = uuid4(), uuid4()
OPERATOR = Actor(TAM, frozenset({Permission.BROADCASTS_WRITE}))
CHAIR = Actor(DUNG, frozenset({Permission.BROADCASTS_APPROVE}))
ALONE = Actor(TAM, frozenset({Permission.BROADCASTS_WRITE, Permission.BROADCASTS_APPROVE}))
HOUSE = Actor(None, frozenset())
HASH = "a" * 64

SUBMITTED = Standing(
    state=BroadcastState.SUBMITTED,
    priority=Priority.NORMAL,
    contributors=frozenset({TAM}),
    segments=1,
    audio=RenditionState.READY,
    sha256=HASH,
)


def attempt(
    name: str, broadcast: Standing, actor: Actor, asked: Asked | None = None
) -> str | BroadcastState:
    try:
        return check(name, broadcast, actor, asked or Asked(), NOW).target
    except Problem as problem:
        return problem.code


def test_the_approver_names_the_file_that_was_heard() -> None:
    assert attempt("approve", SUBMITTED, CHAIR, Asked(sha256=HASH)) is BroadcastState.APPROVED
    assert attempt("approve", SUBMITTED, CHAIR) == "broadcasts.listen_first"
    assert attempt("approve", SUBMITTED, CHAIR, Asked(sha256="b" * 64)) == "broadcasts.other_audio"


def test_whoever_made_it_approves_only_with_a_reason_that_is_kept() -> None:
    heard = Asked(sha256=HASH)
    assert attempt("approve", SUBMITTED, ALONE, heard) == "broadcasts.author_is_approver"
    reasoned = replace(heard, override_reason="Đài chỉ có một người")
    row = check("approve", SUBMITTED, ALONE, reasoned, NOW)
    assert overrides(row, SUBMITTED, ALONE)
    assert not overrides(row, SUBMITTED, CHAIR)


def test_an_operator_does_not_approve() -> None:
    with pytest.raises(Forbidden):
        check("approve", SUBMITTED, OPERATOR, Asked(sha256=HASH), NOW)


@pytest.mark.parametrize("audio", [None, RenditionState.QUEUED, RenditionState.PROCESSING])
def test_nothing_is_approved_or_aired_before_its_file_is_there(
    audio: RenditionState | None,
) -> None:
    waiting = replace(SUBMITTED, audio=audio, sha256=None)
    assert attempt("approve", waiting, CHAIR, Asked(sha256=HASH)) == "broadcasts.audio_not_ready"
    approved = replace(waiting, state=BroadcastState.APPROVED)
    assert attempt("publish", approved, OPERATOR) == "broadcasts.audio_not_ready"


def test_only_an_emergency_airs_unapproved_and_the_issuer_has_heard_it() -> None:
    draft = replace(SUBMITTED, state=BroadcastState.DRAFT)
    heard = Asked(sha256=HASH)
    assert attempt("publish", draft, CHAIR, heard) == "broadcasts.only_emergency"
    emergency = replace(draft, priority=Priority.EMERGENCY)
    assert attempt("publish", emergency, CHAIR, heard) is BroadcastState.AIRED
    assert attempt("publish", emergency, CHAIR) == "broadcasts.listen_first"
    assert attempt("publish", emergency, OPERATOR, heard) == "broadcasts.not_yours"


def test_a_schedule_lies_in_the_future() -> None:
    approved = replace(SUBMITTED, state=BroadcastState.APPROVED)
    later = Asked(scheduled_at=NOW + timedelta(minutes=1))
    assert attempt("schedule", approved, OPERATOR, later) is BroadcastState.SCHEDULED
    for asked in (Asked(), Asked(scheduled_at=NOW)):
        assert attempt("schedule", approved, OPERATOR, asked) == "broadcasts.time_required"


def test_what_cannot_be_heard_cannot_be_handed_in() -> None:
    draft = replace(SUBMITTED, state=BroadcastState.DRAFT)
    nothing = replace(draft, segments=0, audio=None)
    assert attempt("submit", nothing, OPERATOR) == "broadcasts.nothing_to_hear"
    failed = replace(draft, audio=RenditionState.FAILED)
    assert attempt("submit", failed, OPERATOR) == "broadcasts.audio_failed"
    queued = replace(draft, audio=RenditionState.QUEUED)
    assert attempt("submit", queued, OPERATOR) is BroadcastState.SUBMITTED


@pytest.mark.parametrize("state", BroadcastState)
@pytest.mark.parametrize("actor", [OPERATOR, CHAIR, ALONE, HOUSE])
def test_buttons_and_rules_agree(state: BroadcastState, actor: Actor) -> None:
    broadcast = replace(SUBMITTED, state=state)
    everything = Asked("vì thế", NOW + timedelta(hours=1), HASH, "chỉ có một người")
    offered = {move.name for move, _fields in allowed_moves(broadcast, actor)}
    possible = set()
    for name in NAMES:
        try:
            check(name, broadcast, actor, everything, NOW)
        except (Conflict, Forbidden, InvalidInput):
            continue
        possible.add(name)
    assert offered == possible


def test_every_row_says_why_and_no_two_rows_contradict() -> None:
    seen = set()
    for move in MOVES:
        assert move.why
        for source in move.sources:
            assert (move.name, source) not in seen
            seen.add((move.name, source))


def test_what_is_withdrawn_or_cancelled_stays_so() -> None:
    for state in (BroadcastState.WITHDRAWN, BroadcastState.CANCELLED):
        assert all(state not in move.sources for move in MOVES)
