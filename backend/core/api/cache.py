"""Public reads: rendered and compressed once per change, then served from memory.

Each process keeps its own copies. What they were made from is known by *generations*: one counter per area in the
database, advanced by whoever writes (``db.bump``) and looked at no more than once a second by each process. So an
answer is never older than a second, and a warm one costs a dictionary look-up.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

import brotli  # type: ignore[import-untyped] # no types are published
import orjson
from flask import Response, request
from sqlalchemy import select

from backend.core import clock, db
from backend.core.api import limits
from backend.core.api.language import language

LOOK_EVERY_S = 1.0
# Where in the request the answer is left for ``core.api.front``: (entry, endpoint).
ENTRY = "tienglang.public_entry"
CAPACITY_BYTES = 24_000_000
_SMALLEST_COMPRESSED = 600
# Nobody we serve has a longer address; whoever makes one up must not push out what others read.
_LONGEST_ADDRESS = 300


@dataclass(slots=True)
class Entry:
    """One rendered answer, in every encoding somebody asked for."""

    areas: tuple[str, ...]
    generations: tuple[int, ...]
    until: float
    content_type: str
    etag: str
    plain: bytes
    encoded: dict[str, bytes] = field(default_factory=dict)

    def encoding(self, accepted: str) -> str:
        """The encoding to send, for those who understand ``accepted``: small answers go as they are."""
        return accepted if len(self.plain) >= _SMALLEST_COMPRESSED else ""

    def body(self, encoding: str) -> bytes:
        """The bytes in ``encoding`` (``br``, ``gzip`` or empty), compressed the first time."""
        if not encoding:
            return self.plain
        if encoding not in self.encoded:
            packed = (
                brotli.compress(self.plain, quality=6)
                if encoding == "br"
                else gzip.compress(self.plain, 6, mtime=0)
            )
            self.encoded[encoding] = packed
        return self.encoded[encoding]


class Generations:
    """The counters as this process last saw them."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}
        self._database = 0
        self._seen_at = float("-inf")
        self._lock = threading.Lock()

    def of(self, areas: tuple[str, ...]) -> tuple[int, ...]:
        """The generation of each area, at most ``LOOK_EVERY_S`` old, after the number of the database."""
        if time.monotonic() - self._seen_at >= LOOK_EVERY_S:
            with self._lock:
                if time.monotonic() - self._seen_at >= LOOK_EVERY_S:
                    self._look()
        return (self._database, *(self._values.get(area, 0) for area in areas))

    def _look(self) -> None:
        looked_at = time.monotonic()
        with db.reading() as session:
            rows = session.execute(select(db.Generation.area, db.Generation.value)).all()
        self._values = dict(rows)
        self._seen_at = looked_at

    def look_again(self) -> None:
        """Do not wait for the second to pass: this process has just written."""
        self._seen_at = float("-inf")

    def start_over(self) -> None:
        """Another database was connected: nothing that came from the one before is true."""
        self._database += 1
        self.look_again()


def _cost(key: tuple[str, str], entry: Entry) -> int:
    """Bytes that a copy takes; compressed ones come later and are counted from the start."""
    return len(entry.plain) * 2 + len(key[0]) + 1000


class PublicCache:
    """Rendered answers by address and language; the least used leave first when memory runs out."""

    def __init__(self, capacity: int = CAPACITY_BYTES) -> None:
        self.generations = Generations()
        self._entries: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self._capacity = capacity
        self._size = 0
        self._lock = threading.Lock()

    def is_true(self, entry: Entry) -> bool:
        """Nobody has written since it was rendered, and its time has not run out."""
        return (
            entry.generations == self.generations.of(entry.areas)
            and entry.until > clock.now().timestamp()
        )

    def find(self, key: tuple[str, str]) -> Entry | None:
        """A copy that is still true, or None."""
        entry = self._entries.get(key)
        if entry is None or not self.is_true(entry):
            return None
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        return entry

    def keep(self, key: tuple[str, str], entry: Entry) -> None:
        """Store a copy and make room for it."""
        cost = _cost(key, entry)
        if cost > self._capacity // 8 or len(key[0]) > _LONGEST_ADDRESS:
            return
        with self._lock:
            old = self._entries.pop(key, None)
            self._size += cost - (_cost(key, old) if old else 0)
            self._entries[key] = entry
            while self._size > self._capacity:
                self._size -= _cost(*self._entries.popitem(last=False))

    def clear(self) -> None:
        """Forget everything (another database was connected)."""
        with self._lock:
            self._entries.clear()
            self._size = 0
        self.generations.start_over()


cache = PublicCache()
db.listen_to_bumps(cache.generations.look_again)

Rendered = tuple[Any, datetime | None]


def public_cache(
    *areas: str,
    max_age: int = 0,
    content_type: str = "application/json",
    speech: Callable[[], str] = language,
) -> Callable[[Callable[..., Rendered]], Callable[..., Response]]:
    """Serve a public GET from memory.

    The view returns ``(payload, next_change_at)``: bytes, text or something JSON can say, and the moment at which it
    changes without a write (a validity window opens or ends), or None. It is called once per change of any area.

    Args:
        areas: whose ``bump`` makes the answer stale.
        max_age: seconds for which a shared cache in front of us need not ask.
        content_type: of the answer.
        speech: how the language of the answer is chosen.
    """

    def decorator(view: Callable[..., Rendered]) -> Callable[..., Response]:
        @wraps(view)
        def cached(*args: Any, **kwargs: Any) -> Response:
            key = (request.full_path, speech())
            entry = cache.find(key)
            if entry is None:
                limits.count(limits.MAKING, "public_cache")
                entry = _render(view, args, kwargs, areas, content_type)
                cache.keep(key, entry)
            if speech is language:
                # It depends on nothing but what the front compares; pages also look at cookies.
                request.environ[ENTRY] = (entry, request.endpoint)
            return _answer(entry, max_age)

        cached.__kept__ = True  # type: ignore[attr-defined] # a test asks which answers are kept
        return cached

    return decorator


def _render(
    view: Callable[..., Rendered],
    args: Any,
    kwargs: Any,
    areas: tuple[str, ...],
    content_type: str,
) -> Entry:
    generations = cache.generations.of(
        areas
    )  # before the reading: what is written meanwhile makes this stale
    payload, next_change_at = view(*args, **kwargs)
    plain = payload.encode() if isinstance(payload, str) else payload
    if not isinstance(plain, bytes):
        plain = orjson.dumps(plain, default=str)
    return Entry(
        areas=areas,
        generations=generations,
        until=next_change_at.timestamp() if next_change_at else float("inf"),
        content_type=content_type,
        etag=hashlib.sha256(plain).hexdigest()[:24],
        plain=plain,
    )


def encoding_for(accepted: str) -> str:
    """The best encoding we make among those a caller ``accepted``, or none."""
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def is_known(entry: Entry, if_none_match: str | None) -> bool:
    """The caller has this very answer already, in whatever encoding."""
    return bool(if_none_match) and (if_none_match == "*" or entry.etag in (if_none_match or ""))


def _answer(entry: Entry, max_age: int) -> Response:
    encoding = entry.encoding(encoding_for(request.environ.get("HTTP_ACCEPT_ENCODING", "")))
    headers = {
        "ETag": f'"{entry.etag}-{encoding}"' if encoding else f'"{entry.etag}"',
        "Cache-Control": f"public, max-age={max_age}" if max_age else "public, no-cache",
        "Vary": "Accept-Encoding, Accept-Language",
        "Content-Type": entry.content_type,
    }
    if is_known(entry, request.environ.get("HTTP_IF_NONE_MATCH")):
        return Response(status=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(entry.body(encoding), headers=headers)
