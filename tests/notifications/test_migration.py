"""Messages on their way survive the change of how they are handed out, in both directions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text

from backend.cli.database import alembic_config
from backend.core import config as settings
from backend.core import db as core_db
from backend.core.db import reading, transaction
from notifications import audience, fan_out
from notifications.messages import say
from notifications.models import Message, Topic
from tests import databases
from tests.conftest import Database, make_config
from tests.factories.notifications import make_subscription
from tests.factories.places import make_commune


@pytest.fixture
def own(database: Database, places: databases.Places) -> Iterator[Engine]:
    """A database of the same kind for this test alone, at the newest migration."""
    if database.kind == "sqlite":
        path = places.own / "handing-out.sqlite3"
        path.unlink(missing_ok=True)
        url = f"sqlite:///{path}"
    else:
        server = databases.start_postgresql(places.shared)
        url = databases.create_postgresql_database(server, f"tieng_lang_handing_out_{places.name}")
    settings.use(make_config(places.own, url))
    engine = core_db.connect(url)
    databases.hurry(engine)
    databases.create_tables(engine)
    yield engine
    settings.use(database.config)
    databases.hurry(core_db.connect(database.config.database_url))


def states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT state FROM message ORDER BY tag")))


def test_a_message_in_the_middle_waits_on_the_way_back_and_others_go_on(
    own: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "PAGE", 1)
    with transaction() as session:
        unit = make_commune(session)
        for number in range(3):
            make_subscription(session, f"device-{number}", topics={unit.id: [Topic.ARTICLES]})
        whom = audience.topic(Topic.ARTICLES, [unit.id])
        half, untouched = (say(session, "article", whom, link="/", tag=tag) for tag in "ab")
    fan_out._one_page(half.id)
    assert states(own) == ["pending", "pending"]
    with own.connect().execution_options(tienglang_write=True) as connection:
        command.downgrade(alembic_config(connection), "0022")
        connection.commit()
    assert states(own) == ["parked", "pending"]
    with own.connect().execution_options(tienglang_write=True) as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
    fan_out.fan_out_pending()
    assert states(own) == ["parked", "fanned_out"]
    with reading() as session:
        assert session.get_one(Message, untouched.id).progress_unit_id == unit.id
