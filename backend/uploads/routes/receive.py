"""Resumable uploads (tus 1.0) under ``/api/v1/uploads``."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from backend.core import config, i18n
from backend.core.api import Blueprint, json_answer, language, rate_limit
from backend.core.auth import anyone, principal, public
from backend.core.db import reading, transaction
from backend.uploads import receiving, service, tus
from backend.uploads.models import Upload, UploadState
from backend.uploads.schemas import UploadSchema

blueprint = Blueprint("uploads", __name__, description="Resumable uploads (tus 1.0)")


def _header(name: str, example: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "schema": {"type": "string", **schema},
        "example": example,
    }


RESUMABLE = _header("Tus-Resumable", tus.VERSION, enum=[tus.VERSION])
CHUNK_BODY = {
    "required": True,
    "content": {tus.CHUNK_TYPE: {"schema": {"type": "string", "format": "binary"}}},
}


@blueprint.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.headers["Tus-Version"] = tus.VERSION
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.route("/uploads", methods=["OPTIONS"])
@blueprint.route("/uploads/<uuid:upload_id>", methods=["OPTIONS"], endpoint="options_of_one")
@public
@blueprint.response(204)
def options(upload_id: UUID | None = None) -> Response:  # noqa: ARG001 - one answer for both addresses
    """Say what this server understands."""
    settings = config.current()
    response = Response(status=204)
    response.headers["Tus-Version"] = tus.VERSION
    response.headers["Tus-Extension"] = tus.EXTENSIONS
    response.headers["Tus-Checksum-Algorithm"] = ",".join(tus.ALGORITHMS)
    response.headers["Tus-Max-Size"] = str(
        max(settings.max_audio_bytes, settings.max_document_bytes, settings.max_photo_bytes)
    )
    return response


@blueprint.route("/uploads", methods=["POST"])
@anyone
@rate_limit("60/hour", per_network="3000/hour")
@blueprint.doc(
    parameters=[
        RESUMABLE,
        _header("Upload-Length", "1048576", pattern="^[0-9]{1,15}$"),
        _header("Upload-Metadata", "filename YW5oLmpwZw==,purpose cGhvdG8="),
    ]
)
@blueprint.response(201, description="Created; `Location` is where to send the bytes")
def create() -> Response:
    """Begin an upload; metadata: filename, filetype, purpose (photo, audio, document, voice)."""
    tus.check_version(request.headers.get("Tus-Resumable"))
    length = tus.read_length(
        request.headers.get("Upload-Length"), request.headers.get("Upload-Defer-Length")
    )
    metadata = tus.read_metadata(request.headers.get("Upload-Metadata"))
    with transaction() as session:
        upload = service.create(
            session,
            principal(),
            length=length,
            purpose=metadata.purpose,
            filename=metadata.filename,
            declared_type=metadata.declared_type,
        )
    response = _progress(upload, 201)
    response.headers["Location"] = f"/api/v1/uploads/{upload.id}"
    return response


@blueprint.route("/uploads/<uuid:upload_id>", methods=["GET"])
@anyone
@blueprint.response(200, UploadSchema)
def show(upload_id: UUID) -> Response:
    """Where a file is on its way. HEAD answers as tus wants it: `Upload-Offset`, `Upload-Length`."""
    if request.method == "HEAD":
        tus.check_version(request.headers.get("Tus-Resumable"))
    with reading() as session:
        upload = service.open_for(session, principal(), upload_id)
    if request.method == "HEAD":
        return _progress(upload, 200)
    return json_answer(UploadSchema().dump(described(upload, language())))


@blueprint.route("/uploads/<uuid:upload_id>", methods=["PATCH"])
@anyone
@rate_limit("1200/minute")
@blueprint.doc(
    requestBody=CHUNK_BODY,
    parameters=[
        RESUMABLE,
        _header("Upload-Offset", "0", pattern="^[0-9]{1,15}$"),
        _header(
            "Upload-Checksum",
            "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
            required=False,
            format="tus-checksum",
            pattern="^(sha1 [A-Za-z0-9+/]{27}=|sha256 [A-Za-z0-9+/]{43}=)$",
        ),
    ],
)
@blueprint.alt_response(460, description="The checksum does not fit; nothing was stored")
@blueprint.response(204, description="Stored; `Upload-Offset` says how much there is now")
def append(upload_id: UUID) -> Response:
    """Send the next bytes."""
    tus.check_version(request.headers.get("Tus-Resumable"))
    tus.check_content_type(request.headers.get("Content-Type"))
    start = tus.read_offset(request.headers.get("Upload-Offset"))
    checksum = tus.read_checksum(request.headers.get("Upload-Checksum"))
    request.max_content_length = None  # the room that is left is the limit here
    with reading() as session:
        upload = service.open_for(session, principal(), upload_id)
        service.check_offset(upload, start, request.content_length)
    with transaction() as session:
        key = service.plan_chunk(session, upload_id, start)
    size = receiving.store(request.stream, key, room=upload.length - start, checksum=checksum)
    if size == 0:
        return _progress(upload, 204)
    with transaction() as session:
        upload = service.keep_chunk(session, upload_id, start=start, size=size, object_key=key)
    return _progress(upload, 204)


@blueprint.route("/uploads/<uuid:upload_id>", methods=["DELETE"])
@anyone
@blueprint.doc(parameters=[RESUMABLE])
@blueprint.response(204)
def terminate(upload_id: UUID) -> Response:
    """Delete an upload that belongs to nothing yet."""
    tus.check_version(request.headers.get("Tus-Resumable"))
    with transaction() as session:
        service.terminate(session, principal(), upload_id)
    return Response(status=204)


def described(upload: Upload, speech: str) -> dict[str, Any]:
    """An upload as ``UploadSchema`` dumps it."""
    receiving_still = upload.state is UploadState.RECEIVING
    return {
        "id": upload.id,
        "state": upload.state,
        "reason": upload.reason,
        "reason_text": i18n.t(f"uploads.reason.{upload.reason}", speech) if upload.reason else None,
        "kind": upload.purpose,
        "bytes": upload.length,
        "offset": upload.offset,
        "expires_at": upload.expires_at if receiving_still else None,
    }


def _progress(upload: Upload, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(upload.offset)
    response.headers["Upload-Length"] = str(upload.length)
    if upload.state is UploadState.RECEIVING:
        response.headers["Upload-Expires"] = tus.http_date(upload.expires_at)
    return response
