"""Serving files: published ones to everybody, others to whom their room lets in. Only what is clean."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, request

from backend.core import storage
from backend.core.api import Blueprint, names
from backend.core.auth import anyone, principal, public
from backend.core.db import reading
from backend.core.errors import NotFound
from backend.uploads import access, queries
from backend.uploads.models import Purpose, Upload, UploadState
from backend.uploads.schemas import ContentArgs

api_blueprint = Blueprint("upload_content", __name__, description="Content of files")
media_blueprint = Blueprint(
    "media", __name__, url_prefix="/media", description="Published photos and documents"
)

IMMUTABLE = "public, max-age=31536000, immutable"
# Whatever a browser thinks the bytes are, it runs nothing of them.
CAGE = "default-src 'none'; sandbox"


@media_blueprint.route("/images/<string(length=24):key>-<int:width>.<any(webp,jpg):form>")
@public
@media_blueprint.response(200, content_type="image/webp")
def image(key: str, width: int, form: str) -> Response:
    """A published photo, 480 or 1280 pixels wide at most."""
    with reading() as session:
        upload = queries.by_public_key(session, key)
        found = queries.rendition(upload, str(width), form) if upload else None
    if found is None:
        raise NotFound("uploads.not_found")
    return _object(found["key"], found["sha256"], found["content_type"], IMMUTABLE, share=True)


@media_blueprint.route("/documents/<string(length=24):key>.pdf")
@public
@media_blueprint.response(200, content_type="application/pdf")
def document(key: str) -> Response:
    """A published document, always as a download."""
    with reading() as session:
        upload = queries.by_public_key(session, key)
    if upload is None or upload.purpose is not Purpose.DOCUMENT:
        raise NotFound("uploads.not_found")
    return _whole(upload, IMMUTABLE)


@api_blueprint.route("/uploads/<uuid:upload_id>/content")
@anyone
@api_blueprint.response(200, content_type="application/octet-stream")
@api_blueprint.arguments(ContentArgs, location="query")
def content(args: dict[str, Any], upload_id: UUID) -> Response:
    """A file that is not public: for officials of the case it belongs to, its sender, or by a signed link."""
    until, signature = args["until"], args["signature"]
    with reading() as session:
        upload = queries.upload(session, upload_id)
        if upload is None or upload.state is not UploadState.CLEAN:
            raise NotFound("uploads.not_found")
        linked = until is not None and signature is not None
        if not (linked and access.link_is_good(upload_id, until, signature)) and not (
            access.may_read(session, principal(), upload)
        ):
            raise NotFound("uploads.not_found")
    if upload.purpose is not Purpose.PHOTO:
        return _whole(upload, "private, max-age=600")
    form = "webp" if "image/webp" in request.headers.get("Accept", "image/webp") else "jpg"
    found = queries.rendition(upload, args["variant"], form)
    if found is None:
        raise NotFound("uploads.not_found")
    response = _object(found["key"], found["sha256"], found["content_type"], "private, max-age=600")
    response.headers["Vary"] = "Accept, Cookie, Authorization"
    return response


def _whole(upload: Upload, cache: str) -> Response:
    if upload.object_key is None or upload.sha256 is None or upload.content_type is None:
        raise NotFound("uploads.not_found")
    response = _object(upload.object_key, upload.sha256, upload.content_type, cache)
    name = upload.filename or ("van-ban.pdf" if upload.purpose is Purpose.DOCUMENT else "tep")
    kind = "inline" if upload.purpose in {Purpose.AUDIO, Purpose.VOICE} else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    return response


def _object(
    key: str, digest: str, content_type: str, cache: str, *, share: bool = False
) -> Response:
    headers = {
        "ETag": f'"{digest[:32]}"',
        "Cache-Control": cache,
        "Content-Type": content_type,
        "Content-Security-Policy": CAGE,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin" if share else "same-origin",
    }
    if share:
        headers["Access-Control-Allow-Origin"] = "*"
    if names(request.headers.get("If-None-Match"), headers["ETag"]):
        return Response(status=304, headers=headers)
    found = storage.stat(key)
    if found is None:
        raise NotFound("uploads.not_found")
    headers["Content-Length"] = str(found.size)
    if request.method == "HEAD":
        return Response(status=200, headers=headers)
    return Response(storage.stream(key), headers=headers)
