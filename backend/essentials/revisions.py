"""Kept versions of a text: taking them, comparing them, going back to the public one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.full_text import search_key
from backend.essentials.body import plain
from backend.essentials.desk import last_writer
from backend.essentials.models import (
    Article,
    ArticleScope,
    ArticleText,
    ArticleVersion,
    PublicArticle,
)

Texts = Mapping[str, Mapping[str, str]]  # language -> {title, summary, body_html}

_PIECES = re.compile(r"\s+|[^\s]+")
WORDWISE_LIMIT = 4_000  # characters; beyond that a changed stretch is shown whole


def texts_of(article: Article) -> dict[str, dict[str, str]]:
    """The working text, as versions keep it."""
    return {
        text.language: {
            "title": text.title,
            "summary": text.summary,
            "body_html": text.body_html,
        }
        for text in sorted(article.texts, key=lambda each: each.language)
    }


def set_texts(article: Article, texts: Texts) -> None:
    """Make ``texts`` the working text; languages that are not in it go."""
    rows = {text.language: text for text in article.texts}
    for language in rows.keys() - texts.keys():
        article.texts.remove(rows[language])
    for language, words in texts.items():
        row = rows.get(language)
        if row is None:
            row = ArticleText(language=language)
            article.texts.append(row)
        row.title, row.summary = words["title"], words["summary"]
        row.body_html = words["body_html"]
        row.search_key = search_key(row.title, row.summary, plain(row.body_html))


def keep_version(session: Session, article: Article, note: str | None = None) -> ArticleVersion:
    """Keep the working text as it leaves a pair of hands; the latest version when nothing changed since."""
    session.flush()
    latest = session.scalar(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article.id,
            ArticleVersion.number == article.latest_version,
        )
    )
    texts = texts_of(article)
    if latest is not None and latest.texts == texts:
        latest.note = note or latest.note
        return latest
    article.latest_version += 1
    fresh = ArticleVersion(
        article_id=article.id,
        number=article.latest_version,
        texts=texts,
        actor_id=last_writer(session, article),
        note=note,
        at=clock.now(),
    )
    session.add(fresh)
    return fresh


def published_versions(session: Session, article_id: UUID) -> int:
    """How many different texts the public has seen, or will at its hour."""
    counted = session.scalar(
        select(func.count())
        .select_from(ArticleVersion)
        .where(ArticleVersion.article_id == article_id, ArticleVersion.published_at.is_not(None))
    )
    return counted or 0


def restore_public(session: Session, article: Article) -> None:
    """Make what the public sees the working state again: a correction was dropped."""
    kept = session.scalar(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article.id,
            ArticleVersion.number == article.public_version,
        )
    )
    shown = session.get(PublicArticle, article.id)
    if kept is None or shown is None:
        raise LookupError(f"article {article.id} is public but its public copy is missing")
    set_texts(article, kept.texts)
    article.category_id, article.priority = shown.category_id, shown.priority
    article.valid_to, article.correction_note = shown.valid_to, shown.correction_note
    article.scopes = [
        ArticleScope(unit_id=UUID(unit), community_id=UUID(community) if community else None)
        for unit, community in shown.scope
    ]
    article.assets = [asset for asset in article.assets if asset.is_public]
    for asset in article.assets:
        asset.dropped = False


def compare(old: Texts, new: Texts) -> dict[str, list[dict[str, str]]]:
    """What changed from one version to another, word by word.

    Returns:
        language -> pieces in order, each ``{"op": "same" | "removed" | "added", "text": …}``, over the title,
        the summary and the plain words of the body, a line each.
    """
    return {
        language: _pieces(_lines(old.get(language)), _lines(new.get(language)))
        for language in sorted(old.keys() | new.keys())
    }


def _lines(words: Mapping[str, str] | None) -> list[str]:
    if words is None:
        return []
    text = "\n".join((words["title"], words["summary"], plain(words["body_html"])))
    return text.splitlines(keepends=True)


def _pieces(old: Sequence[str], new: Sequence[str]) -> list[dict[str, str]]:
    """Lines first, then words inside what changed: a long text stays cheap to compare."""
    pieces: list[dict[str, str]] = []
    for op, start, end, new_start, new_end in _opcodes(old, new):
        before, after = "".join(old[start:end]), "".join(new[new_start:new_end])
        if op != "replace" or len(before) + len(after) > WORDWISE_LIMIT:
            pieces += _piece("same" if op == "equal" else "removed", before)
            pieces += [] if op == "equal" else _piece("added", after)
            continue
        first, second = _PIECES.findall(before), _PIECES.findall(after)
        for word_op, a, b, c, d in _opcodes(first, second):
            if word_op == "equal":
                pieces += _piece("same", "".join(first[a:b]))
            else:
                pieces += _piece("removed", "".join(first[a:b]))
                pieces += _piece("added", "".join(second[c:d]))
    return pieces


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, old, new).get_opcodes()


def _piece(op: str, text: str) -> list[dict[str, str]]:
    return [{"op": op, "text": text}] if text else []
