"""Answers with a version: ETag and 304 on reads, If-Match on changes."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson
from flask import Response, request

from backend.core.errors import InvalidInput, PreconditionFailed, PreconditionRequired


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
    if version is None and etag in {
        tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")
    }:
        response.status_code = 304
        response.set_data(b"")
    return response


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
