"""The audio itself: what comes out is measured again, with FFmpeg's other loudness meter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from backend.broadcasts.audio.process import Limits, Outcome, make
from backend.broadcasts.audio.reasons import Reason
from tests.databases import wait_for
from tests.factories.broadcasts import RATE, tone, write_audio

LIMITS = Limits(seconds=60)


def produce(folder: Path, *segments: dict[str, Any], limits: Limits = LIMITS) -> Outcome:
    order = {"segments": list(segments), "target": str(folder / "made.mp3"), "max_seconds": 600}
    return make(order, limits=limits, still_ours=lambda: True)


def spoken(text: str, voice: str = "vi") -> dict[str, Any]:
    return {"text": text, "voice": voice, "words_per_minute": 150, "pitch": 50}


def measure(path: Path) -> dict[str, float]:
    """Integrated loudness and true peak by FFmpeg's own tool chain, outside our code."""
    graph = av.filter.Graph()
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "metadata=1:peak=true+sample:framelog=quiet")
        sink = graph.add("abuffersink")
        graph.link_nodes(source, meter, sink)
        graph.configure()
        facts: dict[str, str] = {}
        peak = 0.0
        for frame in container.decode(stream):
            graph.push(frame)
            while True:
                try:
                    out = graph.pull()
                except (av.error.BlockingIOError, av.error.EOFError):
                    break
                facts = out.metadata
                peak = max(peak, float(facts.get("lavfi.r128.true_peaks_ch0", 0)))
        return {
            "lufs": float(facts["lavfi.r128.I"]),
            "dbtp": 20 * float(np.log10(peak)),
            "codec": stream.codec_context.name.startswith("mp3"),
            "channels": stream.codec_context.channels,
            "bit_rate": container.bit_rate,
            "seconds": container.duration / 1_000_000,
        }


def assert_fit_for_air(path: Path, seconds: float) -> None:
    heard = measure(path)
    assert -17 <= heard["lufs"] <= -15
    assert heard["dbtp"] <= -1
    assert heard["codec"]
    assert heard["channels"] == 1
    assert heard["bit_rate"] == pytest.approx(64_000, rel=0.03)
    assert heard["seconds"] == pytest.approx(seconds, abs=0.15)


@pytest.mark.parametrize(
    ("container", "codec", "layout", "rate"),
    [
        ("wav", "pcm_s16le", "stereo", 48_000),
        ("wav", "pcm_s24le", "mono", 192_000),
        ("mp3", "libmp3lame", "stereo", 44_100),
        ("mp4", "aac", "mono", 48_000),
        ("ogg", "libopus", "mono", 48_000),
        ("webm", "libopus", "mono", 48_000),
        ("flac", "flac", "mono", 22_050),
    ],
)
def test_every_accepted_format_becomes_one_mono_mp3_of_one_loudness(
    tmp_path: Path, container: str, codec: str, layout: str, rate: int
) -> None:
    source = write_audio(
        tmp_path / f"in.{container}", tone(6, 0.05, rate=rate),
        container=container, codec=codec, layout=layout, rate=rate,
    )  # fmt: skip
    outcome = produce(tmp_path, {"path": str(source)})
    assert outcome.reason is None
    assert_fit_for_air(tmp_path / "made.mp3", 6)
    assert outcome.made is not None
    assert outcome.made["duration_ms"] == pytest.approx(6000, abs=100)
    assert outcome.made["bytes"] == (tmp_path / "made.mp3").stat().st_size
    assert len(outcome.made["peaks"]) == 300
    assert max(outcome.made["peaks"]) > 5


def clipped() -> Any:
    return np.clip(tone(5, 4.0), -1, 1)


def noise() -> Any:
    return np.random.default_rng(7).normal(0, 0.3, RATE * 5).clip(-1, 1).astype(np.float32)


def whisper() -> Any:
    return tone(5, 0.002)


def shout_then_whisper() -> Any:
    return np.concatenate([tone(3, 0.9), tone(5, 0.02)])


@pytest.mark.parametrize("sound", [clipped, noise, whisper, shout_then_whisper])
def test_difficult_sound_is_brought_to_the_same_loudness(tmp_path: Path, sound: Any) -> None:
    samples = sound()
    source = write_audio(tmp_path / "in.wav", samples, container="wav", codec="pcm_s16le")
    assert produce(tmp_path, {"path": str(source)}).reason is None
    assert_fit_for_air(tmp_path / "made.mp3", len(samples) / RATE)


@pytest.mark.parametrize("voice", ["vi", "vi-vn-x-central", "vi-vn-x-south"])
def test_each_offline_voice_reads_a_bulletin(tmp_path: Path, voice: str) -> None:
    text = "Ủy ban nhân dân xã Ayun thông báo: 17h30 ngày 5/4, bà con đến nhà văn hóa họp. " * 2
    outcome = produce(tmp_path, spoken(text, voice))
    assert outcome.made is not None, outcome.reason
    assert_fit_for_air(tmp_path / "made.mp3", outcome.made["duration_ms"] / 1000)
    assert outcome.made["duration_ms"] > 8_000


def test_segments_are_joined_in_their_order(tmp_path: Path) -> None:
    source = write_audio(tmp_path / "in.wav", tone(3, 0.3), container="wav", codec="pcm_s16le")
    alone = produce(tmp_path, spoken("Bà con chú ý."))
    together = produce(tmp_path, {"path": str(source)}, spoken("Bà con chú ý."))
    assert alone.made is not None
    assert together.made is not None
    longer = together.made["duration_ms"] - alone.made["duration_ms"]
    assert longer == pytest.approx(3000, abs=150)


def test_the_same_sound_makes_the_same_file(tmp_path: Path) -> None:
    first, second = (produce(tmp_path, spoken("Bà con chú ý nghe thông báo.")) for _ in range(2))
    assert first.made is not None
    assert second.made is not None
    assert first.made["sha256"] == second.made["sha256"]


@pytest.mark.parametrize(
    "text",
    [
        '<speak><voice name="en">Xin chào</voice></speak> <break time="99999s"/> bà con',
        "[[h@l'oU]] \\x00 \u202e bà con &lt;b&gt; %s %n {0}",
    ],
)
def test_markup_and_controls_are_only_text(tmp_path: Path, text: str) -> None:
    outcome = produce(tmp_path, spoken(text))
    assert outcome.made is not None, outcome.reason
    assert 800 < outcome.made["duration_ms"] < 15_000


def test_ten_thousand_words_are_spoken(tmp_path: Path) -> None:
    command = child_that(
        tmp_path,
        f"""
        import json, wave
        from pathlib import Path
        from backend.broadcasts.audio.speech import Manner, speak
        from backend.broadcasts.reading import aloud
        target = Path({str(tmp_path / "long.wav")!r})
        speak(aloud("Bà con\tchú ý lúc 17h30. " * 2_000), Manner("vi"), target)
        with wave.open(str(target)) as spoken:
            seconds = spoken.getnframes() / spoken.getframerate()
        print(json.dumps({{"made": {{"seconds": seconds}}}}))
        """,
    )
    outcome = make(
        {"segments": [], "target": str(tmp_path / "made.mp3"), "max_seconds": 1},
        limits=Limits(seconds=120), still_ours=lambda: True, command=command,
    )  # fmt: skip
    assert outcome.made is not None, outcome.notes
    assert outcome.made["seconds"] > 1_800


def _wav(path: Path, samples: Any) -> None:
    write_audio(path, samples, container="wav", codec="pcm_s16le")


def _half(path: Path, container: str, codec: str) -> None:
    write_audio(path, tone(5), container=container, codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _video(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(20):
            out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode(None))


BAD: dict[str, tuple[Callable[[Path], Any], Reason]] = {
    "empty": (lambda path: path.write_bytes(b""), Reason.EMPTY_FILE),
    "executable": (
        lambda path: path.write_bytes(Path(sys.executable).resolve().read_bytes()[:200_000]),
        Reason.NOT_AUDIO,
    ),
    "noise behind a WAV header": (
        lambda path: path.write_bytes(b"RIFF\xff\xff\xff\x7fWAVE" + os.urandom(50_000)),
        Reason.DAMAGED,
    ),
    "noise behind an MP3 header": (
        lambda path: path.write_bytes(b"ID3\x04" + bytes(6) + os.urandom(50_000)),
        Reason.DAMAGED,
    ),
    "playlist": (
        lambda path: path.write_bytes(b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n"),
        Reason.NOT_AUDIO,
    ),
    "silence": (lambda path: _wav(path, tone(5, 0.0)), Reason.NO_SOUND),
    "half a WAV": (lambda path: _half(path, "wav", "pcm_s16le"), Reason.DAMAGED),
    "half an M4A": (lambda path: _half(path, "mp4", "aac"), Reason.DAMAGED),
    "half an MP3": (lambda path: _half(path, "mp3", "libmp3lame"), Reason.DAMAGED),
    "a blink": (lambda path: _wav(path, tone(0.3)), Reason.TOO_SHORT),
    "too long": (
        lambda path: write_audio(
            path, tone(601, rate=8_000), container="flac", codec="flac", rate=8_000
        ),
        Reason.TOO_LONG,
    ),
    "video": (_video, Reason.IS_VIDEO),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_programme_is_refused_with_its_reason(tmp_path: Path, kind: str) -> None:
    write, reason = BAD[kind]
    write(tmp_path / "bad")
    outcome = produce(tmp_path, {"path": str(tmp_path / "bad")})
    assert (outcome.reason, outcome.made) == (reason, None)


def test_a_text_without_words_is_refused(tmp_path: Path) -> None:
    assert produce(tmp_path, spoken("🙂 … ---")).reason is Reason.NO_WORDS


def test_single_clicks_cannot_be_made_loud_and_say_so(tmp_path: Path) -> None:
    samples = np.zeros(RATE * 8, dtype=np.float32)
    samples[::RATE] = 0.9
    source = write_audio(tmp_path / "in.wav", samples, container="wav", codec="pcm_s16le")
    assert produce(tmp_path, {"path": str(source)}).reason is Reason.LOUDNESS


def child_that(folder: Path, body: str) -> list[str]:
    script = folder / "child.py"
    script.write_text(textwrap.dedent(body))
    return [sys.executable, str(script)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os; os.abort()", Reason.CRASHED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.CRASHED),
        ("import sys; sys.exit(3)", Reason.CRASHED),
        ('print(\'{"progress": "encode"}\')', Reason.CRASHED),
        ("x = bytearray(900_000_000)", Reason.TOO_MUCH_MEMORY),
        ("import signal; signal.pause()", Reason.TOO_SLOW),
        ("while True: pass", Reason.TOO_SLOW),
    ],
)
def test_a_child_that_dies_or_hangs_takes_nobody_with_it(
    tmp_path: Path, body: str, reason: Reason
) -> None:
    outcome = make(
        {"segments": [], "target": str(tmp_path / "made.mp3"), "max_seconds": 1},
        limits=Limits(seconds=2, memory_bytes=500_000_000),
        still_ours=lambda: True,
        command=child_that(tmp_path, body),
    )
    assert outcome.reason is reason
    assert outcome.made is None


def test_a_child_whose_work_was_taken_away_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    body = f"""
        import os, signal
        open({str(pid_file)!r}, "w").write(str(os.getpid()))
        signal.pause()
    """
    began = time.monotonic()
    make(
        {"segments": [], "target": str(tmp_path / "made.mp3"), "max_seconds": 1},
        limits=Limits(seconds=60),
        still_ours=lambda: False,
        command=child_that(tmp_path, body),
    )
    assert time.monotonic() - began < 20
    if pid_file.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid_file.read_text()), signal.SIG_DFL)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux")
def test_a_child_does_not_outlive_its_worker(tmp_path: Path) -> None:
    speech = {"segments": [spoken("Bà con chú ý. " * 5_000)], "target": str(tmp_path / "made.mp3")}
    worker = subprocess.Popen(
        child_that(
            tmp_path,
            f"""
            from backend.broadcasts.audio.process import Limits, make
            order = {{**{speech!r}, "max_seconds": 9_000}}
            print("working", flush=True)
            make(order, limits=Limits(seconds=300), still_ours=lambda: True)
            """,
        ),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"working\n"
    wait_for((tmp_path / "speech-0.wav").exists, "the child to be at work", 30)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    # Nobody writes to the folder any more: the child is gone as well.
    wait_for(lambda: not _writers(tmp_path), "the child to end", 10)


def _writers(folder: Path) -> list[str]:
    """Processes that have a file of ``folder`` open."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()).startswith(str(folder)):
                found.append(link.parts[2])
        except OSError:
            continue
    return found
