"""The resident app's addresses. What can be read without JavaScript is rendered; the rest gets the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from markupsafe import Markup

from backend.broadcasts.models import Language
from backend.core import clock
from backend.core.api import page_language, public_cache
from backend.core.auth import public
from backend.core.db import reading
from backend.core.i18n import has, t
from backend.core.text import clean
from backend.feedback.models import FeedbackCategory, FeedbackKind, Outcome
from backend.feedback.queries import RecordFilter
from backend.pages import data
from backend.pages.meta import (
    PRIVATE,
    absolute,
    article_meta,
    head,
    home_meta,
    outcome_meta,
    plain_meta,
)
from backend.pages.render import day
from backend.pages.routes.answering import HTML, PageBlueprint, answers_pages, page
from backend.pages.routes.short import short_path
from backend.pages.shell import CHOOSING, READING, WRITING, json_script, resident_shell
from backend.places import queries as places

Rendered = tuple[str, datetime | None]
Choice = TypeVar("Choice", bound=StrEnum)

blp = PageBlueprint("pages", __name__, url_prefix="", description="Pages of the resident app")

_CODE = re.compile(r"\d{5}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SLUG = re.compile(r"[a-z0-9_]{1,60}")
ARTICLES = ("essentials", "places")
OUTCOMES = ("feedback", "places")
BROADCASTS = ("broadcasts", "places")
# Colour and icon of an outcome, as in the app: parts/states.ts.
OUTCOME_LOOKS = {
    "done": {"tone": "ok", "icon": "circle-check"},
    "partly_done": {"tone": "ok", "icon": "check"},
    "planned": {"tone": "brand", "icon": "clock"},
    "not_possible": {"tone": "warn", "icon": "ban"},
    "other_body": {"tone": "", "icon": "arrow-right"},
}


def _cached(*areas: str) -> Callable[[Callable[..., Rendered]], Callable[..., Response]]:
    return public_cache(*areas, content_type=HTML, speech=page_language)


def _chosen_place() -> str:
    chosen = request.cookies.get("tl_commune", "")
    return chosen if _CODE.fullmatch(chosen) else ""


def _language_and_place() -> str:
    """What the page of the form depends on besides its address."""
    return f"{page_language()} {_chosen_place()}"


@blp.route("/")
@public
@answers_pages
def front() -> Response:
    """The commune's own page once one was chosen; else the page that asks."""
    chosen = _chosen_place()
    if "choose" not in request.args and chosen:
        headers = {"Location": f"/c/{chosen}", "Cache-Control": "no-store"}
        return Response(status=302, headers=headers)
    return _choose()


@_cached("places")
def _choose() -> Rendered:
    language = page_language()
    q = clean(request.args.get("q", ""))[:100]
    with reading() as session:
        found = data.places_to_choose(session, q)
    meta = plain_meta(t("pages.commune.title", language), language)
    tags = head(meta, language)
    payload = None if q else {"communes": [place.facts for place in found]}
    html = page("choose.html", language, tags, payload, styled=CHOOSING, q=q, found=found)
    return html, places.day_ends()


@blp.route("/c/<string:code>")
@public
@answers_pages
@_cached(*ARTICLES)
def home(code: str) -> Rendered:
    """A commune's news."""
    language = page_language()
    q = clean(request.args.get("q", ""))[:200] or None
    category = request.args.get("category", "")
    category_slug = category if _SLUG.fullmatch(category) else None
    cursor = request.args.get("cursor") or None
    filtered = bool(q or category_slug or cursor)
    with reading() as session:
        unit = data.commune(session, code)
        facts = data.commune_facts(session, unit)
        listed, found = data.articles(
            session, unit, language, q=q, category=category_slug, cursor=cursor
        )
    filters = {"q": q, "category": category_slug, "cursor": found.next_cursor}
    html = page(
        "home.html",
        language,
        head(home_meta(facts, language), language),
        {"commune": facts, "articles": listed},
        commune=facts,
        section="home",
        articles=listed,
        q=q or "",
        filtered=filtered,
        more=_more(code, filters) if found.next_cursor else "",
    )
    return html, _soonest(places.day_ends(), found.next_change_at)


@blp.route("/c/<string:code>/a/<uuid:article_id>")
@public
@answers_pages
@_cached(*ARTICLES)
def article(code: str, article_id: UUID) -> Rendered:
    """One article, readable without JavaScript and shared with title and picture."""
    language = page_language()
    asked = request.args.get("lang", "")
    text_language = asked if _LANGUAGE.fullmatch(asked) else language
    with reading() as session:
        facts = data.commune_facts(session, data.commune(session, code))
        shown = data.article(session, article_id, text_language, language)
    html = page(
        "article.html",
        language,
        head(article_meta(shown, code), language),
        {"commune": facts, "article": shown},
        styled=READING,
        commune=facts,
        section="home",
        article=shown,
        body=Markup(shown["body_html"]),  # noqa: S704 - sanitised when it was written
        short=short_path("a", code, article_id),
        origin=absolute(""),
        names={each: _language_name(each, language) for each in shown["languages"]},
    )
    ends = (
        datetime.fromisoformat(shown["valid_to"])
        if shown["state"] == "published" and shown["valid_to"]
        else None
    )
    return html, _soonest(places.day_ends(), ends)


@blp.route("/c/<string:code>/outcomes/<uuid:record_id>")
@public
@answers_pages
@_cached(*OUTCOMES)
def outcome(code: str, record_id: UUID) -> Rendered:
    """What came of one feedback, as everybody may read it."""
    language = page_language()
    with reading() as session:
        facts = data.commune_facts(session, data.commune(session, code))
        shown = data.outcome(session, record_id, language)
    html = page(
        "outcome.html",
        language,
        head(outcome_meta(shown, code), language),
        {"commune": facts, "outcome": shown},
        styled=READING,
        commune=facts,
        section="outcomes",
        outcome=shown,
        look=OUTCOME_LOOKS[shown["outcome"]],
        short=short_path("o", code, record_id),
        origin=absolute(""),
    )
    return html, places.day_ends()


@blp.route("/c/<string:code>/outcomes")
@public
@answers_pages
@_cached(*OUTCOMES)
def outcomes(code: str) -> Rendered:
    """What came of feedback, latest first."""
    language = page_language()
    category = _asked(FeedbackCategory, "category")
    result = _asked(Outcome, "outcome")
    cursor = request.args.get("cursor") or None
    wanted = RecordFilter(category=category, outcome=result)
    with reading() as session:
        unit = data.commune(session, code)
        facts = data.commune_facts(session, unit)
        listed = data.outcomes(session, unit, language, wanted, cursor=cursor)
    filters = {"category": category, "outcome": result, "cursor": listed["next_cursor"]}
    categories = data.categories(language)
    title = f"{t('pages.outcomes.title', language)} – {facts['full_name']}"
    html = page(
        "outcomes.html",
        language,
        head(plain_meta(title, language), language),
        {
            "commune": facts,
            "feedback_categories": {"items": categories},
            "outcomes": listed,
        },
        styled=READING,
        commune=facts,
        section="outcomes",
        items=listed["items"],
        looks=OUTCOME_LOOKS,
        categories=categories,
        results=list(Outcome),
        chosen={"category": category, "outcome": result},
        more=_more(f"{code}/outcomes", filters) if listed["next_cursor"] else "",
    )
    return html, places.day_ends()


@blp.route("/c/<string:code>/listen")
@public
@answers_pages
@_cached(*BROADCASTS)
def listen(code: str) -> Rendered:
    """Broadcasts to hear again, by day."""
    language = page_language()
    on, spoken = _asked_day(), _asked(Language, "language")
    cursor = request.args.get("cursor") or None
    with reading() as session:
        unit = data.commune(session, code)
        facts = data.commune_facts(session, unit)
        listed = data.broadcasts(session, unit, language, day=on, language=spoken, cursor=cursor)
    filters = {
        "date": on.isoformat() if on else None,
        "language": spoken,
        "cursor": listed["next_cursor"],
    }
    title = f"{t('pages.listen.title', language)} – {facts['full_name']}"
    html = page(
        "listen.html",
        language,
        head(plain_meta(title, language), language),
        {"commune": facts, "broadcasts": listed},
        styled=READING,
        commune=facts,
        section="listen",
        days=_by_day(listed["items"]),
        date=filters["date"],
        today=clock.today_local().isoformat(),
        chosen=spoken,
        languages=facts["languages"] or list(Language),
        more=_more(f"{code}/listen", filters) if listed["next_cursor"] else "",
    )
    return html, places.day_ends()


@blp.route("/c/<string:code>/listen/<uuid:broadcast_id>")
@public
@answers_pages
@_cached("places")
def broadcast(code: str, broadcast_id: UUID) -> Rendered:
    """One broadcast; the app draws it."""
    del broadcast_id
    return _of_commune(code, "pages.listen.title")


@blp.route("/send")
@public
@answers_pages
@public_cache("places", content_type=HTML, speech=_language_and_place)
def send() -> Rendered:
    """The form for feedback. Its first page is drawn here; what was begun on the device is known to the app alone."""
    if request.args:
        return _drawn_by_app("send")
    language = page_language()
    with reading() as session:
        unit = places.commune_by_code(session, _chosen_place())
        facts = data.commune_facts(session, unit) if unit else None
    categories = data.categories(language)
    html = page(
        "send.html",
        language,
        head(plain_meta(t("pages.private.send", language), language, PRIVATE), language),
        {"feedback_categories": {"items": categories}},
        styled=WRITING,
        commune=facts,
        section="send",
        kinds=list(FeedbackKind),
        categories=categories,
    )
    return html, places.day_ends()


@blp.route("/track")
@public
@answers_pages
@_cached()
def track() -> Rendered:
    """The question for a tracking code; the app draws it."""
    return _drawn_by_app("track")


@blp.route("/track/<string:tracking_code>")
@public
@answers_pages
@_cached()
def tracked(tracking_code: str) -> Rendered:
    """The state of one feedback; the app asks for it, so that nothing of it is in a page that caches keep."""
    del tracking_code
    return _drawn_by_app("track")


@blp.route("/mine")
@public
@answers_pages
@_cached()
def mine() -> Rendered:
    """What this device sent; the app draws it."""
    return _drawn_by_app("mine")


@blp.route("/settings")
@public
@answers_pages
@_cached()
def settings() -> Rendered:
    """Commune, language, text size; the app draws it."""
    return _drawn_by_app("settings")


def _of_commune(code: str, title_key: str) -> Rendered:
    language = page_language()
    with reading() as session:
        facts = data.commune_facts(session, data.commune(session, code))
    title = f"{t(title_key, language)} – {facts['full_name']}"
    tags = head(plain_meta(title, language), language)
    shell = resident_shell().fill(language, head=tags, data=json_script({"commune": facts}))
    return shell, places.day_ends()


def _drawn_by_app(screen: str) -> Rendered:
    language = page_language()
    tags = head(plain_meta(t(f"pages.private.{screen}", language), language, PRIVATE), language)
    return resident_shell().fill(language, head=tags), None


def _more(code: str, filters: dict[str, str | None]) -> str:
    return f"/c/{code}?{urlencode({name: value for name, value in filters.items() if value})}"


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        return None


def _asked(kind: type[Choice], name: str) -> Choice | None:
    asked = request.args.get(name, "")
    return kind(asked) if asked in set(kind) else None


def _by_day(items: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The list by day of broadcast on Vietnam's clock, each with the moment of its first."""
    days = [
        list(group) for _, group in groupby(items, key=lambda item: day(item["aired_at"], "vi"))
    ]
    return [(group[0]["aired_at"], group) for group in days]


def _soonest(first: datetime, second: datetime | None) -> datetime:
    return first if second is None else min(first, second)


def _language_name(code: str, language: str) -> str:
    key = f"pages.language.{code}"
    return t(key, language) if has(key) else code
