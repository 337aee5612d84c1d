"""What the clock does to articles: appearing at their hour, leaving when their window is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.jobs import job
from backend.essentials.effects import PUBLISH_DUE
from backend.essentials.models import Article, ArticleState
from backend.essentials.service import expire_if_over, publish_if_due
from backend.essentials.workflow import PUBLIC_STATES

log = structlog.get_logger()
BATCH = 200


@job(PUBLISH_DUE, every=60)
def publish_due() -> int:
    """Publish the scheduled articles whose hour has come; the public has seen them since that hour."""
    due = (Article.state == ArticleState.SCHEDULED, Article.publish_at <= clock.now())
    return _each(_ids(*due), publish_if_due)


@job("expire_articles", every=60)
def expire_articles() -> int:
    """Note which articles' windows are over; the public has not seen them in lists since."""
    over = (
        Article.state.in_(PUBLIC_STATES),
        Article.valid_to <= clock.now(),
        Article.expired_at.is_(None),
    )
    return _each(_ids(*over), expire_if_over)


def _ids(*conditions: ColumnElement[bool]) -> Sequence[UUID]:
    with reading() as session:
        return session.scalars(select(Article.id).where(*conditions).limit(BATCH)).all()


def _each(ids: Sequence[UUID], work: Callable[[Session, Article], bool]) -> int:
    """One transaction per article: a bad one does not hold up the others."""
    done = 0
    for article_id in ids:
        try:
            with transaction() as session:
                article = session.get(Article, article_id)
                done += article is not None and work(session, article)
        except StaleDataError:
            log.info("article_changed_meanwhile", article_id=str(article_id))
        except Exception:
            log.exception("article_clock_failed", article_id=str(article_id))
    return done
