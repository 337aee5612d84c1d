"""The front counter: a public read that is already written out is handed over before Flask is asked.

What lies here was made by a whole request (hooks, headers, compression) and depends on nothing but the address, the
languages and the encodings the caller understands. It is as fresh as the cache it came from: every answer compares
the same generations. Whoever is served here is counted and logged like everybody else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy.exc import OperationalError

from backend.core.api import observe
from backend.core.api.cache import ENTRY, Entry, cache, encoding_for, is_known

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]

CAPACITY_BYTES = 8_000_000
_FRONTED = "/api/v1/"
# Headers that belong to one caller's answer; the content's own are written anew.
_OF_ONE_ANSWER = ("X-Request-Id", "Set-Cookie", "Content-")


class Asked(NamedTuple):
    """All that an answer depends on."""

    path: str
    query: str
    languages: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it goes out, whole or as "you have it already"."""

    entry: Entry  # without its bytes: what it was made from, and until when it is true
    endpoint: str
    body: bytes
    whole: Headers
    unchanged: Headers


class Front:
    """WSGI middleware around the application."""

    def __init__(self, application: WsgiApp, capacity: int = CAPACITY_BYTES) -> None:
        self._application = application
        self._ready: dict[Asked, Ready] = {}
        self._room = self._capacity = capacity
        self._lock = threading.Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(_FRONTED):
            return self._application(environ, start_response)
        asked = Asked(
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            encoding_for(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        ready = self._ready.get(asked)
        if ready is None or not _is_true(ready):
            return self._application(environ, self._listen(asked, environ, start_response))
        return _hand_over(ready, environ, start_response)

    def _listen(
        self, asked: Asked, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Pass the application's answer on, and keep it when a public read made it."""

        def started(status: str, headers: Headers, *error: Any) -> Any:
            made: tuple[Entry, str] | None = environ.get(ENTRY)
            if made is not None and status[:3] in ("200", "304"):
                self._keep(asked, _write_out(*made, asked.encoding, headers))
            return start_response(status, headers, *error)

        return started

    def _keep(self, asked: Asked, ready: Ready) -> None:
        cost = _cost(asked, ready)
        if cost > self._capacity // 8:
            return
        with self._lock:
            old = self._ready.pop(asked, None)
            self._room += (_cost(asked, old) if old else 0) - cost
            if self._room < 0:
                # Whoever makes up addresses makes us start again, no more: the cache behind still has the answers.
                self._ready = {}
                self._room = self._capacity - cost
            self._ready[asked] = ready


def _cost(asked: Asked, ready: Ready) -> int:
    """Bytes that an answer takes here, headers and all."""
    return len(ready.body) + sum(map(len, asked)) + 3000


def _is_true(ready: Ready) -> bool:
    try:
        return cache.is_true(ready.entry)
    except OperationalError:
        return False  # the application says so in its own words: 503 and when to try again


def _write_out(entry: Entry, endpoint: str, accepted: str, headers: Headers) -> Ready:
    encoding = entry.encoding(accepted)
    body = entry.body(encoding)
    common = [
        (name, value)
        for name, value in headers
        if name == observe.POLICY or not name.startswith(_OF_ONE_ANSWER)
    ]
    whole = [*common, ("Content-Type", entry.content_type), ("Content-Length", str(len(body)))]
    if encoding:
        whole.append(("Content-Encoding", encoding))
    # Its other encodings are the cache's, and so is their memory: held here, they would outlive it there.
    return Ready(replace(entry, plain=b"", encoded={}), endpoint, body, whole, common)


def _hand_over(
    ready: Ready, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    began = time.perf_counter()
    request_id = observe.request_id(environ)
    unchanged = is_known(ready.entry, environ.get("HTTP_IF_NONE_MATCH"))
    status, headers = (
        ("304 NOT MODIFIED", ready.unchanged) if unchanged else ("200 OK", ready.whole)
    )
    start_response(status, [*headers, ("X-Request-Id", request_id)])
    observe.tell(ready.endpoint, "GET", int(status[:3]), time.perf_counter() - began, request_id)
    return () if unchanged else (ready.body,)
