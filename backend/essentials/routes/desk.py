"""The editorial desk: writing, editing, approving, publishing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    json_answer,
    language,
    page_schema,
    require_version,
    with_etag,
)
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading, transaction
from backend.essentials import desk, desk_views, files, service
from backend.essentials.models import Article
from backend.essentials.schemas import (
    ArticleFileIn,
    ArticleIn,
    ArticleMove,
    ArticlePatch,
    ArticleVersionSchema,
    DeskArticle,
    DeskItem,
    DeskQuery,
    VersionQuery,
)
from backend.essentials.workflow import Asked

blp = Blueprint("articles", __name__, description="The editorial desk")
WRITERS = (Permission.ARTICLES_WRITE, Permission.ARTICLES_EDIT)
MOVERS = (Permission.ARTICLES_WRITE, Permission.ARTICLES_EDIT, Permission.ARTICLES_APPROVE)
MOVE = "<any(submit, return, approve, schedule, publish, review, correct, withdraw, cancel):move>"


@blp.route("/console/articles")
@staff(Permission.ARTICLES_READ)
@blp.arguments(DeskQuery, location="query")
@blp.response(200, page_schema(DeskItem))
def list_articles(query: dict[str, Any]) -> dict[str, Any]:
    """Articles of my units in every state, last changed first."""
    with reading() as session:
        found = desk.articles(session, principal(), **query)
        items = desk_views.items(session, found.items, language())
    return {"items": items, "next_cursor": found.next_cursor}


@blp.route("/console/articles/<uuid:article_id>")
@staff(Permission.ARTICLES_READ)
@blp.alt_response(200, schema=DeskArticle)
def get_article(article_id: UUID) -> Response:
    """Everything about an article: text, files, history, versions, and what I may do with it."""
    with reading() as session:
        article = desk.article(session, principal(), article_id)
        return _answer(session, article)


@blp.route("/console/articles/<uuid:article_id>/versions/<int:number>")
@staff(Permission.ARTICLES_READ)
@blp.arguments(VersionQuery, location="query")
@blp.alt_response(200, schema=ArticleVersionSchema)
def get_version(query: dict[str, Any], article_id: UUID, number: int) -> Response:
    """A kept version with its full text; ``against`` compares it with another, word by word."""
    with reading() as session:
        article = desk.article(session, principal(), article_id)
        found = desk_views.version(session, article, number, query["against"], language())
    return json_answer(ArticleVersionSchema().dump(found))


@blp.route("/console/articles", methods=["POST"])
@staff(*WRITERS)
@blp.arguments(ArticleIn)
@blp.alt_response(201, schema=DeskArticle)
def create_article(draft: dict[str, Any]) -> Response:
    """Start an article."""
    code: str = draft.pop("unit")

    def work(session: Session) -> dict[str, Any]:
        article = service.create(session, principal(), code, _draft(draft))
        shown = desk_views.full(session, article, principal(), language())
        return {**shown, "location": f"/api/v1/console/articles/{article.id}"}

    return created_once(work, DeskArticle())


@blp.route("/console/articles/<uuid:article_id>", methods=["PATCH"])
@staff(*WRITERS)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ArticlePatch)
@blp.alt_response(200, schema=DeskArticle)
def edit_article(draft: dict[str, Any], article_id: UUID) -> Response:
    """Change what is named; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        article = service.edit(session, principal(), article_id, version, _draft(draft))
        return _answer(session, article)


@blp.route(f"/console/articles/<uuid:article_id>/{MOVE}", methods=["POST"])
@staff(*MOVERS)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ArticleMove)
@blp.alt_response(200, schema=DeskArticle)
def move_article(asked: dict[str, Any], article_id: UUID, move: str) -> Response:
    """Make one move of the workflow (``allowed_moves`` says which are open); needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        article = service.move(session, principal(), article_id, version, move, Asked(**asked))
        return _answer(session, article)


@blp.route("/console/articles/<uuid:article_id>/assets", methods=["POST"])
@staff(*WRITERS)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(ArticleFileIn)
@blp.alt_response(200, schema=DeskArticle)
def add_asset(asset: dict[str, Any], article_id: UUID) -> Response:
    """Put a clean upload on the article as cover or attachment; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        article = files.add_file(session, principal(), article_id, version, **asset)
        return _answer(session, article)


@blp.route("/console/articles/<uuid:article_id>/assets/<uuid:asset_id>", methods=["DELETE"])
@staff(*WRITERS)
@blp.doc(parameters=[IF_MATCH])
@blp.alt_response(200, schema=DeskArticle)
def remove_asset(article_id: UUID, asset_id: UUID) -> Response:
    """Take a file off the article; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        article = files.remove_file(session, principal(), article_id, version, asset_id)
        return _answer(session, article)


def _draft(values: dict[str, Any]) -> service.Draft:
    draft: service.Draft = {**values}  # type: ignore[typeddict-item] # ArticlePatch has the same names
    return draft


def _answer(session: Session, article: Article) -> Response:
    shown = desk_views.full(session, article, principal(), language())
    return with_etag(DeskArticle().dump(shown), article.version)
