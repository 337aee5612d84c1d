"""Answers with a version: ETag and 304 on reads, If-Match on changes."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson
from flask import Response, request

from backend.core.errors import InvalidInput, PreconditionFailed, PreconditionRequired

# How a route that asks for a version says so in the API's description: ``@blp.doc(parameters=[IF_MATCH])``.
IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "pattern": '^"?\\d{1,9}"?$'},
    "description": "`version` as it was seen",
    "example": '"7"',
}


def json_answer(payload: Any, status: int = 200, *, etag: str | None = None) -> Response:
    """A JSON answer that no cache keeps, for callers whose rights decide what is in it."""
    response = Response(orjson.dumps(payload, default=str), status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache" if etag else "no-store"
    if etag:
        response.headers["ETag"] = etag
    return response


def with_etag(payload: Any, version: int | None = None) -> Response:
    """A JSON answer that carries its version (or the digest of its bytes); 304 when the caller has it already."""
    body = orjson.dumps(payload, default=str)
    etag = f'"{version}"' if version is not None else f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    response = Response(body, content_type="application/json")
    # A version names the row, not the words around it (labels, moves allowed to this caller), so only digests may give a 304.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = etag
    if version is None and names(request.headers.get("If-None-Match"), etag):
        response.status_code = 304
        response.set_data(b"")
    return response


def names(header: str | None, etag: str) -> bool:
    """True when ``If-None-Match`` names this tag or ``*``; the weak one of that name too (RFC 9110, 13.1.2)."""
    return bool({"*", etag} & {tag.removeprefix("W/") for tag in _tags(header)})


def names_exactly(header: str | None, etag: str) -> bool:
    """True when ``If-Match`` names this tag or ``*``; a weak one is never the same (RFC 9110, 13.1.1)."""
    return bool({"*", etag} & _tags(header))


def _tags(header: str | None) -> set[str]:
    # A comma inside of a tag would be one of somebody else's: ours are digests and numbers.
    return {tag.strip() for tag in (header or "").split(",")}


def require_version() -> int:
    """The version named by ``If-Match: "7"``.

    Raises:
        PreconditionRequired: the header is missing.
        InvalidInput: it is not a version of ours.
    """
    header = request.headers.get("If-Match")
    if header is None or not header.strip():
        raise PreconditionRequired
    match = re.fullmatch(r'\s*(?:W/)?"?(\d{1,9})"?\s*', header, re.ASCII)
    if match is None:
        raise InvalidInput({"If-Match": ["malformed"]})
    return int(match[1])


def check_version(current: int, expected: int) -> None:
    """Refuse a change of something that has moved on.

    Raises:
        PreconditionFailed: ``current`` is not what the caller saw.
    """
    if current != expected:
        raise PreconditionFailed(current_version=current)
