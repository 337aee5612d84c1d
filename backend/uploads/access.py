"""Who may look at the content of a file that is not public.

A file belongs to something of a room above, which alone knows who may see it: that room registers a guard for its
kind of subject. Beside that, a room may hand out signed links that open one file for a while (to a resident who
showed the PIN: an ``<img>`` cannot carry one).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from backend.core import clock, config
from backend.core.auth import Principal
from backend.uploads.models import OwnerKind, Upload

Guard = Callable[[Session, Principal, UUID], bool]

LINK_SECONDS = 3600
_guards: dict[str, Guard] = {}


def register(subject_kind: str, guard: Guard) -> None:
    """Let ``guard(session, principal, subject_id)`` decide for files of ``subject_kind``."""
    _guards[subject_kind] = guard


def may_read(session: Session, principal: Principal, upload: Upload) -> bool:
    """True for whoever sent the file under their own account, and for whom the guard of its subject lets in."""
    if principal.id is None:
        return False
    if upload.owner_kind is not OwnerKind.ANONYMOUS and upload.owner_id == principal.id:
        return upload.owner_kind == principal.kind
    if upload.subject_kind is None or upload.subject_id is None:
        return False
    guard = _guards.get(upload.subject_kind)
    return guard is not None and guard(session, principal, upload.subject_id)


def link(upload_id: UUID, variant: str = "1280") -> str:
    """An address that opens one file, whoever follows it, for one to two hours."""
    # Whole hours, so that the same picture keeps its address while a page is read.
    until = (int(clock.now().timestamp()) // LINK_SECONDS + 2) * LINK_SECONDS
    signature = _sign(upload_id, until)
    return (
        f"/api/v1/uploads/{upload_id}/content?variant={variant}&until={until}&signature={signature}"
    )


def link_is_good(upload_id: UUID, until: int, signature: str) -> bool:
    """True when ``link`` made this and its time is not over."""
    expected = _sign(upload_id, until)
    good = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    return good and clock.now().timestamp() < until


def _sign(upload_id: UUID, until: int) -> str:
    key = config.current().secret_key.encode()
    return hmac.new(key, f"upload-link:{upload_id}:{until}".encode(), sha256).hexdigest()[:40]
