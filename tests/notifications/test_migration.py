"""Messages on their way survive the change of how they are handed out, in both directions."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import Engine, text

from backend.cli.database import alembic_config
from backend.core.db import reading, transaction
from notifications import audience, fan_out
from notifications.messages import say
from notifications.models import Message, Topic
from tests.factories.notifications import make_subscription
from tests.factories.places import make_commune


def states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT state FROM message ORDER BY tag")))


def test_a_message_in_the_middle_waits_on_the_way_back_and_others_go_on(
    own_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "PAGE", 1)
    with transaction() as session:
        unit = make_commune(session)
        for number in range(3):
            make_subscription(session, f"device-{number}", topics={unit.id: [Topic.ARTICLES]})
        whom = audience.topic(Topic.ARTICLES, [unit.id])
        half, untouched = (say(session, "article", whom, link="/", tag=tag) for tag in "ab")
    fan_out._one_page(half.id)
    assert states(own_database) == ["pending", "pending"]
    with own_database.connect().execution_options(tienglang_write=True) as connection:
        command.downgrade(alembic_config(connection), "0022")
        connection.commit()
    assert states(own_database) == ["parked", "pending"]
    with own_database.connect().execution_options(tienglang_write=True) as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
    fan_out.fan_out_pending()
    assert states(own_database) == ["parked", "fanned_out"]
    with reading() as session:
        assert session.get_one(Message, untouched.id).progress_unit_id == unit.id
