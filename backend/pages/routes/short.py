"""Short addresses for paper: what is printed on an article or an outcome, as text and as a QR code.

``/a/{commune}/{key}`` and ``/o/{commune}/{key}``, where the key is the first half of the UUIDv7: its time of making and a
few random bits, so that it is looked up by the primary key and no table of its own is needed.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from flask import Response, abort

from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.pages import data
from backend.pages.meta import absolute
from backend.pages.routes.answering import PageBlueprint, answers_pages

blp = PageBlueprint("short", __name__, url_prefix="", description="Short addresses for paper")

KEY_LENGTH = 16
A_YEAR = 365 * 86_400
# What each kind of short address leads to.
TARGETS = {"a": "/c/{code}/a/{id}", "o": "/c/{code}/outcomes/{id}"}
_ADDRESS = "/<any(a, o):kind>/<string(length=5):code>/<string(length=16):key>"


def short_path(kind: str, code: str, row_id: UUID) -> str:
    """The short address of an article (``a``) or an outcome (``o``) as it is read in a commune."""
    return f"/{kind}/{code}/{row_id.hex[:KEY_LENGTH]}"


@blp.route(_ADDRESS)
@public
@answers_pages
def follow(kind: str, code: str, key: str) -> Response:
    """From paper to the page itself."""
    first, last = _range(code, key)
    with reading() as session:
        row_id = data.id_between(session, kind, first, last)
    if row_id is None:
        raise NotFound("not_found")
    target = TARGETS[kind].format(code=code, id=row_id)
    return Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})


@blp.route(f"{_ADDRESS}.svg")
@public
def picture(kind: str, code: str, key: str) -> Response:
    """The short address as a QR code; only our own addresses are ever drawn."""
    _range(code, key)
    drawn = BytesIO()
    made: Any = segno.make(absolute(f"/{kind}/{code}/{key}"), error="m", micro=False)
    made.save(drawn, kind="svg", border=2, xmldecl=False, svgns=True, nl=False, omitsize=True)
    answer = Response(drawn.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return answer


def _range(code: str, key: str) -> tuple[UUID, UUID]:
    """The first and the last UUID that begin with ``key``."""
    rest = 32 - KEY_LENGTH
    if not code.isdecimal() or not code.isascii():
        abort(404)
    try:
        return UUID(key + "0" * rest), UUID(key + "f" * rest)
    except ValueError:
        abort(404)
