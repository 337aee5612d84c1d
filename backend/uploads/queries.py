"""Reads of the uploads room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.auth import Principal
from backend.uploads.models import OwnerKind, Upload, UploadChunk


def upload(session: Session, upload_id: UUID) -> Upload | None:
    """The upload of that id, whoever asks."""
    return session.get(Upload, upload_id)


def uploads(session: Session, upload_ids: Iterable[UUID]) -> dict[UUID, Upload]:
    """Uploads by id, in one statement."""
    wanted = set(upload_ids)
    if not wanted:
        return {}
    return {each.id: each for each in session.scalars(select(Upload).where(Upload.id.in_(wanted)))}


def owned_by(upload: Upload, actor: Principal) -> bool:
    """True when ``actor`` may go on with the upload: its owner, or, when it has none, whoever knows the id."""
    if upload.owner_kind is OwnerKind.ANONYMOUS:
        return True
    return upload.owner_kind == actor.kind and upload.owner_id == actor.id


def chunks(session: Session, upload_id: UUID) -> list[UploadChunk]:
    """The stored stretches of an upload, in order."""
    return list(
        session.scalars(
            select(UploadChunk)
            .where(UploadChunk.upload_id == upload_id)
            .order_by(UploadChunk.start)
        )
    )


def by_public_key(session: Session, key: str) -> Upload | None:
    """The published file of that key."""
    return session.scalar(select(Upload).where(Upload.public_key == key))


def rendition(upload: Upload, variant: str, form: str) -> dict[str, Any] | None:
    """One cleaned form of a photo: ``variant`` is ``480`` or ``1280``, ``form`` is ``webp`` or ``jpg``."""
    for each in upload.renditions:
        if each["variant"] == variant and each["format"] == form:
            return each
    return None
