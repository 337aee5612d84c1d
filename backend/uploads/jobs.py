"""Background work of the uploads room: cleaning what arrived, deleting what nobody needs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import and_, delete, or_, select

from backend.core import clock, ids, storage
from backend.core.db import transaction
from backend.core.events import emit
from backend.core.jobs import job
from backend.uploads import disposal, queries, service
from backend.uploads.cleaning import run
from backend.uploads.cleaning.verdict import Verdict
from backend.uploads.events import UploadFinished
from backend.uploads.models import (
    LeftoverObject,
    Purpose,
    RejectReason,
    Upload,
    UploadState,
)

log = structlog.get_logger()

LEASE = timedelta(minutes=10)  # longer than any file takes
RETRY_AFTER = timedelta(minutes=1)
MAX_ATTEMPTS = 3
BATCH = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that this worker took; all that is needed to work without a session."""

    upload_id: UUID
    attempt: int
    purpose: Purpose
    length: int
    chunk_keys: tuple[str, ...]


@job(service.BELL, queue="media", every=30)
def process_uploads() -> int:
    """Clean every file that is complete; returns how many were settled."""
    settled = 0
    while (claimed := _claim()) is not None:
        try:
            _process(claimed)
            settled += 1
        except Exception:
            log.exception("upload_not_processed", upload_id=str(claimed.upload_id))
            _release(claimed)
    if settled:
        delete_leftovers()  # originals know where they were taken: they do not wait for the sweep
    return settled


def _claim() -> Claimed | None:
    """Take the oldest file that waits, or whose worker died."""
    now = clock.now()
    with transaction() as session:
        upload = session.scalar(
            select(Upload)
            .where(
                or_(
                    Upload.state == UploadState.RECEIVED,
                    and_(Upload.state == UploadState.PROCESSING, Upload.lease_until < now),
                )
            )
            .order_by(Upload.updated_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if upload is None:
            return None
        upload.state = UploadState.PROCESSING
        upload.lease_until = now + LEASE
        upload.attempts += 1
        return Claimed(
            upload.id,
            upload.attempts,
            upload.purpose,
            upload.length,
            tuple(chunk.object_key for chunk in queries.chunks(session, upload.id)),
        )


def _process(claimed: Claimed) -> None:
    if claimed.attempt > MAX_ATTEMPTS:
        _settle_refused(claimed, RejectReason.FAILED)
        return
    with TemporaryDirectory(prefix="tieng-lang-upload-") as name:
        folder = Path(name)
        source = folder / "source"
        digest = _gather(claimed, source)
        verdict = run.look(claimed.purpose, source, folder)
        if verdict.reason is not None:
            _settle_refused(claimed, RejectReason(verdict.reason))
        else:
            _settle_clean(claimed, source, digest, verdict)


def _gather(claimed: Claimed, target: Path) -> str:
    """Put the chunks together in a local file; returns the SHA-256 of the whole."""
    digest = hashlib.sha256()
    size = 0
    with target.open("wb") as file:
        for key in claimed.chunk_keys:
            for piece in storage.stream(key):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
    if size != claimed.length:
        raise RuntimeError(f"{size} of {claimed.length} bytes are in the store")
    return digest.hexdigest()


def _settle_clean(claimed: Claimed, source: Path, digest: str, verdict: Verdict) -> None:
    stem = ids.new_secret(12)
    forms: list[dict[str, Any]] = []
    objects: dict[str, Path] = {}
    whole: str | None = None
    if claimed.purpose is Purpose.PHOTO:
        for form in verdict.forms:
            values = asdict(form)
            path = Path(values.pop("path"))
            key = f"photos/{stem}/{form.variant}.{form.format}"
            objects[key] = path
            forms.append({**values, "key": key})
    else:
        whole = f"{claimed.purpose}s/{stem}/file"
        objects[whole] = source
    with (
        transaction() as session
    ):  # written down first: a crash leaves nothing unknown in the store
        disposal.leave_objects(session, objects, clock.now() + service.LEFTOVER_AFTER)
    for key, path in objects.items():
        storage.put(key, _read(path))
    with transaction() as session:
        upload = session.get(Upload, claimed.upload_id, with_for_update=True)
        if upload is None or not _ours(upload, claimed):
            return
        session.execute(delete(LeftoverObject).where(LeftoverObject.object_key.in_(objects)))
        disposal.drop_chunks(session, upload)
        upload.state, upload.lease_until = UploadState.CLEAN, None
        upload.content_type, upload.sha256 = verdict.content_type, digest
        if claimed.purpose is Purpose.PHOTO:
            upload.filename = None  # nobody needs it, and telephones write dates and places into it
        upload.renditions, upload.object_key = forms, whole
        _finished(session, upload)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(storage.CHUNK):
            yield piece


def _settle_refused(claimed: Claimed, reason: RejectReason) -> None:
    with transaction() as session:
        upload = session.get(Upload, claimed.upload_id, with_for_update=True)
        if upload is None or not _ours(upload, claimed):
            return
        disposal.reject(session, upload, reason)
        _finished(session, upload)


def _ours(upload: Upload, claimed: Claimed) -> bool:
    """False when the lease ran out and another worker took the file."""
    return upload.state is UploadState.PROCESSING and upload.attempts == claimed.attempt


def _finished(session: Any, upload: Upload) -> None:
    emit(
        session,
        UploadFinished(upload_id=upload.id, purpose=upload.purpose.value, state=upload.state.value),
    )


def _release(claimed: Claimed) -> None:
    """Let the file be tried again soon."""
    with transaction() as session:
        upload = session.get(Upload, claimed.upload_id)
        if upload is not None and _ours(upload, claimed):
            upload.lease_until = clock.now() + RETRY_AFTER


@job("sweep_uploads", queue="media", every=300)
def sweep_uploads() -> None:
    """Delete what was never finished, what belongs to nothing, and objects that nothing refers to."""
    _expire()
    delete_leftovers()


def delete_leftovers() -> None:
    """Delete the objects whose time has come."""
    while _delete_some_leftovers() == BATCH:
        continue


def _expire() -> None:
    now = clock.now()
    with transaction() as session:
        late = session.scalars(
            select(Upload)
            .where(
                Upload.expires_at < now,
                or_(Upload.state == UploadState.RECEIVING, Upload.subject_id.is_(None)),
                Upload.state != UploadState.PROCESSING,
            )
            .limit(BATCH)
        ).all()
        for upload in late:
            if upload.subject_id is None:
                disposal.discard(session, [upload.id])
            else:
                disposal.reject(session, upload, RejectReason.UNFINISHED)
                _finished(session, upload)


def _delete_some_leftovers() -> int:
    with transaction() as session:
        keys = list(
            session.scalars(
                select(LeftoverObject.object_key)
                .where(LeftoverObject.due_at <= clock.now())
                .order_by(LeftoverObject.due_at)
                .limit(BATCH)
            )
        )
    storage.delete(*keys)
    with transaction() as session:
        session.execute(delete(LeftoverObject).where(LeftoverObject.object_key.in_(keys)))
    return len(keys)
