"""Letting go of files: rows at once, objects by the worker, which finds their keys in ``LeftoverObject``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.uploads import queries
from backend.uploads.models import (
    LeftoverObject,
    OwnerKind,
    RejectReason,
    Upload,
    UploadChunk,
    UploadState,
)


def discard(session: Session, upload_ids: Iterable[UUID]) -> None:
    """Delete uploads and, by the worker, everything stored of them."""
    for upload_id in upload_ids:
        upload = queries.upload(session, upload_id)
        if upload is not None:
            leave_objects(session, object_keys(session, upload))
            session.execute(delete(UploadChunk).where(UploadChunk.upload_id == upload_id))
            session.delete(upload)


def object_keys(session: Session, upload: Upload) -> list[str]:
    """Every object that is stored for an upload."""
    keys = [chunk.object_key for chunk in queries.chunks(session, upload.id)]
    keys += [str(form["key"]) for form in upload.renditions]
    return [*keys, upload.object_key] if upload.object_key else keys


def leave_objects(session: Session, keys: Iterable[str], due_at: datetime | None = None) -> None:
    """Have the worker delete objects that nothing refers to any more."""
    moment = due_at or clock.now()
    for key in keys:
        session.merge(LeftoverObject(object_key=key, due_at=moment))


def drop_chunks(session: Session, upload: Upload) -> None:
    """Forget the chunks of an upload that was composed or refused."""
    leave_objects(session, [chunk.object_key for chunk in queries.chunks(session, upload.id)])
    session.execute(delete(UploadChunk).where(UploadChunk.upload_id == upload.id))


def reject(session: Session, upload: Upload, reason: RejectReason) -> None:
    """Refuse a file, for good; nothing of it is kept."""
    leave_objects(session, object_keys(session, upload))
    session.execute(delete(UploadChunk).where(UploadChunk.upload_id == upload.id))
    upload.state, upload.reason = UploadState.REJECTED, reason
    upload.object_key, upload.renditions, upload.lease_until = None, [], None


def forget_owner(session: Session, resident_id: UUID) -> None:
    """Let go of a resident who is erased: files that belong to nothing are deleted, the others lose the name."""
    owned = list(
        session.scalars(
            select(Upload).where(
                Upload.owner_kind == OwnerKind.RESIDENT, Upload.owner_id == resident_id
            )
        )
    )
    discard(session, [upload.id for upload in owned if upload.subject_id is None])
    for upload in owned:
        if upload.subject_id is not None:
            upload.owner_kind, upload.owner_id = OwnerKind.ANONYMOUS, None
