"""Carry out an order inside the child process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backend.broadcasts.audio.reasons import AudioError, Reason
from backend.broadcasts.audio.rendering import render
from backend.broadcasts.audio.speech import Manner, speak
from backend.broadcasts.reading import aloud


def carry_out(order: Mapping[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Speak what is text, then render everything into ``order["target"]``.

    An order is ``{"segments": [{"path"} | {"text", "voice", "words_per_minute", "pitch"}], "target",
    "max_seconds"}``; text as people wrote it.

    Raises:
        AudioError: with the reason for people.
    """
    target = Path(order["target"])
    sources: list[Path] = []
    for number, segment in enumerate(order["segments"]):
        if "path" in segment:
            sources.append(Path(segment["path"]))
            continue
        tell("speak")
        spoken = target.with_name(f"speech-{number}.wav")
        manner = Manner(segment["voice"], segment["words_per_minute"], segment["pitch"])
        speak(aloud(segment["text"]), manner, spoken)
        sources.append(spoken)
    if not sources:
        raise AudioError(Reason.EMPTY_FILE)
    return render(sources, target, float(order["max_seconds"]), tell).as_dict()
