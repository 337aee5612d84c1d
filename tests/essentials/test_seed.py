"""The demo province's articles: something in every state, told twice only once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select

from backend.accounts import seed as accounts_seed
from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.demo import Demo
from backend.essentials import queries, seed
from backend.essentials.body import sanitise
from backend.essentials.demo_articles import ARTICLES
from backend.essentials.models import Article, ArticleVersion, Category
from backend.places import seed as places_seed
from backend.places.models import AdminUnit
from tests.conftest import Database

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def load() -> Demo:
    demo = Demo(password="chi-de-thu-nghiem", now=NOW)
    with clock.freeze(NOW):
        for room in (places_seed, accounts_seed, seed):
            with transaction() as session:
                room.seed(session, demo)
    return demo


def test_both_communes_have_a_dozen_articles_and_the_desk_something_in_every_state(
    db: Database,
) -> None:
    demo = load()
    with clock.freeze(NOW), reading() as session:
        states = Counter(article.state.value for article in session.scalars(select(Article)))
        assert set(states) == {
            "draft",
            "submitted",
            "returned",
            "approved",
            "scheduled",
            "published",
            "withdrawn",
        }
        for label in ("ayun", "quynhon"):
            unit = session.get_one(AdminUnit, demo.communes[label])
            cards = queries.public_articles(session, unit, "vi", limit=50).items
            assert len(cards) >= 8
            assert all(card.published_at <= NOW for card in cards)
            english = queries.public_articles(session, unit, "en", limit=50).items
            assert any(card.language == "en" for card in english)
        quynhon = session.get_one(AdminUnit, demo.communes["quynhon"])
        (water,) = queries.public_articles(session, quynhon, "vi", q="cap nuoc suc rua").items
        reading_ = queries.public_article(session, water.id, "vi")
        assert reading_.versions == 2
        assert "22 giờ" in (reading_.correction_note or "")
        assert "từ 22 giờ thứ Tư" in reading_.body_html


def test_loading_twice_changes_nothing(db: Database) -> None:
    load()
    with reading() as session:
        before = sorted((row.id, row.version) for row in session.scalars(select(Article)))
    load()
    with reading() as session:
        after = sorted((row.id, row.version) for row in session.scalars(select(Article)))
        assert after == before
        assert len(session.scalars(select(Category)).all()) == 12
        assert len(session.scalars(select(ArticleVersion)).all()) >= len(ARTICLES) - 1


def test_the_texts_are_written_as_they_are_stored() -> None:
    for article in ARTICLES:
        tags = sanitise(article.body).replace(' rel="noopener"', "")
        assert tags == article.body, article.title
        assert len(article.title) <= 90
