"""The page that portals show in a frame: a list, no script, no cookie."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backend.core import clock
from backend.core.api.fields import timestamp
from backend.core.i18n import t
from backend.feeds.entries import Feed

TEMPLATES = Path(__file__).parent / "templates"
# A source of the CSP grammar; anything else in the row is not passed on.
_ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?", re.IGNORECASE)


def embed_page(feed: Feed, language: str) -> str:
    """The page as HTML; the same for every portal."""
    return (
        _environment()
        .get_template("embed.html")
        .render(feed=feed, language=language, t=partial(t, language=language), style=_style())
    )


def embed_policy(origins: Iterable[str]) -> str:
    """Who may frame the page: the portal's origins, or nobody."""
    allowed = [origin for origin in origins if _ORIGIN.fullmatch(origin)]
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    ancestors = " ".join(allowed) or "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {ancestors}"
    )


@lru_cache
def _style() -> Markup:
    css = (TEMPLATES / "embed.css").read_text().strip()
    return Markup(css)  # noqa: S704 - our own file


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters.update(moment=timestamp, day=_day)
    return environment


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(clock.LOCAL):%d/%m/%Y}"
