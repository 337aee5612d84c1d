"""From the row to the file: orders, leases, failures, repeats."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.broadcasts import jobs, making, renditions, schedule_jobs, service
from backend.broadcasts.audio.process import Limits
from backend.broadcasts.content import Draft
from backend.broadcasts.handlers import on_upload_finished
from backend.broadcasts.models import Broadcast, BroadcastState, Rendition, RenditionState
from backend.broadcasts.workflow import Asked
from backend.core import clock, storage
from backend.core.db import reading, transaction
from backend.core.errors import PreconditionFailed
from backend.uploads.events import UploadFinished
from backend.uploads.models import RejectReason, Upload, UploadState
from tests.broadcasts.conftest import House
from tests.factories.broadcasts import make_audio_upload, tone, write_audio

TEXT = "Ủy ban nhân dân xã Ayun thông báo: 17h30 ngày 5/4, bà con đến nhà văn hóa họp thôn."


def written(house: House, text: str = TEXT) -> UUID:
    with transaction() as session:
        draft: Draft = {"title": "Họp thôn", "text": text}
        return service.create(session, house.tam_acts, house.commune.code, draft).id


def recorded(house: House, path: Path, **upload: object) -> UUID:
    with transaction() as session:
        file = make_audio_upload(session, path, house.tam.id, **upload)
        draft: Draft = {"title": "Bản tin", "upload_id": file.id}
        return service.create(session, house.tam_acts, house.commune.code, draft).id


def rendition_of(broadcast_id: UUID) -> Rendition:
    with reading() as session:
        return session.scalars(
            select(Rendition)
            .where(Rendition.broadcast_id == broadcast_id)
            .order_by(Rendition.revision.desc())
        ).all()[0]


def state_of(broadcast_id: UUID) -> BroadcastState:
    with reading() as session:
        return session.get_one(Broadcast, broadcast_id).state


def submit(house: House, broadcast_id: UUID) -> None:
    with transaction() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        service.move(session, house.tam_acts, broadcast_id, version, "submit", Asked())


def test_a_text_becomes_a_file_that_can_be_played(ayun: House, quiet_bells: list[str]) -> None:
    broadcast_id = written(ayun)
    assert renditions.BELL in quiet_bells
    assert rendition_of(broadcast_id).state is RenditionState.QUEUED
    assert jobs.make_renditions() == 1
    made = rendition_of(broadcast_id)
    assert made.state is RenditionState.READY
    assert made.object_key is not None
    found = storage.stat(made.object_key)
    assert found is not None
    assert found.size == made.bytes
    assert made.loudness_lufs == pytest.approx(-16, abs=1)
    assert made.true_peak_dbtp is not None
    assert made.true_peak_dbtp <= -1
    assert made.lease is None
    with reading() as session:
        assert session.get_one(Broadcast, broadcast_id).is_synthetic
    assert jobs.make_renditions() == 0


def test_a_recording_becomes_a_file_and_is_not_called_synthetic(
    ayun: House, tmp_path: Path
) -> None:
    path = write_audio(tmp_path / "in.m4a", tone(4), container="mp4", codec="aac")
    broadcast_id = recorded(ayun, path)
    jobs.make_renditions()
    assert rendition_of(broadcast_id).state is RenditionState.READY
    with reading() as session:
        assert not session.get_one(Broadcast, broadcast_id).is_synthetic


def test_a_bad_file_leaves_a_reason_and_no_file(ayun: House, tmp_path: Path) -> None:
    path = tmp_path / "in.mp3"
    path.write_bytes(b"MZ this is a program" * 100)
    broadcast_id = recorded(ayun, path)
    submit(ayun, broadcast_id)
    jobs.make_renditions()
    failed = rendition_of(broadcast_id)
    assert (failed.state, failed.reason) == (RenditionState.FAILED, "not_audio")
    assert failed.object_key is None
    # Its author hears of it, and its approver is not asked to listen to nothing.
    schedule_jobs.return_inaudible_broadcasts()
    assert state_of(broadcast_id) is BroadcastState.RETURNED


def test_a_rendition_waits_for_its_upload_and_starts_when_it_is_clean(
    ayun: House, tmp_path: Path
) -> None:
    path = write_audio(tmp_path / "in.wav", tone(3), container="wav", codec="pcm_s16le")
    broadcast_id = recorded(ayun, path, state=UploadState.PROCESSING)
    assert jobs.make_renditions() == 0
    assert rendition_of(broadcast_id).state is RenditionState.QUEUED
    with transaction() as session:
        upload = session.scalars(select(Upload)).one()
        upload.state = UploadState.CLEAN
        on_upload_finished(session, UploadFinished(upload.id, "audio", "clean"))
    assert jobs.make_renditions() == 1


def test_a_refused_upload_is_a_clear_failure(ayun: House, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "in.wav", tone(3), container="wav", codec="pcm_s16le")
    broadcast_id = recorded(ayun, path, state=UploadState.PROCESSING)
    with transaction() as session:
        upload = session.scalars(select(Upload)).one()
        upload.state, upload.reason = UploadState.REJECTED, RejectReason.DAMAGED
        on_upload_finished(session, UploadFinished(upload.id, "audio", "rejected"))
    jobs.make_renditions()
    assert rendition_of(broadcast_id).reason == "damaged"


def test_two_workers_never_make_the_same_file(ayun: House) -> None:
    written(ayun)
    first = renditions.claim()
    assert first is not None
    assert renditions.claim() is None


def test_the_work_of_a_dead_worker_is_taken_over_and_its_late_result_is_refused(
    ayun: House,
) -> None:
    broadcast_id = written(ayun)
    dead = renditions.claim()
    assert dead is not None
    later = clock.now() + renditions.LEASE + timedelta(seconds=1)
    with clock.freeze(later):
        heir = renditions.claim()
        assert heir is not None
        assert heir.rendition_id == dead.rendition_id
        assert not renditions.keep(dead)
        assert renditions.keep(heir)
        assert making.work_off(heir)
    made = {"sha256": "0" * 64, "bytes": 1, "content_type": "audio/mpeg", "duration_ms": 1,
            "loudness_lufs": -16.0, "true_peak_dbtp": -1.0, "peaks": []}  # fmt: skip
    assert not renditions.settle_ready(dead, "audio/wrong", made)
    assert rendition_of(broadcast_id).sha256 != "0" * 64


def test_an_ill_machine_is_given_three_tries(ayun: House) -> None:
    broadcast_id = written(ayun)
    moment = clock.now()
    for attempt in range(1, renditions.MOST_ATTEMPTS + 1):
        with clock.freeze(moment):
            task = renditions.claim()
            assert task is not None
            assert task.attempts == attempt
            assert not making.work_off(task, Limits(seconds=30, memory_bytes=60_000_000))
        moment += timedelta(minutes=10)
    failed = rendition_of(broadcast_id)
    assert failed.state is RenditionState.FAILED
    assert failed.reason == "too_much_memory"
    # A person may try once more, and then it works.
    with transaction() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        with pytest.raises(PreconditionFailed):
            service.retry_audio(session, ayun.tam_acts, broadcast_id, version + 1)
        service.retry_audio(session, ayun.tam_acts, broadcast_id, version)
    assert jobs.make_renditions() == 1


def test_new_words_make_a_new_file_and_the_unfinished_one_is_dropped(ayun: House) -> None:
    broadcast_id = written(ayun)
    old = renditions.claim()
    assert old is not None
    with transaction() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        draft: Draft = {"text": "Thông báo mới: hoãn họp."}
        service.edit(session, ayun.tam_acts, broadcast_id, version, draft)
    assert not renditions.keep(old)
    assert jobs.make_renditions() == 1
    assert rendition_of(broadcast_id).revision == 2
    with reading() as session:
        assert len(session.scalars(select(Rendition)).all()) == 1


def test_no_scratch_files_stay_behind(ayun: House, tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    path.write_bytes(b"RIFF")
    recorded(ayun, path)
    written(ayun)
    jobs.make_renditions()
    scratch = list(Path(str(making.config.current().var_dir / "scratch")).iterdir())
    assert scratch == []
