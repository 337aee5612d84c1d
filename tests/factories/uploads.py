"""Makers of uploads, and the way a test sends a file."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from backend.core import clock, storage
from backend.uploads.models import OwnerKind, Purpose, Upload, UploadState

TUS = {"Tus-Resumable": "1.0.0"}


def make_upload(session: Session, **overrides: Any) -> Upload:
    """An anonymous photo of which nothing has arrived yet."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "purpose": Purpose.PHOTO,
        "state": UploadState.RECEIVING,
        "owner_kind": OwnerKind.ANONYMOUS,
        "filename": "anh.jpg",
        "length": 1000,
        "offset": 0,
        "renditions": [],
        "expires_at": clock.now() + timedelta(hours=24),
        **overrides,
    }
    row = Upload(**values)
    session.add(row)
    session.flush()
    return row


def make_clean_photo(session: Session, **overrides: Any) -> Upload:
    """A photo that the worker has cleaned; its forms are stored as small real images."""
    renditions = []
    name = uuid4().hex
    for variant, width in (("480", 48), ("1280", 128)):
        for form, kind in (("webp", "WEBP"), ("jpg", "JPEG")):
            out = BytesIO()
            Image.new("RGB", (width, width * 3 // 4), "green").save(out, kind)
            data = out.getvalue()
            key = f"photos/{name}-{variant}.{form}"
            storage.put(key, data)
            renditions.append(
                {
                    "variant": variant,
                    "format": form,
                    "width": width,
                    "height": width * 3 // 4,
                    "bytes": len(data),
                    "content_type": "image/webp" if form == "webp" else "image/jpeg",
                    "key": key,
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
            )
    return make_upload(
        session,
        **{
            "state": UploadState.CLEAN,
            "offset": 1000,
            "content_type": "image/jpeg",
            "sha256": "0" * 64,
            "renditions": renditions,
            **overrides,
        },
    )


def metadata(**values: str) -> str:
    """An ``Upload-Metadata`` header."""
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()
    )


def begin(client: FlaskClient, length: int, purpose: str = "photo", **headers: str) -> str:
    """Create an upload over HTTP; returns its address."""
    answer = client.post(
        "/api/v1/uploads",
        headers={
            **TUS,
            "Upload-Length": str(length),
            "Upload-Metadata": metadata(filename="tep.bin", purpose=purpose),
            **headers,
        },
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(client: FlaskClient, data: bytes, purpose: str = "photo") -> str:
    """Upload ``data`` over HTTP in one piece; returns the id."""
    location = begin(client, len(data), purpose)
    if data:
        answer = append(client, location, 0, data)
        assert answer.status_code == 204, answer.text
    return location.rsplit("/", 1)[1]


def append(client: FlaskClient, location: str, offset: int, data: bytes, **headers: str) -> Any:
    """Send one chunk."""
    return client.patch(
        location,
        data=data,
        headers={
            **TUS,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            **headers,
        },
    )
