"""Feeds and embeds: public, without cookies, readable from any origin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask, Response, request
from marshmallow import EXCLUDE
from sqlalchemy.orm import Session

from backend.core.api import Blueprint, Schema, public_cache
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.core.i18n import DEFAULT, LANGUAGES
from backend.feeds import queries
from backend.feeds.embed import embed_page, embed_policy
from backend.feeds.formats import FORMATS
from backend.feeds.schemas import EmbedQuery, FeedQuery
from backend.places import queries as places
from backend.places.models import AdminUnit

Rendered = tuple[bytes | str, datetime | None]
View = Callable[..., Response]
AREAS = ("essentials", "feedback", "places")

blp = Blueprint("feeds", __name__, url_prefix="", description="Feeds and pages to embed")

_PATH = "<any(articles, outcomes):kind>.<any(rss, atom, json):form>"
_FEED_DOC: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "The feed",
            "content": {
                kind.split(";")[0]: {"schema": {"type": "string"}} for _, kind in FORMATS.values()
            },
        }
    },
    "parameters": [
        {
            "in": "query",
            "name": "limit",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100},
        },
        {"in": "query", "name": "category", "schema": {"type": "string"}},
        {"in": "query", "name": "lang", "schema": {"type": "string", "enum": [*LANGUAGES]}},
    ],
}
_EMBED_DOC: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "A page for a frame",
            "content": {"text/html": {"schema": {"type": "string"}}},
        }
    },
    "parameters": [
        {
            "in": "query",
            "name": "kind",
            "schema": {"type": "string", "enum": ["articles", "outcomes"]},
        },
        {
            "in": "query",
            "name": "limit",
            "schema": {"type": "integer", "minimum": 1, "maximum": 20},
        },
        {"in": "query", "name": "lang", "schema": {"type": "string", "enum": [*LANGUAGES]}},
        {"in": "query", "name": "portal", "schema": {"type": "string", "format": "uuid"}},
    ],
}


def init_app(app: Flask) -> None:
    """Let pages of any origin read what is public, never with anybody's cookies."""
    public_reads = cache(lambda: _public_reads(app))

    @app.after_request
    def open_to_all(response: Response) -> Response:
        if request.endpoint in public_reads() and request.method in ("GET", "HEAD"):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "ETag"
        return response


@blp.route(f"/feeds/communes/<string:code>/{_PATH}")
@public
@blp.doc(**_FEED_DOC)
def commune_feed(code: str, kind: str, form: str) -> Response:
    """What a commune's people may read, or what came of their feedback, newest first."""
    return _feed(form)("commune", code, kind)


@blp.route(f"/feeds/provinces/<string:code>/{_PATH}")
@public
@blp.doc(**_FEED_DOC)
def province_feed(code: str, kind: str, form: str) -> Response:
    """The same of a province and all its communes."""
    return _feed(form)("province", code, kind)


@blp.route("/embed/communes/<string:code>")
@public
@blp.doc(**_EMBED_DOC)
def embed_commune(code: str) -> Response:
    """A list to show in a frame; only the origins of ``?portal=`` may frame it."""
    answer = _embed(code)
    portal = _read(EmbedQuery())["portal"]
    origins: list[str] = []
    if portal is not None:
        with reading() as session:
            origins = queries.portal_origins(session, portal)
    answer.headers["Content-Security-Policy"] = embed_policy(origins)
    # The page is made to be framed by others; what it may not be framed by, the policy says.
    answer.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return answer


def _language() -> str:
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else DEFAULT


@public_cache(*AREAS, content_type="text/html; charset=utf-8", speech=_language)
def _embed(code: str) -> Rendered:
    asked = _read(EmbedQuery())
    with reading() as session:
        unit = _unit(session, "commune", code)
        feed, changes = _gather(session, unit, asked["kind"], {**asked, "category": None})
    return embed_page(feed, asked["lang"]), changes


@cache
def _feed(form: str) -> Callable[[str, str, str], Response]:
    write, content_type = FORMATS[form]

    @public_cache(*AREAS, content_type=content_type, speech=_language)
    def rendered(level: str, code: str, kind: str) -> Rendered:
        asked = _read(FeedQuery())
        with reading() as session:
            feed, changes = _gather(session, _unit(session, level, code), kind, asked)
        return write(feed), changes

    return rendered


def _gather(session: Session, unit: AdminUnit, kind: str, asked: dict[str, Any]) -> queries.Found:
    if kind == "outcomes":
        return queries.outcomes(session, unit, asked["lang"], limit=asked["limit"])
    return queries.articles(
        session, unit, asked["lang"], category=asked["category"], limit=asked["limit"]
    )


def _unit(session: Session, level: str, code: str) -> AdminUnit:
    find = places.commune_by_code if level == "commune" else places.province_by_code
    unit = find(session, code)
    if unit is None:
        raise NotFound("places.unit_not_found")
    return unit


def _read(schema: Schema) -> dict[str, Any]:
    """The query of this request; what portals add for their own counting is ignored."""
    found: dict[str, Any] = schema.load(request.args.to_dict(), unknown=EXCLUDE)
    return found


def _public_reads(app: Flask) -> frozenset[str]:
    """Endpoints whose answer is the same for everybody; asked once all rooms are open."""
    return frozenset(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/v1/", "/feeds/"))
        and getattr(app.view_functions[rule.endpoint], "__access__", "") == "public"
    )
