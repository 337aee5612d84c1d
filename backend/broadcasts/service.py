"""Everything that people, and the clock in their place, do to a broadcast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from backend.broadcasts import desk, workflow
from backend.broadcasts.effects import AREA, carry_out, events_of
from backend.broadcasts.models import (
    Broadcast,
    BroadcastEvent,
    BroadcastSegment,
    BroadcastState,
    Language,
    Priority,
    RenditionState,
    SegmentKind,
)
from backend.broadcasts.renditions import order_rendition, retry
from backend.broadcasts.stations import programme_of, station_of
from backend.broadcasts.voices import SPOKEN
from backend.broadcasts.workflow import Asked
from backend.core import clock
from backend.core.auth import SYSTEM, Principal
from backend.core.db import bump
from backend.core.errors import Conflict, Forbidden, InvalidInput, PreconditionFailed
from backend.core.events import emit
from backend.core.text import fold
from backend.places import queries as places
from backend.places.models import AdminUnit
from backend.uploads import service as uploads
from backend.uploads.models import Purpose


class Draft(TypedDict, total=False):
    """What a writer may set. Left out means unchanged."""

    title: str
    summary: str
    language: Language
    priority: Priority
    programme_id: UUID | None
    scheduled_at: datetime | None
    text: str | None  # to be spoken; beside ``upload_id`` it is the transcript
    upload_id: UUID | None
    voice: str | None
    words_per_minute: int


# A change of these needs approval again.
_CONTENT = ("title", "summary", "language", "text", "upload_id", "voice", "words_per_minute")
_SOUND = ("language", "text", "upload_id", "voice", "words_per_minute")
_WPM = 150
SUBJECT = "broadcast"


def create(session: Session, actor: Principal, unit_code: str, draft: Draft) -> Broadcast:
    """Start a broadcast of a unit's station; ``draft`` names at least the title.

    Raises:
        NotFound: no such unit, or the actor may not write for it.
        InvalidInput: unknown programme or upload, a time in the past, a language without a voice.
    """
    unit = desk.unit_to_write_for(session, actor, unit_code)
    person = _person(actor)
    station = station_of(session, unit)
    broadcast = Broadcast(
        station_id=station.id,
        unit_id=unit.id,
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
    _describe(session, broadcast, draft)
    session.flush()
    _set_sound(session, actor, broadcast, draft)
    _log(session, broadcast, person, "create", None)
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
    before, who = desk.standing_of(broadcast, rendition), desk.actor_in(unit, actor)
    if broadcast.state not in workflow.EDITABLE:
        raise Conflict("broadcasts.not_editable", state=broadcast.state.value)
    if not workflow.may_edit(before, who):
        raise Forbidden("broadcasts.not_yours")
    person = _person(actor)
    changed = _changed(broadcast, draft)
    if changed & set(_CONTENT) and broadcast.state not in (
        BroadcastState.DRAFT,
        BroadcastState.RETURNED,
    ):
        row = workflow.check("revise", before, who, Asked(), clock.now())
        carry_out(broadcast, row, person, Asked())
        _settle(session, broadcast, row, person, Asked(), {"changed": sorted(changed)})
    _describe(session, broadcast, draft)
    if changed & set(_SOUND):
        broadcast.revision += 1
        broadcast.contributor_ids = [str(person)]
        _set_sound(session, actor, broadcast, draft)
    elif changed & set(_CONTENT) and str(person) not in broadcast.contributor_ids:
        broadcast.contributor_ids = [*broadcast.contributor_ids, str(person)]
    _log(session, broadcast, person, "edit", broadcast.state, detail={"changed": sorted(changed)})
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
    before, who = desk.standing_of(broadcast, rendition), desk.actor_in(unit, actor)
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


def retry_audio(session: Session, actor: Principal, broadcast_id: UUID) -> Broadcast:
    """Have audio made again that failed for no fault of its source.

    Raises:
        NotFound; Forbidden: the actor makes no broadcasts in this unit; Conflict: it has not failed.
    """
    broadcast, unit = _take(session, actor, broadcast_id, None)
    rendition = desk.current_rendition(session, broadcast)
    if not workflow.may_edit(desk.standing_of(broadcast, rendition), desk.actor_in(unit, actor)):
        raise Forbidden("broadcasts.not_yours")
    if rendition is None or rendition.state is not RenditionState.FAILED:
        raise Conflict("broadcasts.audio_not_failed")
    retry(session, rendition)
    _log(session, broadcast, _person(actor), "retry_audio", broadcast.state)
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


def _changed(broadcast: Broadcast, draft: Draft) -> set[str]:
    """Names of the fields that ``draft`` gives another value."""
    values: Mapping[str, object] = draft
    segment = broadcast.segments[0] if broadcast.segments else None
    present: dict[str, object] = {
        "text": segment.text if segment else None,
        "upload_id": segment.upload_id if segment else None,
        "voice": (segment.voice or None) if segment else None,
        "words_per_minute": segment.words_per_minute if segment else _WPM,
    }
    return {
        name
        for name, value in values.items()
        if value != (present[name] if name in present else getattr(broadcast, name))
    }


def _describe(session: Session, broadcast: Broadcast, draft: Draft) -> None:
    if "title" in draft:
        broadcast.title = draft["title"]
        broadcast.search_key = fold(draft["title"])[:200]
    if "summary" in draft:
        broadcast.summary = draft["summary"]
    if "language" in draft:
        broadcast.language = draft["language"]
    if "priority" in draft:
        broadcast.priority = draft["priority"]
    if "programme_id" in draft:
        broadcast.programme = programme_of(session, broadcast.station_id, draft["programme_id"])
        broadcast.programme_id = draft["programme_id"]
    if "scheduled_at" in draft:
        planned = draft["scheduled_at"]
        if planned is not None and planned <= clock.now():
            raise InvalidInput({"scheduled_at": ["past"]}, "broadcasts.time_required")
        on_the_way = broadcast.state in {BroadcastState.APPROVED, BroadcastState.SCHEDULED}
        if on_the_way and planned != broadcast.scheduled_at:
            raise Conflict("broadcasts.on_schedule")  # by the move "schedule", which says so
        broadcast.scheduled_at = planned


def _set_sound(session: Session, actor: Principal, broadcast: Broadcast, draft: Draft) -> None:
    """Make the one segment that this house's editor knows: a text to speak, or a recording with its words."""
    old = broadcast.segments[0] if broadcast.segments else None
    text = draft.get("text", old.text if old else None) or ""
    upload_id = draft.get("upload_id", old.upload_id if old else None)
    voice = draft.get("voice", (old.voice or None) if old else None)
    pace = draft.get("words_per_minute", old.words_per_minute if old else _WPM)
    broadcast.segments.clear()
    broadcast.transcript = text
    broadcast.is_synthetic = False
    session.flush()  # the place in the order is free again
    if upload_id is not None:
        if old is None or old.upload_id != upload_id:
            _claim(session, actor, broadcast, upload_id)
        kind = SegmentKind.RECORDING
    elif text:
        if broadcast.language not in SPOKEN:
            raise InvalidInput({"language": ["no_voice"]}, "broadcasts.no_voice")
        kind = SegmentKind.SPEECH
        broadcast.is_synthetic = True
    else:
        return
    broadcast.segments.append(
        BroadcastSegment(
            position=0,
            kind=kind,
            text=text,
            upload_id=upload_id,
            voice=voice or _voice(broadcast) if kind is SegmentKind.SPEECH else "",
            words_per_minute=pace,
        )
    )
    session.flush()
    order_rendition(session, broadcast)


def _voice(broadcast: Broadcast) -> str:
    return broadcast.station.voice if broadcast.language is Language.VI else str(broadcast.language)


def _claim(session: Session, actor: Principal, broadcast: Broadcast, upload_id: UUID) -> None:
    try:
        uploads.claim(
            session,
            actor,
            [upload_id],
            subject_kind=SUBJECT,
            subject_id=broadcast.id,
            purposes={Purpose.AUDIO, Purpose.VOICE},
        )
    except InvalidInput as problem:
        codes = problem.errors.get("upload_ids", ["unknown"])
        raise InvalidInput({"upload_id": codes}, problem.code) from problem


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
    _log(session, broadcast, person, row.name, source, asked.reason or "", detail)
    session.flush()
    bump(session, AREA)
    for event in events_of(broadcast, row):
        emit(session, event)


def _log(
    session: Session,
    broadcast: Broadcast,
    person: UUID | None,
    move: str,
    source: BroadcastState | None,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    session.add(
        BroadcastEvent(
            broadcast_id=broadcast.id,
            at=clock.now(),
            actor_id=person,
            move=move,
            from_state=source,
            to_state=broadcast.state,
            revision=broadcast.revision,
            note=note[:500],
            detail=detail or {},
        )
    )
