"""The console's page, the worker's shell, and the few files that live at fixed addresses."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Response, abort, request
from werkzeug.security import safe_join

from backend.core.api import page_language
from backend.core.auth import public
from backend.core.i18n import t
from backend.pages.meta import PRIVATE, head, plain_meta
from backend.pages.routes.answering import HTML, PageBlueprint, answers_pages, dress, page
from backend.pages.shell import DIST, console_shell, resident_shell

blp = PageBlueprint("page_files", __name__, url_prefix="", description="Files beside the pages")

mimetypes.add_type("application/manifest+json", ".webmanifest")
RESIDENT = DIST / "resident"
A_DAY = 86_400


@blp.route("/shell.html")
@public
def shell() -> Response:
    """The resident app's page unfilled: what the service worker keeps."""
    answer = Response(resident_shell().html, content_type=HTML)
    answer.add_etag()
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.make_conditional(request)
    return dress(answer)


@blp.route("/sw.js")
@public
def service_worker() -> Response:
    """The service worker, under the same name for ever; browsers ask each time whether it changed."""
    answer = _file(RESIDENT, "sw.js", max_age=0)
    answer.headers["Service-Worker-Allowed"] = "/"
    # What a worker may fetch is decided by its own policy, not by the page's.
    answer.headers["Content-Security-Policy"] = "default-src 'self'"
    return answer


@blp.route("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What makes the app installable."""
    return _file(RESIDENT, "manifest.webmanifest", max_age=0)


@blp.route("/icons/<path:name>")
@public
def icons(name: str) -> Response:
    """Icons of the installed app."""
    return _file(RESIDENT / "icons", name, max_age=A_DAY)


@blp.route("/favicon.ico")
@public
def favicon() -> Response:
    """For whoever does not read the page's own link."""
    return _file(RESIDENT / "icons", "icon-192.png", max_age=A_DAY)


@blp.route("/robots.txt")
@public
def robots() -> Response:
    """Everything public may be found; the console and people's own screens need not be."""
    lines = ("User-agent: *", "Disallow: /console", "Disallow: /api/", "Disallow: /track/", "")
    answer = Response("\n".join(lines), content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={A_DAY}"
    return answer


@blp.route("/console")
@blp.route("/console/<path:screen>")
@public
@answers_pages
def console(screen: str = "") -> Response:
    """The officials' page; what is in it comes over the API, after signing in."""
    if screen.startswith("assets/"):  # a file that is not there is not a page
        abort(404)
    built = console_shell()
    answer = Response(
        built.html if built else _not_built(), 200 if built else 503, content_type=HTML
    )
    answer.headers["Cache-Control"] = "no-store"
    if built:
        answer.headers["Content-Security-Policy"] = built.policy
    return answer


def _file(folder: Path, name: str, *, max_age: int) -> Response:
    """A small file of the build, whole; the large ones are served before Flask sees the request."""
    place = safe_join(str(folder), name)
    path = Path(place) if place is not None else None
    if path is None or not path.is_file():
        abort(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    answer = Response(path.read_bytes(), mimetype=kind)
    answer.headers["Cache-Control"] = (
        f"public, max-age={max_age}" if max_age else "public, no-cache"
    )
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _not_built() -> str:
    language = page_language()
    title = t("pages.not_built", language)
    return page(
        "trouble.html",
        language,
        head(plain_meta(title, language, PRIVATE), language),
        title=title,
        detail=t("pages.not_built_how", language),
        successors=[],
        former="",
    )
