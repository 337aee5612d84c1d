"""Lists of outcomes and the hourly forgetting cost the same however much there is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.core import clock, crypto
from backend.core import db as core_db
from backend.core.auth import Principal
from backend.core.db import reading, transaction
from backend.feedback import jobs, notices, projection, queries
from backend.feedback.models import (
    Channel,
    Feedback,
    FeedbackKind,
    Identity,
    Outcome,
    ShownState,
    TrackingView,
)
from backend.feedback.submission import Submission, submit
from backend.places.models import AdminUnit, SuccessionKind, UnitSuccession
from tests.databases import somebody_waits, wait_for
from tests.factories.accounts import make_portal
from tests.factories.feedback import make_feedback, make_record
from tests.factories.places import make_commune
from tests.plans import listening, lists, must_be_read_in_order

pytestmark = pytest.mark.usefixtures("app", "alone")


def merged_into(session: Any, old: AdminUnit, new: AdminUnit) -> None:
    session.add(
        UnitSuccession(
            predecessor_id=old.id,
            successor_id=new.id,
            kind=SuccessionKind.MERGED,
            effective_on=clock.today_local(),
        )
    )


def test_outcomes_are_read_in_order_from_each_unit() -> None:
    with transaction() as session:
        old, new = make_commune(session), make_commune(session)
        merged_into(session, old, new)
        for unit in (old, new, old):
            make_record(session, make_feedback(session, unit))
        province = session.get_one(AdminUnit, new.parent_id)
    for unit in (new, province):
        for wanted in (queries.EVERYTHING, queries.RecordFilter(outcome=Outcome.DONE)):
            with reading() as session, listening(core_db.engine()) as sent:
                found = queries.records(session, unit, wanted, limit=2)
            assert len(found.items) == 2
            assert found.next_cursor is not None
            (page, *_rows) = lists(sent)
            with reading() as session:
                must_be_read_in_order(session, page, "public_record")


def test_a_province_has_the_outcomes_of_its_communes_old_and_new(client: FlaskClient) -> None:
    with transaction() as session:
        old, new = make_commune(session), make_commune(session)
        merged_into(session, old, new)
        records = [make_record(session, make_feedback(session, unit)) for unit in (old, new)]
        assert {record.province_id for record in records} == {old.parent_id, new.parent_id}
        province = session.get_one(AdminUnit, new.parent_id)
        own = make_record(session, make_feedback(session, province))
        assert own.province_id is None
        expected = {record.id for record in records if record.province_id == province.id} | {own.id}
    with reading() as session:
        found = queries.records(session, province)
    assert {record.id for record, _unit in found.items} == expected
    assert client.get(f"/feeds/provinces/{province.code}/outcomes.json").status_code == 200


def settled(at: Any, **overrides: Any) -> Feedback:
    with clock.freeze(at), transaction() as session:
        feedback = make_feedback(session, **overrides)
        projection.show(session, feedback.id, state=ShownState.RESOLVED)
        return feedback


def test_what_is_settled_is_looked_at_once_and_forgotten() -> None:
    long_ago = clock.now() - jobs.CONTACT_KEPT - timedelta(days=1)
    nobody = settled(long_ago)
    somebody = settled(
        long_ago,
        identity=Identity.NAMED,
        name_sealed=crypto.seal("Lan"),
        latitude=13.98,
        longitude=108.0,
    )
    recent = settled(clock.now(), identity=Identity.NAMED, name_sealed=crypto.seal("Siu"))
    assert jobs.tidy() == 1
    with reading() as session:
        found = {each.id: each for each in (nobody, somebody, recent)}
        views = {key: session.get_one(TrackingView, key).forgotten_at for key in found}
        assert views[nobody.id] is not None
        assert views[somebody.id] is not None
        assert views[recent.id] is None
        erased = session.get_one(Feedback, somebody.id)
        assert erased.name_sealed is None
        assert erased.latitude is None
        assert session.get_one(Feedback, recent.id).name_sealed is not None
        assert queries.settled_before(session, clock.now() - jobs.CONTACT_KEPT, 10) == []


@pytest.mark.postgresql
def test_what_is_opened_again_at_that_moment_is_not_forgotten() -> None:
    """Whoever moves the case comes through the feedback as well: neither waits for the other in a circle."""
    long_ago = clock.now() - jobs.CONTACT_KEPT - timedelta(days=1)
    feedback = settled(long_ago, identity=Identity.NAMED, name_sealed=crypto.seal("Lan"))
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            queries.hold(session, feedback.id)
            forgetting = pool.submit(jobs.tidy)
            wait_for(somebody_waits, "the forgetting to wait")
            projection.show(session, feedback.id, state=ShownState.IN_PROGRESS)
            session.flush()
        assert forgetting.result(20) == 0
    with reading() as session:
        assert session.get_one(Feedback, feedback.id).name_sealed is not None
        assert session.get_one(TrackingView, feedback.id).forgotten_at is None


def test_the_forgetting_reads_the_index_of_what_is_left() -> None:
    settled(clock.now() - jobs.CONTACT_KEPT - timedelta(days=1))
    with reading() as session, listening(core_db.engine()) as sent:
        queries.settled_before(session, clock.now(), 10)
    (statement,) = lists(sent)
    with reading() as session:
        must_be_read_in_order(session, statement, "tracking_view")


def test_feedback_of_a_portal_names_it() -> None:
    with transaction() as session:
        commune = make_commune(session)
        portal = make_portal(session, session.get_one(AdminUnit, commune.parent_id))
        session.flush()
        sent = Submission(
            kind=FeedbackKind.REPORT,
            text="Đèn đường thôn 2 hỏng.",
            commune=commune.code,
            identity=Identity.ANONYMOUS,
            consent_version=notices.current_version(),
        )
        receipts = [
            submit(session, who, sent, channel=channel)
            for who, channel in (
                (Principal(kind="portal", id=portal.id), Channel.PORTAL),
                (Principal(kind="anonymous"), Channel.WEB),
            )
        ]
    with reading() as session:
        named = [session.get_one(Feedback, each.id).portal_id for each in receipts]
    assert named == [portal.id, None]
