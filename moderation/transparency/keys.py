"""The keys that sign heads. One is made when the first head is; it is sealed in the database and never leaves it."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import crypto
from moderation.models import TransparencyKey
from moderation.transparency import statements


def signing(session: Session, now: datetime) -> TransparencyKey:
    """The key that signs now; made if there is none. The caller holds the log, so that there is one maker only."""
    return newest(session) or _add(session, number=1, now=now, by=None)


def sign(key: TransparencyKey, text: bytes) -> str:
    """The signature of ``text``, in hexadecimal.

    Raises:
        ValueError: the key was retired.
    """
    if key.private_sealed is None:
        raise ValueError("a retired key signs nothing")
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(crypto.open_sealed(key.private_sealed))
    )
    return private.sign(text).hex()


def rotate(session: Session, now: datetime) -> TransparencyKey:
    """Let a fresh key sign from now on; the old one endorses it and forgets its private half. The caller holds the log."""
    old = signing(session, now)
    fresh = _add(session, number=old.number + 1, now=now, by=old)
    old.retired_at, old.private_sealed = now, None
    return fresh


def newest(session: Session) -> TransparencyKey | None:
    """The key made last."""
    return session.scalars(
        select(TransparencyKey).order_by(TransparencyKey.number.desc()).limit(1)
    ).first()


def every(session: Session) -> list[TransparencyKey]:
    """All keys, in the order in which they followed one another."""
    return list(session.scalars(select(TransparencyKey).order_by(TransparencyKey.number)))


def _add(
    session: Session, *, number: int, now: datetime, by: TransparencyKey | None
) -> TransparencyKey:
    private = Ed25519PrivateKey.generate()
    public_key = private.public_key().public_bytes_raw().hex()
    key = TransparencyKey(
        number=number,
        key_id=statements.key_id(public_key),
        public_key=public_key,
        private_sealed=crypto.seal(private.private_bytes_raw().hex()),
        made_at=now,
        endorsement=sign(by, statements.key_text(number, public_key)) if by else None,
    )
    session.add(key)
    session.flush()
    return key
