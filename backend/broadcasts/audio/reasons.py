"""Why a rendition could not be made. Each has its words in the catalogues under ``broadcasts.reason.<value>``."""

from __future__ import annotations

import enum


class Reason(enum.StrEnum):
    """Stable codes; those of ``PASSING`` are worth another try."""

    EMPTY_FILE = "empty_file"
    NOT_AUDIO = "not_audio"  # none of wav, mp3, m4a, ogg, webm, flac, whatever its name says
    IS_VIDEO = "is_video"
    NO_AUDIO_TRACK = "no_audio_track"
    UNKNOWN_CODEC = "unknown_codec"
    DAMAGED = "damaged"  # truncated, or too much of it cannot be decoded
    NO_SOUND = "no_sound"  # digital silence or nearly so
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"  # nothing in the text can be spoken
    LOUDNESS = "loudness"  # cannot be brought to −16 LUFS: single clicks, bursts
    FILE_MISSING = "file_missing"  # the uploaded file is gone or was refused
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    CRASHED = "crashed"


# Perhaps the machine's fault, not the file's.
PASSING = frozenset({Reason.TOO_SLOW, Reason.TOO_MUCH_MEMORY, Reason.CRASHED})


class AudioError(Exception):
    """Raised inside the child process; ``reason`` is what the caller learns."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)
