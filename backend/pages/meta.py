"""What a page says of itself to search engines and to those who show a shared link (Zalo, Facebook)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.core import config
from backend.core.i18n import t
from backend.core.text import excerpt
from backend.pages.render import render

DESCRIPTION_LENGTH = 200
# Screens that show a person's own things are not for search engines.
PRIVATE = "noindex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """The head of one page; addresses are absolute."""

    title: str
    description: str
    image: str
    kind: str = "website"
    canonical: str | None = None
    image_size: tuple[int, int] | None = None
    published_at: str | None = None
    modified_at: str | None = None
    robots: str | None = None
    feeds: list[dict[str, str]] = field(default_factory=list)


def head(meta: Meta, language: str) -> str:
    """The tags for ``<!--tl:head-->``."""
    return render("head.html", language, meta=meta)


def absolute(path: str) -> str:
    """The address under which the public finds ``path``."""
    return config.current().public_url + path


def plain_meta(title: str, language: str, robots: str | None = None) -> Meta:
    """The head of a screen that the app draws by itself."""
    return Meta(
        title=title,
        description=t("pages.description", language),
        image=_mark(),
        robots=robots,
    )


def home_meta(commune: Mapping[str, Any], language: str) -> Meta:
    """The head of a commune's own page."""
    code, name = commune["code"], commune["full_name"]
    return Meta(
        title=name,
        description=t("pages.description", language),
        image=_mark(),
        canonical=absolute(f"/c/{code}"),
        feeds=[
            {
                "href": absolute(f"/feeds/communes/{code}/{kind}.atom"),
                "title": t(f"pages.feed.{kind}", language, name=name),
            }
            for kind in ("articles", "outcomes")
        ],
    )


def article_meta(article: Mapping[str, Any], commune_code: str) -> Meta:
    """The head of an article: title, summary and cover are what a shared link shows."""
    cover = article["cover"]
    return Meta(
        title=article["title"],
        description=excerpt(article["summary"], DESCRIPTION_LENGTH),
        kind="article",
        canonical=absolute(f"/c/{commune_code}/a/{article['id']}"),
        image=absolute(_shared(cover)["url"]) if cover else _mark(),
        image_size=(_shared(cover)["width"], _shared(cover)["height"]) if cover else None,
        published_at=article["published_at"],
        modified_at=article["corrected_at"],
        robots=PRIVATE if article["state"] == "expired" else None,
    )


def outcome_meta(outcome: Mapping[str, Any], commune_code: str) -> Meta:
    """The head of a public outcome."""
    photo = next((each for each in outcome["evidence"] if "width" in each), None)
    return Meta(
        title=f"{outcome['outcome_label']}: {outcome['title']}",
        description=excerpt(outcome["reply"], DESCRIPTION_LENGTH),
        kind="article",
        canonical=absolute(f"/c/{commune_code}/outcomes/{outcome['id']}"),
        image=absolute(_shared(photo)["url"]) if photo else _mark(),
        image_size=(_shared(photo)["width"], _shared(photo)["height"]) if photo else None,
        published_at=outcome["published_at"],
    )


def _shared(picture: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form of a picture that every messenger draws: the largest JPEG, else whatever there is."""
    jpegs = [each for each in picture.get("sources", ()) if each["content_type"] == "image/jpeg"]
    return max(jpegs, key=lambda each: int(each["width"]), default=picture)


def _mark() -> str:
    return absolute("/icons/icon-512.png")
