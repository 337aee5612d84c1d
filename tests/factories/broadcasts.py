"""Makers of stations and broadcasts, and of real audio to make them from."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
from sqlalchemy.orm import Session

from backend.broadcasts.content import make_findable
from backend.broadcasts.making import object_key
from backend.broadcasts.models import (
    Broadcast,
    BroadcastSegment,
    BroadcastState,
    Rendition,
    RenditionState,
    SegmentKind,
    Station,
)
from backend.broadcasts.stations import station_of
from backend.core import clock, storage
from backend.places.models import AdminUnit
from backend.uploads.models import OwnerKind, Purpose, Upload, UploadState
from tests.factories.places import make_commune

RATE = 48_000
_number = count(1)


def make_station(session: Session, unit: AdminUnit | None = None) -> Station:
    """The station of ``unit`` (a new commune when none is given)."""
    return station_of(session, unit or make_commune(session))


def make_broadcast(
    session: Session,
    unit: AdminUnit | None = None,
    *,
    state: BroadcastState = BroadcastState.AIRED,
    data: bytes | None = None,
    **overrides: Any,
) -> Broadcast:
    """A broadcast with a finished file of ``data`` (unique bytes when not given), aired an hour ago."""
    number = next(_number)
    station = make_station(session, unit)
    home = session.get_one(AdminUnit, station.unit_id)
    content = data if data is not None else f"not really sound {number}".encode() * 50
    sha256 = hashlib.sha256(content).hexdigest()
    title = overrides.pop("title", f"Bản tin số {number}")
    approved = state not in {BroadcastState.DRAFT, BroadcastState.SUBMITTED}
    values: dict[str, Any] = {
        "title": title,
        "transcript": "Bà con chú ý.",
        "is_synthetic": True,
        "approved_sha256": sha256 if approved else None,
        "aired_at": clock.now() - timedelta(hours=1) if state is BroadcastState.AIRED else None,
        **overrides,
    }
    broadcast = Broadcast(
        station_id=station.id,
        unit_id=home.id,
        province_id=home.parent_id,
        state=state,
        revision=1,
        segments=[BroadcastSegment(position=0, kind=SegmentKind.SPEECH, text="Bà con chú ý.")],
        **values,
    )
    session.add(broadcast)
    session.flush()
    make_findable(session, broadcast)
    storage.put(object_key(sha256), content)
    session.add(
        Rendition(
            broadcast_id=broadcast.id,
            revision=1,
            state=RenditionState.READY,
            object_key=object_key(sha256),
            sha256=sha256,
            bytes=len(content),
            content_type="audio/mpeg",
            duration_ms=12_000,
            peaks=[50] * 10,
            finished_at=clock.now(),
        )
    )
    session.flush()
    return broadcast


def make_audio_upload(session: Session, path: Path, owner_id: Any, **overrides: Any) -> Upload:
    """A clean upload of the file at ``path``, owned by a member of staff."""
    key = f"tests/{next(_number)}/{path.name}"
    data = path.read_bytes()
    storage.put(key, data)
    values: dict[str, Any] = {
        "purpose": Purpose.AUDIO,
        "state": UploadState.CLEAN,
        "owner_kind": OwnerKind.STAFF,
        "owner_id": owner_id,
        "length": len(data),
        "offset": len(data),
        "expires_at": clock.now() + timedelta(days=1),
        "object_key": key,
        "sha256": hashlib.sha256(data).hexdigest(),
        **overrides,
    }
    upload = Upload(**values)
    session.add(upload)
    session.flush()
    return upload


def tone(
    seconds: float, amplitude: float = 0.2, frequency: float = 440.0, rate: int = RATE
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A sine wave, −1 to 1."""
    moments = np.arange(int(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency * moments)).astype(np.float32)


def write_audio(
    path: Path,
    samples: np.ndarray[Any, np.dtype[np.float32]],
    *,
    container: str,
    codec: str,
    rate: int = RATE,
    layout: str = "mono",
) -> Path:
    """Encode ``samples`` (one channel, repeated when ``layout`` is stereo) as a real file."""
    channels = 2 if layout == "stereo" else 1
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 96_000
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for start in range(0, len(samples), 4096):
            block = np.tile(samples[start : start + 4096], (channels, 1))
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            for ready in resampler.resample(frame):
                out.mux(stream.encode(ready))
        for ready in resampler.resample(None):
            out.mux(stream.encode(ready))
        out.mux(stream.encode(None))
    return path
