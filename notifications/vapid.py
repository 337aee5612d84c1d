"""The house's Web Push key: the operator's own, else one made once and kept sealed in the database."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from backend.core import config, crypto
from backend.core.db import get_or_add, reading, transaction
from notifications.models import VapidKey

_ONLY = 1


def private_pem() -> str:
    """The private key as PEM; made and stored by whoever asks first."""
    configured = config.current().vapid_private_key
    if configured:
        return configured.replace("\\n", "\n")
    with reading() as session:
        stored = _stored(session)
    if stored is not None:
        return stored
    # Made before the transaction: nobody waits for arithmetic. Of several that come at once, one key stays.
    sealed = crypto.seal(_make())
    with transaction() as session:
        row = get_or_add(session, VapidKey, _ONLY, id=_ONLY, private_pem_sealed=sealed)
        return crypto.open_sealed(row.private_pem_sealed)


def _make() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _stored(session: Session) -> str | None:
    row = session.get(VapidKey, _ONLY)
    return crypto.open_sealed(row.private_pem_sealed) if row else None


def public_key() -> str:
    """What a browser needs to subscribe: the uncompressed point, base64url without padding."""
    loaded = serialization.load_pem_private_key(private_pem().encode(), None)
    point = loaded.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")
