"""Oneself: who I am, my password, my second factor, my sessions, my data."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import segno
from flask import Response

from backend.accounts import export, queries, views
from backend.accounts.models import Staff
from backend.accounts.routes import tokens
from backend.accounts.schemas import (
    ChangeMe,
    ChangePassword,
    ConfirmPassword,
    MeView,
    RecoveryCodes,
    SessionList,
    TotpCode,
    TotpStarted,
)
from backend.accounts.service import residents, sessions, staff_sign_in, throttle, totp
from backend.core import clock, crypto
from backend.core.api import Blueprint, json_answer, network, timestamp
from backend.core.auth import Principal, principal, resident, signed_in, staff
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound, Unauthenticated

blp = Blueprint("me", __name__, description="Oneself")


@blp.route("/me")
@signed_in
@blp.response(200, MeView)
def get_me() -> dict[str, Any]:
    """Who is signed in, with grants and permissions for staff."""
    return _me(principal())


@blp.route("/me", methods=["PATCH"])
@signed_in
@blp.arguments(ChangeMe)
@blp.response(200, MeView)
def change_me(changes: dict[str, Any]) -> dict[str, Any]:
    """Change one's name, commune (residents) or language."""
    me = principal()
    with transaction() as session:
        if me.kind == "resident":
            residents.change(session, _id(me), changes)
        else:
            refused = changes.keys() - {"language"}
            if refused:
                raise InvalidInput({name: ["not_by_yourself"] for name in sorted(refused)})
            staff_member = session.get_one(Staff, _id(me))
            staff_member.language = changes.get("language", staff_member.language)
    return _me(me)


@blp.route("/me", methods=["DELETE"])
@resident
@blp.response(204)
def erase_me() -> Response:
    """Erase my account: name, number, sessions. What was published stays, without a way back to me."""
    with transaction() as session:
        residents.erase(session, _id(principal()))
    return tokens.forget_cookies(Response(status=204))


@blp.route("/me/export")
@resident
@blp.response(200, description="Everything that is known about the caller")
def export_me() -> Response:
    """Everything that is known about me, as JSON."""
    me = principal()
    with reading() as session:
        row = queries.resident(session, _id(me))
        if row is None:
            raise Unauthenticated("auth.session_ended")
        known = {
            "exported_at": timestamp(clock.now()),
            "resident": {
                **views.resident_view(session, row),
                "phone": crypto.open_sealed(row.phone_sealed),
                "created_at": timestamp(row.created_at),
            },
            "sessions": [
                {
                    "device": each.device_label,
                    "created_at": timestamp(each.created_at),
                    "last_used_at": timestamp(each.last_used_at),
                }
                for each in queries.sessions_of(session, me)
            ],
            **export.collect(session, row.id),
        }
    response = json_answer(known)
    response.headers["Content-Disposition"] = 'attachment; filename="tieng-lang.json"'
    return response


@blp.route("/me/sessions")
@signed_in
@blp.response(200, SessionList)
def list_sessions() -> dict[str, Any]:
    """Where I am signed in."""
    me = principal()
    with reading() as session:
        rows = queries.sessions_of(session, me)
    return {
        "items": [
            {
                "id": row.id,
                "client": row.client,
                "device_label": row.device_label,
                "created_at": row.created_at,
                "last_used_at": row.last_used_at,
                "current": row.id == me.session_id,
            }
            for row in rows
        ]
    }


@blp.route("/me/sessions/<uuid:session_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def end_session(session_id: UUID) -> None:
    """Sign one of my other devices out."""
    with transaction() as session:
        sessions.sign_out_one(session, principal(), session_id)


@blp.route("/me/password", methods=["POST"])
@staff()
@blp.arguments(ChangePassword)
@blp.response(204)
def change_password(body: dict[str, Any]) -> None:
    """Change my password; every other session of mine ends."""
    attempt = _confirmed(body["current_password"])
    new_hash = staff_sign_in.hash_of_new(attempt, body["new_password"])
    with transaction() as session:
        staff_sign_in.change_password(
            session, attempt, new_hash, keep_session=principal().session_id
        )


@blp.route("/me/totp", methods=["POST"])
@staff()
@blp.arguments(ConfirmPassword)
@blp.response(200, TotpStarted)
def start_totp(body: dict[str, Any]) -> dict[str, Any]:
    """Begin to switch the second factor on: a secret for the authenticator, not yet in force."""
    attempt = _confirmed(body["current_password"])
    with transaction() as session:
        secret, uri = totp.start(session, session.get_one(Staff, attempt.staff_id))
    return {"secret": secret, "uri": uri, "qr_svg": _qr(uri)}


@blp.route("/me/totp/confirm", methods=["POST"])
@staff()
@blp.arguments(TotpCode)
@blp.response(200, RecoveryCodes)
def confirm_totp(body: dict[str, Any]) -> dict[str, Any]:
    """Switch the second factor on by its first code; answers with recovery codes, shown this once."""
    with transaction() as session:
        codes = totp.confirm(session, session.get_one(Staff, _id(principal())), body["code"])
    return {"recovery_codes": codes}


@blp.route("/me/totp", methods=["DELETE"])
@staff()
@blp.arguments(ConfirmPassword)
@blp.response(204)
def stop_totp(body: dict[str, Any]) -> None:
    """Switch the second factor off."""
    attempt = _confirmed(body["current_password"])
    with transaction() as session:
        totp.switch_off(session, session.get_one(Staff, attempt.staff_id))


def _confirmed(password: str) -> staff_sign_in.Attempt:
    with transaction() as session:
        attempt = staff_sign_in.begin_confirmation(session, _id(principal()), network())
    staff_sign_in.confirm_password(attempt, password)
    with transaction() as session:
        throttle.forget(session, attempt.throttle_key)
    return attempt


def _me(me: Principal) -> dict[str, Any]:
    with reading() as session:
        if me.kind == "resident":
            row = queries.resident(session, _id(me))
            if row is None:
                raise Unauthenticated("auth.session_ended")
            return {"kind": "resident", "resident": views.resident_view(session, row)}
        member = session.get_one(Staff, _id(me))
        (view,) = views.staff_views(session, [member])
        left = totp.recovery_codes_left(session, member)
    return {
        "kind": "staff",
        "staff": {**view, "permissions": sorted(me.permissions), "recovery_codes_left": left},
    }


def _id(me: Principal) -> UUID:
    if me.id is None:
        raise NotFound
    return me.id


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, xmldecl=False, nl=False)
    return out.getvalue().decode()
