"""The demo province's articles, brought through the same steps as real ones, so that their history is real."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import Grant, Principal, Role
from backend.core.demo import Demo
from backend.core.text import slugify
from backend.essentials import service
from backend.essentials.categories import ensure_categories
from backend.essentials.demo_articles import ARTICLES, DemoArticle
from backend.essentials.files import add_file
from backend.essentials.models import Article, AssetRole, Priority
from backend.essentials.scoping import Place
from backend.essentials.workflow import Asked
from backend.places.models import AdminUnit
from backend.uploads.seed_covers import demo_cover

PROVINCE = "tinh"
# Who drafts, edits and approves where; the province's own desk is played by its two demo people.
PEOPLE = {
    "ayun": ("lien.ayun", "yen.ayun", "dung.ayun"),
    "quynhon": ("lien.quynhon", "yen.quynhon", "dung.quynhon"),
    PROVINCE: ("giamsat", "giamsat", "quantri"),
}
# From the second step on: who makes which move; the first is always the draft itself.
STEPS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "approved": ("submit", "approve"),
    "scheduled": ("submit", "approve", "schedule"),
    "published": ("submit", "approve", "publish"),
    "withdrawn": ("submit", "approve", "publish", "withdraw"),
}
APPROVERS_MOVES = {"approve", "return", "withdraw"}


def seed(session: Session, demo: Demo) -> None:
    """Write the categories and the articles that are missing."""
    ensure_categories(session)
    for number, article in enumerate(ARTICLES):
        unit = session.get_one(AdminUnit, _unit_id(demo, article.unit))
        known = session.scalar(
            select(Article.id).where(
                Article.unit_id == unit.id, Article.slug == slugify(article.title)
            )
        )
        if known is None:
            # Not all at the same minute: the list reads like a real one.
            written = demo.now - timedelta(days=article.days_ago, minutes=37 * (number % 11) + 90)
            _tell(session, demo, unit, article, written - timedelta(hours=2))


def _tell(
    session: Session, demo: Demo, unit: AdminUnit, story: DemoArticle, began: datetime
) -> None:
    drafter, editor, approver = (
        _principal(demo.staff[name], role, unit)
        for name, role in zip(
            PEOPLE[story.unit], (Role.DRAFTER, Role.EDITOR, Role.APPROVER), strict=True
        )
    )
    with clock.freeze(began):
        article = service.create(session, drafter, unit.code, _draft(demo, unit, story, began))
        if story.cover:
            name, alt = story.cover
            upload = demo_cover(session, name, drafter)
            add_file(
                session,
                drafter,
                article.id,
                article.version,
                upload.id,
                role=AssetRole.COVER,
                alt=alt,
            )
    for place, name in enumerate(STEPS[story.state], start=1):
        actor = approver if name in APPROVERS_MOVES else drafter if name == "submit" else editor
        asked = Asked(
            reason=story.note or None,
            publish_at=_tomorrow_morning(demo) if name == "schedule" else None,
        )
        _move(session, actor, article, name, asked, began + timedelta(minutes=20 * place))
    if story.corrected:
        _correct(session, editor, approver, article, story, began + timedelta(hours=5))


def _correct(
    session: Session,
    editor: Principal,
    approver: Principal,
    article: Article,
    story: DemoArticle,
    at: datetime,
) -> None:
    old, new = story.corrected or ("", "")
    _move(session, editor, article, "correct", Asked(note=story.note), at)
    texts = {
        text.language: {
            "title": text.title,
            "summary": text.summary,
            "body_html": text.body_html.replace(old, new),
        }
        for text in article.texts
    }
    with clock.freeze(at):
        service.edit(session, editor, article.id, article.version, {"texts": texts})
    _move(session, editor, article, "submit", Asked(), at + timedelta(minutes=4))
    _move(session, approver, article, "approve", Asked(), at + timedelta(minutes=9))


def _move(
    session: Session,
    actor: Principal,
    article: Article,
    name: str,
    asked: Asked,
    at: datetime,
) -> None:
    with clock.freeze(at):
        service.move(session, actor, article.id, article.version, name, asked)


def _draft(demo: Demo, unit: AdminUnit, story: DemoArticle, began: datetime) -> service.Draft:
    texts = {
        "vi": {"title": story.title, "summary": story.summary, "body_html": story.body},
    }
    if story.english:
        title, summary, body = story.english
        texts["en"] = {"title": title, "summary": summary, "body_html": body}
    scope = [
        Place(unit=unit.code, community_id=demo.communities[story.unit, code])
        for code in story.communities
    ]
    ends = began + timedelta(days=story.lasts_days) if story.lasts_days else None
    return {
        "category": story.category,
        "priority": Priority(story.priority),
        "texts": texts,
        "scope": scope,
        "valid_to": ends,
    }


def _principal(staff_id: UUID, role: Role, unit: AdminUnit) -> Principal:
    # The whole desk of the unit; the province's demo people hold other roles in daily life.
    return Principal(kind="staff", id=staff_id, grants=(Grant(role, unit.id, unit.level.value),))


def _unit_id(demo: Demo, label: str) -> UUID:
    return demo.province_id if label == PROVINCE else demo.communes[label]


def _tomorrow_morning(demo: Demo) -> datetime:
    local = demo.now.astimezone(clock.LOCAL) + timedelta(days=1)
    return local.replace(hour=6, minute=0, second=0, microsecond=0)
