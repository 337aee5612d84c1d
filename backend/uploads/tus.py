"""The words of the tus resumable upload protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload).

Core, and the extensions creation, termination, checksum and expiration. Values in, values out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from backend.core.errors import (
    BadRequest,
    InvalidInput,
    PreconditionFailed,
    Problem,
    UnsupportedMedia,
)
from backend.core.text import clean
from backend.uploads.models import Purpose

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
ALGORITHMS = ("sha256", "sha1")
CHUNK_TYPE = "application/offset+octet-stream"

# One beyond what an 8-byte integer column holds is no length either.
_NUMBER = re.compile(r"[0-9]{1,15}\Z")
_METADATA_BYTES = 4_000


class ChecksumMismatch(Problem):
    """The bytes that arrived are not those that were sent (tus: 460)."""

    status = 460
    default_code = "uploads.checksum_mismatch"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What ``Upload-Metadata`` says, cleaned; nothing of it is believed."""

    purpose: Purpose
    filename: str | None
    declared_type: str | None


def check_version(header: str | None) -> None:
    """Refuse another version of the protocol.

    Raises:
        PreconditionFailed: ``Tus-Resumable`` is missing or not ours.
    """
    if header != VERSION:
        raise PreconditionFailed("uploads.tus_version", supported=VERSION)


def read_length(header: str | None, deferred: str | None) -> int:
    """The announced length in bytes.

    Raises:
        BadRequest: it is missing, not a number, or to be told later (an extension we do not offer).
    """
    if deferred is not None or header is None or not _NUMBER.match(header):
        raise BadRequest("uploads.length_required")
    return int(header)


def read_offset(header: str | None) -> int:
    """The offset at which a chunk begins.

    Raises:
        BadRequest: it is missing or not a number.
    """
    if header is None or not _NUMBER.match(header):
        raise BadRequest("uploads.offset_required")
    return int(header)


def check_content_type(header: str | None) -> None:
    """Refuse chunks under another content type.

    Raises:
        UnsupportedMedia: as the protocol demands.
    """
    if (header or "").split(";")[0].strip().lower() != CHUNK_TYPE:
        raise UnsupportedMedia("uploads.chunk_type", expected=CHUNK_TYPE)


def read_metadata(header: str | None) -> Metadata:
    """Read ``filename ZmlsZQ==,purpose cGhvdG8=``.

    Raises:
        BadRequest: it does not follow the protocol.
        InvalidInput: the purpose is missing or unknown.
    """
    values: dict[str, str] = {}
    if header is not None and len(header) > _METADATA_BYTES:
        raise BadRequest("uploads.metadata_malformed")
    for pair in (header or "").split(","):
        key, _, encoded = pair.strip().partition(" ")
        if not key:
            continue
        if key in values:
            raise BadRequest("uploads.metadata_malformed")
        try:
            decoded = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise BadRequest("uploads.metadata_malformed") from error
        values[key] = clean(decoded).replace("\n", " ")
    try:
        purpose = Purpose(values.get("purpose", ""))
    except ValueError as error:
        raise InvalidInput({"purpose": ["unknown_choice"]}) from error
    return Metadata(
        purpose=purpose,
        filename=_file_name(values.get("filename")),
        declared_type=(values.get("filetype") or "")[:100] or None,
    )


def _file_name(given: str | None) -> str | None:
    """The last part of a path, without what file systems and headers stumble over."""
    if not given:
        return None
    last = re.split(r"[/\\]", given)[-1]
    return re.sub(r'[<>:"|?*\x00-\x1f]', "_", last).strip(". ")[-200:] or None


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the sender says a chunk hashes to."""

    algorithm: str
    digest: bytes

    def hasher(self) -> Any:
        """A fresh hash object of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def read_checksum(header: str | None) -> Checksum | None:
    """Read ``Upload-Checksum: sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=``.

    Raises:
        BadRequest: the algorithm is not offered, or the digest malformed.
    """
    if header is None:
        return None  # an empty one is no less malformed: whoever names a checksum wants the bytes looked at
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest("uploads.checksum_algorithm", supported=", ".join(ALGORITHMS))
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("uploads.checksum_malformed") from error
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise BadRequest("uploads.checksum_malformed")
    return Checksum(algorithm, digest)


def http_date(moment: datetime) -> str:
    """A moment as RFC 9110 writes it, for ``Upload-Expires``."""
    return format_datetime(moment, usegmt=True)
