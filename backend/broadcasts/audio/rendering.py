"""Make one finished file out of segments: speak or decode, join, bring to loudness, encode, measure, draw.

Nothing is held whole in memory; the sources are decoded again for each pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np

from backend.broadcasts.audio import decoding, loudness
from backend.broadcasts.audio.loudness import Aim, Chain, Loudness
from backend.broadcasts.audio.reasons import AudioError, Reason

BIT_RATE = 64_000
CONTENT_TYPE = "audio/mpeg"
PEAK_COUNT = 300  # bars of the waveform
TRIES = 3  # of each way to reach the loudness

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What there is to know about a finished file."""

    sha256: str
    bytes: int
    content_type: str
    duration_ms: int
    loudness_lufs: float
    true_peak_dbtp: float
    peaks: list[int]

    def as_dict(self) -> dict[str, Any]:
        """For the way back to the worker."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the target loudness: filters for an aim, and where to aim first."""

    filters: Callable[[Aim], Chain]
    first_aim: Aim


def render(sources: Sequence[Path], target: Path, max_seconds: float, tell: Progress) -> Made:
    """Write ``sources``, one after the other, to ``target`` as mono MP3 64 kb/s at −16 LUFS.

    Raises:
        AudioError: a source is bad, or the target loudness cannot be met.
    """

    def joined() -> Iterator[Any]:
        for source in sources:
            yield from decoding.frames(source, max_seconds)

    tell("listen")
    heard = loudness.measure(_at_most(joined(), max_seconds))
    if heard.is_silent:
        raise AudioError(Reason.NO_SOUND)
    ways = [Way(partial(loudness.by_limiter, heard), loudness.limiter_aim(heard))]
    if not loudness.needs_limiter(heard):
        findings = loudness.first_pass(joined(), target.with_suffix(".notes"))
        if loudness.can_reach(findings):
            ways.insert(0, Way(partial(loudness.second_pass, findings), Aim()))
    tell("encode")
    result = _reach(joined, target, ways)
    tell("measure")
    return _finished(target, result)


def _reach(joined: Callable[[], Iterable[Any]], target: Path, ways: Sequence[Way]) -> Loudness:
    """Encode until the decoded file measures right, aiming off by what the try before missed."""
    for way in ways:
        aim = way.first_aim
        for _try in range(TRIES):
            encode(loudness.through(joined(), way.filters(aim)), target)
            result = loudness.measure(_reread(target))
            if result.is_good:
                return result
            aim = loudness.correction(aim, result)
    raise AudioError(Reason.LOUDNESS)


def encode(frames: Iterable[Any], target: Path) -> None:
    """Write mono frames as MP3 without tags or dates: the same sound makes the same bytes."""
    with av.open(str(target), "w", format="mp3", options={"id3v2_version": "0"}) as out:
        stream = out.add_stream("libmp3lame", rate=decoding.RATE, layout="mono")
        stream.bit_rate = BIT_RATE
        for frame in frames:
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _reread(target: Path) -> Iterator[Any]:
    return decoding.frames(target, float("inf"))


def _at_most(frames: Iterable[Any], max_seconds: float) -> Iterator[Any]:
    samples = 0
    for frame in frames:
        samples += frame.samples
        if samples > max_seconds * decoding.RATE:
            raise AudioError(Reason.TOO_LONG)
        yield frame


def _finished(target: Path, result: Loudness) -> Made:
    digest = hashlib.sha256()
    with target.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return Made(
        sha256=digest.hexdigest(),
        bytes=target.stat().st_size,
        content_type=CONTENT_TYPE,
        duration_ms=round(result.samples * 1000 / decoding.RATE),
        loudness_lufs=round(result.integrated, 2),
        true_peak_dbtp=round(result.true_peak, 2),
        peaks=waveform(_reread(target), result.samples),
    )


def waveform(frames: Iterable[Any], samples: int) -> list[int]:
    """Highest sample of each of ``PEAK_COUNT`` equal stretches, 0–100."""
    peaks = np.zeros(PEAK_COUNT, dtype=np.float32)
    position = 0
    for frame in frames:
        values = np.abs(frame.to_ndarray()[0])
        places = (np.arange(position, position + values.size) * PEAK_COUNT) // max(samples, 1)
        np.maximum.at(peaks, np.minimum(places, PEAK_COUNT - 1), values)
        position += values.size
    return [min(100, round(float(peak) * 100)) for peak in peaks]
