"""The audit: whatever was altered, removed, reordered or forged is noticed, and the first broken place is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from backend.core import clock
from backend.core.auth import Role
from backend.core.db import reading, transaction
from moderation import chain, jobs
from moderation.models import (
    Case,
    CaseEvent,
    TransparencyAudit,
    TransparencyHead,
    TransparencyKey,
    TransparencyLeaf,
    TransparencyLog,
    TransparencyNode,
)
from moderation.transparency import audit, log, metrics, nightly
from notifications.models import Message
from tests.factories.accounts import make_staff
from tests.factories.moderation import Office, until_published
from tests.moderation.transparency.hours import NINE, publish, rotate_key

OpenCases = Callable[[int], list[UUID]]


@pytest.fixture
def story(office: Office, open_cases: OpenCases) -> list[UUID]:
    """Three cases, the second with a long history, and two hours of the log."""
    first, second = open_cases(2)
    publish(NINE)
    until_published(office, second)
    (third,) = open_cases(1)
    publish(NINE + timedelta(hours=1))
    return [first, second, third]


def found() -> list[str]:
    return [str(finding) for _walk, looked in audit.everything() for finding in looked.findings]


def code(case_id: UUID) -> str:
    with reading() as session:
        return session.get_one(Case, case_id).tracking_code


def events(case_id: UUID) -> list[CaseEvent]:
    with reading() as session:
        return list(
            session.scalars(
                select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
            )
        )


def rewrite(case_id: UUID, changed: list[CaseEvent]) -> None:
    """Store a history whose links and head were computed anew: by itself it holds."""
    previous = chain.GENESIS
    with transaction() as session:
        session.execute(delete(CaseEvent).where(CaseEvent.case_id == case_id))
        for seq, old in enumerate(changed, start=1):
            values = {c.key: getattr(old, c.key) for c in CaseEvent.__table__.columns}
            fresh = CaseEvent(**{**values, "seq": seq, "previous": previous})
            fresh.hash = previous = chain.link_hash(fresh)
            session.add(fresh)
        session.execute(
            update(Case)
            .where(Case.id == case_id)
            .values(chain_head=previous, chain_length=len(changed))
        )


def position_of(event_id: UUID) -> int:
    with reading() as session:
        return session.scalars(
            select(TransparencyLeaf.position).where(TransparencyLeaf.event_id == event_id)
        ).one()


def change(table: Any, condition: Any, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(table).where(condition).values(**values))


def test_what_nobody_touched_holds(story: list[UUID], open_cases: OpenCases) -> None:
    open_cases(1)  # waits for the next hour
    assert found() == []


def test_erased_words_leave_everything_valid(story: list[UUID]) -> None:
    change(CaseEvent, CaseEvent.case_id == story[1], payload=None, salt=None)
    assert found() == []


def test_small_batches_see_everything(story: list[UUID]) -> None:
    with reading() as session:
        size, start = session.get_one(TransparencyLog, 1).size, 0
        while start is not None:
            looked = audit.leaves(session, start, 3)
            assert looked.findings == []
            last, start = start, looked.next
        assert last >= size - 3
        seen, after = 0, None
        while True:
            looked = audit.cases(session, after, 1)
            seen, after = seen + looked.count, looked.next
            if after is None:
                break
        assert seen == 3


def test_an_altered_event_is_named(story: list[UUID]) -> None:
    altered = events(story[1])[2]
    change(CaseEvent, CaseEvent.id == altered.id, actor_kind="system")
    assert found() == [f"{code(story[1])}: link 3, hash"]


def test_an_altered_event_in_a_history_computed_anew_is_named(story: list[UUID]) -> None:
    changed = events(story[1])
    changed[2].actor_kind = "system"
    rewrite(story[1], changed)
    assert found() == [f"{code(story[1])}: link 3, rewritten"]


def test_a_rewritten_history_neither_enters_the_log_nor_stops_it(story: list[UUID]) -> None:
    changed = events(story[1])
    changed[2].actor_kind = "system"
    rewrite(story[1], changed)
    assert publish(NINE + timedelta(hours=2))
    assert found() == [f"{code(story[1])}: link 3, rewritten"]
    with reading() as session:
        assert (
            session.get_one(TransparencyHead, 3).size == session.get_one(TransparencyHead, 2).size
        )


def test_a_removed_event_is_named(story: list[UUID]) -> None:
    changed = events(story[1])
    position = position_of(changed[-1].id)
    rewrite(story[1], changed[:-1])
    assert found() == [f"leaf {position}, removed"]


def test_an_event_removed_from_the_middle_is_named(story: list[UUID]) -> None:
    changed = events(story[1])
    position = position_of(changed[3].id)
    rewrite(story[1], changed[:3] + changed[4:])
    assert found() == [f"{code(story[1])}: link 4, rewritten", f"leaf {position}, removed"]


def test_reordered_events_are_named(story: list[UUID]) -> None:
    changed = events(story[1])
    changed[2], changed[3] = changed[3], changed[2]
    rewrite(story[1], changed)
    assert found() == [f"{code(story[1])}: link 3, rewritten"]


def test_a_case_taken_away_whole_is_noticed(story: list[UUID]) -> None:
    gone = [position_of(each.id) for each in events(story[0])]
    with transaction() as session:
        session.execute(delete(CaseEvent).where(CaseEvent.case_id == story[0]))
        session.execute(
            update(Case).where(Case.id == story[0]).values(chain_head="", chain_length=0)
        )
    assert found() == [f"leaf {position}, removed" for position in gone]


def test_an_event_that_evades_the_log_is_named(story: list[UUID]) -> None:
    last = events(story[1])[-1]
    with transaction() as session:
        session.execute(delete(TransparencyLeaf).where(TransparencyLeaf.event_id == last.id))
    assert f"{code(story[1])}: link {last.seq}, unlogged" in found()


def test_a_leaf_made_to_fit_a_rewritten_history_contradicts_the_tree(story: list[UUID]) -> None:
    position = position_of(events(story[0])[0].id)
    assert position == 0
    changed = events(story[0])
    changed[0].actor_kind = "staff"
    rewrite(story[0], changed)
    change(TransparencyLeaf, TransparencyLeaf.position == 0, hash=events(story[0])[0].hash)
    assert found() == ["leaves 0–1, changed"]


def test_swapped_leaves_contradict_the_tree(story: list[UUID]) -> None:
    one, two = events(story[1])[1:3]
    places = position_of(one.id), position_of(two.id)
    with transaction() as session:
        session.execute(delete(TransparencyLeaf).where(TransparencyLeaf.position.in_(places)))
        for each, place in ((one, places[1]), (two, places[0])):
            session.add(TransparencyLeaf(position=place, event_id=each.id, hash=each.hash))
    (finding,) = found()
    first, last = (int(number) for number in finding.split()[1].rstrip(",").split("–"))
    assert first <= places[0] <= last
    assert finding.endswith("changed")


def test_a_tree_computed_anew_contradicts_the_signed_head(story: list[UUID]) -> None:
    changed = events(story[0])
    changed[0].actor_kind = "staff"
    rewrite(story[0], changed)
    change(TransparencyLeaf, TransparencyLeaf.position == 0, hash=events(story[0])[0].hash)
    with transaction() as session:
        leaves = session.scalars(
            select(TransparencyLeaf.hash).order_by(TransparencyLeaf.position)
        ).all()
        session.execute(delete(TransparencyNode))
        frontier = log.Frontier()
        for each in leaves:
            for place, made in frontier.append(log.leaf_of(each)):
                session.add(TransparencyNode(level=place.level, position=place.position, hash=made))
    assert found() == ["head 1, root"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"root": "0" * 64}, "signature"),
        ({"at": NINE + timedelta(minutes=1)}, "signature"),
        ({"origin": "https://elsewhere.example"}, "signature"),
        ({"signature": "0" * 128}, "signature"),
        ({"signature": "not even hexadecimal"}, "signature"),
        ({"key_id": "0" * 32}, "key"),
    ],
)
def test_a_forged_head_is_named(story: list[UUID], values: dict[str, Any], reason: str) -> None:
    change(TransparencyHead, TransparencyHead.number == 1, **values)
    assert found() == [f"head 1, {reason}"]


def test_a_head_taken_away_is_noticed(story: list[UUID]) -> None:
    with transaction() as session:
        session.execute(delete(TransparencyHead).where(TransparencyHead.number == 1))
    assert found() == ["heads, missing"]


def test_a_log_cut_off_below_its_head_is_noticed(story: list[UUID]) -> None:
    with transaction() as session:
        row = session.get_one(TransparencyLog, 1)
        row.size -= 1
        session.execute(delete(TransparencyLeaf).where(TransparencyLeaf.position == row.size))
        cut = row.size
    assert found()[-1] == f"leaf {cut}, missing"


def test_a_lost_inner_hash_is_named(story: list[UUID]) -> None:
    with transaction() as session:
        session.execute(
            delete(TransparencyNode).where(
                TransparencyNode.level == 2, TransparencyNode.position == 0
            )
        )
    assert found() == ["leaves 0–3, missing"]


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ({"endorsement": "0" * 128}, "key 2, endorsement"),
        ({"endorsement": None}, "key 2, endorsement"),
        ({"public_key": "0" * 64}, "key 2, name"),
    ],
)
def test_a_key_slipped_in_is_noticed(
    story: list[UUID], values: dict[str, Any], finding: str
) -> None:
    rotate_key(NINE + timedelta(hours=2))
    assert found() == []
    change(TransparencyKey, TransparencyKey.number == 2, **values)
    assert found() == [finding]


@pytest.mark.usefixtures("story")
class TestNightly:
    def run(self, now: Any) -> int:
        steps = 1
        while nightly.step(now):
            steps += 1
        return steps

    def row(self) -> TransparencyAudit:
        with reading() as session:
            return session.get_one(TransparencyAudit, 1)

    def test_it_goes_through_everything_once_a_night(self) -> None:
        assert self.run(NINE) == 2
        assert (self.row().last_finished_at, self.row().last_broken) == (NINE, 0)
        later = NINE + timedelta(hours=3)
        assert self.run(later) == 1
        assert self.row().last_finished_at == NINE
        tomorrow = NINE + timedelta(days=1)
        assert self.run(tomorrow) == 2
        assert self.row().last_finished_at == tomorrow

    def test_administrators_are_told_how_many_and_the_log_names_no_code(
        self, office: Office, story: list[UUID]
    ) -> None:
        with transaction() as session:
            boss = make_staff(session, Role.ADMINISTRATOR, unit=office.unit).id
        change(CaseEvent, CaseEvent.id == events(story[1])[2].id, actor_kind="system")
        with capture_logs() as logged:
            self.run(NINE)
        with reading() as session:
            (told,) = session.scalars(select(Message).where(Message.kind == "history_broken")).all()
            metrics.refresh(session)
        assert told.audience["staff_ids"] == [str(boss)]
        assert told.params == {"broken": 1}
        (line,) = (each for each in logged if each["event"] == "history_broken")
        assert (line["where"], line["reason"]) == (f"case {story[1]}", "hash")
        assert code(story[1]) not in str(logged)
        assert metrics.BROKEN._value.get() == 1
        assert metrics.AUDITED._value.get() == NINE.timestamp()

    def test_nobody_is_told_when_all_holds(self) -> None:
        self.run(NINE)
        with reading() as session:
            told = session.scalars(select(Message).where(Message.kind == "history_broken")).all()
        assert told == []

    def test_a_worker_that_died_costs_one_step(self) -> None:
        taken = nightly._take(NINE)
        assert taken is not None
        assert not nightly.step(NINE), "somebody is looking"
        after = NINE + nightly.LEASE + timedelta(seconds=1)
        assert self.run(after) == 2
        with reading() as session:
            looked = taken.walk(session, taken.place)
        with transaction() as session:
            assert not nightly._settle(session, taken, looked, after), "too late"
        assert self.row().last_finished_at == after


def test_the_worker_signs_audits_and_says_so_to_monitoring(open_cases: OpenCases) -> None:
    open_cases(2)
    with clock.freeze(NINE):
        assert jobs.transparency_log()
        assert not jobs.transparency_log()
        jobs.transparency_audit()
    assert metrics.HEAD._value.get() == NINE.timestamp()
    assert metrics.AUDITED._value.get() == NINE.timestamp()
    assert metrics.BROKEN._value.get() == 0


def test_the_command_names_the_log_too(app: Flask, story: list[UUID]) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["moderation", "verify"]).exit_code == 0
    change(TransparencyHead, TransparencyHead.number == 2, signature="0" * 128)
    result = runner.invoke(args=["moderation", "verify"])
    assert result.exit_code == 1
    assert "head 2, signature" in result.output
