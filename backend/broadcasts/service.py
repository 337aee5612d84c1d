"""Everything that people, and the clock in their place, do to a broadcast."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.broadcasts import desk, workflow
from backend.broadcasts.content import (
    CONTENT,
    SOUND,
    Draft,
    changes,
    describe,
    make_findable,
    set_sound,
)
from backend.broadcasts.effects import AREA, carry_out, events_of
from backend.broadcasts.history import log
from backend.broadcasts.models import (
    Broadcast,
    BroadcastState,
    Priority,
    RenditionState,
)
from backend.broadcasts.renditions import retry
from backend.broadcasts.stations import station_of
from backend.broadcasts.workflow import Asked
from backend.core import clock
from backend.core.auth import SYSTEM, Permission, Principal
from backend.core.db import bump
from backend.core.errors import Conflict, Forbidden, PreconditionFailed
from backend.core.events import emit
from backend.places import queries as places
from backend.places.models import AdminUnit
from backend.places.scope import unit_in_scope


def create(session: Session, actor: Principal, unit_code: str, draft: Draft) -> Broadcast:
    """Start a broadcast of a unit's station; ``draft`` names at least the title.

    Raises:
        NotFound: no such unit, or the actor may not write for it.
        InvalidInput: unknown programme or upload, a time in the past, a language without a voice.
    """
    unit = unit_in_scope(session, actor, Permission.BROADCASTS_WRITE, unit_code)
    person = _person(actor)
    station = station_of(session, unit)
    broadcast = Broadcast(
        station_id=station.id,
        unit_id=unit.id,
        province_id=unit.parent_id,
        author_id=person,
        contributor_ids=[str(person)],
        state=BroadcastState.DRAFT,
        priority=Priority.NORMAL,
        language=station.language,
        revision=1,
        title="",
        segments=[],
        station=station,
        programme=None,
    )
    session.add(broadcast)
    describe(session, broadcast, draft)
    session.flush()
    set_sound(session, actor, broadcast, draft)
    make_findable(session, broadcast)
    log(session, broadcast, person, "create", None)
    session.flush()
    return broadcast


def edit(
    session: Session, actor: Principal, broadcast_id: UUID, expected: int, draft: Draft
) -> Broadcast:
    """Change what a broadcast says or when it airs. New words or sound take it back to the draft.

    Raises:
        NotFound, Conflict (not in an editable state), Forbidden, InvalidInput;
        PreconditionFailed: somebody changed it since the version ``expected``.
    """
    broadcast, unit = _take(session, actor, broadcast_id, expected)
    rendition = desk.current_rendition(session, broadcast)
    before, who = desk.standing_of(broadcast, rendition), desk.actor_in(session, unit, actor)
    if broadcast.state not in workflow.EDITABLE:
        raise Conflict("broadcasts.not_editable", state=broadcast.state.value)
    if not workflow.may_edit(before, who):
        raise Forbidden("broadcasts.not_yours")
    person = _person(actor)
    changed = changes(broadcast, draft)
    if changed & set(CONTENT) and broadcast.state not in (
        BroadcastState.DRAFT,
        BroadcastState.RETURNED,
    ):
        row = workflow.check("revise", before, who, Asked(), clock.now())
        carry_out(broadcast, row, person, Asked())
        _settle(session, broadcast, row, person, Asked(), {"changed": sorted(changed)})
    describe(session, broadcast, draft)
    if changed & set(SOUND):
        broadcast.revision += 1
        broadcast.contributor_ids = [str(person)]
        set_sound(session, actor, broadcast, draft)
    elif changed & set(CONTENT) and str(person) not in broadcast.contributor_ids:
        broadcast.contributor_ids = [*broadcast.contributor_ids, str(person)]
    make_findable(session, broadcast)
    log(session, broadcast, person, "edit", broadcast.state, detail={"changed": sorted(changed)})
    broadcast.updated_at = clock.now()
    session.flush()
    return broadcast


def move(
    session: Session,
    actor: Principal,
    broadcast_id: UUID,
    expected: int | None,
    name: str,
    asked: Asked,
) -> Broadcast:
    """Make one move of the workflow; see ``workflow.MOVES``.

    Args:
        expected: the version that the actor saw; None only for the house itself.

    Raises:
        NotFound, Conflict, Forbidden, InvalidInput, PreconditionFailed.
    """
    broadcast, unit = _take(session, actor, broadcast_id, expected)
    rendition = desk.current_rendition(session, broadcast)
    before, who = desk.standing_of(broadcast, rendition), desk.actor_in(session, unit, actor)
    row = workflow.check(name, before, who, asked, clock.now())
    if name == "approve" or (name == "publish" and broadcast.approved_sha256 is None):
        broadcast.approved_sha256 = before.sha256
    if name == "publish" and broadcast.approved_sha256 != before.sha256:
        raise Conflict("broadcasts.other_audio")
    carry_out(broadcast, row, who.id, asked)
    detail: dict[str, Any] = {}
    if workflow.overrides(row, before, who):
        detail["override_reason"] = asked.override_reason
    _settle(session, broadcast, row, who.id, asked, detail)
    if name == "approve" and broadcast.scheduled_at is not None:
        _schedule_as_planned(session, broadcast)
    return broadcast


def air_if_due(session: Session, broadcast: Broadcast) -> bool:
    """The hour of a scheduled broadcast has come: it airs, or, without a file, fails and says so."""
    due = broadcast.scheduled_at
    if broadcast.state is not BroadcastState.SCHEDULED or due is None or due > clock.now():
        return False
    try:
        move(session, SYSTEM, broadcast.id, None, "publish", Asked())
    except Conflict as problem:
        asked = Asked(reason=problem.code)
        move(session, SYSTEM, broadcast.id, None, "fail", asked)
    return True


def archive_if_old(session: Session, broadcast: Broadcast) -> bool:
    """Loudspeakers no longer need it; residents still hear it."""
    if broadcast.state is not BroadcastState.AIRED:
        return False
    move(session, SYSTEM, broadcast.id, None, "archive", Asked())
    return True


def return_inaudible(session: Session, broadcast_id: UUID, reason: str) -> None:
    """The audio of a submitted broadcast could not be made: its author has to know, not its approver."""
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast is not None and broadcast.state is BroadcastState.SUBMITTED:
        move(session, SYSTEM, broadcast_id, None, "return", Asked(reason=f"audio:{reason}"))


def retry_audio(session: Session, actor: Principal, broadcast_id: UUID, expected: int) -> Broadcast:
    """Have audio made again that failed for no fault of its source.

    Raises:
        NotFound; Forbidden: the actor makes no broadcasts in this unit; Conflict: it has not failed;
        PreconditionFailed: somebody changed it since the version ``expected``.
    """
    broadcast, unit = _take(session, actor, broadcast_id, expected)
    rendition = desk.current_rendition(session, broadcast)
    if not workflow.may_edit(
        desk.standing_of(broadcast, rendition), desk.actor_in(session, unit, actor)
    ):
        raise Forbidden("broadcasts.not_yours")
    if rendition is None or rendition.state is not RenditionState.FAILED:
        raise Conflict("broadcasts.audio_not_failed")
    retry(session, rendition)
    log(session, broadcast, _person(actor), "retry_audio", broadcast.state)
    return broadcast


def _schedule_as_planned(session: Session, broadcast: Broadcast) -> None:
    """An approved broadcast that has an hour ahead of it goes on the schedule by itself."""
    planned = broadcast.scheduled_at
    if planned is not None and planned > clock.now():
        move(session, SYSTEM, broadcast.id, None, "schedule", Asked(scheduled_at=planned))


def _take(
    session: Session, actor: Principal, broadcast_id: UUID, expected: int | None
) -> tuple[Broadcast, AdminUnit]:
    broadcast = desk.broadcast(session, actor, broadcast_id)
    if expected is not None and broadcast.version != expected:
        raise PreconditionFailed(current_version=broadcast.version)
    unit = places.unit(session, broadcast.unit_id)
    if unit is None:
        raise LookupError(f"broadcast {broadcast.id} has a unit that does not exist")
    return broadcast, unit


def _person(actor: Principal) -> UUID:
    if actor.id is None:
        raise Forbidden
    return actor.id


def _settle(
    session: Session,
    broadcast: Broadcast,
    row: workflow.Move,
    person: UUID | None,
    asked: Asked,
    detail: dict[str, Any],
) -> None:
    source, broadcast.state = broadcast.state, row.target
    broadcast.state_reason = (asked.reason or "")[:500]
    broadcast.updated_at = clock.now()
    if asked.sha256 is not None or row.name == "publish":
        detail = {**detail, "sha256": broadcast.approved_sha256}
    if row.name == "schedule" and asked.scheduled_at is not None:
        detail = {**detail, "scheduled_at": asked.scheduled_at.isoformat()}
    log(session, broadcast, person, row.name, source, asked.reason or "", detail)
    session.flush()
    bump(session, AREA)
    for event in events_of(broadcast, row):
        emit(session, event)
