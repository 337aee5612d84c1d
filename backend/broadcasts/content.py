"""What a broadcast says and how it is called: setting it from a draft, and seeing what a draft would change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.broadcasts.models import (
    Broadcast,
    BroadcastSegment,
    BroadcastState,
    BroadcastWords,
    Language,
    Priority,
    SegmentKind,
)
from backend.broadcasts.renditions import order_rendition
from backend.broadcasts.stations import programme_of
from backend.broadcasts.voices import SPOKEN
from backend.core import clock
from backend.core.auth import Principal
from backend.core.errors import Conflict, InvalidInput
from backend.core.full_text import search_key
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
CONTENT = ("title", "summary", "language", "text", "upload_id", "voice", "words_per_minute")
SOUND = ("language", "text", "upload_id", "voice", "words_per_minute")
_WPM = 150
SUBJECT = "broadcast"


def changes(broadcast: Broadcast, draft: Draft) -> set[str]:
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


def describe(session: Session, broadcast: Broadcast, draft: Draft) -> None:
    """Set whatever is no sound.

    Raises:
        InvalidInput: unknown programme, an hour in the past. Conflict: the hour is already arranged.
    """
    if "title" in draft:
        broadcast.title = draft["title"]
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


def set_sound(session: Session, actor: Principal, broadcast: Broadcast, draft: Draft) -> None:
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


def make_findable(session: Session, broadcast: Broadcast) -> None:
    """Let the desk find the broadcast by what it says now."""
    row = session.scalar(
        select(BroadcastWords).where(BroadcastWords.broadcast_id == broadcast.id)
    ) or BroadcastWords(broadcast_id=broadcast.id)
    row.search_key = search_key(broadcast.title, broadcast.summary, broadcast.transcript)
    session.add(row)


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
