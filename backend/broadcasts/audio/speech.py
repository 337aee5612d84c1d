"""Offline Vietnamese speech: espeak-ng called through ctypes, from text to a WAV file.

Runs in the child process only. espeak-ng is a C library that keeps global state and has been known to crash.
"""

from __future__ import annotations

import ctypes
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import espeakng_loader

from backend.broadcasts.audio.reasons import AudioError, Reason

# speak_lib.h
_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
_UTF8 = 1  # espeakCHARS_UTF8; markup (SSML) stays off: "<b>" is text
_END_PAUSE = 0x1000  # espeakENDPAUSE
_RATE, _PITCH, _PUNCTUATION = 1, 3, 5  # espeak_PARAMETER
_OK = 0
_HEARD = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)

MIN_WPM, MAX_WPM = 80, 300


@dataclass(frozen=True, slots=True)
class Manner:
    """How to speak: voice name, words a minute, pitch 0–100."""

    voice: str
    words_per_minute: int = 150
    pitch: int = 50


def speak(text: str, manner: Manner, target: Path) -> None:
    """Write ``text`` (normalised already; paragraphs by line) as a mono WAV at espeak's rate.

    Raises:
        AudioError: nothing was said, or the library refused.
    """
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(
        _SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _DONT_EXIT
    )
    if rate <= 0 or library.espeak_SetVoiceByName(manner.voice.encode()) != _OK:
        raise AudioError(Reason.CRASHED)
    speed = min(MAX_WPM, max(MIN_WPM, manner.words_per_minute))
    library.espeak_SetParameter(_RATE, speed, 0)
    library.espeak_SetParameter(_PITCH, min(100, max(0, manner.pitch)), 0)
    library.espeak_SetParameter(_PUNCTUATION, 0, 0)
    said = 0
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)

        def heard(samples: object, count: int, _events: object) -> int:
            nonlocal said
            if samples and count > 0:
                out.writeframesraw(ctypes.string_at(samples, count * 2))  # type: ignore[arg-type] # a pointer
                said += count
            return 0

        callback = _HEARD(heard)
        library.espeak_SetSynthCallback(callback)
        for paragraph in _paragraphs(text):
            encoded = paragraph.encode()
            library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, _UTF8 | _END_PAUSE, None, None)
            library.espeak_Synchronize()
    library.espeak_Terminate()
    if said < rate // 4:
        raise AudioError(Reason.NO_WORDS)


def _paragraphs(text: str) -> Iterator[str]:
    for line in text.splitlines():
        # "[[" would switch to phoneme names.
        spoken = line.replace("[[", "[ [").replace("\x00", " ").strip()
        if spoken:
            yield spoken
