"""What a feed is made of, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from markupsafe import Markup, escape

from backend.core import config
from backend.core.i18n import t
from backend.essentials.cards import Reading
from backend.places.models import AdminUnit

LARGE_ENOUGH = 400  # bytes of an enclosure when the rendition does not say; RSS wants a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of an entry, by its absolute address."""

    url: str
    content_type: str
    bytes: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article or outcome. ``guid`` never changes, whatever happens to addresses."""

    guid: str
    link: str
    title: str
    summary: str
    html: str  # safe to show as it is
    published_at: datetime
    updated_at: datetime
    category: str
    author: str
    language: str
    image: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A list of entries, newest first."""

    guid: str
    title: str
    description: str
    home: str  # the page that shows the same
    address: str  # of the feed, without its ending
    language: str
    updated_at: datetime
    entries: list[Entry]


def absolute(path: str) -> str:
    """The address under which the public finds ``path``."""
    return config.current().public_url + path


def article_entry(article: Reading, commune_code: str) -> Entry:
    """An article; ``commune_code`` is whose pages show it."""
    note = ""
    if article.correction_note:
        said = t("feeds.corrected", article.language, note=article.correction_note)
        note = f"<p><strong>{escape(said)}</strong></p>"
    return Entry(
        guid=f"urn:uuid:{article.id}",
        link=absolute(f"/c/{commune_code}/a/{article.id}"),
        title=article.title,
        summary=article.summary,
        html=note + article.body_html,
        published_at=article.published_at,
        updated_at=article.updated_at,
        category=article.category["label"],
        author=article.unit["name"],
        language=article.language,
        image=_image(article.cover, article.cover["alt"]) if article.cover else None,
    )


def outcome_entry(outcome: Mapping[str, Any], language: str) -> Entry:
    """A public outcome, as ``backend.feedback.words.record`` says it."""
    parts = (
        (t("feeds.said", language), outcome["text"]),
        (t("feeds.reply", language), outcome["reply"]),
    )
    html = "".join(f"<h3>{escape(title)}</h3>{_paragraphs(text)}" for title, text in parts)
    picture = next((each for each in outcome["evidence"] if "width" in each), None)
    return Entry(
        guid=f"urn:uuid:{outcome['id']}",
        link=absolute(f"/c/{outcome['unit']['code']}/outcomes/{outcome['id']}"),
        title=f"{outcome['outcome_label']}: {outcome['title']}",
        summary=outcome["reply"],
        html=html,
        published_at=_moment(outcome["published_at"]),
        updated_at=_moment(outcome["updated_at"]),
        category=outcome["category"]["label"],
        author=outcome["unit"]["name"],
        language=language,
        image=_image(picture, "") if picture else None,
    )


def feed_of(unit: AdminUnit, kind: str, language: str, entries: list[Entry]) -> Feed:
    """The feed of a unit: ``articles`` or ``outcomes``."""
    level = "communes" if unit.parent_id else "provinces"
    page = {"articles": f"/c/{unit.code}", "outcomes": f"/c/{unit.code}/outcomes"}[kind]
    return Feed(
        guid=f"urn:uuid:{_feed_id(unit.id, kind)}",
        title=t(f"feeds.{kind}", language, name=unit.full_name),
        description=t(f"feeds.{kind}.description", language, name=unit.full_name),
        home=absolute(page if unit.parent_id else "/"),
        address=absolute(f"/feeds/{level}/{unit.code}/{kind}"),
        language=language,
        # An empty feed has not changed since its unit began.
        updated_at=max((entry.updated_at for entry in entries), default=_begin(unit.valid_from)),
        entries=entries,
    )


def _feed_id(unit_id: UUID, kind: str) -> UUID:
    return uuid5(unit_id, kind)


def _begin(day: date) -> datetime:
    return datetime(max(day.year, 1970), day.month, day.day, tzinfo=UTC)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _paragraphs(text: str) -> Markup:
    lines = (line.strip() for line in text.split("\n"))
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines if line)


def _image(picture: Mapping[str, Any], alt: str) -> Image:
    sources = [*picture.get("sources", ())]
    jpegs = [each for each in sources if each["content_type"] == "image/jpeg"]
    best = max(jpegs or sources or [picture], key=lambda each: int(each["width"]))
    return Image(
        url=absolute(best["url"]),
        content_type=best.get("content_type", "image/webp"),
        bytes=best.get("bytes", LARGE_ENOUGH),
        alt=alt,
    )
