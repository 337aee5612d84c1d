"""From a draft to the residents' ears, through the service."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.broadcasts import schedule_jobs, service
from backend.broadcasts.events import BroadcastPublished
from backend.broadcasts.models import (
    Broadcast,
    BroadcastEvent,
    BroadcastState,
    Rendition,
    RenditionState,
)
from backend.broadcasts.workflow import Asked
from backend.core import clock, events
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from tests.broadcasts.conftest import House
from tests.factories.accounts import make_staff, principal_of
from tests.factories.broadcasts import make_broadcast
from tests.factories.places import make_commune


def submitted(house: House, **overrides: object) -> tuple[UUID, str]:
    """A submitted broadcast of Tâm's with a finished file, and the file's hash."""
    with transaction() as session:
        broadcast = make_broadcast(
            session,
            house.commune,
            state=BroadcastState.SUBMITTED,
            author_id=house.tam.id,
            contributor_ids=[str(house.tam.id)],
            **overrides,
        )
        sha256 = session.scalars(
            select(Rendition.sha256).where(Rendition.broadcast_id == broadcast.id)
        ).one()
        assert sha256 is not None
        return broadcast.id, sha256


def act(house: House, name: str, broadcast_id: UUID, asked: Asked, *, chair: bool) -> Broadcast:
    actor = house.dung_acts if chair else house.tam_acts
    with transaction() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        return service.move(session, actor, broadcast_id, version, name, asked)


def test_approved_then_aired_and_the_house_is_told(ayun: House) -> None:
    told: list[object] = []
    kept = dict(events._table)
    events.wire({BroadcastPublished: [lambda _session, event: told.append(event)]})
    try:
        broadcast_id, sha256 = submitted(ayun)
        act(ayun, "approve", broadcast_id, Asked(sha256=sha256), chair=True)
        aired = act(ayun, "publish", broadcast_id, Asked(), chair=False)
    finally:
        events.wire(kept)
    assert aired.state is BroadcastState.AIRED
    assert aired.aired_at is not None
    assert aired.approved_by_id == ayun.dung.id
    assert told == [BroadcastPublished(broadcast_id, ayun.commune.id)]
    with reading() as session:
        history = session.scalars(select(BroadcastEvent).order_by(BroadcastEvent.at)).all()
    assert [(each.move, each.actor_id) for each in history] == [
        ("approve", ayun.dung.id),
        ("publish", ayun.tam.id),
    ]
    assert history[0].detail["sha256"] == sha256


def test_changed_words_need_approval_again(ayun: House) -> None:
    broadcast_id, sha256 = submitted(ayun)
    approved = act(ayun, "approve", broadcast_id, Asked(sha256=sha256), chair=True)
    with transaction() as session:
        changed = service.edit(
            session, ayun.tam_acts, broadcast_id, approved.version, {"text": "Lời khác hẳn."}
        )
    assert changed.state is BroadcastState.DRAFT
    assert changed.approved_sha256 is None
    assert changed.revision == 2
    with pytest.raises(Forbidden):
        act(ayun, "publish", broadcast_id, Asked(), chair=False)


def test_moving_the_programme_needs_no_new_approval(ayun: House) -> None:
    broadcast_id, sha256 = submitted(ayun)
    approved = act(ayun, "approve", broadcast_id, Asked(sha256=sha256), chair=True)
    with transaction() as session:
        same = service.edit(
            session, ayun.tam_acts, broadcast_id, approved.version, {"title": approved.title}
        )
    assert same.state is BroadcastState.APPROVED


def test_a_broadcast_with_an_hour_goes_on_the_schedule_when_approved_and_airs_by_itself(
    ayun: House,
) -> None:
    hour = clock.now() + timedelta(hours=2)
    broadcast_id, sha256 = submitted(ayun, scheduled_at=hour)
    planned = act(ayun, "approve", broadcast_id, Asked(sha256=sha256), chair=True)
    assert planned.state is BroadcastState.SCHEDULED
    assert schedule_jobs.air_broadcasts() == 0
    with clock.freeze(hour + timedelta(seconds=1)):
        assert schedule_jobs.air_broadcasts() == 1
        assert schedule_jobs.air_broadcasts() == 0
    with reading() as session:
        aired = session.get_one(Broadcast, broadcast_id)
        assert aired.state is BroadcastState.AIRED
        last = session.scalars(select(BroadcastEvent).order_by(BroadcastEvent.at.desc())).first()
        assert last is not None
        assert last.actor_id is None


def test_without_a_file_at_its_hour_it_fails_and_says_so(ayun: House) -> None:
    hour = clock.now() + timedelta(hours=2)
    broadcast_id, sha256 = submitted(ayun, scheduled_at=hour)
    act(ayun, "approve", broadcast_id, Asked(sha256=sha256), chair=True)
    with transaction() as session:
        session.scalars(select(Rendition)).one().state = RenditionState.FAILED
    with clock.freeze(hour + timedelta(seconds=1)):
        schedule_jobs.air_broadcasts()
    with reading() as session:
        failed = session.get_one(Broadcast, broadcast_id)
        assert failed.state is BroadcastState.FAILED
        assert failed.state_reason == "broadcasts.audio_failed"


def test_old_broadcasts_leave_the_loudspeakers_and_stay_for_residents(ayun: House) -> None:
    with transaction() as session:
        old = make_broadcast(session, ayun.commune, aired_at=clock.now() - timedelta(days=40))
        make_broadcast(session, ayun.commune)
    assert schedule_jobs.archive_broadcasts() == 1
    with reading() as session:
        assert session.get_one(Broadcast, old.id).state is BroadcastState.ARCHIVED


def test_two_people_on_one_broadcast_the_second_is_told(ayun: House) -> None:
    broadcast_id, sha256 = submitted(ayun)
    with transaction() as session:
        version = session.get_one(Broadcast, broadcast_id).version
    act(ayun, "return", broadcast_id, Asked(reason="Nhầm ngày"), chair=True)
    with pytest.raises(PreconditionFailed), transaction() as session:
        service.move(
            session, ayun.dung_acts, broadcast_id, version, "approve", Asked(sha256=sha256)
        )


def test_people_of_another_commune_do_not_even_see_it(ayun: House) -> None:
    broadcast_id, _sha256 = submitted(ayun)
    with transaction() as session:
        elsewhere = make_commune(session)
        stranger = principal_of(session, make_staff(session, Role.COMMUNE_LEADER, unit=elsewhere))
    with pytest.raises(NotFound), transaction() as session:
        service.move(session, stranger, broadcast_id, 1, "return", Asked(reason="x"))
    with pytest.raises(NotFound), transaction() as session:
        service.create(session, stranger, ayun.commune.code, {"title": "x"})


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"scheduled_at": "past"}, "scheduled_at"),
        ({"language": "jra", "text": "Bơni"}, "language"),
        ({"upload_id": UUID(int=7)}, "upload_id"),
        ({"programme_id": UUID(int=7)}, "programme_id"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(
    ayun: House, draft: dict[str, object], field: str
) -> None:
    values: dict[str, object] = {"title": "Bản tin", **draft}
    if values.get("scheduled_at") == "past":
        values["scheduled_at"] = clock.now() - timedelta(minutes=1)
    with pytest.raises(InvalidInput) as refused, transaction() as session:
        service.create(session, ayun.tam_acts, ayun.commune.code, values)  # type: ignore[arg-type] # on purpose
    assert list(refused.value.errors) == [field]
    with reading() as session:
        assert session.scalars(select(Broadcast)).all() == []


def test_an_aired_broadcast_is_not_edited(ayun: House) -> None:
    with transaction() as session:
        aired = make_broadcast(session, ayun.commune)
    with pytest.raises(Conflict), transaction() as session:
        service.edit(session, ayun.tam_acts, aired.id, aired.version, {"title": "Khác"})


def test_reading_only_is_not_enough_to_write(ayun: House) -> None:
    broadcast_id, _sha256 = submitted(ayun)
    with transaction() as session:
        clerk = principal_of(
            session, make_staff(session, Role.DEVICE_TECHNICIAN, unit=ayun.commune)
        )
        version = session.get_one(Broadcast, broadcast_id).version
    with pytest.raises(Forbidden), transaction() as session:
        service.edit(session, clerk, broadcast_id, version, {"title": "Khác"})
