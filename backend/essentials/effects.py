"""What a move of the workflow changes beside the state itself, and whom it tells."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.errors import InvalidInput
from backend.core.events import Event
from backend.core.jobs import wake
from backend.essentials import publication
from backend.essentials.events import (
    ArticleApproved,
    ArticleCorrected,
    ArticlePublished,
    ArticleReturned,
    ArticleSubmitted,
    ArticleWithdrawn,
)
from backend.essentials.models import Article
from backend.essentials.models import ArticleState as S
from backend.essentials.revisions import keep_version, restore_public
from backend.essentials.workflow import Asked, Move

PUBLISH_DUE = "publish_due"
# A bell this far ahead is worth ringing by itself; the job's own rounds find the others.
BELL_AHEAD_S = 3600


def carry_out(  # noqa: C901 - one case per move
    session: Session, article: Article, row: Move, person: UUID | None, asked: Asked
) -> None:
    """Do what the move ``row`` asks for; ``article.state`` is still the old one.

    Args:
        person: who makes the move; None for the clock.

    Raises:
        InvalidInput: the article's window does not allow it.
        Conflict: one of its files is not clean.
    """
    match row.name, row.target:
        case "submit", _:
            article.correction_note = asked.note or article.correction_note
            keep_version(session, article)
        case "approve", S.PUBLISHED:
            _publish_correction(session, article)
        case "approve", _:
            keep_version(session, article)
        case "schedule", _:
            _schedule(session, article, asked.publish_at or clock.now())
        case "publish", _:
            _publish(session, article, row, person)
        case "review", _:
            article.needs_review = False
        case "correct", _:
            article.correction_note = asked.note
            article.writers = [str(person)]
        case (("return" | "cancel"), (S.RETURNED | S.CANCELLED)):
            article.publish_at = None
            if article.state is S.SCHEDULED:  # its public copy waits for its hour
                publication.hide(session, article)
        case "cancel", S.PUBLISHED:
            keep_version(session, article)  # nothing anybody wrote is lost
            restore_public(session, article)
        case "withdraw", _:
            article.withdrawn_at = clock.now()
            publication.hide(session, article)


def events_of(  # noqa: PLR0911 - one case per move
    article: Article, row: Move, source: S, person: UUID | None
) -> list[Event]:
    """Whom the move concerns, once it is made."""
    ids = (article.id, article.unit_id)
    match row.name:
        case "submit" if person is not None:
            return [ArticleSubmitted(*ids, person)]
        case "return":
            return [ArticleReturned(*ids, article.author_id)]
        case "approve" if source is S.SUBMITTED:
            return [ArticleApproved(*ids, article.author_id)]
        case "approve":
            return [ArticleCorrected(*ids)]
        case "publish" if article.valid_to is None or article.valid_to > clock.now():
            return [ArticlePublished(*ids, article.priority.value)]
        case "withdraw":
            return [ArticleWithdrawn(*ids)]
    return []


def _schedule(session: Session, article: Article, moment: datetime) -> None:
    _demand_window(article, moment)
    article.publish_at = moment
    _show(session, article, moment)
    wait = (moment - clock.now()).total_seconds()
    if wait <= BELL_AHEAD_S:
        wake(session, PUBLISH_DUE, delay_s=wait)


def _publish(session: Session, article: Article, row: Move, person: UUID | None) -> None:
    # At its hour everything is in place already: the public has read it since that moment.
    by_clock = person is None and article.publish_at is not None
    moment = article.publish_at if by_clock and article.publish_at else clock.now()
    article.needs_review = S.DRAFT in row.sources  # an emergency that nobody approved
    article.published_at, article.published_by, article.publish_at = moment, person, None
    if not by_clock:
        _demand_window(article, moment)
        _show(session, article, moment)


def _publish_correction(session: Session, article: Article) -> None:
    now = clock.now()
    since = article.published_at or now
    _demand_window(article, max(now, since))
    article.corrected_at, article.expired_at = now, None
    kept = keep_version(session, article, note=article.correction_note)
    kept.published_at, article.public_version = now, kept.number
    publication.show(session, article, since)


def _show(session: Session, article: Article, moment: datetime) -> None:
    kept = keep_version(session, article)
    kept.published_at, article.public_version = moment, kept.number
    publication.show(session, article, moment)


def _demand_window(article: Article, moment: datetime) -> None:
    if article.valid_to is not None and article.valid_to <= moment:
        raise InvalidInput({"valid_to": ["past"]}, "essentials.window_over")
    if article.valid_from is not None and article.valid_from > moment:
        raise InvalidInput({"publish_at": ["before_valid_from"]}, "essentials.not_yet_valid")
