"""Making a clean file public, and taking it back. The feature that owns the file decides; this room obeys.

A public file has an address made of a random key, so a file that was never published cannot be guessed, and one that
was taken back and published again has another address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import ids
from backend.core.errors import Conflict
from backend.uploads.models import Purpose, Upload, UploadState

IMAGES = "/media/images/"
DOCUMENTS = "/media/documents/"


def publish(session: Session, upload_id: UUID) -> dict[str, Any]:
    """Make one file public and say where it is; see ``publish_all``."""
    return publish_all(session, [upload_id])[0]


def publish_all(session: Session, upload_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Make photos and documents public.

    Returns:
        One ``public_file`` for each id, in the order given.

    Raises:
        Conflict: a file does not exist, is not clean, or is of a kind that is not served here.
    """
    found = {
        upload.id: upload
        for upload in session.scalars(select(Upload).where(Upload.id.in_(set(upload_ids))))
    }
    files = []
    for upload_id in upload_ids:
        upload = found.get(upload_id)
        if upload is None or upload.state is not UploadState.CLEAN:
            raise Conflict("uploads.not_clean")
        if upload.purpose not in {Purpose.PHOTO, Purpose.DOCUMENT}:
            raise Conflict("uploads.not_publishable")
        if upload.public_key is None:
            upload.public_key = ids.new_secret(18)
        files.append(public_file(upload))
    return files


def name_all(session: Session, names: Mapping[UUID, str]) -> None:
    """Name files for everybody who will read or download them; what the sender called them is not kept.

    For files whose own name may say whose they are; to be called before ``publish_all``.
    """
    if not names:
        return
    for upload in session.scalars(select(Upload).where(Upload.id.in_(set(names)))):
        upload.filename = names[upload.id]


def unpublish(session: Session, upload_id: UUID) -> None:
    """Take one file back; its address answers 404 from now on."""
    unpublish_all(session, [upload_id])


def unpublish_all(session: Session, upload_ids: Iterable[UUID]) -> None:
    """Take files back; those that were not public, or do not exist, do not matter."""
    wanted = set(upload_ids)
    if not wanted:
        return
    for upload in session.scalars(select(Upload).where(Upload.id.in_(wanted))):
        upload.public_key = None


def public_file(upload: Upload) -> dict[str, Any]:
    """What a public answer says of a published file, in plain JSON values.

    A photo: ``{upload_id, kind, url, width, height, content_type, bytes, sources: [{url, width, height,
    content_type, bytes}]}``, where ``url`` is the largest WebP. A document: ``{upload_id, kind, url, name,
    content_type, bytes}``.
    """
    if upload.public_key is None:
        raise ValueError(f"upload {upload.id} is not public")
    base = {"upload_id": str(upload.id), "kind": upload.purpose.value}
    if upload.purpose is Purpose.DOCUMENT:
        return {
            **base,
            "url": f"{DOCUMENTS}{upload.public_key}.pdf",
            "name": upload.filename or "van-ban.pdf",
            "content_type": "application/pdf",
            "bytes": upload.length,
        }
    sources = [
        {
            "url": f"{IMAGES}{upload.public_key}-{form['variant']}.{form['format']}",
            "width": form["width"],
            "height": form["height"],
            "content_type": form["content_type"],
            "bytes": form["bytes"],
        }
        for form in upload.renditions
    ]
    webp = [source for source in sources if source["content_type"] == "image/webp"]
    largest = max(webp, key=lambda source: (source["width"], source["url"]))
    return {**base, **largest, "sources": sources}
