"""All writes of the uploads room.

A chunk is stored as an object *before* the offset moves, and its key is written down before the object is: a crash at
any moment leaves either bytes that count or an object that the worker finds and deletes, never an offset that claims
bytes which are not there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from backend.core import clock, config, ids, jobs
from backend.core.auth import Principal
from backend.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    InvalidInput,
    NotFound,
    TooLarge,
    Unavailable,
)
from backend.uploads import disposal, queries
from backend.uploads.models import (
    LeftoverObject,
    OwnerKind,
    Purpose,
    Upload,
    UploadChunk,
    UploadState,
)

UNFINISHED_FOR = timedelta(days=7)  # without news from the sender, who may be without network
UNFINISHED_ATTACHED_FOR = timedelta(days=14)  # its feedback is here; the sender may be offline
UNATTACHED_FOR = timedelta(days=7)  # complete, but nothing refers to it
LEFTOVER_AFTER = timedelta(days=1)  # longer than any request lasts
MAX_VOICE_BYTES = 20_000_000
# Whatever strangers send must not fill the disk: beyond this, text still comes in, files wait.
MAX_LOOSE_BYTES = 20_000_000_000
FULL_RETRY_S = 600

BELL = "process_uploads"


def largest(purpose: Purpose) -> int:
    """Bytes that a file of this purpose may have."""
    settings = config.current()
    return {
        Purpose.PHOTO: settings.max_photo_bytes,
        Purpose.AUDIO: settings.max_audio_bytes,
        Purpose.VOICE: MAX_VOICE_BYTES,
        Purpose.DOCUMENT: settings.max_document_bytes,
    }[purpose]


def create(
    session: Session,
    actor: Principal,
    *,
    length: int,
    purpose: Purpose,
    filename: str | None = None,
    declared_type: str | None = None,
) -> Upload:
    """Begin an upload of ``length`` bytes.

    Raises:
        Forbidden: programmes are uploaded by staff only.
        TooLarge: more than the purpose allows.
        Unavailable: too much was sent lately that belongs to nothing.
    """
    if purpose is Purpose.AUDIO and actor.kind not in {"staff", "system"}:
        raise Forbidden("uploads.staff_only")
    if length > largest(purpose):
        raise TooLarge("uploads.too_large", limit=largest(purpose))
    loose = session.scalar(select(func.sum(Upload.offset)).where(Upload.subject_id.is_(None)))
    if (loose or 0) + length > MAX_LOOSE_BYTES:
        raise Unavailable("uploads.no_room", retry_after=FULL_RETRY_S)
    owned = actor.kind in {OwnerKind.RESIDENT, OwnerKind.STAFF} and actor.id is not None
    upload = Upload(
        purpose=purpose,
        state=UploadState.RECEIVING,
        owner_kind=OwnerKind(actor.kind) if owned else OwnerKind.ANONYMOUS,
        owner_id=actor.id if owned else None,
        filename=filename,
        declared_type=declared_type,
        length=length,
        offset=0,
        expires_at=clock.now() + UNFINISHED_FOR,
    )
    session.add(upload)
    if length == 0:
        _complete(session, upload)
    session.flush()
    return upload


def open_for(session: Session, actor: Principal, upload_id: UUID) -> Upload:
    """The upload, if ``actor`` may go on with it.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Gone: it was not finished in time.
    """
    upload = queries.upload(session, upload_id)
    if upload is None or not queries.owned_by(upload, actor):
        raise NotFound("uploads.not_found")
    if _expired(upload):
        raise Gone("uploads.expired")
    return upload


def check_offset(upload: Upload, offset: int, length: int | None) -> None:
    """Refuse a chunk that does not continue exactly where the stored bytes end.

    Raises:
        Conflict: another offset (the caller asks with HEAD and goes on from there), or nothing more is expected.
        TooLarge: it would go past the announced length.
    """
    if upload.offset != offset:
        raise Conflict("uploads.offset_mismatch", offset=upload.offset)
    if length is not None and offset + length > upload.length:
        raise TooLarge("uploads.past_the_end", limit=upload.length)


def plan_chunk(session: Session, upload_id: UUID, start: int) -> str:
    """The key under which the next chunk is to be stored, noted as a leftover until ``keep_chunk``."""
    key = f"uploads/{upload_id}/{start:012d}-{ids.new_secret(6)}"
    session.add(LeftoverObject(object_key=key, due_at=clock.now() + LEFTOVER_AFTER))
    return key


def keep_chunk(
    session: Session, upload_id: UUID, *, start: int, size: int, object_key: str
) -> Upload:
    """Count a chunk whose object is stored; the last one rings for the worker.

    Raises:
        Conflict: another request moved the offset in the meantime; the object stays a leftover.
        NotFound: the upload was deleted in the meantime.
    """
    moved = session.execute(
        update(Upload)
        .where(
            Upload.id == upload_id,
            Upload.offset == start,
            Upload.state == UploadState.RECEIVING,
            Upload.length >= start + size,
        )
        .values(offset=start + size, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    upload = session.get(Upload, upload_id, populate_existing=True)
    if upload is None:
        raise NotFound("uploads.not_found")
    if not _changed(moved):
        raise Conflict("uploads.offset_mismatch", offset=upload.offset)
    session.add(UploadChunk(upload_id=upload_id, start=start, size=size, object_key=object_key))
    session.execute(delete(LeftoverObject).where(LeftoverObject.object_key == object_key))
    if upload.offset == upload.length:
        _complete(session, upload)
    elif upload.subject_id is None:
        upload.expires_at = clock.now() + UNFINISHED_FOR
    return upload


def _complete(session: Session, upload: Upload) -> None:
    upload.state = UploadState.RECEIVED
    upload.expires_at = clock.now() + UNATTACHED_FOR
    jobs.wake(session, BELL)


def terminate(session: Session, actor: Principal, upload_id: UUID) -> None:
    """Delete an upload at its sender's wish.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Conflict: it belongs to something by now.
    """
    upload = queries.upload(session, upload_id)
    if upload is None or not queries.owned_by(upload, actor):
        raise NotFound("uploads.not_found")
    if upload.subject_id is not None:
        raise Conflict("uploads.attached")
    disposal.discard(session, [upload_id])


def claim(
    session: Session,
    actor: Principal,
    upload_ids: Sequence[UUID],
    *,
    subject_kind: str,
    subject_id: UUID,
    purposes: Collection[Purpose],
    forget_owner: bool = False,
) -> list[Upload]:
    """Make uploads part of something, once and for all. They need not be complete: photos may follow the text.

    Args:
        purposes: which kinds the feature takes.
        forget_owner: keep no trace of who sent them (anonymous feedback of somebody who is signed in).

    Returns:
        The uploads in the order asked for.

    Raises:
        InvalidInput: ``upload_ids`` names one that does not exist, is somebody else's, belongs to something
            already, was rejected, or is of another kind.
    """
    if not upload_ids:
        return []
    if len(set(upload_ids)) != len(upload_ids):
        raise InvalidInput({"upload_ids": ["repeated"]})
    found = {
        upload.id: upload
        for upload in session.scalars(
            select(Upload).where(Upload.id.in_(upload_ids)).with_for_update()
        )
    }
    claimed = [
        _claimable(found.get(upload_id), actor, subject_id, purposes) for upload_id in upload_ids
    ]
    for upload in claimed:
        upload.subject_kind, upload.subject_id = subject_kind, subject_id
        if upload.state is UploadState.RECEIVING:
            upload.expires_at = clock.now() + UNFINISHED_ATTACHED_FOR
        if forget_owner:
            upload.owner_kind, upload.owner_id = OwnerKind.ANONYMOUS, None
    return claimed


def _claimable(
    upload: Upload | None, actor: Principal, subject_id: UUID, purposes: Collection[Purpose]
) -> Upload:
    if upload is None or not queries.owned_by(upload, actor):
        raise InvalidInput({"upload_ids": ["unknown"]})
    if upload.subject_id not in {None, subject_id} or _expired(upload):
        raise InvalidInput({"upload_ids": ["unknown"]})
    if upload.state is UploadState.REJECTED:
        raise InvalidInput({"upload_ids": ["rejected"]})
    if upload.purpose not in purposes:
        raise InvalidInput({"upload_ids": ["wrong_purpose"]})
    return upload


def _expired(upload: Upload) -> bool:
    return upload.state is UploadState.RECEIVING and upload.expires_at <= clock.now()


def _changed(result: object) -> bool:
    return isinstance(result, CursorResult) and bool(result.rowcount)
