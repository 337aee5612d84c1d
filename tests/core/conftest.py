"""A small application on the real conventions, with views made for asking about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import auth
from backend.core.api import (
    Blueprint,
    PageArgs,
    PlainText,
    Schema,
    cache,
    created_once,
    json_answer,
    language,
    page,
    public_cache,
    rate_limit,
    require_version,
    with_etag,
)
from backend.core.api.front import Front
from backend.core.api.observe import observe
from backend.core.api.openapi import make_api, serve_document
from backend.core.db import Generation, reading
from backend.core.errors import Conflict, NotFound


class NoteSchema(Schema):
    """A body and an answer."""

    area = PlainText(required=True, max_length=40)
    secret = fields.String(dump_only=True)


class Notes:
    """What the views of the small application do; tests change it."""

    rendered = 0
    next_change_at: datetime | None = None
    work: Callable[[Session, dict[str, Any]], Any]

    def __init__(self) -> None:
        self.work = self.store

    def areas(self) -> tuple[dict[str, Any], datetime | None]:
        """A public answer, long enough to be compressed."""
        self.rendered += 1
        with reading() as session:
            found = list(session.scalars(select(Generation.area).order_by(Generation.area)))
        said = {"areas": found, "language": language(), "padding": "x" * 700}
        return said, self.next_change_at

    @staticmethod
    def store(session: Session, body: dict[str, Any]) -> dict[str, Any]:
        if session.get(Generation, body["area"]):
            raise Conflict
        session.add(Generation(area=body["area"]))
        return {"area": body["area"], "secret": "0042", "location": f"/notes/{body['area']}"}


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def small(db: object, notes: Notes) -> Iterator[FlaskClient]:
    app = Flask("small")
    observe(app)
    api = make_api(app)
    blp = Blueprint("notes", __name__, url_prefix="")

    @blp.post("/notes")
    @auth.anyone
    @blp.arguments(NoteSchema)
    @blp.response(201, NoteSchema)
    def create(body: dict[str, Any]) -> Response:
        return created_once(lambda session: notes.work(session, body), NoteSchema())

    @blp.get("/notes")
    @auth.public
    @blp.arguments(PageArgs, location="query")
    def listed(args: dict[str, Any]) -> Response:
        with reading() as session:
            found = page(
                session,
                select(Generation),
                keys=(Generation.value.desc(), Generation.area),
                cursor=args["cursor"],
                limit=args["limit"],
            )
        return json_answer(
            {"items": [row.area for row in found.items], "next_cursor": found.next_cursor}
        )

    @blp.get("/notes/<string:area>/<int:value>")
    @auth.public
    def one(area: str, value: int) -> Response:
        with reading() as session:
            found = session.scalar(
                select(Generation).where(Generation.area == area, Generation.value == value)
            )
        if found is None:
            raise NotFound
        return json_answer({"area": found.area})

    # Only what lies below /api/v1 is handed over by the front.
    blp.get("/cached")(auth.public(public_cache("notes")(notes.areas)))
    blp.get("/api/v1/cached", endpoint="fronted")(auth.public(public_cache("notes")(notes.areas)))

    @blp.get("/versioned")
    @auth.public
    def versioned() -> Response:
        return with_etag({"a": 1})

    @blp.patch("/versioned")
    @auth.public
    def change() -> Response:
        return json_answer({"version": require_version()})

    @blp.get("/limited")
    @auth.public
    @rate_limit("3/minute", per_network="5/minute")
    def limited() -> Response:
        return json_answer({})

    @blp.get("/staff-only")
    @auth.staff(auth.Permission.CASES_READ)
    def staff_only() -> Response:
        return json_answer({})

    @blp.get("/broken")
    @auth.public
    def broken() -> Response:
        raise ZeroDivisionError("the password is hunter2")

    api.register_blueprint(blp)
    serve_document(app, api)
    app.wsgi_app = Front(app.wsgi_app)  # type: ignore[method-assign] # as in wsgi.py
    cache.clear()
    yield app.test_client()
    cache.clear()
