"""What happened before there was a log is in it: the migration lets all of it wait."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine, func, select

from backend.cli.database import alembic_config
from backend.core.db import reading, transaction
from moderation.models import CaseEvent, TransparencyHead, TransparencyWaiting
from moderation.transparency import audit
from tests.factories.moderation import make_case, make_office, until_published
from tests.moderation.transparency.hours import NINE, publish


def test_an_installation_that_was_there_before_logs_all_that_happened(own_database: Engine) -> None:
    with transaction() as session:
        office = make_office(session)
        case_id = make_case(session, office.unit).id
    until_published(office, case_id)
    publish(NINE)
    with own_database.connect().execution_options(tienglang_write=True) as connection:
        command.downgrade(alembic_config(connection), "0016")
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
    with reading() as session:
        events = session.scalar(select(func.count()).select_from(CaseEvent)) or 0
        assert session.scalar(select(func.count()).select_from(TransparencyWaiting)) == events > 5
    with transaction() as session:
        make_case(session, office.unit)
    publish(NINE)
    with reading() as session:
        assert [head.size for head in session.scalars(select(TransparencyHead))] == [events + 1]
    assert not [finding for _walk, looked in audit.everything() for finding in looked.findings]
