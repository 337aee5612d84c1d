"""What happens to articles, for those who react to it (notifications, statistics)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class ArticleSubmitted(Event):
    """A text waits for somebody who may approve it."""

    article_id: uuid.UUID
    unit_id: uuid.UUID
    actor_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ArticleReturned(Event):
    """The text went back to its author, with a reason."""

    article_id: uuid.UUID
    unit_id: uuid.UUID
    author_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ArticleApproved(Event):
    """The text may be published."""

    article_id: uuid.UUID
    unit_id: uuid.UUID
    author_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ArticlePublished(Event):
    """The public can read it from now on."""

    article_id: uuid.UUID
    unit_id: uuid.UUID
    priority: str  # normal | priority | emergency


@dataclass(frozen=True, slots=True)
class ArticleCorrected(Event):
    """The public reads another text from now on, with a note saying so."""

    article_id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ArticleWithdrawn(Event):
    """The public can no longer read it."""

    article_id: uuid.UUID
    unit_id: uuid.UUID
