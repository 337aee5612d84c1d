"""Taking the bytes of one chunk from the network into an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from werkzeug.exceptions import ClientDisconnected

from backend.core import storage
from backend.core.errors import TooLarge
from backend.uploads.tus import Checksum, ChecksumMismatch

PIECE = 64 * 1024


@dataclass(slots=True)
class Tally:
    """What has arrived so far."""

    size: int = 0
    cut_off: bool = False  # the connection broke
    too_long: bool = False
    hashers: list[Any] = field(default_factory=list)


def store(stream: IO[bytes], key: str, *, room: int, checksum: Checksum | None) -> int:
    """Store what the client sends as the object ``key``; at most ``room`` bytes.

    A broken connection keeps what came before it, unless a checksum was announced for the whole.

    Returns:
        Bytes stored; the object exists only when there are any.

    Raises:
        ChecksumMismatch: they are not the announced ones; nothing is kept.
        TooLarge: more than ``room`` came; nothing is kept.
    """
    tally = Tally(hashers=[checksum.hasher()] if checksum else [])
    pieces = _pieces(stream, room, tally)
    first = next(pieces, b"")
    if first:
        storage.put(key, _chain(first, pieces))
    if tally.too_long:
        storage.delete(key)
        raise TooLarge("uploads.past_the_end", limit=room)
    if checksum and (tally.cut_off or tally.hashers[0].digest() != checksum.digest):
        storage.delete(key)
        raise ChecksumMismatch
    return tally.size


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _pieces(stream: IO[bytes], room: int, tally: Tally) -> Iterator[bytes]:
    while True:
        try:
            piece = stream.read(min(PIECE, room - tally.size + 1))
        except (ClientDisconnected, OSError):
            tally.cut_off = True
            return
        if not piece:
            return
        if tally.size + len(piece) > room:
            tally.too_long = True
            return
        tally.size += len(piece)
        for hasher in tally.hashers:
            hasher.update(piece)
        yield piece
