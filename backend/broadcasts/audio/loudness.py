"""Bring speech and music to one loudness (EBU R 128 / ITU-R BS.1770), and measure what came out.

Target of the house: −16 LUFS ± 1, true peak at most −1 dBTP (DOMAIN.md, section 5).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.filter import Graph

from backend.broadcasts.audio.decoding import RATE, SAMPLE_FORMAT

TARGET_LUFS = -16.0
TOLERANCE_LU = 0.8  # stricter than the house's 1.0: meters differ by a tenth or two
CEILING_DBTP = -1.0
SILENCE_DBTP = -60.0  # a file whose loudest sample stays below this holds no sound
PEAKY_DB = 3.0
RANGE_LU = 11.0  # loudness range that loudnorm leaves alone

Chain = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS (−70 when all of it is below the gate), true peak in dBTP, length in samples."""

    integrated: float
    true_peak: float
    samples: int

    @property
    def is_silent(self) -> bool:
        """True when there is nothing to hear."""
        return self.true_peak < SILENCE_DBTP

    @property
    def distance(self) -> float:
        """How far from the target, in LU."""
        return abs(self.integrated - TARGET_LUFS)

    @property
    def is_good(self) -> bool:
        """True when the house's target is met."""
        return self.distance <= TOLERANCE_LU and self.true_peak <= CEILING_DBTP


@dataclass(frozen=True, slots=True)
class Aim:
    """What a pass is told to reach; later passes aim off by what the one before missed."""

    lufs: float = TARGET_LUFS + 0.45  # LAME scales by 0.95
    dbtp: float = -1.8  # the encoder's ripple comes on top


def through(frames: Iterable[Any], chain: Chain) -> Iterator[Any]:
    """Send mono frames through FFmpeg filters, ``(name, arguments)`` in order."""
    graph = Graph()
    ends = [
        graph.add(
            "abuffer",
            f"sample_rate={RATE}:sample_fmt={SAMPLE_FORMAT}:channel_layout=mono:time_base=1/{RATE}",
        ),
        *(graph.add(name, arguments) for name, arguments in chain),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*ends)
    graph.configure()
    position = 0
    for frame in frames:
        frame.pts = position
        frame.time_base = Fraction(1, RATE)
        position += frame.samples
        graph.push(frame)
        yield from _waiting(graph)
    graph.push(None)
    yield from _waiting(graph)


def _waiting(graph: Any) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def measured(frames: Iterable[Any], report: list[Loudness]) -> Iterator[Any]:
    """Pass frames on and, after the last one, append their ``Loudness`` to ``report``."""
    samples = 0
    peak = 0.0
    integrated = -70.0
    for frame in through(frames, [("ebur128", "metadata=1:peak=true:framelog=quiet")]):
        samples += frame.samples
        facts = frame.metadata
        peak = max(peak, _number(facts.get("lavfi.r128.true_peaks_ch0"), 0.0))
        integrated = _number(facts.get("lavfi.r128.I"), integrated)
        yield frame
    report.append(Loudness(integrated, _decibels(peak), samples))


def measure(frames: Iterable[Any]) -> Loudness:
    """Loudness of a stream of frames."""
    report: list[Loudness] = []
    for _frame in measured(frames, report):
        pass
    return report[0]


def first_pass(frames: Iterable[Any], notes: Path) -> dict[str, str]:
    """Let loudnorm listen to the whole; its findings for the second pass (``notes`` is a scratch file)."""
    chain = [("loudnorm", f"{_aim(Aim())}:print_format=json:stats_file={notes}")]
    for _frame in through(frames, chain):
        pass
    findings: dict[str, str] = json.loads(notes.read_text())
    return findings


def can_reach(findings: dict[str, str]) -> bool:
    """False when loudnorm says itself that peaks keep it from lifting this sound to the target."""
    return abs(float(findings["target_offset"])) <= TOLERANCE_LU


def second_pass(findings: dict[str, str], aim: Aim) -> Chain:
    """Filters that bring what ``first_pass`` heard to ``aim``: one gain when that is enough, else dynamic."""
    heard = (
        f"measured_I={findings['input_i']}:measured_TP={findings['input_tp']}"
        f":measured_LRA={findings['input_lra']}:measured_thresh={findings['input_thresh']}"
    )
    return [("loudnorm", f"{_aim(aim)}:{heard}:offset=0:linear=true"), *_plain()]


def by_limiter(heard: Loudness, aim: Aim) -> Chain:
    """Filters for sound that loudnorm cannot lift (sparse peaks): gain, then a limiter at four times the rate."""
    gain = min(aim.lufs - heard.integrated, 40.0)
    ceiling = 10 ** (aim.dbtp / 20)
    return [
        ("volume", f"volume={gain:.2f}dB"),
        ("aresample", str(RATE * 4)),
        ("alimiter", f"limit={ceiling:.4f}:attack=2:release=60:level=false"),
        *_plain(),
    ]


def limiter_aim(heard: Loudness) -> Aim:
    """Where the limiter should aim first: it takes back about a third of what it has to cut off."""
    plain = Aim()
    return Aim(plain.lufs + max(0.0, 0.35 * _to_cut(heard, plain)), plain.dbtp)


def needs_limiter(heard: Loudness) -> bool:
    """True when peaks stand so high above the whole (speech by rule, clicks) that loudnorm would stay too quiet."""
    return _to_cut(heard, Aim()) > PEAKY_DB


def _to_cut(heard: Loudness, aim: Aim) -> float:
    """Decibels by which the highest peak is over the ceiling once the whole is lifted to the target."""
    return heard.true_peak + (aim.lufs - heard.integrated) - aim.dbtp


def correction(aim: Aim, result: Loudness) -> Aim:
    """Aim off by what ``result`` missed, and a little more: the limiter eats part of every gain."""
    over = max(0.0, result.true_peak - (CEILING_DBTP - 0.1))
    missed = TARGET_LUFS - result.integrated
    lufs = min(-5.0, max(-40.0, aim.lufs + 1.4 * missed))
    return Aim(lufs, max(-9.0, aim.dbtp - over))


def _plain() -> Chain:
    return [
        ("aresample", str(RATE)),
        ("aformat", f"sample_fmts={SAMPLE_FORMAT}:channel_layouts=mono"),
    ]


def _aim(aim: Aim) -> str:
    return f"I={aim.lufs:.2f}:TP={aim.dbtp:.2f}:LRA={RANGE_LU}"


def _number(text: str | None, otherwise: float) -> float:
    value = float(text) if text else otherwise
    return value if math.isfinite(value) else otherwise


def _decibels(peak: float) -> float:
    return 20 * math.log10(peak) if peak > 0 else -120.0
