"""Creating exactly once: ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header), once for all routes.

The key is stored in the transaction of the deed itself. Two requests with one key at the same moment both do the
work, but only one can store the key; the other is rolled back whole and gets the first one's answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy import String, Text, delete
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.core import auth, clock, crypto
from backend.core.api.fields import Schema
from backend.core.db import Base, UtcDateTime, is_lock, reading, transaction
from backend.core.errors import Conflict, InvalidInput, Problem

KEPT = timedelta(days=35)
_KEY = re.compile(r"[\x21-\x7e]{8,100}\Z")


class IdempotencyKey(Base):
    """An answer already given. The body is sealed: it may hold a PIN."""

    __tablename__ = "idempotency_key"

    scope: Mapped[str] = mapped_column(String(120), primary_key=True, comment="who and which route")
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the request")
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(String(300))
    sealed_body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=clock.now, index=True)


Work = Callable[[Session], Any]


def created_once(work: Work, schema: Schema, status: int = 201) -> Response:
    """Run ``work`` in a transaction and answer with its result dumped by ``schema``; a repeat gets the first answer.

    Args:
        work: takes the session, returns what ``schema`` dumps; a ``location`` in it becomes the header.

    Raises:
        InvalidInput: the key was used before with another request, or is malformed.
        Conflict: the first request with this key is still running (``Retry-After`` set).
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        with transaction() as session:
            result = work(session)
            session.flush()
            body = orjson.dumps(schema.dump(result), default=str)
        return _answer(body, status, _location(result))
    if not _KEY.match(key):
        raise InvalidInput({"Idempotency-Key": ["malformed"]})
    caller = auth.principal()
    scope = f"{caller.kind}:{caller.id or ''}:{request.method} {request.endpoint}"[:120]
    fingerprint = hashlib.sha256(
        request.full_path.encode() + b"\0" + request.get_data()
    ).hexdigest()
    for _attempt in range(2):
        try:
            with transaction() as session:
                known = session.get(IdempotencyKey, (scope, key))
                if known is not None:
                    return _replay(known, fingerprint)
                result = work(session)
                session.flush()
                body = orjson.dumps(schema.dump(result), default=str)
                location = _location(result)
                session.add(
                    IdempotencyKey(
                        scope=scope,
                        key=key,
                        fingerprint=fingerprint,
                        status=status,
                        location=location,
                        sealed_body=crypto.seal(body.decode()),
                    )
                )
            return _answer(body, status, location)
        except (IntegrityError, Problem):
            # Perhaps another request with this key was first, and this one saw or met what it
            # wrote: then the second round finds its answer.
            with reading() as session:
                known = session.get(IdempotencyKey, (scope, key))
            if known is None or known.fingerprint != fingerprint:
                raise
        except OperationalError as error:
            if not is_lock(error):
                raise
            raise Conflict("still_running", retry_after=1) from error
    raise Conflict("still_running", retry_after=1)


def _location(result: Any) -> str | None:
    return result.get("location") if isinstance(result, dict) else getattr(result, "location", None)


def _replay(known: IdempotencyKey, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise InvalidInput(
            {"Idempotency-Key": ["used_for_another_request"]}, "idempotency_key_reused"
        )
    response = _answer(crypto.open_sealed(known.sealed_body).encode(), known.status, known.location)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _answer(body: bytes, status: int, location: str | None) -> Response:
    response = Response(body, status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if location:
        response.headers["Location"] = location
    return response


def forget_old_keys() -> int:
    """Delete keys past their time; for the worker's sweep."""
    with transaction() as session:
        result = session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT)
        )
        return int(result.rowcount)  # type: ignore[attr-defined] # CursorResult of a DELETE
