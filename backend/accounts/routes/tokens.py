"""Signed tokens and the cookies that carry them.

Browsers: ``tl_access`` and ``tl_refresh`` are HttpOnly; ``tl_csrf`` is readable and comes back as ``X-CSRF-Token``
with everything that changes something. Apps (``X-Client: app``): bearer tokens, no cookies, no CSRF.

A token proves a session id; whether the session is good is asked of the database with every request, so signing
out and deactivating work at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import orjson
from flask import Flask, Request, Response, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
)
from flask_jwt_extended.exceptions import CSRFError, JWTExtendedException
from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.models import ClientKind
from backend.accounts.service.sessions import Issued
from backend.core import clock, config, crypto
from backend.core.api import timestamp
from backend.core.auth import Principal, register_loader
from backend.core.db import reading
from backend.core.errors import Forbidden, Unauthenticated

ACCESS_COOKIE, REFRESH_COOKIE, CSRF_COOKIE = "tl_access", "tl_refresh", "tl_csrf"
DEVICE_COOKIE = "tl_device"
CSRF_HEADER = "X-CSRF-Token"
ACCESS_PATH, REFRESH_PATH = "/api", "/api/v1/auth"
_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, checked."""

    kind: str
    owner_id: UUID
    session_id: UUID
    token_id: UUID
    from_cookie: bool


def init_app(app: Flask) -> None:
    """Configure flask-jwt-extended and register the loader of the Principal."""
    settings = config.current()
    app.config.update(
        JWT_SECRET_KEY=settings.jwt_secret,
        JWT_ALGORITHM="HS256",
        JWT_TOKEN_LOCATION=["cookies"],
        JWT_ENCODE_NBF=False,
        JWT_COOKIE_SECURE=settings.cookie_secure,
        JWT_COOKIE_SAMESITE="Lax",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_CSRF_IN_COOKIES=True,
        JWT_ACCESS_COOKIE_NAME=ACCESS_COOKIE,
        JWT_ACCESS_COOKIE_PATH=ACCESS_PATH,
        JWT_ACCESS_CSRF_COOKIE_NAME=CSRF_COOKIE,
        JWT_ACCESS_CSRF_COOKIE_PATH="/",
        JWT_REFRESH_COOKIE_NAME=REFRESH_COOKIE,
        JWT_REFRESH_COOKIE_PATH=REFRESH_PATH,
        JWT_REFRESH_CSRF_COOKIE_NAME=CSRF_COOKIE,
        JWT_REFRESH_CSRF_COOKIE_PATH="/",
    )
    JWTManager(app)
    register_loader("accounts", load_principal)


def load_principal(request: Request) -> Principal | None:
    """Who sent this request, by bearer token or cookie; None when it carries neither.

    Raises:
        Unauthenticated: the token is expired (``auth.expired``: refresh it) or no longer good.
        Forbidden: a cookie without the matching CSRF header.
    """
    bearer = _bearer(request)
    token = bearer or request.cookies.get(ACCESS_COOKIE)
    if not token:
        return None
    claims = read(token, "access", request, from_cookie=bearer is None)
    with reading() as session:
        found = _principal(session, claims)
    if found is None:
        raise Unauthenticated("auth.session_ended")
    return found


def is_alive(session: Session, claims: Claims) -> bool:
    """True when the session that the claims name is still good."""
    return _principal(session, claims) is not None


def _principal(session: Session, claims: Claims) -> Principal | None:
    find = queries.staff_principal if claims.kind == "staff" else queries.resident_principal
    found = find(session, claims.session_id)
    return found if found is not None and found.id == claims.owner_id else None


def refresh_claims() -> Claims:
    """The refresh token of this request.

    Raises:
        Unauthenticated: there is none, or it is not ours, or too old.
    """
    bearer = _bearer(request)
    token = bearer or request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise Unauthenticated
    return read(token, "refresh", request, from_cookie=bearer is None)


def session_claims() -> Claims | None:
    """The session of this request by whichever of its tokens can still be read; expired ones count.

    Raises:
        Forbidden: a cookie without the matching CSRF header.
    """
    bearer = _bearer(request)
    candidates = (
        [(bearer, "access"), (bearer, "refresh")]
        if bearer
        else [
            (request.cookies.get(REFRESH_COOKIE), "refresh"),
            (request.cookies.get(ACCESS_COOKIE), "access"),
        ]
    )
    for token, kind in candidates:
        if token:
            try:
                return read(token, kind, request, from_cookie=bearer is None, expired=True)
            except Unauthenticated:
                continue
    return None


def read(
    token: str, kind: str, request: Request, *, from_cookie: bool, expired: bool = False
) -> Claims:
    """Check signature, kind, age and, for cookies, the CSRF header."""
    csrf = None
    if from_cookie and request.method in _CHANGING:
        csrf = request.headers.get(CSRF_HEADER, "")
        if not csrf:
            raise Forbidden("auth.csrf")
    try:
        claims: dict[str, Any] = decode_token(token, csrf_value=csrf, allow_expired=True)
        if claims["type"] != kind:
            raise Unauthenticated("auth.bad_token")
        if not expired and claims["exp"] <= clock.now().timestamp():
            raise Unauthenticated("auth.expired")
        return Claims(
            kind=claims["kind"],
            owner_id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            token_id=UUID(claims["jti"]),
            from_cookie=from_cookie,
        )
    except CSRFError as error:
        raise Forbidden("auth.csrf") from error
    except (jwt.PyJWTError, JWTExtendedException, KeyError, ValueError, TypeError) as error:
        raise Unauthenticated("auth.bad_token") from error


def client_kind() -> ClientKind:
    """Whether tokens go into cookies or into the answer."""
    return ClientKind.APP if request.headers.get("X-Client") == "app" else ClientKind.BROWSER


def csrf_of(session_id: UUID) -> str:
    """The CSRF value of a session: the same for its whole life, so that two tabs never disagree."""
    return crypto.blind_index(f"csrf:{session_id}")[:40]


def answer(issued: Issued, body: dict[str, Any], client: ClientKind) -> Response:
    """The body with the tokens of ``issued``, in cookies or (app) beside it."""
    expires_at = clock.now() + timedelta(minutes=config.current().access_minutes)
    claims = {
        "kind": issued.kind,
        "sid": str(issued.session_id),
        "csrf": csrf_of(issued.session_id),
    }
    access = create_access_token(
        str(issued.owner_id),
        # `exp` by our clock; the library's would be the machine's.
        expires_delta=False,
        additional_claims={**claims, "exp": int(expires_at.timestamp())},
    )
    refresh = create_refresh_token(
        str(issued.owner_id),
        expires_delta=False,
        additional_claims={
            **claims,
            "jti": str(issued.refresh_id),
            "exp": int(issued.expires_at.timestamp()),
        },
    )
    body = {**body, "csrf": claims["csrf"], "expires_at": timestamp(expires_at)}
    if client is ClientKind.APP:
        body |= {"access_token": access, "refresh_token": refresh}
    response = Response(
        orjson.dumps(body, default=str),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
    if client is ClientKind.BROWSER:
        # The access cookie outlives its token: a request that comes with a stale one is told to refresh, and is
        # never taken for one of a person who is not signed in.
        seconds = int((issued.expires_at - clock.now()).total_seconds())
        set_access_cookies(response, access, max_age=seconds)
        set_refresh_cookies(response, refresh, max_age=seconds)
    return response


def remember_device(response: Response, secret: str) -> None:
    """Let this browser be known at the next sign-in."""
    response.set_cookie(
        DEVICE_COOKIE,
        secret,
        max_age=_YEAR_S,
        secure=config.current().cookie_secure,
        httponly=True,
        path=REFRESH_PATH,
        samesite="Lax",
    )


def forget_cookies(response: Response) -> Response:
    """Take the tokens out of the browser; it stays a known one."""
    unset_jwt_cookies(response)
    return response


def _bearer(request: Request) -> str | None:
    """The bearer token when it is one of ours; devices carry opaque secrets, without dots."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.count(".") == 2 else None  # noqa: PLR2004 - a JWT has three parts
