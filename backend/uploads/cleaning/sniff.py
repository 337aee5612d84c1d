"""What a file is, by its bytes alone. Names and declared types are the sender's claim."""

from __future__ import annotations

import re

import filetype

from backend.uploads.cleaning.verdict import Refused
from backend.uploads.models import Purpose, RejectReason

_PHOTO = {
    name: name
    for name in ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif")
}
# Recorders write audio into containers that a sniffer calls video; the room that plays it decodes it anyway.
_AUDIO = {
    "audio/mpeg": "audio/mpeg",
    "audio/mp4": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/ogg": "audio/ogg",
    "audio/opus": "audio/ogg",
    "audio/x-flac": "audio/flac",
    "audio/flac": "audio/flac",
    "audio/x-wav": "audio/wav",
    "audio/wav": "audio/wav",
    "audio/aac": "audio/aac",
    "audio/amr": "audio/amr",
    "video/mp4": "audio/mp4",
    "video/x-m4v": "audio/mp4",
    "video/quicktime": "audio/mp4",
    "video/3gpp": "audio/3gpp",
    "video/webm": "audio/webm",
    "video/x-matroska": "audio/webm",
}
ALLOWED = {
    Purpose.PHOTO: _PHOTO,
    Purpose.AUDIO: _AUDIO,
    Purpose.VOICE: _AUDIO,
    Purpose.DOCUMENT: {"application/pdf": "application/pdf"},
}

# Text that no camera, scanner or office program writes into a file, and that a browser might run.
_SCRIPT = re.compile(rb"<script[\s>/]|<\?php|<!doctype\s+html|<html[\s>]|<svg[\s>]", re.IGNORECASE)
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MSCF\x00\x00\x00\x00", b"\xfd7zXZ\x00")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22
_PDF_WITHIN = 1024  # readers look for the header in the first kilobyte


def sniff(data: bytes, purpose: Purpose) -> str:
    """The content type of ``data``, one that ``purpose`` takes.

    Raises:
        Refused: empty, or of another type.
    """
    if not data:
        raise Refused(RejectReason.EMPTY)
    kind = filetype.guess(data[:8192])
    found = ALLOWED[purpose].get(kind.mime) if kind else None
    if found is None:
        raise Refused(RejectReason.TYPE_NOT_ALLOWED)
    return found


def check_for_second_file(data: bytes, content_type: str) -> None:
    """Refuse a file that is a second file as well: an archive, a page with script, a PDF under a photo.

    The film that telephones append to a photo ("motion photo") is no such thing.

    Raises:
        Refused: hidden content.
    """
    if content_type != "application/pdf" and b"%PDF-" in data[:_PDF_WITHIN]:
        raise Refused(RejectReason.HIDDEN_CONTENT)
    if _ends_as_zip(data) or any(mark in data for mark in _ARCHIVES) or _SCRIPT.search(data):
        raise Refused(RejectReason.HIDDEN_CONTENT)


def _ends_as_zip(data: bytes) -> bool:
    """True when unpackers would take it for a ZIP: the end record, its comment, nothing after."""
    tail = data[-(_ZIP_END_SIZE + 65_535) :]
    place = tail.rfind(_ZIP_END)
    while place >= 0:
        record = tail[place : place + _ZIP_END_SIZE]
        if len(record) == _ZIP_END_SIZE:
            entries = int.from_bytes(record[10:12], "little")
            size = int.from_bytes(record[12:16], "little")
            offset = int.from_bytes(record[16:20], "little")
            # Unpackers forgive bytes behind the end record, so its place is not asked for.
            if entries and 0 < size <= len(data) and offset <= len(data):
                return True
        place = tail.rfind(_ZIP_END, 0, place)
    return False
