"""A recording comes in by tus, is looked at by the uploads room and ends as a finished file."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from backend.broadcasts import jobs as media
from backend.core.jobs import run_now
from backend.uploads import jobs as _uploads  # noqa: F401 - registers the job that is run by name
from tests.broadcasts.conftest import House
from tests.factories.accounts import sign_in
from tests.factories.broadcasts import tone, write_audio
from tests.factories.uploads import send


@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("in.wav", "wav", "pcm_s16le"),
        ("in.mp3", "mp3", "libmp3lame"),
        ("in.m4a", "ipod", "aac"),
        ("in.ogg", "ogg", "libopus"),
        ("in.webm", "webm", "libopus"),
    ],
)
def test_what_officials_record_with_ends_on_the_air(
    client: FlaskClient, ayun: House, tmp_path: Path, name: str, container: str, codec: str
) -> None:
    sign_in(client, ayun.tam)
    path = write_audio(tmp_path / name, tone(3), container=container, codec=codec)
    upload_id = send(client, path.read_bytes(), "audio")
    made = client.post(
        "/api/v1/console/broadcasts",
        json={"unit": "23798", "title": "Bản tin", "upload_id": upload_id, "text": "Lời đọc."},
    )
    assert made.status_code == 201, made.get_json()
    assert made.get_json()["is_synthetic"] is False
    media.make_renditions()  # too early: it waits
    run_now("process_uploads")
    media.make_renditions()
    shown = client.get(made.headers["Location"]).get_json()
    assert shown["rendition"]["state"] == "ready", shown["rendition"]
    assert shown["transcript"] == "Lời đọc."


def test_a_renamed_program_ends_with_a_reason(
    client: FlaskClient, ayun: House, tmp_path: Path
) -> None:
    path = tmp_path / "ban-tin.mp3"
    path.write_bytes(b"\x7fELF" + bytes(5_000))
    sign_in(client, ayun.tam)
    upload_id = send(client, path.read_bytes(), "audio")
    made = client.post(
        "/api/v1/console/broadcasts",
        json={"unit": "23798", "title": "Bản tin", "upload_id": upload_id},
    )
    run_now("process_uploads")
    media.make_renditions()
    shown = client.get(made.headers["Location"]).get_json()
    assert shown["rendition"]["state"] == "failed"
    assert shown["rendition"]["reason"] == "not_audio"
    assert "mp3" in shown["rendition"]["reason_label"]
    # Another try with the same upload is refused by name.
    again = client.post(
        "/api/v1/console/broadcasts",
        json={"unit": "23798", "title": "Bản tin", "upload_id": upload_id},
    )
    assert (again.status_code, list(again.get_json()["errors"])) == (422, ["upload_id"])
