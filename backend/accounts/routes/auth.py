"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, after_this_request, g, request

from backend.accounts import views
from backend.accounts.models import ClientKind
from backend.accounts.routes import tokens
from backend.accounts.schemas import (
    CodeRequest,
    CodeRequested,
    ResidentSignedIn,
    ResidentSignIn,
    ResidentView,
    SignedInStaff,
    StaffSignedIn,
    StaffSignIn,
    Tokens,
)
from backend.accounts.service import residents, sessions, staff_sign_in
from backend.core.api import Blueprint, language, network, rate_limit
from backend.core.api.problems import CONTENT_TYPE, ProblemSchema
from backend.core.auth import ANONYMOUS, public
from backend.core.db import reading, transaction
from backend.core.errors import Unauthenticated

blp = Blueprint("auth", __name__, description="Signing in and out")

# These are open to everybody and still refuse people.
_refuses = blp.alt_response(
    401,
    schema=ProblemSchema,
    content_type=CONTENT_TYPE,
    description="Wrong, too old, or no longer good; `code` says which",
)
_CLIENT = {
    "in": "header",
    "name": "X-Client",
    "schema": {"type": "string", "enum": ["app"]},
    "description": "`app`: tokens in the answer instead of cookies",
}


View = TypeVar("View", bound=Callable[..., Any])


def _whoever_it_was(view: View) -> View:
    """Whoever signs in, renews or signs out may carry a token that is no longer good: it must not stand in the way."""

    @wraps(view)
    def unknown(*args: Any, **kwargs: Any) -> Any:
        g.principal = ANONYMOUS
        return view(*args, **kwargs)

    return cast("View", unknown)


@blp.route("/auth/staff/sign-in", methods=["POST"])
@public
@blp.doc(parameters=[_CLIENT])
@blp.arguments(StaffSignIn)
@blp.response(200, StaffSignedIn)
@_refuses
@_whoever_it_was
@rate_limit("120/minute")
def sign_in_staff(body: dict[str, Any]) -> Response:
    """Sign in with user name and password, and a second factor where it is switched on."""
    known = request.cookies.get(tokens.DEVICE_COOKIE)
    with transaction() as session:
        attempt = staff_sign_in.begin(session, body["username"], network(), known)
    staff_sign_in.check_password(attempt, body["password"])
    with transaction() as session:
        problem = staff_sign_in.second_factor(session, attempt, body["totp"])
    if problem is not None:
        raise Unauthenticated(problem)
    client = tokens.client_kind()
    stronger = staff_sign_in.stronger_hash(attempt, body["password"])
    with transaction() as session:
        done = staff_sign_in.finish(
            session,
            attempt,
            stronger=stronger,
            client=client,
            device_label=request.headers.get("User-Agent", ""),
            device_secret=known,
        )
    response = tokens.answer(done.issued, {"staff": SignedInStaff().dump(done.staff)}, client)
    if done.device_secret is not None:
        tokens.remember_device(response, done.device_secret)
    return response


@blp.route("/auth/residents/code", methods=["POST"])
@public
@blp.arguments(CodeRequest)
@blp.response(202, CodeRequested)
@_whoever_it_was
@rate_limit("60/minute")
def request_code(body: dict[str, Any]) -> residents.CodeSent:
    """Have a code sent to a telephone. The answer is the same whether or not anybody is known under the number."""
    with transaction() as session:
        return residents.request_code(
            session,
            body["phone"],
            commune_code=body["commune"],
            language=language(),
            network=network(),
        )


@blp.route("/auth/residents/sign-in", methods=["POST"])
@public
@blp.doc(parameters=[_CLIENT])
@blp.arguments(ResidentSignIn)
@blp.response(200, ResidentSignedIn)
@_refuses
@_whoever_it_was
@rate_limit("120/minute")
def sign_in_resident(body: dict[str, Any]) -> Response:
    """Sign in with the code that was sent; the first time makes the account."""
    client = tokens.client_kind()
    with transaction() as session:
        done = residents.sign_in(
            session,
            body["phone"],
            body["code"],
            client=client,
            device_label=request.headers.get("User-Agent", ""),
        )
    if done is None:
        raise Unauthenticated("auth.bad_code")
    with reading() as session:
        view = ResidentView().dump(views.resident_view(session, done.resident))
    return tokens.answer(done.issued, {"resident": view}, client)


@blp.route("/auth/refresh", methods=["POST"])
@public
@blp.response(200, Tokens)
@_refuses
@_whoever_it_was
@rate_limit("1200/minute")
def refresh() -> Response:
    """Exchange the refresh token (cookie, or bearer of an app) for new tokens. The old one stays good until the new one is used."""
    claims = tokens.refresh_claims()
    with transaction() as session:
        issued = sessions.rotate(session, claims.session_id, claims.token_id)
    if issued is None:
        # Without cookies the browser is simply not signed in, instead of refused everywhere.
        after_this_request(tokens.forget_cookies)
        raise Unauthenticated("auth.session_ended")
    kind = ClientKind.BROWSER if claims.from_cookie else ClientKind.APP
    return tokens.answer(issued, {}, kind)


@blp.route("/auth/sign-out", methods=["POST"])
@public
@blp.response(204)
def sign_out() -> Response:
    """End this session. Signing out twice, or with a session that ended, is no error."""
    claims = tokens.session_claims()
    if claims is not None:
        with transaction() as session:
            sessions.sign_out(session, claims.session_id)
    return tokens.forget_cookies(Response(status=204))


@blp.route("/auth/sign-out-everywhere", methods=["POST"])
@public
@blp.response(204)
def sign_out_everywhere() -> Response:
    """End every session of this person, this one too; nothing when this one is no longer good."""
    claims = tokens.session_claims()
    if claims is not None:
        with transaction() as session:
            if tokens.is_alive(session, claims):
                sessions.sign_out_everywhere(session, claims.kind, claims.owner_id)
    return tokens.forget_cookies(Response(status=204))
