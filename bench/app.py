"""The application as it is, with three additions for measuring: a constant view, a bare commit, a count of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response
from sqlalchemy import event, text

from backend.core import db, ids
from backend.core.auth import public
from wsgi import create_app

_statements: ContextVar[int] = ContextVar("statements", default=0)


def measured_app() -> Flask:
    """Our application with ``/_hello``, ``/_commit`` and the header ``X-Sql-Statements`` on every answer."""
    app = create_app()

    @public
    def hello() -> Response:
        return Response('{"hello":"làng"}', content_type="application/json")

    @public
    def commit() -> Response:
        with db.transaction() as session:
            session.execute(
                text("INSERT INTO bench_commit (id) VALUES (:id)"), {"id": str(ids.new_id())}
            )
        return Response("{}", 201, content_type="application/json")

    app.add_url_rule("/_hello", view_func=hello)
    app.add_url_rule("/_commit", view_func=commit, methods=["POST"])

    inner = app.wsgi_app

    def counted(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _statements.set(0)

        def started(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            told = [*headers, ("X-Sql-Statements", str(_statements.get()))]
            return start_response(status, told, *error)

        return inner(environ, started)

    app.wsgi_app = counted  # type: ignore[method-assign,assignment] # a WSGI application

    def count(*_details: Any) -> None:
        _statements.set(_statements.get() + 1)

    event.listen(db.engine(), "before_cursor_execute", count)
    return app


app = measured_app()
