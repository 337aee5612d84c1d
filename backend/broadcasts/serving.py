"""Answer a request for an audio file: whole, a range, only the headers, or "you have it already" (RFC 9110, 13 and 14).

The one way in which audio leaves the house, for residents, loudspeakers and staff alike. Files are streamed from
storage in chunks; a listener costs one chunk of memory. Policy on several ranges in one request: the whole file, 200.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from backend.broadcasts.queries import AudioFile
from backend.broadcasts.ranges import Span, UnsatisfiableError, read_range
from backend.core import storage
from backend.core.api import names, names_exactly
from backend.core.errors import NotFound, PreconditionFailed

FOREVER = "public, max-age=31536000, immutable"
PRIVATE = "private, no-cache"


def serve(file: AudioFile, cache_control: str = FOREVER) -> Response:
    """The answer to the present GET or HEAD request for ``file``.

    Raises:
        PreconditionFailed: the request is about another file.
        RequestedRangeNotSatisfiable: no byte of the file is in the range; says its size.
        NotFound: the row is there, the object is not.
    """
    etag = f'"{file.sha256}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(_seconds(file.finished_at), usegmt=True),
        "Accept-Ranges": "bytes",
        "Cache-Control": cache_control,
        "Content-Type": file.content_type,
        "X-Content-Type-Options": "nosniff",
    }
    if _is_another(etag, file.finished_at):
        raise PreconditionFailed("broadcasts.other_file")
    if _is_known(etag, file.finished_at):
        return Response(status=304, headers=headers)
    try:
        span = read_range(_range(etag, file.finished_at), file.bytes)
    except UnsatisfiableError as error:
        raise RequestedRangeNotSatisfiable(file.bytes) from error
    part = span or Span(0, file.bytes - 1)
    headers["Content-Length"] = str(part.length)
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{file.bytes}"
    body = () if request.method == "HEAD" else _begun(file.object_key, part)
    answer = Response(body, 206 if span is not None else 200, headers=headers)
    answer.direct_passthrough = True
    return answer


def _is_another(etag: str, finished_at: datetime) -> bool:
    """The caller means a file that this one is not (any more): ``If-Match``, and only without it the date."""
    meant = request.headers.get("If-Match")
    if meant is not None:
        return not names_exactly(meant, etag)
    since = _date(request.headers.get("If-Unmodified-Since"))
    return since is not None and _seconds(finished_at) > since


def _is_known(etag: str, finished_at: datetime) -> bool:
    known = request.headers.get("If-None-Match")
    if known is not None:
        return names(known, etag)
    since = _date(request.headers.get("If-Modified-Since"))
    return since is not None and _seconds(finished_at) <= since


def _range(etag: str, finished_at: datetime) -> str | None:
    """The Range header, if it is to be honoured: on GET, and when ``If-Range`` still names this file."""
    if request.method != "GET":
        return None
    condition = request.headers.get("If-Range")
    # A weak tag never counts; a date must be exactly the file's own, which is as sure: a file never changes.
    unchanged = (
        condition is None or condition.strip() == etag or _date(condition) == _seconds(finished_at)
    )
    return request.headers.get("Range") if unchanged else None


def _date(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        moment = parsedate_to_datetime(header)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _begun(key: str, part: Span) -> Iterator[bytes]:
    """Fetch the first chunk now, so that a missing object is a clear answer and not a broken one."""
    chunks = storage.stream(key, part.first, part.length)
    try:
        first = next(chunks)
    except StopIteration:
        return iter(())
    except storage.ObjectMissingError as error:
        raise NotFound("broadcasts.no_audio_yet") from error
    return _all(first, chunks)


def _all(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
