"""The work of making audio, as rows: ordered, claimed for a while, settled. No session is open while it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session, selectinload

from backend.broadcasts.audio.reasons import PASSING, Reason
from backend.broadcasts.effects import AREA
from backend.broadcasts.events import BroadcastFailed
from backend.broadcasts.models import (
    Broadcast,
    BroadcastSegment,
    Rendition,
    RenditionProfile,
    RenditionState,
    SegmentKind,
)
from backend.core import clock, ids, jobs
from backend.core.db import bump, transaction
from backend.core.events import emit
from backend.uploads import queries as uploads
from backend.uploads.models import RejectReason, Upload, UploadState

BELL = "make_renditions"
RETURN_BELL = "return_inaudible"
LEASE = timedelta(minutes=2)  # renewed while the child works
MOST_ATTEMPTS = 3
WAIT_FOR_UPLOAD = timedelta(seconds=20)
BACK_OFF = timedelta(seconds=30)  # times the number of attempts

_UNFINISHED = (RenditionState.QUEUED, RenditionState.PROCESSING)
_REFUSED = {
    RejectReason.EMPTY: Reason.EMPTY_FILE,
    RejectReason.TYPE_NOT_ALLOWED: Reason.NOT_AUDIO,
    RejectReason.DAMAGED: Reason.DAMAGED,
}


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed rendition: what to make it from. ``segments`` are orders of ``audio.work``, with object keys."""

    rendition_id: UUID
    broadcast_id: UUID
    lease: str
    attempts: int
    segments: tuple[Mapping[str, Any], ...]


def order_rendition(session: Session, broadcast: Broadcast) -> None:
    """Have the file of the broadcast's present revision made; unfinished work on older ones is dropped."""
    session.execute(
        delete(Rendition).where(
            Rendition.broadcast_id == broadcast.id,
            Rendition.revision < broadcast.revision,
            Rendition.state != RenditionState.READY,
        )
    )
    session.add(
        Rendition(
            broadcast_id=broadcast.id,
            revision=broadcast.revision,
            profile=RenditionProfile.MP3_64,
            state=RenditionState.QUEUED,
            attempts=0,
        )
    )
    session.flush()
    jobs.wake(session, BELL)


def claim() -> Task | None:
    """Take the oldest waiting rendition, or one whose worker died; None when there is nothing to do.

    What waits for an upload is put off; what can never be made is settled at once.
    """
    while True:
        with transaction() as session:
            rendition = _next(session)
            if rendition is None:
                return None
            task = _take(session, rendition)
        if task is not None:
            return task


def _next(session: Session) -> Rendition | None:
    now = clock.now()
    return session.scalar(
        select(Rendition)
        .where(
            Rendition.state.in_(_UNFINISHED),
            or_(Rendition.lease_until.is_(None), Rendition.lease_until <= now),
        )
        .order_by(Rendition.created_at, Rendition.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _take(session: Session, rendition: Rendition) -> Task | None:
    if rendition.attempts >= MOST_ATTEMPTS:
        _fail(session, rendition, Reason.CRASHED)
        return None
    broadcast = session.scalar(
        select(Broadcast)
        .where(Broadcast.id == rendition.broadcast_id)
        .options(selectinload(Broadcast.segments))
    )
    if broadcast is None or broadcast.revision != rendition.revision:
        session.delete(rendition)
        return None
    wanted = [each.upload_id for each in broadcast.segments if each.upload_id is not None]
    files = uploads.uploads(session, wanted)
    refusal = _refusal(files, wanted)
    if refusal is not None:
        _fail(session, rendition, refusal)
        return None
    if any(files[each].state is not UploadState.CLEAN for each in wanted):
        rendition.state, rendition.lease_until = (
            RenditionState.QUEUED,
            clock.now() + WAIT_FOR_UPLOAD,
        )
        return None
    rendition.state = RenditionState.PROCESSING
    rendition.attempts += 1
    rendition.lease, rendition.lease_until = ids.new_secret(12), clock.now() + LEASE
    segments = sources_of(broadcast, files)
    return Task(rendition.id, broadcast.id, rendition.lease, rendition.attempts, segments)


def sources_of(broadcast: Broadcast, files: Mapping[UUID, Upload]) -> tuple[Mapping[str, Any], ...]:
    """What the broadcast's file is made of: object keys of recordings, texts with their voices."""
    return tuple(
        {"object_key": files[each.upload_id].object_key}
        if each.kind is SegmentKind.RECORDING and each.upload_id is not None
        else {
            "text": each.text,
            "voice": each.voice,
            "words_per_minute": each.words_per_minute,
            "pitch": each.pitch,
        }
        for each in broadcast.segments
    )


def _refusal(files: Mapping[UUID, Upload], wanted: list[UUID]) -> Reason | None:
    """Why the files can never become audio, or None."""
    for each in wanted:
        upload = files.get(each)
        if upload is None:
            return Reason.FILE_MISSING
        if upload.state is UploadState.REJECTED:
            why = upload.reason
            return _REFUSED.get(why, Reason.FILE_MISSING) if why else Reason.FILE_MISSING
    return None


def keep(task: Task) -> bool:
    """Renew the lease; False when the work was taken away (the words changed, another worker has it)."""
    with transaction() as session:
        kept = session.execute(
            update(Rendition)
            .where(Rendition.id == task.rendition_id, Rendition.lease == task.lease)
            .values(lease_until=clock.now() + LEASE)
            .execution_options(synchronize_session=False)
        )
    return isinstance(kept, CursorResult) and bool(kept.rowcount)


def settle_ready(task: Task, object_key: str, made: Mapping[str, Any]) -> bool:
    """Note a finished file that is already stored; False when nobody wants it any more."""
    with transaction() as session:
        rendition = _ours(session, task)
        if rendition is None:
            return False
        note_ready(rendition, object_key, made)
        bump(session, AREA)
    return True


def note_ready(rendition: Rendition, object_key: str, made: Mapping[str, Any]) -> None:
    """Write down what is known of a finished file (see ``audio.rendering.Made``)."""
    rendition.state, rendition.reason = RenditionState.READY, None
    rendition.object_key = object_key
    rendition.sha256, rendition.bytes = made["sha256"], made["bytes"]
    rendition.content_type, rendition.duration_ms = made["content_type"], made["duration_ms"]
    rendition.loudness_lufs = made["loudness_lufs"]
    rendition.true_peak_dbtp = made["true_peak_dbtp"]
    rendition.peaks = made["peaks"]
    rendition.finished_at = clock.now()
    rendition.lease = rendition.lease_until = None


def settle_failed(task: Task, reason: Reason) -> bool:
    """Note why no file could be made; True when that is final, False when it will be tried again."""
    with transaction() as session:
        rendition = _ours(session, task)
        if rendition is None:
            return True
        if reason in PASSING and rendition.attempts < MOST_ATTEMPTS:
            rendition.state, rendition.lease = RenditionState.QUEUED, None
            rendition.lease_until = clock.now() + BACK_OFF * rendition.attempts
            return False
        _fail(session, rendition, reason)
    return True


def _ours(session: Session, task: Task) -> Rendition | None:
    return session.scalar(
        select(Rendition)
        .where(Rendition.id == task.rendition_id, Rendition.lease == task.lease)
        .with_for_update()
    )


def _fail(session: Session, rendition: Rendition, reason: Reason) -> None:
    rendition.state, rendition.reason = RenditionState.FAILED, reason.value
    rendition.lease = rendition.lease_until = None
    rendition.finished_at = clock.now()
    broadcast = session.get(Broadcast, rendition.broadcast_id)
    if broadcast is not None:
        ids_of = (broadcast.id, broadcast.unit_id, broadcast.author_id)
        emit(session, BroadcastFailed(*ids_of, reason=f"audio:{reason.value}"))
    jobs.wake(session, RETURN_BELL)


def stop_waiting(session: Session, upload_id: UUID) -> None:
    """A file that renditions wait for has arrived, or never will: look at them at once."""
    waiting = select(BroadcastSegment.broadcast_id).where(BroadcastSegment.upload_id == upload_id)
    session.execute(
        update(Rendition)
        .where(Rendition.state == RenditionState.QUEUED, Rendition.broadcast_id.in_(waiting))
        .values(lease_until=None)
        .execution_options(synchronize_session=False)
    )
    jobs.wake(session, BELL)


def retry(session: Session, rendition: Rendition) -> None:
    """Have a failed file made again (the machine was ill, not the source)."""
    rendition.state, rendition.reason = RenditionState.QUEUED, None
    rendition.attempts, rendition.finished_at = 0, None
    session.flush()
    jobs.wake(session, BELL)
