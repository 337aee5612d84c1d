"""Open a file from outside and give its sound as mono float frames at one rate.

The container is chosen by the file's first bytes and given to FFmpeg by name: left to guess, it would also open
playlists that name other files and addresses.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

from backend.broadcasts.audio.reasons import AudioError, Reason

RATE = 44_100  # Hz; 64 kb/s mono MP3 at this rate plays on everything
SAMPLE_FORMAT = "fltp"
HEAD_BYTES = 64

# Decoders of a few well-worn codecs; FFmpeg has hundreds more that nobody records with.
CODECS = frozenset(
    {"mp3", "mp3float", "mp2", "mp2float", "aac", "opus", "libopus", "vorbis", "flac", "alac"}
)
MIN_SECONDS = 1.0
# A file that is this much shorter than its header says has lost its end.
MISSING_SECONDS, MISSING_SHARE = 1.0, 0.02
BROKEN_SHARE = 0.02  # of packets
MOST_CHUNKS = 100  # before the data of a WAV

_MPEG = re.compile(rb"\xff[\xe0-\xff]")  # frame sync of eleven bits
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")  # the same with layer 0: raw AAC


def container_format(head: bytes) -> str | None:
    """FFmpeg's name of the container that begins with ``head`` (64 bytes are enough), or None."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:3] == b"ID3" or _MPEG.match(head):
        return "aac" if _ADTS.match(head) else "mp3"
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    return "flac" if head[:4] == b"fLaC" else None


def frames(path: Path, max_seconds: float) -> Iterator[Any]:
    """Mono ``fltp`` frames at ``RATE`` of the one sound track in ``path``.

    Raises:
        AudioError: empty, not audio, a video, damaged, too short or longer than ``max_seconds``.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise AudioError(Reason.EMPTY_FILE)
    kind = container_format(head)
    if kind is None:
        raise AudioError(Reason.NOT_AUDIO)
    if kind == "wav" and _lacks_its_end(path):
        raise AudioError(Reason.DAMAGED)  # FFmpeg takes such a file for a short one
    try:
        with av.open(
            str(path), format=kind, options={"protocol_whitelist": "file"}, metadata_errors="ignore"
        ) as container:
            yield from _decoded(container, _only_track(container, max_seconds), max_seconds)
    except (av.error.InvalidDataError, av.error.EOFError, av.error.PatchWelcomeError) as error:
        raise AudioError(Reason.DAMAGED) from error
    except (av.error.DecoderNotFoundError, av.error.NotImplementedError) as error:
        raise AudioError(Reason.UNKNOWN_CODEC) from error


def _lacks_its_end(path: Path) -> bool:
    """True when the ``data`` chunk of a WAV announces more bytes than follow. 0 and −1 mean "recorded live"."""
    size = path.stat().st_size
    with path.open("rb") as file:
        place = 12
        for _chunk in range(MOST_CHUNKS):
            file.seek(place)
            header = file.read(8)
            if len(header) < len(b"data") + 4:
                return True
            (length,) = struct.unpack("<I", header[4:])
            if header[:4] == b"data":
                live = length in {0, 0xFFFFFFFF}
                return not live and place + 8 + length > size
            place += 8 + length + length % 2
    return True


def _only_track(container: Any, max_seconds: float) -> Any:
    tracks = list(container.streams.audio)
    if any(not _is_cover(video) for video in container.streams.video):
        raise AudioError(Reason.IS_VIDEO)
    if not tracks:
        raise AudioError(Reason.NO_AUDIO_TRACK)
    track = tracks[0]
    name = track.codec_context.name if track.codec_context is not None else ""
    if name not in CODECS and not name.startswith("pcm_"):
        raise AudioError(Reason.UNKNOWN_CODEC)
    if not track.codec_context.sample_rate or not track.codec_context.channels:
        raise AudioError(Reason.DAMAGED)
    if _announced(container, track) > max_seconds:
        raise AudioError(Reason.TOO_LONG)
    return track


def _is_cover(video: Any) -> bool:
    """True for the picture that music files carry."""
    return bool(video.disposition & av.stream.Disposition.attached_pic)


def _announced(container: Any, track: Any) -> float:
    """Seconds that the headers promise; 0 when they do not say."""
    if track.duration and track.time_base:
        return float(track.duration * track.time_base)
    return container.duration / 1_000_000 if container.duration else 0.0


def _decoded(container: Any, track: Any, max_seconds: float) -> Iterator[Any]:
    resampler = av.AudioResampler(format=SAMPLE_FORMAT, layout="mono", rate=RATE)
    announced = _announced(container, track)
    samples = packets = broken = 0
    for packet in container.demux(track):
        packets += 1
        try:
            decoded = packet.decode()
        except (av.error.InvalidDataError, av.error.EOFError):
            broken += 1
            continue
        for raw in decoded:
            for frame in resampler.resample(raw):
                samples += frame.samples
                if samples > max_seconds * RATE:
                    raise AudioError(Reason.TOO_LONG)
                yield frame
    for frame in resampler.resample(None):
        samples += frame.samples
        yield frame
    seconds = samples / RATE
    if broken > max(2, packets * BROKEN_SHARE):
        raise AudioError(Reason.DAMAGED)
    if announced - seconds > max(MISSING_SECONDS, announced * MISSING_SHARE):
        raise AudioError(Reason.DAMAGED)
    if seconds < MIN_SECONDS:
        raise AudioError(Reason.DAMAGED if broken else Reason.TOO_SHORT)
