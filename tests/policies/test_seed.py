"""The demo's policies."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.accounts import seed as accounts
from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.demo import Demo
from backend.places import seed as places
from backend.policies import seed as policies
from backend.policies.models import Policy
from tests.conftest import Database

AYUN = "23798"


def load() -> None:
    with transaction() as session:
        demo = Demo(password="mot-mat-khau-du-dai", now=clock.now())
        for seed in (places.seed, accounts.seed, policies.seed):
            seed(session, demo)


def test_the_demo_tells_three_stories_and_hides_a_draft(db: Database, client: FlaskClient) -> None:
    load()
    items = client.get(f"/api/v1/communes/{AYUN}/policies?limit=100").get_json()["items"]
    local = {each["name"]: each for each in items if each["unit"]}
    assert [each["level"] for each in (card["unit"] for card in local.values())] == [
        "commune",
        "commune",
        "province",
    ]
    assert all(3 <= card["promise_counts"]["total"] <= 5 for card in local.values())
    assert sum(card["promise_counts"]["late"] for card in local.values()) == 1
    assert len(items) == 3 + 23


def test_loading_twice_is_the_same_as_once(db: Database) -> None:
    load()
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(Policy))
    load()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Policy)) == before == 27
