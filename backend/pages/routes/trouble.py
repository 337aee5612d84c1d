"""Addresses that nobody answers: a page for people, a problem document for machines."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from backend.core.api.problems import problem_response
from backend.pages.routes.answering import dress, trouble_page

# Below these, machines are asking.
MACHINES = (
    "/api/", "/device/", "/feeds/", "/media/", "/assets/", "/console/assets/", "/icons/",
    "/widgets/", "/docs/", "/embed/", "/.well-known/",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Answer unknown addresses."""
    app.register_error_handler(NotFound, _not_found)


def _not_found(_error: NotFound) -> Response:
    wants_page = request.accept_mimetypes.accept_html and request.method in ("GET", "HEAD")
    if not wants_page or request.path.startswith(MACHINES) or "text/html" not in _accepted():
        return problem_response(404, "not_found")
    return dress(trouble_page(404, "not_found", {}))


def _accepted() -> str:
    return request.headers.get("Accept", "")
