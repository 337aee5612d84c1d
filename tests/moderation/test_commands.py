"""The operator's commands, and two officials at the very same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from backend.core.db import reading, transaction
from backend.core.errors import PreconditionFailed
from moderation import service
from moderation.models import Case, CaseEvent, DeadlinePolicy, RoutingRule
from moderation.workflow import Move
from tests.factories.moderation import broken_link, make_case, make_office


def test_default_rules_are_written_once(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "written" in runner.invoke(args=["moderation", "defaults"]).output
    assert "nothing to do" in runner.invoke(args=["moderation", "defaults"]).output
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RoutingRule)) == 10
        assert session.scalar(select(func.count()).select_from(DeadlinePolicy)) == 5


def test_verify_names_the_case_and_the_link(app: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        good, bad = make_case(session, office.unit), make_case(session, office.unit)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["moderation", "verify"]).exit_code == 0
    with transaction() as session:
        session.execute(
            update(CaseEvent).where(CaseEvent.case_id == bad.id).values(actor_kind="staff")
        )
    result = runner.invoke(args=["moderation", "verify"])
    assert result.exit_code == 1
    assert f"{bad.tracking_code}: link 1, hash" in result.output
    assert good.tracking_code not in result.output


def test_of_two_officials_at_the_same_moment_one_is_told(db: Any) -> None:
    with transaction() as session:
        office = make_office(session)
        case_id = make_case(session, office.unit).id
    ready = Barrier(2)

    def act(name: str, legal_type: str) -> bool:
        ready.wait()
        try:
            with transaction() as session:
                service.make_move(
                    session,
                    office.people[name],
                    case_id,
                    Move.CONFIRM_LEGAL,
                    {"legal_type": legal_type},
                    version=1,
                )
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(act, ("hoa", "dung"), ("ordinary", "complaint")))
    assert sorted(done) == [False, True]
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert broken_link(session, case.id) is None
        assert case.chain_length == 2
