"""Covers and attachments: putting clean uploads on an article and taking them off."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from backend.core.auth import Principal
from backend.core.errors import Conflict, InvalidInput, NotFound
from backend.essentials.models import Article, ArticleAsset, AssetRole
from backend.essentials.service import open_for_editing, touch
from backend.uploads.models import Purpose, UploadState
from backend.uploads.publication import unpublish
from backend.uploads.service import claim

MAX_FILES = 20
_PURPOSE = {AssetRole.COVER: Purpose.PHOTO, AssetRole.ATTACHMENT: Purpose.DOCUMENT}


def add_file(
    session: Session,
    actor: Principal,
    article_id: UUID,
    expected: int,
    upload_id: UUID,
    *,
    role: AssetRole,
    name: str = "",
    alt: str = "",
) -> Article:
    """Put a finished upload on an article; a new cover takes the place of the old one.

    Raises:
        NotFound, Forbidden, PreconditionFailed: as for any edit.
        Conflict: the article is not being edited, or the worker has not cleaned the file yet.
        InvalidInput: not the actor's upload, of another kind, or a cover without words for those who do not see it.
    """
    article, _ = open_for_editing(session, actor, article_id, expected)
    if role is AssetRole.COVER and not alt:
        raise InvalidInput({"alt": ["required"]})
    if len(article.assets) >= MAX_FILES:
        raise Conflict("essentials.too_many_files", limit=MAX_FILES)
    (upload,) = claim(
        session,
        actor,
        [upload_id],
        subject_kind="article",
        subject_id=article.id,
        purposes={_PURPOSE[role]},
    )
    if upload.state is not UploadState.CLEAN:
        raise Conflict("uploads.not_clean")
    if any(asset.upload_id == upload_id for asset in article.assets):
        raise InvalidInput({"upload_ids": ["repeated"]})
    if role is AssetRole.COVER:
        for old in [asset for asset in article.assets if asset.role is AssetRole.COVER]:
            _take_off(session, article, old)
    position = max((asset.position for asset in article.assets), default=0) + 1
    label = name or upload.filename or "van-ban.pdf"
    article.assets.append(
        ArticleAsset(upload_id=upload_id, role=role, name=label, alt=alt, position=position)
    )
    touch(session, article, actor.id, "add_file", {"role": role.value, "name": label})
    return article


def remove_file(
    session: Session, actor: Principal, article_id: UUID, expected: int, asset_id: UUID
) -> Article:
    """Take a file off an article. What the public sees already stays until the correction is approved.

    Raises:
        NotFound, Conflict, Forbidden, PreconditionFailed.
    """
    article, _ = open_for_editing(session, actor, article_id, expected)
    asset = next((each for each in article.assets if each.id == asset_id), None)
    if asset is None or asset.dropped:
        raise NotFound("essentials.no_such_file")
    _take_off(session, article, asset)
    touch(session, article, actor.id, "remove_file", {"name": asset.name})
    return article


def _take_off(session: Session, article: Article, asset: ArticleAsset) -> None:
    if asset.is_public:
        asset.dropped = True
        return
    unpublish(session, asset.upload_id)
    article.assets.remove(asset)
