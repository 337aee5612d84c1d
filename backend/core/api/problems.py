"""Failures as RFC 9457 problem details: one shape, a stable code, words in the caller's language."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g
from marshmallow import INCLUDE, ValidationError, fields
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from backend.core import i18n
from backend.core.api.fields import Schema
from backend.core.api.language import language
from backend.core.errors import InvalidInput, PreconditionFailed, Problem, Unavailable
from backend.core.text import clean, excerpt

log = structlog.get_logger()

# Unknown field names come back to the caller: bounded, and without what JSON cannot say.
_LONGEST_NAME = 80
CONTENT_TYPE = "application/problem+json"

# What Flask, werkzeug and webargs raise themselves, under our codes.
_WERKZEUG_CODES = {
    400: "bad_request",
    401: "auth.required",
    403: "auth.forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "timeout",
    411: "bad_request",
    412: "stale",
    413: "too_large",
    415: "unsupported_media",
    416: "range_not_satisfiable",
    422: "invalid",
    428: "version_required",
    429: "too_many_requests",
    431: "bad_request",
    503: "unavailable",
}


class ProblemSchema(Schema):
    """A failure (RFC 9457); the values of its words stand beside them as extension members."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"example": "about:blank"})
    title = fields.String(
        required=True, metadata={"description": "what happened, in the caller's language"}
    )
    status = fields.Integer(required=True)
    code = fields.String(
        required=True, metadata={"description": "stable identifier", "example": "not_found"}
    )
    detail = fields.String(metadata={"description": "what to do about it"})
    request_id = fields.String(metadata={"description": "quote it when asking for help"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        metadata={"description": "field name -> list of codes, nested like the body"},
    )


def problem_response(
    status: int,
    code: str,
    *,
    params: dict[str, Any] | None = None,
    errors: Any = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Build the answer for a failure."""
    speech = language()
    params = params or {}
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": i18n.t(
            f"error.{code}" if i18n.has(f"error.{code}") else f"error.status.{status}",
            speech,
            **params,
        ),
        "status": status,
        "code": code,
    }
    if i18n.has(f"error.{code}.detail"):
        body["detail"] = i18n.t(f"error.{code}.detail", speech, **params)
    if errors:
        body["errors"] = errors
    if "request_id" in g:
        body["request_id"] = g.request_id
    for name, value in params.items():
        body.setdefault(name, value)
    response = Response(orjson.dumps(body, default=str), status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def handle_errors(app: Flask) -> None:
    """Install the handlers; they replace flask-smorest's, which drop werkzeug's headers."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _werkzeug)
    app.register_error_handler(StaleDataError, lambda _error: _problem(PreconditionFailed()))
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def _problem(error: Problem) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    errors = _codes(error.errors) if isinstance(error, InvalidInput) else None
    return problem_response(
        error.status, error.code, params=error.params, errors=errors, headers=headers
    )


def _werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST and error.response is not None:
        return error.response  # type: ignore[return-value] # a redirect carries its own response
    headers = {
        name: value
        for name, value in error.get_headers()
        if name.lower() in {"allow", "content-range", "retry-after"}
    }
    errors = None
    data = getattr(error, "data", None)  # webargs puts the messages of marshmallow here
    if isinstance(data, dict) and "messages" in data:
        messages: dict[str, Any] = data["messages"]
        # {"json": {"text": [...]}} -> {"text": [...]}: where the value stood is the client's own knowledge
        errors = {
            field: codes
            for place in messages.values()
            if isinstance(place, dict)
            for field, codes in place.items()
        }
    return problem_response(
        status, _WERKZEUG_CODES.get(status, "bad_request"), errors=_codes(errors), headers=headers
    )


def _codes(errors: Any) -> Any:
    """Marshmallow's own English sentences become codes; ours are codes already."""
    if isinstance(errors, dict):
        return {
            excerpt(clean(str(key)), _LONGEST_NAME): _codes(value) for key, value in errors.items()
        }
    if isinstance(errors, list):
        return [
            _CODES_OF_MARSHMALLOW.get(entry, entry) if isinstance(entry, str) else _codes(entry)
            for entry in errors
        ]
    return errors


_CODES_OF_MARSHMALLOW = {
    "Unknown field.": "unknown_field",
    "Missing data for required field.": "required",
    "Field may not be null.": "required",
    "Not a valid string.": "not_text",
    "Not a valid integer.": "not_a_number",
    "Not a valid number.": "not_a_number",
    "Not a valid boolean.": "not_a_boolean",
    "Not a valid list.": "not_a_list",
    "Not a valid UUID.": "not_an_id",
    "Not a valid date.": "not_a_date",
    "Not a valid time.": "not_a_time",
    "Not a valid datetime.": "not_a_time",
    "Not a valid mapping type.": "not_an_object",
    "Invalid input type.": "not_an_object",
    "Not a valid email address.": "not_an_email",
    "Not a valid URL.": "not_an_address",
    "Invalid value.": "malformed",
}


def _database(error: OperationalError) -> Response:
    """A database that is busy or away: nothing was stored, the same request may be sent again."""
    log.error("database_unavailable", error=str(error.orig)[:200])
    return _problem(Unavailable(retry_after=2))


def _unexpected(error: Exception) -> Response:
    if isinstance(error, ValidationError):
        return problem_response(422, "invalid", errors=_codes(error.messages))
    log.error("unexpected_error", exc_info=error)
    return problem_response(500, "internal")
