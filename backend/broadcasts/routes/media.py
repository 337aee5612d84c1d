"""The files themselves, under addresses that never change."""

from __future__ import annotations

import re

from flask import Response

from backend.broadcasts import queries
from backend.broadcasts.schemas import SHA256
from backend.broadcasts.serving import serve
from backend.core.api import Blueprint
from backend.core.api.problems import CONTENT_TYPE
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import NotFound

blp = Blueprint("audio", __name__, url_prefix="/media", description="Audio files, by byte range")

_BINARY = {"audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}
_PROBLEM = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
RANGE_ANSWERS = {
    "200": {"description": "The whole file", "content": _BINARY},
    "206": {"description": "The range asked for", "content": _BINARY},
    "304": {"description": "Unchanged"},
    "412": {
        "description": "`If-Match` or `If-Unmodified-Since` is about another file",
        "content": _PROBLEM,
    },
    "416": {
        "description": "No byte of the file is in the range; `Content-Range` says its size",
        "content": _PROBLEM,
    },
}


@blp.route("/audio/<string(length=64):sha256>.mp3")
@public
@blp.doc(responses=RANGE_ANSWERS)
def get_audio(sha256: str) -> Response:
    """The file of an aired broadcast. Ranges, `If-Range`, `HEAD`; immutable, named by its SHA-256."""
    if re.fullmatch(SHA256, sha256) is None:
        raise NotFound("broadcasts.not_found")
    with reading() as session:
        file = queries.public_file(session, sha256)
    if file is None:
        raise NotFound("broadcasts.not_found")
    return serve(file)
