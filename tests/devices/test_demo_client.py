"""The demo client against the real application on a socket: from the code to the sound."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from backend.broadcasts import jobs as media
from backend.broadcasts import service as broadcasts
from backend.broadcasts.content import Draft
from backend.broadcasts.models import Broadcast, Rendition
from backend.broadcasts.workflow import Asked
from backend.core import jobs
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.devices import enrolment
from backend.devices.models import PlayLog
from tests.devices.demo_client import Loudspeaker
from tests.factories.accounts import make_staff, principal_of
from tests.factories.devices import make_device
from tests.factories.places import make_commune


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(jobs, "ring", lambda _name, **_options: None)
    listening = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join(5)


def test_a_bulletin_goes_from_text_to_the_loudspeaker(server: str, tmp_path: Path) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        tam = principal_of(session, make_staff(session, Role.BROADCAST_OPERATOR, unit=ayun))
        dung = principal_of(session, make_staff(session, Role.COMMUNE_LEADER, unit=ayun))
        ky = principal_of(session, make_staff(session, Role.DEVICE_TECHNICIAN, unit=ayun))
        device = make_device(session, ayun)
        code, _expires_at = enrolment.make_code(session, ky, device.id)
        draft: Draft = {"title": "Họp", "text": "Mời bà con họp thôn lúc 17h30."}
        broadcast_id = broadcasts.create(session, tam, ayun.code, draft).id
    media.make_renditions()
    with transaction() as session:
        made = session.scalars(select(Rendition)).one()
        for actor, move in ((tam, "submit"), (dung, "approve"), (tam, "publish")):
            asked = Asked(sha256=made.sha256 if move == "approve" else None)
            version = session.get_one(Broadcast, broadcast_id).version
            broadcasts.move(session, actor, broadcast_id, version, move, asked)

    sound = tmp_path / "sound"
    sound.mkdir()
    speaker = Loudspeaker(server, tmp_path / "store", wav=sound)
    speaker.enrol(code)
    [played] = speaker.turn()
    assert played["result"] == "played"
    assert played["sha256"] == made.sha256
    [wav] = sound.iterdir()
    with av.open(str(wav)) as heard:
        seconds = heard.duration / 1_000_000
    assert made.duration_ms is not None
    assert seconds == pytest.approx(made.duration_ms / 1000, abs=0.15)
    assert speaker.turn() == []  # heard once; the manifest is a 304 now
    with reading() as session:
        assert session.scalars(select(PlayLog)).one().broadcast_id == broadcast_id


def test_a_broken_download_goes_on_and_a_changed_file_is_never_played(
    server: str, tmp_path: Path
) -> None:
    speaker = Loudspeaker(server, tmp_path / "store")
    asset = {"sha256": "a" * 64, "bytes": 4, "url": "/healthz"}
    (tmp_path / "store" / f"{'a' * 64}.part").write_bytes(b"what")
    with pytest.raises(SystemExit, match="not what the manifest promised"):
        speaker.fetch(asset)
    assert list((tmp_path / "store").iterdir()) == []
