"""What the desk is shown of an article: rows gathered and named, ready for the schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.queries import staff_names
from backend.core.auth import Principal
from backend.core.i18n import t
from backend.essentials import desk
from backend.essentials.cards import FALLBACK, label, unit_summary
from backend.essentials.models import (
    Article,
    ArticleAsset,
    ArticleEvent,
    ArticleVersion,
    AssetRole,
)
from backend.essentials.revisions import compare, texts_of
from backend.essentials.workflow import PUBLIC_STATES, allowed_moves, may_edit
from backend.places import queries as places
from backend.places.models import AdminUnit, Community, UnitLevel
from backend.uploads import queries as uploads
from backend.uploads.models import Upload
from backend.uploads.publication import public_file


@dataclass(frozen=True, slots=True)
class _Names:
    """What ids stand for."""

    units: Mapping[UUID, AdminUnit]
    staff: Mapping[UUID, str]
    language: str

    def person(self, staff_id: UUID | None) -> dict[str, Any]:
        if staff_id is None:
            return {"id": None, "name": t("essentials.the_system", self.language)}
        return {"id": staff_id, "name": self.staff.get(staff_id, "")}


def items(session: Session, articles: Sequence[Article], language: str) -> list[dict[str, Any]]:
    """Rows of the desk's list."""
    names = _names(
        session,
        {article.unit_id for article in articles},
        {article.author_id for article in articles},
        language,
    )
    return [_item(article, names) for article in articles]


def full(session: Session, article: Article, reader: Principal, language: str) -> dict[str, Any]:
    """Everything about one article, and what ``reader`` may do with it now."""
    history = desk.history(session, article.id)
    kept = desk.versions(session, article.id)
    actors = {each.actor_id for each in history} | {each.actor_id for each in kept}
    people = {article.author_id} | {actor for actor in actors if actor is not None}
    names = _names(
        session, {article.unit_id, *(scope.unit_id for scope in article.scopes)}, people, language
    )
    unit = names.units[article.unit_id]
    standing, who = desk.standing_of(article), desk.actor_in(session, unit, reader)
    files = _files(session, article)
    return {
        **_item(article, names),
        "texts": texts_of(article),
        "scope": _scope(session, article, names),
        "cover": next((file for role, file in files if role is AssetRole.COVER), None),
        "attachments": [file for role, file in files if role is AssetRole.ATTACHMENT],
        "correction_note": article.correction_note,
        "corrected_at": article.corrected_at,
        "withdrawn_at": article.withdrawn_at,
        "expired_at": article.expired_at,
        "can_edit": may_edit(standing, who),
        "allowed_moves": [
            {
                "move": move.name,
                "label": t(f"essentials.move.{move.name}", language),
                "requires": requires,
            }
            for move, requires in allowed_moves(standing, who)
        ],
        "events": [_event(each, names) for each in history],
        "versions": [_version(each, names) for each in kept],
        "public_url": _public_url(article, unit),
    }


def version(
    session: Session, article: Article, number: int, against: int | None, language: str
) -> dict[str, Any]:
    """One kept version with its full text, compared with an earlier one when asked.

    Raises:
        NotFound: no version of that number.
    """
    kept = desk.version(session, article.id, number)
    earlier = desk.version(session, article.id, against) if against is not None else None
    names = _names(session, set(), {kept.actor_id} if kept.actor_id else set(), language)
    return {
        **_version(kept, names),
        "texts": kept.texts,
        "changes": compare(earlier.texts, kept.texts) if earlier is not None else None,
    }


def _names(session: Session, units: set[UUID], people: set[UUID], language: str) -> _Names:
    return _Names(
        units=places.units(session, units),
        staff=staff_names(session, people),
        language=language,
    )


def _item(article: Article, names: _Names) -> dict[str, Any]:
    texts = {text.language: text for text in article.texts}
    text = texts.get(names.language) or texts.get(FALLBACK) or article.texts[0]
    category = article.category
    return {
        "id": article.id,
        "slug": article.slug,
        "title": text.title,
        "summary": text.summary,
        "state": article.state,
        "state_label": t(f"essentials.state.{article.state.value}", names.language),
        "priority": article.priority,
        "category": {"slug": category.slug, "label": label(category, names.language)},
        "unit": unit_summary(names.units[article.unit_id]),
        "author": names.person(article.author_id),
        "languages": sorted(texts),
        "publish_at": article.publish_at,
        "published_at": article.published_at,
        "valid_from": article.valid_from,
        "valid_to": article.valid_to,
        "needs_review": article.needs_review,
        "updated_at": article.updated_at,
        "version": article.version,
    }


def _scope(session: Session, article: Article, names: _Names) -> list[dict[str, Any]]:
    wanted = [scope.community_id for scope in article.scopes if scope.community_id]
    found = session.scalars(select(Community).where(Community.id.in_(wanted))) if wanted else ()
    communities = {each.id: {"id": each.id, "name": each.name} for each in found}
    return [
        {
            "unit": unit_summary(names.units[scope.unit_id]),
            "community": communities.get(scope.community_id) if scope.community_id else None,
        }
        for scope in article.scopes
    ]


def _files(session: Session, article: Article) -> list[tuple[AssetRole, dict[str, Any]]]:
    assets = [asset for asset in article.assets if not asset.dropped]
    found = uploads.uploads(session, [asset.upload_id for asset in assets])
    return [(asset.role, _file(asset, found[asset.upload_id])) for asset in assets]


def _file(asset: ArticleAsset, upload: Upload) -> dict[str, Any]:
    return {
        "id": asset.id,
        "upload_id": asset.upload_id,
        "name": asset.name,
        "alt": asset.alt,
        "content_type": upload.content_type,
        "bytes": upload.length,
        "state": upload.state.value,
        "url": public_file(upload)["url"] if upload.public_key else None,
    }


def _event(event: ArticleEvent, names: _Names) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": event.at,
        "actor": names.person(event.actor_id),
        "type": event.type,
        "summary": t(f"essentials.event.{event.type}", names.language),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "detail": event.detail,
    }


def _version(kept: ArticleVersion, names: _Names) -> dict[str, Any]:
    return {
        "number": kept.number,
        "at": kept.at,
        "actor": names.person(kept.actor_id),
        "note": kept.note,
        "published_at": kept.published_at,
    }


def _public_url(article: Article, unit: AdminUnit) -> str | None:
    """Where residents read it; a province's article is read from any commune, so it has no one address."""
    if article.state not in PUBLIC_STATES or unit.level is not UnitLevel.COMMUNE:
        return None
    return f"/c/{unit.code}/a/{article.id}"
