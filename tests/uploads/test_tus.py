"""The tus protocol, word by word: https://tus.io/protocols/resumable-upload"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.exceptions import ClientDisconnected

from backend.core import clock, storage
from backend.core.auth import Principal
from backend.core.db import reading, transaction
from backend.uploads import receiving, service, tus
from backend.uploads.models import LeftoverObject, Purpose, Upload, UploadChunk, UploadState
from tests.factories.accounts import make_resident
from tests.factories.uploads import TUS, append, begin, make_upload, metadata, send

pytestmark = pytest.mark.usefixtures("app")


def stored(location: str) -> Upload:
    with reading() as session:
        row = session.get(Upload, UUID(location.rsplit("/", 1)[-1]))
        assert row is not None
        return row


def content(upload_id: UUID) -> bytes:
    with reading() as session:
        rows = session.scalars(
            select(UploadChunk)
            .where(UploadChunk.upload_id == upload_id)
            .order_by(UploadChunk.start)
        ).all()
    assert [row.start for row in rows] == [sum(r.size for r in rows[:i]) for i in range(len(rows))]
    return b"".join(storage.get(row.object_key) for row in rows)


def checksum(algorithm: str, data: bytes) -> dict[str, str]:
    digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {digest}"}


def test_options_say_what_we_understand(client: FlaskClient) -> None:
    answer = client.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination,checksum,expiration"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert int(answer.headers["Tus-Max-Size"]) == 200_000_000


def test_a_file_in_three_pieces(client: FlaskClient) -> None:
    data = bytes(range(256)) * 40
    location = begin(client, len(data))
    for start, end in ((0, 1), (1, 7000), (7000, len(data))):
        answer = append(client, location, start, data[start:end])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    row = stored(location)
    assert row.state is UploadState.RECEIVED
    assert content(row.id) == data
    assert client.get(location).json == {
        "id": str(row.id),
        "state": "received",
        "reason": None,
        "reason_text": None,
        "kind": "photo",
        "bytes": len(data),
        "offset": len(data),
        "expires_at": None,
    }


def test_head_tells_where_to_go_on(client: FlaskClient) -> None:
    location = begin(client, 10)
    append(client, location, 0, b"abcd")
    answer = client.head(location, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["Upload-Offset"] == "4"
    assert answer.headers["Upload-Length"] == "10"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Upload-Expires"].endswith("GMT")


def test_another_offset_is_a_conflict_and_changes_nothing(client: FlaskClient) -> None:
    location = begin(client, 10)
    append(client, location, 0, b"abcd")
    for offset in (0, 3, 5, 10, 999):
        answer = append(client, location, offset, b"x")
        assert answer.status_code == 409
        assert (answer.json["code"], answer.json["offset"]) == ("uploads.offset_mismatch", 4)
    assert content(stored(location).id) == b"abcd"


def test_an_empty_chunk_moves_nothing(client: FlaskClient) -> None:
    location = begin(client, 10)
    answer = append(client, location, 0, b"")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "0")


def test_more_than_announced_is_refused(client: FlaskClient) -> None:
    location = begin(client, 4)
    assert append(client, location, 0, b"abcde").status_code == 413
    assert stored(location).offset == 0


@pytest.mark.parametrize(
    ("purpose", "length", "status"),
    [
        ("photo", 25_000_000, 201),
        ("photo", 25_000_001, 413),
        ("document", 50_000_001, 413),
        ("voice", 20_000_001, 413),
        ("photo", 10**14, 413),
        ("audio", 10, 403),
    ],
)
def test_each_purpose_has_its_own_size(
    client: FlaskClient, purpose: str, length: int, status: int
) -> None:
    answer = client.post(
        "/api/v1/uploads",
        headers={
            **TUS,
            "Upload-Length": str(length),
            "Upload-Metadata": metadata(purpose=purpose),
        },
    )
    assert answer.status_code == status


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0", "2.0.0"])
def test_another_version_is_412_and_told_ours(client: FlaskClient, version: str | None) -> None:
    location = begin(client, 4)
    headers = {"Tus-Resumable": version} if version else {}
    for answer in (
        client.post("/api/v1/uploads", headers=headers),
        client.head(location, headers=headers),
        client.patch(location, headers=headers),
        client.delete(location, headers=headers),
    ):
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == "1.0.0"
    assert client.options(location, headers=headers).status_code == 204


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data; boundary=x"])
def test_another_content_type_is_415(client: FlaskClient, kind: str) -> None:
    location = begin(client, 4)
    assert append(client, location, 0, b"abcd", **{"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_chunk_is_checked_against_its_checksum(client: FlaskClient, algorithm: str) -> None:
    location = begin(client, 8)
    good = append(client, location, 0, b"abcd", **checksum(algorithm, b"abcd"))
    assert good.status_code == 204
    bad = append(client, location, 4, b"efgh", **checksum(algorithm, b"wrong"))
    assert (bad.status_code, bad.json["code"]) == (460, "uploads.checksum_mismatch")
    assert stored(location).offset == 4
    again = append(client, location, 4, b"efgh", **checksum(algorithm, b"efgh"))
    assert again.headers["Upload-Offset"] == "8"


@pytest.mark.parametrize("header", ["md5 abcd", "sha1", "sha1 ***", "sha1 YWJj", "", " ", "\u00e9"])
def test_a_checksum_that_nobody_understands_is_400_and_nothing_is_stored(
    client: FlaskClient, header: str
) -> None:
    location = begin(client, 4)
    assert append(client, location, 0, b"abcd", **{"Upload-Checksum": header}).status_code == 400
    assert stored(location).offset == 0


@pytest.mark.parametrize("header", ["", "-1", "1.5", "abc", "1e3", "9" * 16, "１", "0x10"])
def test_lengths_and_offsets_are_numbers(client: FlaskClient, header: str) -> None:
    location = begin(client, 4)
    created = client.post(
        "/api/v1/uploads",
        headers={
            **TUS,
            "Upload-Length": header.encode().decode("latin-1"),
            "Upload-Metadata": metadata(purpose="photo"),
        },
    )
    assert created.status_code == 400
    offset = {"Upload-Offset": header.encode().decode("latin-1")}
    assert append(client, location, 0, b"abcd", **offset).status_code == 400


def test_a_length_told_later_is_not_offered(client: FlaskClient) -> None:
    answer = client.post("/api/v1/uploads", headers={**TUS, "Upload-Defer-Length": "1"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 422),
        ("", 422),
        (metadata(purpose="video"), 422),
        (metadata(filename="a.jpg"), 422),
        ("purpose ***", 400),
        ("purpose cGhvdG8=,purpose cGhvdG8=", 400),
        ("purpose /////w==", 400),
        ("purpose cGhvdG8=,filename " + "A" * 5000, 400),
        ("purpose cGhvdG8=,filename", 201),
        (metadata(purpose="photo", filename="\x00\x1f../../etc/passwd\n"), 201),
    ],
)
def test_metadata_is_read_with_care(client: FlaskClient, header: str | None, status: int) -> None:
    headers = {**TUS, "Upload-Length": "4"}
    if header is not None:
        headers["Upload-Metadata"] = header
    answer = client.post("/api/v1/uploads", headers=headers)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert stored(answer.headers["Location"]).filename in {None, "passwd"}


def test_an_empty_file_is_complete_at_once(client: FlaskClient) -> None:
    assert stored(begin(client, 0)).state is UploadState.RECEIVED


def test_delete_takes_the_file_away(client: FlaskClient) -> None:
    location = begin(client, 8)
    append(client, location, 0, b"abcd")
    assert client.delete(location, headers=TUS).status_code == 204
    for answer in (client.head(location, headers=TUS), append(client, location, 4, b"efgh")):
        assert answer.status_code == 404
    assert client.delete(location, headers=TUS).status_code == 404
    with reading() as session:
        assert session.scalars(select(UploadChunk)).all() == []
        assert len(session.scalars(select(LeftoverObject)).all()) == 1


def test_what_is_attached_is_not_deleted(client: FlaskClient) -> None:
    with transaction() as session:
        row = make_upload(session, subject_kind="feedback", subject_id=uuid4())
    assert client.delete(f"/api/v1/uploads/{row.id}", headers=TUS).status_code == 409


def test_an_upload_that_was_never_finished_is_gone(client: FlaskClient) -> None:
    location = begin(client, 8)
    with clock.freeze(clock.now() + timedelta(days=8)):
        assert client.head(location, headers=TUS).status_code == 410
        assert append(client, location, 0, b"abcd").status_code == 410


def test_each_chunk_gives_another_week(client: FlaskClient) -> None:
    location = begin(client, 8)
    before = stored(location).expires_at
    with clock.freeze(clock.now() + timedelta(hours=20)):
        append(client, location, 0, b"abcd")
    assert stored(location).expires_at > before + timedelta(hours=19)


@pytest.mark.parametrize(
    "address", ["nonsense", str(uuid4()), "00000000-0000-0000-0000-000000000000"]
)
def test_unknown_ids_are_404(client: FlaskClient, address: str) -> None:
    location = f"/api/v1/uploads/{address}"
    for answer in (
        client.get(location),
        client.head(location, headers=TUS),
        append(client, location, 0, b"x"),
        client.delete(location, headers=TUS),
    ):
        assert answer.status_code == 404


def test_the_upload_of_an_account_is_nobody_elses(client: FlaskClient) -> None:
    with transaction() as session:
        lan = make_resident(session)
        row = make_upload(session, owner_kind="resident", owner_id=lan.id)
    for answer in (
        client.get(f"/api/v1/uploads/{row.id}"),
        client.head(f"/api/v1/uploads/{row.id}", headers=TUS),
        append(client, f"/api/v1/uploads/{row.id}", 0, b"x"),
        client.delete(f"/api/v1/uploads/{row.id}", headers=TUS),
    ):
        assert answer.status_code == 404
    with reading() as session:
        service.open_for(session, Principal(kind="resident", id=lan.id), row.id)


def test_ids_cannot_be_guessed(client: FlaskClient) -> None:
    ids = [stored(begin(client, 1)).id for _ in range(3)]
    assert {each.version for each in ids} == {4}


class BrokenLine(BytesIO):
    """A connection that breaks after what it holds."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ClientDisconnected
        return piece


def test_a_broken_line_keeps_what_came_before_it() -> None:
    size = receiving.store(BrokenLine(b"abc"), "uploads/test/1", room=10, checksum=None)
    assert (size, storage.get("uploads/test/1")) == (3, b"abc")


def test_a_broken_line_with_a_checksum_keeps_nothing() -> None:
    expected = tus.Checksum("sha256", hashlib.sha256(b"abcdef").digest())
    with pytest.raises(tus.ChecksumMismatch):
        receiving.store(BrokenLine(b"abc"), "uploads/test/2", room=10, checksum=expected)
    assert storage.stat("uploads/test/2") is None


def test_a_line_that_never_ends_is_cut_at_the_announced_length() -> None:
    with pytest.raises(Exception, match="past_the_end"):
        receiving.store(BytesIO(b"x" * 1000), "uploads/test/3", room=10, checksum=None)
    assert storage.stat("uploads/test/3") is None


def test_large_chunks_pass_in_pieces() -> None:
    data = bytes(range(256)) * 50_000  # 12.8 MB, more than one part of the store
    assert receiving.store(BytesIO(data), "uploads/test/4", room=len(data), checksum=None) == len(
        data
    )
    assert (
        hashlib.sha256(b"".join(storage.stream("uploads/test/4"))).digest()
        == hashlib.sha256(data).digest()
    )


def test_two_requests_at_one_offset_store_one_chunk(client: FlaskClient) -> None:
    location = begin(client, 8)
    row = stored(location)
    with transaction() as session:
        slow = service.plan_chunk(session, row.id, 0)
    storage.put(slow, b"slow")
    assert append(client, location, 0, b"fast").status_code == 204
    with pytest.raises(Exception, match="offset_mismatch"), transaction() as session:
        service.keep_chunk(session, row.id, start=0, size=4, object_key=slow)
    assert content(row.id) == b"fast"
    with reading() as session:
        assert session.scalars(select(LeftoverObject.object_key)).all() == [slow]


def test_a_crash_before_the_offset_moved_loses_no_byte_that_counts(client: FlaskClient) -> None:
    location = begin(client, 8)
    row = stored(location)
    with transaction() as session:  # the process dies after the object was stored
        key = service.plan_chunk(session, row.id, 0)
    storage.put(key, b"abcd")
    assert client.head(location, headers=TUS).headers["Upload-Offset"] == "0"
    assert append(client, location, 0, b"abcdefgh").status_code == 204
    assert content(row.id) == b"abcdefgh"


def test_the_flood_of_one_caller_is_held_back(db: Any, make_app: Any) -> None:
    limited: Flask = make_app(rate_limits=True)
    client = limited.test_client()
    headers = {**TUS, "Upload-Length": "1", "Upload-Metadata": metadata(purpose="photo")}
    headers["X-Device-Token"] = uuid4().hex
    answers = [client.post("/api/v1/uploads", headers=headers) for _ in range(61)]
    assert [a.status_code for a in answers[:60]] == [201] * 60
    assert answers[60].status_code == 429
    assert int(answers[60].headers["Retry-After"]) > 0


def test_loose_files_cannot_fill_the_disk(client: FlaskClient) -> None:
    full = {"length": service.MAX_LOOSE_BYTES, "offset": service.MAX_LOOSE_BYTES}
    with transaction() as session:
        attached = make_upload(session, subject_kind="feedback", subject_id=uuid4(), **full).id
    begin(client, 10)
    with transaction() as session:
        upload = session.get_one(Upload, attached)
        upload.subject_kind = upload.subject_id = None
    headers = {**TUS, "Upload-Length": "10", "Upload-Metadata": metadata(purpose="photo")}
    answer = client.post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (503, "uploads.no_room")
    assert answer.headers["Retry-After"] == "600"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(min_size=1, max_size=400),
    steps=st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 200), st.booleans()), max_size=12),
)
def test_whatever_is_sent_the_offset_tells_the_truth(
    client: FlaskClient, data: bytes, steps: list[tuple[int, int, bool]]
) -> None:
    """At any time the stored bytes are exactly the first ``Upload-Offset`` bytes of the file."""
    location = begin(client, len(data))
    offset = 0
    for shift, size, honest in steps:
        start = max(0, offset + shift)
        piece = data[start : start + size] if honest else b"\xff" * size
        expected = checksum("sha1", data[start : start + size])
        answer = append(client, location, start, piece, **expected)
        fits = start == offset and piece == data[start : start + size]
        if answer.status_code == 204:
            assert fits
            offset = start + len(piece)
        else:
            assert answer.status_code in {409, 413, 460}
            assert not fits
        row = stored(location)
        assert row.offset == offset
        assert content(row.id) == data[:offset]
        assert (row.state is UploadState.RECEIVED) == (offset == len(data))
    if offset < len(data):
        assert append(client, location, offset, data[offset:]).status_code == 204
    assert content(stored(location).id) == data


def test_claiming_is_for_once_and_for_the_sender(client: FlaskClient) -> None:
    upload_id = UUID(send(client, b"abc"))
    somebody = Principal(kind="anonymous")
    subject = uuid4()

    def claim(subject_id: UUID = subject, purpose: Purpose = Purpose.PHOTO) -> None:
        with transaction() as session:
            service.claim(
                session,
                somebody,
                [upload_id],
                subject_kind="feedback",
                subject_id=subject_id,
                purposes={purpose},
            )

    with pytest.raises(Exception, match="invalid"):
        claim(purpose=Purpose.VOICE)
    claim()
    claim()  # the same subject again changes nothing
    with pytest.raises(Exception, match="invalid"):
        claim(uuid4())
