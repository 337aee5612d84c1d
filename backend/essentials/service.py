"""Everything that changes an article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from backend.core import clock
from backend.core.auth import SYSTEM, Permission, Principal
from backend.core.errors import Conflict, Forbidden, InvalidInput, PreconditionFailed
from backend.core.events import emit
from backend.core.text import slugify
from backend.essentials import desk, publication, workflow
from backend.essentials.body import sanitise
from backend.essentials.effects import carry_out, events_of
from backend.essentials.models import (
    Article,
    ArticleEvent,
    ArticleScope,
    ArticleState,
    Priority,
)
from backend.essentials.queries import category_by_slug
from backend.essentials.revisions import keep_version, set_texts, texts_of
from backend.essentials.scoping import Place, resolve
from backend.essentials.workflow import Asked
from backend.places import queries as places
from backend.places.models import AdminUnit
from backend.places.scope import unit_in_scope

SITTING = timedelta(minutes=30)  # without a pause longer than this, edits are one line of history


class Draft(TypedDict, total=False):
    """What a writer may set. Left out means unchanged."""

    category: str
    priority: Priority
    texts: Mapping[str, Mapping[str, str]]  # language -> {title, summary, body_html}
    scope: Sequence[Place]
    valid_from: Any  # datetime or None
    valid_to: Any


def create(session: Session, actor: Principal, unit_code: str, draft: Draft) -> Article:
    """Start an article of a unit; ``draft`` names at least category and texts.

    Raises:
        NotFound: no such unit, or the actor may not write for it.
        InvalidInput: unknown category or scope, or a window that ends before it begins.
    """
    unit = unit_in_scope(session, actor, Permission.ARTICLES_WRITE, unit_code)
    author = _person(actor)
    article = Article(
        unit_id=unit.id,
        province_id=unit.parent_id,
        author_id=author,
        writers=[str(author)],
        state=ArticleState.DRAFT,
        priority=Priority.NORMAL,
        slug="",
        latest_version=0,
        texts=[],
        scopes=[],
        assets=[],
    )
    _apply(session, article, unit, {"scope": [], **draft})
    session.add(article)
    session.flush()
    _log(session, article, author, "create", None)
    return article


def edit(
    session: Session, actor: Principal, article_id: UUID, expected: int, draft: Draft
) -> Article:
    """Change the working text or what goes with it.

    Raises:
        NotFound, Conflict (not in an editable state), Forbidden, InvalidInput;
        PreconditionFailed: somebody changed it since the version ``expected``.
    """
    article, unit = open_for_editing(session, actor, article_id, expected)
    person = _person(actor)
    before = texts_of(article)
    if desk.last_writer(session, article) != person:
        keep_version(session, article)  # what the one before left
    _apply(session, article, unit, draft)
    if texts_of(article) != before:
        article.writers = [*article.writers, *({str(person)} - set(article.writers))]
    _log_edit(session, article, person, sorted(draft))
    return article


def move(
    session: Session,
    actor: Principal,
    article_id: UUID,
    expected: int | None,
    name: str,
    asked: Asked,
) -> Article:
    """Make one move of the workflow; see ``workflow.MOVES``.

    Args:
        expected: the version that the actor saw; None only for the house itself.

    Raises:
        NotFound, Conflict, Forbidden, InvalidInput, PreconditionFailed.
    """
    article, unit = _take(session, actor, article_id, expected)
    publish_if_due(session, article)
    before = desk.standing_of(article)
    who = desk.actor_in(session, unit, actor)
    row = workflow.check(name, before, who, asked, clock.now())
    carry_out(session, article, row, who.id, asked)
    _settle(session, article, row, who.id, asked, workflow.overrides(row, before, who))
    return article


def publish_if_due(session: Session, article: Article) -> bool:
    """The hour of a scheduled article has come: what the public sees already becomes its state."""
    due = article.publish_at
    if article.state is not ArticleState.SCHEDULED or due is None or due > clock.now():
        return False
    house = desk.actor_in(session, _unit(session, article), SYSTEM)
    row = workflow.check("publish", desk.standing_of(article), house, Asked(), clock.now())
    carry_out(session, article, row, None, Asked())
    _settle(session, article, row, None, Asked(), overridden=False)
    return True


def expire_if_over(session: Session, article: Article) -> bool:
    """The window of a public article is over: note it, and take the article out of the lists."""
    over = article.valid_to is not None and article.valid_to <= clock.now()
    if not over or article.expired_at is not None or article.state not in workflow.PUBLIC_STATES:
        return False
    publication.unlist(session, article.id)
    article.expired_at = clock.now()
    touch(session, article, None, "expire", {})
    return True


def open_for_editing(
    session: Session, actor: Principal, article_id: UUID, expected: int
) -> tuple[Article, AdminUnit]:
    """The article, if ``actor`` may change its working text now.

    Raises:
        NotFound, Conflict, Forbidden, PreconditionFailed.
    """
    article, unit = _take(session, actor, article_id, expected)
    if article.state not in workflow.EDITABLE:
        raise Conflict("essentials.not_editable", state=article.state.value)
    if not workflow.may_edit(desk.standing_of(article), desk.actor_in(session, unit, actor)):
        raise Forbidden("essentials.not_yours")
    return article, unit


def touch(
    session: Session, article: Article, person: UUID | None, type_: str, detail: dict[str, Any]
) -> None:
    """Note a change that is no move, and advance the version."""
    _advance(article)
    _log(session, article, person, type_, article.state, detail=detail)


def _log_edit(session: Session, article: Article, person: UUID, changed: list[str]) -> None:
    """One line of history for one sitting: editors save every few seconds."""
    last = desk.last_event(session, article.id)
    same_sitting = (
        last is not None
        and (last.type, last.actor_id, last.to_state) == ("edit", person, article.state.value)
        and clock.now() - last.at <= SITTING
    )
    if last is None or not same_sitting:
        touch(session, article, person, "edit", {"changed": changed})
        return
    last.at = clock.now()
    last.detail = {"changed": sorted({*last.detail.get("changed", ()), *changed})}
    _advance(article)
    session.flush()


def _settle(
    session: Session,
    article: Article,
    row: workflow.Move,
    person: UUID | None,
    asked: Asked,
    overridden: bool,  # noqa: FBT001 - private
) -> None:
    source, article.state = article.state, row.target
    _advance(article)
    detail: dict[str, Any] = {}
    if overridden:
        detail["override_reason"] = asked.override_reason
    if row.name == "schedule" and asked.publish_at is not None:
        detail["publish_at"] = asked.publish_at.isoformat()
    if row.name == "publish" and article.needs_review:
        detail["without_approval"] = True
    _log(session, article, person, row.name, source, asked.reason or asked.note, detail)
    for event in events_of(article, row, source, person):
        emit(session, event)


def _apply(session: Session, article: Article, unit: AdminUnit, draft: Draft) -> None:
    if "category" in draft:
        category = category_by_slug(session, draft["category"])
        if category is None or not (category.active or category.id == article.category_id):
            raise InvalidInput({"category": ["unknown_choice"]})
        article.category = category
    if "priority" in draft:
        article.priority = draft["priority"]
    if "texts" in draft:
        words = {
            language: {**each, "body_html": sanitise(each["body_html"])}
            for language, each in draft["texts"].items()
        }
        set_texts(article, words)
        if article.public_version is None:  # an address that was public stays
            title = words.get("vi", next(iter(words.values())))["title"]
            article.slug = slugify(title) or "tin"
    if "scope" in draft:
        article.scopes = [
            ArticleScope(unit_id=unit_id, community_id=community_id)
            for unit_id, community_id in resolve(session, unit, draft["scope"])
        ]
    if "valid_from" in draft:
        article.valid_from = draft["valid_from"]
    if "valid_to" in draft:
        article.valid_to = draft["valid_to"]
    if article.valid_from and article.valid_to and article.valid_to <= article.valid_from:
        raise InvalidInput({"valid_to": ["before_valid_from"]})


def _take(
    session: Session, actor: Principal, article_id: UUID, expected: int | None
) -> tuple[Article, AdminUnit]:
    article = desk.article(session, actor, article_id)
    if expected is not None and article.version != expected:
        raise PreconditionFailed(current_version=article.version)
    return article, _unit(session, article)


def _unit(session: Session, article: Article) -> AdminUnit:
    unit = places.unit(session, article.unit_id)
    if unit is None:
        raise LookupError(f"article {article.id} has no unit")
    return unit


def _person(actor: Principal) -> UUID:
    if actor.kind != "staff" or actor.id is None:
        raise Forbidden
    return actor.id


def _advance(article: Article) -> None:
    article.updated_at = clock.now()
    # Also when only rows beside it changed within the same microsecond: the version must move.
    flag_modified(article, "updated_at")


def _log(
    session: Session,
    article: Article,
    person: UUID | None,
    type_: str,
    source: ArticleState | None,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    session.add(
        ArticleEvent(
            article_id=article.id,
            at=clock.now(),
            actor_id=person,
            type=type_,
            from_state=source.value if source else None,
            to_state=article.state.value,
            reason=reason,
            detail=detail or {},
        )
    )
    session.flush()
