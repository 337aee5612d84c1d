"""Portals that embed us and hand in feedback: a key shown once, and the origins they may show us from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.models import PortalClient
from backend.accounts.rules import origin
from backend.accounts.service.administration import record, unit_in_scope
from backend.core import clock, crypto
from backend.core.auth import Permission, Principal
from backend.core.errors import InvalidInput, NotFound, PreconditionFailed
from backend.core.ids import new_secret

# By this a key is told from the tokens of people and the secrets of devices.
KEY_PREFIX = "tlp_"


def create(
    session: Session, actor: Principal, *, name: str, unit_code: str, origins: list[str]
) -> tuple[PortalClient, str]:
    """Add a portal; returns it and its key, which is not kept.

    Raises:
        InvalidInput: the unit is unknown or not the administrator's, or an origin is none.
    """
    unit = unit_in_scope(session, actor, Permission.PORTALS_MANAGE, unit_code)
    key, key_hash = _fresh_key()
    portal = PortalClient(
        name=name, unit_id=unit.id, key_hash=key_hash, allowed_origins=_checked(origins)
    )
    session.add(portal)
    session.flush()
    _record(session, actor, "created", portal, origins=" ".join(portal.allowed_origins))
    return portal, key


def change(
    session: Session, actor: Principal, portal_id: UUID, version: int, changes: dict[str, Any]
) -> PortalClient:
    """Change name, origins, or whether the portal is connected; a disconnected one is out at once.

    Raises:
        NotFound: not in the administrator's units.
        PreconditionFailed: changed by somebody else in the meantime.
        InvalidInput: an origin is none.
    """
    portal = _visible(session, actor, portal_id)
    if portal.version != version:
        raise PreconditionFailed(current_version=portal.version)
    if "name" in changes and changes["name"] != portal.name:
        portal.name = changes["name"]
        _record(session, actor, "renamed", portal)
    if "allowed_origins" in changes:
        origins = _checked(changes["allowed_origins"])
        if origins != portal.allowed_origins:
            portal.allowed_origins = origins
            _record(session, actor, "origins_changed", portal, origins=" ".join(origins))
    if "active" in changes and changes["active"] != portal.active:
        portal.active = changes["active"]
        _record(session, actor, "activated" if portal.active else "deactivated", portal)
    session.flush()
    return portal


def rotate_key(session: Session, actor: Principal, portal_id: UUID) -> tuple[PortalClient, str]:
    """Put a fresh key in the place of the old one, which opens nothing from now on; returns it, it is not kept.

    Raises:
        NotFound: not in the administrator's units.
    """
    portal = _visible(session, actor, portal_id)
    key, portal.key_hash = _fresh_key()
    portal.key_made_at = clock.now()
    session.flush()
    _record(session, actor, "key_rotated", portal)
    return portal, key


def _visible(session: Session, actor: Principal, portal_id: UUID) -> PortalClient:
    portal = session.scalar(queries.portals_in_scope(actor).where(PortalClient.id == portal_id))
    if portal is None:
        raise NotFound
    return portal


def _fresh_key() -> tuple[str, str]:
    key = KEY_PREFIX + new_secret()
    return key, crypto.hash_token(key)


def _checked(origins: list[str]) -> list[str]:
    """The origins as browsers write them, each once, in order."""
    written = {text: origin(text) for text in origins}
    wrong = [text for text, found in written.items() if found is None]
    if wrong:
        raise InvalidInput({"allowed_origins": [f"not_an_origin: {text}" for text in wrong]})
    return sorted({found for found in written.values() if found is not None})


def _record(
    session: Session, actor: Principal, act: str, portal: PortalClient, **detail: str
) -> None:
    record(
        session,
        actor,
        f"portal.{act}",
        portal.id,
        portal.unit_id,
        target_kind="portal",
        **detail,
    )
