"""Who gets to see a file, and how it is served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image

from backend.core import clock, storage
from backend.core.auth import Principal
from backend.core.db import transaction
from backend.uploads import access, publication
from backend.uploads.models import Purpose, Upload, UploadState
from tests.factories.uploads import make_clean_photo, make_upload

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def photo() -> Upload:
    with transaction() as session:
        return make_clean_photo(session)


def published(upload_id: UUID) -> dict[str, object]:
    with transaction() as session:
        return publication.publish(session, upload_id)


def test_a_published_photo_is_served_for_ever(client: FlaskClient, photo: Upload) -> None:
    file = published(photo.id)
    sources = file["sources"]
    assert isinstance(sources, list)
    assert len(sources) == 4
    for source in sources:
        answer = client.get(source["url"])
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == source["content_type"]
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert Image.open(BytesIO(answer.data)).size == (source["width"], source["height"])
        again = client.get(source["url"], headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        head = client.head(source["url"])
        assert (head.headers["Content-Length"], head.data) == (str(len(answer.data)), b"")
    assert file["url"] == f"/media/images/{row(photo.id).public_key}-1280.webp"


def row(upload_id: UUID) -> Upload:
    with transaction() as session:
        found = session.get(Upload, upload_id)
        assert found is not None
        return found


def test_what_was_taken_back_is_gone_and_gets_another_address(
    client: FlaskClient, photo: Upload
) -> None:
    first = str(published(photo.id)["url"])
    with transaction() as session:
        publication.unpublish(session, photo.id)
    assert client.get(first).status_code == 404
    second = str(published(photo.id)["url"])
    assert first != second
    assert client.get(first).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/media/images/" + "a" * 24 + "-1280.webp",
        "/media/images/x-1280.webp",
        "/media/images/../../secrets-1280.webp",
        "/media/documents/" + "a" * 24 + ".pdf",
    ],
)
def test_unknown_addresses_are_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_other_sizes_do_not_exist(client: FlaskClient, photo: Upload) -> None:
    url = str(published(photo.id)["url"])
    assert client.get(url.replace("-1280", "-9999")).status_code == 404
    assert client.get(url.replace(".webp", ".png")).status_code == 404


def test_a_published_document_is_always_a_download(client: FlaskClient) -> None:
    storage.put("documents/x/file", b"%PDF-1.7 quiet")
    with transaction() as session:
        upload = make_upload(
            session,
            purpose=Purpose.DOCUMENT,
            state=UploadState.CLEAN,
            filename='Kế hoạch "147".pdf',
            object_key="documents/x/file",
            content_type="application/pdf",
            sha256="1" * 64,
        )
    file = published(upload.id)
    assert (file["kind"], file["name"]) == ("document", 'Kế hoạch "147".pdf')
    answer = client.get(str(file["url"]))
    assert answer.data == b"%PDF-1.7 quiet"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''K%E1%BA")


def test_a_document_is_downloaded_by_the_name_it_was_given_for_everybody(
    client: FlaskClient,
) -> None:
    storage.put("documents/y/file", b"%PDF-1.7 quiet")
    with transaction() as session:
        upload = make_upload(
            session,
            purpose=Purpose.DOCUMENT,
            state=UploadState.CLEAN,
            filename="Don cua ba Tam.pdf",
            object_key="documents/y/file",
            content_type="application/pdf",
            sha256="2" * 64,
        )
        publication.name_all(session, {upload.id: "minh-chung-1.pdf", uuid4(): "gi-do.pdf"})
        publication.name_all(session, {})
    file = published(upload.id)
    assert file["name"] == "minh-chung-1.pdf"
    answer = client.get(str(file["url"]))
    assert answer.headers["Content-Disposition"].endswith("''minh-chung-1.pdf")


def test_nobody_opens_a_file_by_its_id_alone(client: FlaskClient, photo: Upload) -> None:
    assert client.get(f"/api/v1/uploads/{photo.id}/content").status_code == 404


def test_a_signed_link_opens_one_file_for_a_while(client: FlaskClient, photo: Upload) -> None:
    with transaction() as session:
        other = make_clean_photo(session)
    link = access.link(photo.id)
    answer = client.get(link)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"].startswith("private")
    assert (
        client.get(link, headers={"Accept": "image/jpeg"}).headers["Content-Type"] == "image/jpeg"
    )
    assert client.get(link.replace(str(photo.id), str(other.id))).status_code == 404
    assert client.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404
    assert client.get(link.replace("until=", "until=9")).status_code in {404, 422}
    with clock.freeze(clock.now() + timedelta(hours=3)):
        assert client.get(link).status_code == 404


@pytest.mark.parametrize("state", [s for s in UploadState if s is not UploadState.CLEAN])
def test_nothing_is_served_before_it_is_clean(client: FlaskClient, state: UploadState) -> None:
    with transaction() as session:
        upload = make_upload(session, state=state, object_key="uploads/raw")
    assert client.get(access.link(upload.id)).status_code == 404


@pytest.fixture
def guarded() -> Iterator[UUID]:
    """A case whose files only Bình may see."""
    binh = uuid4()
    access.register("test-case", lambda _session, who, _subject: who.id == binh)
    yield binh
    access._guards.pop("test-case")


def test_the_room_above_decides_who_sees_its_files(guarded: UUID) -> None:
    with transaction() as session:
        upload = make_clean_photo(session, subject_kind="test-case", subject_id=uuid4())
        assert access.may_read(session, Principal(kind="staff", id=guarded), upload)
        assert not access.may_read(session, Principal(kind="staff", id=uuid4()), upload)
        assert not access.may_read(session, Principal(kind="anonymous"), upload)
        upload.subject_kind = "nobody-registered-this"
        assert not access.may_read(session, Principal(kind="staff", id=guarded), upload)


def test_senders_see_what_they_sent_from_their_account() -> None:
    lan = uuid4()
    with transaction() as session:
        upload = make_clean_photo(session, owner_kind="resident", owner_id=lan)
        assert access.may_read(session, Principal(kind="resident", id=lan), upload)
        assert not access.may_read(session, Principal(kind="staff", id=lan), upload)
        assert not access.may_read(session, Principal(kind="resident", id=uuid4()), upload)
