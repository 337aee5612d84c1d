"""Do one claimed piece of audio work: fetch what it is made of, have the child make it, store the result.

The same function serves the worker's job and the demo seed. No database session is open in here.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from backend.broadcasts import renditions
from backend.broadcasts.audio import process
from backend.broadcasts.audio.process import Limits, Outcome
from backend.broadcasts.audio.reasons import PASSING, Reason
from backend.broadcasts.renditions import Task
from backend.core import config, storage

log = structlog.get_logger()

MAX_SECONDS = 3 * 3600  # of finished audio; a day's session is at most an hour
RENEW_AFTER_S = 20.0
TARGET = "made.mp3"
BLOCK = 1 << 20


def work_off(task: Task, limits: Limits | None = None) -> bool:
    """Make, store and settle; True when the file is there."""
    began = time.perf_counter()
    outcome, key = produce(task.segments, limits or Limits(), _renewing(task))
    if outcome.made is not None and key is not None:
        ready = renditions.settle_ready(task, key, outcome.made)
        log.info(
            "rendition_ready",
            rendition_id=str(task.rendition_id),
            seconds=outcome.made["duration_ms"] / 1000,
            took=round(time.perf_counter() - began, 1),
            kept=ready,
        )
        return ready
    reason = outcome.reason or Reason.CRASHED
    renditions.settle_failed(task, reason)
    notes = outcome.notes if reason in PASSING else ""
    log.warning(
        "rendition_failed", rendition_id=str(task.rendition_id), reason=reason.value, notes=notes
    )
    return False


def produce(
    segments: Sequence[Mapping[str, Any]], limits: Limits, still_ours: Callable[[], bool]
) -> tuple[Outcome, str | None]:
    """Make the file of ``segments`` and store it; what came of it, and the key of the object."""
    scratch = config.current().var_dir / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rendition-", dir=scratch) as folder:
        try:
            outcome = _make(segments, Path(folder), limits, still_ours)
            key = _store(Path(folder) / TARGET, outcome.made) if outcome.made else None
        except OSError:  # the disk is full, the store does not answer
            log.exception("rendition_not_stored")
            return Outcome(reason=Reason.CRASHED), None
    return outcome, key


def _make(
    segments: Sequence[Mapping[str, Any]],
    folder: Path,
    limits: Limits,
    still_ours: Callable[[], bool],
) -> Outcome:
    sources: list[dict[str, Any]] = []
    for number, segment in enumerate(segments):
        key = segment.get("object_key")
        if "text" in segment:
            sources.append(dict(segment))
            continue
        path = folder / f"source-{number}"
        if key is None or not _fetch(str(key), path):
            return Outcome(reason=Reason.FILE_MISSING)
        sources.append({"path": str(path)})
    order = {"segments": sources, "target": str(folder / TARGET), "max_seconds": MAX_SECONDS}
    return process.make(order, limits=limits, still_ours=still_ours)


def _fetch(key: str, path: Path) -> bool:
    try:
        with path.open("wb") as file:
            for chunk in storage.stream(key):
                file.write(chunk)
    except storage.ObjectMissingError:
        return False
    return True


def _renewing(task: Task) -> Callable[[], bool]:
    renewed_at = time.monotonic()

    def still_ours() -> bool:
        nonlocal renewed_at
        if time.monotonic() - renewed_at < RENEW_AFTER_S:
            return True
        renewed_at = time.monotonic()
        return renditions.keep(task)

    return still_ours


def object_key(sha256: str) -> str:
    """Where a finished file is stored: by its content, so equal files are one."""
    return f"audio/{sha256[:2]}/{sha256}.mp3"


def _store(path: Path, made: Mapping[str, Any]) -> str:
    key = object_key(str(made["sha256"]))
    storage.put(key, _blocks(path))
    return key


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
