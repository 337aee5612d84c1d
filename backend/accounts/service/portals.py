"""Portals that embed us: a key shown once, and the origins they may show us from."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts.models import PortalClient
from backend.accounts.service.administration import record
from backend.core import crypto
from backend.core.auth import Principal
from backend.core.db import bump
from backend.core.errors import InvalidInput
from backend.core.ids import new_secret

# What depends on the origins: the frame-ancestors of embeds.
AREA = "places"
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", re.ASCII)


def create(
    session: Session, actor: Principal, name: str, unit_id: UUID, origins: list[str]
) -> tuple[PortalClient, str]:
    """Add a portal; returns it and its key, which is not kept.

    Raises:
        InvalidInput: an origin is not scheme, host and perhaps port.
    """
    wrong = [origin for origin in origins if not _ORIGIN.fullmatch(origin)]
    if wrong or not origins:
        raise InvalidInput({"allowed_origins": [f"not_an_origin: {origin}" for origin in wrong]})
    key = "tlp_" + new_secret()
    portal = PortalClient(
        name=name,
        unit_id=unit_id,
        key_hash=crypto.hash_token(key),
        allowed_origins=sorted(set(origins)),
    )
    session.add(portal)
    session.flush()
    record(session, actor, "portal.created", portal.id, unit_id, target_kind="portal")
    bump(session, AREA)
    return portal, key
