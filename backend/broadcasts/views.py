"""What is shown of broadcasts: rows gathered and named, ready for the schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import Staff
from backend.broadcasts import desk, queries
from backend.broadcasts.models import PUBLIC_STATES, Broadcast, Rendition, RenditionState
from backend.broadcasts.voices import VOICES
from backend.broadcasts.workflow import allowed_moves, may_edit
from backend.core.auth import Principal
from backend.core.i18n import t
from backend.places import queries as places
from backend.places.models import AdminUnit


def audio_url(sha256: str) -> str:
    """The public address of a file; it never changes, because the file never does."""
    return f"/media/audio/{sha256}.mp3"


def public_items(
    rows: Iterable[tuple[Broadcast, Rendition, AdminUnit]], speech: str
) -> list[dict[str, Any]]:
    """Rows of the replay list."""
    return [_public(broadcast, rendition, unit, speech) for broadcast, rendition, unit in rows]


def public_detail(session: Session, heard: queries.Heard, speech: str) -> dict[str, Any]:
    """One broadcast with its words."""
    broadcast, rendition = heard.broadcast, heard.rendition
    unit = places.units(session, {broadcast.unit_id})[broadcast.unit_id]
    return {
        **_public(broadcast, rendition, unit, speech),
        "transcript": broadcast.transcript,
        "peaks": rendition.peaks or [],
        "station": t("broadcasts.station", speech, unit=unit.full_name),
    }


def _public(
    broadcast: Broadcast, rendition: Rendition, unit: AdminUnit, speech: str
) -> dict[str, Any]:
    file = queries.file_of(rendition)
    return {
        "id": broadcast.id,
        "title": broadcast.title,
        "summary": broadcast.summary,
        "language": broadcast.language,
        "language_label": t(f"broadcasts.language.{broadcast.language}", speech),
        "priority": broadcast.priority,
        "programme": broadcast.programme,
        "aired_at": broadcast.aired_at,
        "duration_ms": rendition.duration_ms,
        "audio": {
            "url": audio_url(file.sha256),
            "bytes": file.bytes,
            "content_type": file.content_type,
            "sha256": file.sha256,
        },
        "is_synthetic": broadcast.is_synthetic,
        "transcript_available": bool(broadcast.transcript),
        "unit": _unit(unit),
    }


def desk_items(
    session: Session, broadcasts: Sequence[Broadcast], speech: str
) -> list[dict[str, Any]]:
    """Rows of the console's list."""
    units = places.units(session, {each.unit_id for each in broadcasts})
    people = _staff_names(session, {each.author_id for each in broadcasts})
    renditions = queries.current_renditions(session, broadcasts)
    return [_desk_item(each, renditions.get(each.id), units, people, speech) for each in broadcasts]


def desk_full(
    session: Session, broadcast: Broadcast, reader: Principal, speech: str
) -> dict[str, Any]:
    """Everything about one broadcast, and what ``reader`` may do with it now."""
    history = desk.history(session, broadcast.id)
    rendition = desk.current_rendition(session, broadcast)
    actors = {each.actor_id for each in history}
    people = _staff_names(session, {broadcast.author_id, broadcast.approved_by_id, *actors})
    units = places.units(session, {broadcast.unit_id})
    unit = units[broadcast.unit_id]
    standing, who = desk.standing_of(broadcast, rendition), desk.actor_in(session, unit, reader)
    approved_by = broadcast.approved_by_id
    return {
        **_desk_item(broadcast, rendition, units, people, speech),
        "summary": broadcast.summary,
        "transcript": broadcast.transcript,
        "state_reason": _reason(broadcast.state_reason, speech),
        "revision": broadcast.revision,
        "approved_by": _person(approved_by, people, speech) if approved_by else None,
        "approved_at": broadcast.approved_at,
        "approved_sha256": broadcast.approved_sha256,
        "segments": broadcast.segments,
        "rendition": _rendition(broadcast, rendition, speech),
        "can_edit": may_edit(standing, who),
        "allowed_moves": [
            {"move": m.name, "label": t(f"broadcasts.move.{m.name}", speech), "requires": requires}
            for m, requires in allowed_moves(standing, who)
        ],
        "events": [
            {
                "at": each.at,
                "actor": _person(each.actor_id, people, speech),
                "type": each.move,
                "summary": t(f"broadcasts.event.{each.move}", speech),
                "note": _reason(each.note, speech),
                "detail": each.detail,
            }
            for each in history
        ],
        "public_url": (
            f"/c/{unit.code}/listen/{broadcast.id}" if broadcast.state in PUBLIC_STATES else None
        ),
    }


def voices(speech: str) -> list[dict[str, Any]]:
    """The voices that can read a text."""
    return [
        {
            "name": voice.name,
            "label": t(f"broadcasts.voice.{voice.name}", speech),
            "language": voice.language,
        }
        for voice in VOICES
    ]


def _desk_item(
    broadcast: Broadcast,
    rendition: Rendition | None,
    units: Mapping[UUID, AdminUnit],
    people: Mapping[UUID, str],
    speech: str,
) -> dict[str, Any]:
    return {
        "id": broadcast.id,
        "title": broadcast.title,
        "language": broadcast.language,
        "priority": broadcast.priority,
        "programme": broadcast.programme,
        "unit": _unit(units[broadcast.unit_id]),
        "author": _person(broadcast.author_id, people, speech),
        "state": broadcast.state,
        "state_label": t(f"broadcasts.state.{broadcast.state}", speech),
        "is_synthetic": broadcast.is_synthetic,
        "audio_state": None if rendition is None else rendition.state,
        "duration_ms": None if rendition is None else rendition.duration_ms,
        "scheduled_at": broadcast.scheduled_at,
        "aired_at": broadcast.aired_at,
        "created_at": broadcast.created_at,
        "updated_at": broadcast.updated_at,
        "version": broadcast.version,
    }


def _rendition(
    broadcast: Broadcast, rendition: Rendition | None, speech: str
) -> dict[str, Any] | None:
    if rendition is None:
        return None
    ready = rendition.state is RenditionState.READY
    reason = rendition.reason
    return {
        "state": rendition.state,
        "reason": reason,
        "reason_label": t(f"broadcasts.reason.{reason}", speech) if reason else None,
        "sha256": rendition.sha256,
        "bytes": rendition.bytes,
        "content_type": rendition.content_type,
        "duration_ms": rendition.duration_ms,
        "loudness_lufs": rendition.loudness_lufs,
        "true_peak_dbtp": rendition.true_peak_dbtp,
        "peaks": rendition.peaks,
        "url": f"/api/v1/console/broadcasts/{broadcast.id}/audio" if ready else None,
    }


def _reason(text: str, speech: str) -> str:
    """A person's words as they are; a code of ours in the reader's language."""
    if text.startswith("audio:"):
        return t(f"broadcasts.reason.{text.removeprefix('audio:')}", speech)
    return t(f"error.{text}", speech) if text.startswith("broadcasts.") else text


def _unit(unit: AdminUnit) -> dict[str, str]:
    return {"code": unit.code, "name": unit.full_name}


def _person(staff_id: UUID | None, people: Mapping[UUID, str], speech: str) -> dict[str, Any]:
    if staff_id is None:
        return {"id": None, "name": t("broadcasts.the_system", speech)}
    return {"id": staff_id, "name": people.get(staff_id, "")}


def _staff_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    found = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    return {row.id: row.name for row in found}
