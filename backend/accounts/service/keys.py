"""After a change of keys: seal what is sealed again with the newest one, and index phone numbers anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import Resident, Staff
from backend.core import crypto

BATCH = 500
_STAFF = ("totp_sealed", "totp_pending_sealed", "phone_sealed")
_RESIDENT = ("phone_sealed", "name_sealed")


def reseal_batch(session: Session, kind: type[Staff | Resident], after: UUID | None) -> UUID | None:
    """Seal and index the next rows behind ``after``; returns the last one, None when there are no more.

    The old data keys must still be configured, behind the new one.

    Raises:
        SealError: no configured key opens a value.
    """
    statement = select(kind).order_by(kind.id).limit(BATCH)
    if after is not None:
        statement = statement.where(kind.id > after)
    last = None
    rows: Sequence[Any] = session.scalars(statement).all()
    for row in rows:
        last = row.id
        for name in _STAFF if isinstance(row, Staff) else _RESIDENT:
            sealed = getattr(row, name)
            if sealed is not None:
                setattr(row, name, crypto.reseal(sealed))
        if isinstance(row, Resident):
            row.phone_index = crypto.blind_index(crypto.open_sealed(row.phone_sealed))
    session.flush()
    return last


def kinds() -> Iterator[type[Staff | Resident]]:
    """The tables with sealed values."""
    yield Staff
    yield Resident
