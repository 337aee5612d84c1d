"""From the last byte to a clean photo, and what is swept away afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from backend.core import clock, events, storage
from backend.core.db import reading, transaction
from backend.uploads import disposal, jobs, publication, service
from backend.uploads.events import UploadFinished
from backend.uploads.models import (
    LeftoverObject,
    OwnerKind,
    RejectReason,
    Upload,
    UploadChunk,
    UploadState,
)
from tests.factories.accounts import make_resident
from tests.factories.uploads import append, begin, make_clean_photo, make_upload, send
from tests.uploads import images

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def finished() -> Iterator[list[UploadFinished]]:
    """What was told to the house."""
    told: list[UploadFinished] = []
    before = dict(events._table)
    events.wire({UploadFinished: [lambda _session, event: told.append(event)]})
    yield told
    events.wire(before)


def row(upload_id: str | UUID) -> Upload:
    with reading() as session:
        found = session.get(Upload, UUID(str(upload_id)))
        assert found is not None
        return found


def leftovers() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(LeftoverObject.object_key)))


def all_objects() -> set[str]:
    return {
        key
        for prefix in ("uploads", "photos", "documents", "voices")
        for key in storage.under(prefix)
    }


@pytest.fixture(autouse=True)
def empty_store(app: Any) -> None:
    storage.delete(*all_objects())


def test_a_photo_becomes_clean(client: FlaskClient, finished: list[UploadFinished]) -> None:
    upload_id = send(client, images.phone_photo("HEIF"))
    assert jobs.process_uploads() == 1

    done = row(upload_id)
    assert (done.state, done.content_type) == (UploadState.CLEAN, "image/heic")
    assert [(f["variant"], f["format"]) for f in done.renditions] == [
        ("480", "webp"),
        ("480", "jpg"),
        ("1280", "webp"),
        ("1280", "jpg"),
    ]
    for form in done.renditions:
        picture = Image.open(BytesIO(storage.get(form["key"])))
        assert picture.size == (form["width"], form["height"])
        assert not picture.getexif()
    assert done.object_key is None, "the original is not kept: it knows where it was taken"
    assert [(e.upload_id, e.purpose, e.state) for e in finished] == [(done.id, "photo", "clean")]
    assert all_objects() == {form["key"] for form in done.renditions}, "nothing waits for the sweep"
    assert leftovers() == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RejectReason.EMPTY),
        (images.zip_bomb(), RejectReason.TYPE_NOT_ALLOWED),
        (images.encoded() + images.zip_archive(), RejectReason.HIDDEN_CONTENT),
        (images.phone_photo()[:3000], RejectReason.DAMAGED),
        (images.png_claiming(20_000, 20_000), RejectReason.TOO_MANY_PIXELS),
    ],
)
def test_a_bad_photo_is_rejected_with_a_reason(
    client: FlaskClient, finished: list[UploadFinished], data: bytes, reason: RejectReason
) -> None:
    upload_id = send(client, data)
    jobs.process_uploads()
    answer = client.get(f"/api/v1/uploads/{upload_id}").json
    assert (answer["state"], answer["reason"]) == ("rejected", reason.value)
    assert answer["reason_text"].endswith(".")
    assert [e.state for e in finished] == ["rejected"]
    jobs.sweep_uploads()
    assert all_objects() == set()


def test_documents_and_voices_are_kept_whole(client: FlaskClient) -> None:
    document = images.pdf(b"<</Note (van ban)>>")
    voice = b"OggS\x00\x02" + b"\0" * 22 + b"\x01\x13OpusHead" + b"\0" * 3000
    sent = {"document": document, "voice": voice}
    ids = {purpose: send(client, data, purpose) for purpose, data in sent.items()}
    assert jobs.process_uploads() == 2
    jobs.sweep_uploads()
    for purpose, data in sent.items():
        done = row(ids[purpose])
        assert done.state is UploadState.CLEAN
        assert done.object_key is not None
        assert storage.get(done.object_key) == data


def test_unfinished_files_wait(client: FlaskClient) -> None:
    location = begin(client, 100)
    append(client, location, 0, b"abc")
    assert jobs.process_uploads() == 0


def test_a_worker_that_died_is_followed_by_another(client: FlaskClient) -> None:
    upload_id = send(client, images.phone_photo())
    assert jobs._claim() is not None  # and then kill -9
    assert jobs.process_uploads() == 0, "the lease still holds"
    with clock.freeze(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.process_uploads() == 1
    assert row(upload_id).state is UploadState.CLEAN


def test_a_worker_that_comes_back_late_changes_nothing(client: FlaskClient) -> None:
    upload_id = send(client, images.phone_photo())
    late = jobs._claim()
    assert late is not None
    with clock.freeze(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        jobs.process_uploads()
    before = row(upload_id).renditions
    jobs._settle_refused(late, RejectReason.DAMAGED)
    jobs._release(late)
    after = row(upload_id)
    assert (after.state, after.renditions, after.lease_until) == (UploadState.CLEAN, before, None)
    with clock.freeze(clock.now() + timedelta(days=2)):
        jobs.sweep_uploads()
    assert all_objects() == {form["key"] for form in before}


def test_our_own_failure_is_tried_three_times_and_then_said(client: FlaskClient) -> None:
    upload_id = send(client, images.phone_photo())
    with reading() as session:
        key = session.scalars(select(UploadChunk.object_key)).one()
    storage.delete(key)  # the store lost it
    moment = clock.now()
    for attempt in range(1, 5):
        with clock.freeze(moment + timedelta(minutes=2 * attempt)):
            jobs.process_uploads()
    assert row(upload_id).reason is RejectReason.FAILED


def test_a_file_deleted_while_it_is_cleaned_leaves_nothing(client: FlaskClient) -> None:
    upload_id = send(client, images.phone_photo())
    claimed = jobs._claim()
    assert claimed is not None
    with transaction() as session:
        disposal.discard(session, [UUID(upload_id)])
    jobs._process(claimed)
    with clock.freeze(clock.now() + timedelta(days=2)):
        jobs.sweep_uploads()
    assert all_objects() == set()


def test_what_was_never_finished_is_swept(client: FlaskClient, finished: list[Any]) -> None:
    loose = begin(client, 8)
    append(client, loose, 0, b"abcd")
    attached = begin(client, 8)
    with transaction() as session:
        session.execute(
            update(Upload)
            .where(Upload.id == UUID(attached.rsplit("/", 1)[1]))
            .values(subject_kind="feedback", subject_id=uuid4())
        )
    with clock.freeze(clock.now() + timedelta(days=15)):
        jobs.sweep_uploads()
    assert client.get(loose).status_code == 404
    assert client.get(attached).json["reason"] == "unfinished"
    assert [e.state for e in finished] == ["rejected"]
    assert all_objects() == set()


def test_what_nothing_refers_to_is_swept_and_what_is_attached_stays() -> None:
    with transaction() as session:
        loose = make_clean_photo(session).id
        kept = make_clean_photo(session, subject_kind="feedback", subject_id=uuid4()).id
    with clock.freeze(clock.now() + timedelta(days=30)):
        jobs.sweep_uploads()
    with reading() as session:
        assert session.get(Upload, loose) is None
        assert session.get(Upload, kept) is not None
    assert len(all_objects()) == 4


def test_a_crash_between_object_and_offset_leaves_nothing_behind(client: FlaskClient) -> None:
    location = begin(client, 8)
    upload_id = UUID(location.rsplit("/", 1)[1])
    with transaction() as session:
        key = service.plan_chunk(session, upload_id, 0)
    storage.put(key, b"abcd")
    jobs.sweep_uploads()
    assert all_objects() == {key}, "the request may still be running"
    with clock.freeze(clock.now() + timedelta(hours=25)):
        jobs.sweep_uploads()
    assert all_objects() == set()


def test_a_resident_who_is_erased_leaves_no_name_on_files() -> None:
    with transaction() as session:
        lan = make_resident(session).id
        mine: dict[str, Any] = {"owner_kind": OwnerKind.RESIDENT, "owner_id": lan}
        loose = make_upload(session, **mine).id
        attached = make_upload(session, subject_kind="feedback", subject_id=uuid4(), **mine).id
    with transaction() as session:
        disposal.forget_owner(session, lan)
    with reading() as session:
        assert session.get(Upload, loose) is None
        assert row(attached).owner_id is None


def test_publishing_what_is_not_clean_is_refused() -> None:
    with transaction() as session:
        waiting = make_upload(session).id
    with pytest.raises(Exception, match="not_clean"), transaction() as session:
        publication.publish(session, waiting)
    with pytest.raises(Exception, match="not_clean"), transaction() as session:
        publication.publish(session, uuid4())


def test_the_database_itself_refuses_a_public_file_that_is_not_clean() -> None:
    with transaction() as session:
        waiting = make_upload(session).id
    with pytest.raises(Exception, match="only_clean_is_public"), transaction() as session:
        session.execute(update(Upload).where(Upload.id == waiting).values(public_key="x"))
