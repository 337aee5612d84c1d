"""Tables of the accounts room.

Contact data is sealed; a phone number is found again by its blind index. Passwords are Argon2 hashes, tokens
are kept as digests or as ids of signed tokens: nothing in these tables lets a reader sign in as somebody.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.auth import Role
from backend.core.db import Base, Identified, TextEnum, Timestamped, Versioned
from backend.core.text import fold


def _folded_name(context: Any) -> str:
    return fold(str(context.get_current_parameters()["name"]))


class ClientKind(enum.StrEnum):
    """Where a session lives: cookies of a browser, or a bearer token of an app."""

    BROWSER = "browser"
    APP = "app"


class RevokedBecause(enum.StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
    REUSE_DETECTED = "reuse_detected"  # somebody used a refresh token that had been replaced
    DEACTIVATED = "deactivated"
    ERASED = "erased"


class Staff(Identified, Timestamped, Versioned, Base):
    """Somebody who works in the system. Never deleted: history names them."""

    __tablename__ = "staff"

    username: Mapped[str] = mapped_column(String(60), unique=True)  # lower case: "hoa.ayun"
    name: Mapped[str] = mapped_column(String(100))
    search_key: Mapped[str] = mapped_column(String(100), default=_folded_name)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)  # employer
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_sealed: Mapped[str | None] = mapped_column(Text)  # confirmed secret
    totp_pending_sealed: Mapped[str | None] = mapped_column(Text)  # shown, not yet confirmed
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)  # a code works once
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8), default="vi")
    active: Mapped[bool] = mapped_column(default=True)
    session_generation: Mapped[int] = mapped_column(default=1)  # older sessions are out at once

    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="staff",
        lazy="raise",
        foreign_keys="RoleGrant.staff_id",
        order_by="RoleGrant.id",
    )


class RoleGrant(Identified, Base):
    """A role on a unit, perhaps narrowed to a department or community of it, for a stretch of time."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_unit_id", "unit_id", "role"),)

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[Role] = mapped_column(TextEnum(Role))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    department_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    community_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("community.id"), index=True)
    valid_from: Mapped[datetime] = mapped_column(default=clock.now)
    valid_to: Mapped[datetime | None]  # revoking sets it to the moment; rows stay as history
    granted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)

    staff: Mapped[Staff] = relationship(
        back_populates="grants", foreign_keys=[staff_id], lazy="raise"
    )


class RecoveryCode(Identified, Base):
    """Ten single-use codes for whoever lost the telephone with the TOTP secret."""

    __tablename__ = "recovery_code"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))  # keyed with the secret of the second factor
    used_at: Mapped[datetime | None]


class Resident(Identified, Timestamped, Base):
    """A person with a confirmed phone number. Erasing deletes the row."""

    __tablename__ = "resident"

    phone_sealed: Mapped[str] = mapped_column(Text)
    phone_index: Mapped[str] = mapped_column(String(64), unique=True)
    name_sealed: Mapped[str | None] = mapped_column(Text)
    commune_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    language: Mapped[str] = mapped_column(String(8), default="vi")
    session_generation: Mapped[int] = mapped_column(default=1)


class AuthSession(Identified, Base):
    """One sign-in on one device; every access token names its session."""

    __tablename__ = "auth_session"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) <> (resident_id IS NULL)", name="one_owner"),
        Index(
            "ix_auth_session_revoked_at",
            "revoked_at",
            sqlite_where=text("revoked_at IS NOT NULL"),
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
    )

    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    resident_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), index=True
    )
    client: Mapped[ClientKind] = mapped_column(TextEnum(ClientKind))
    device_label: Mapped[str] = mapped_column(String(120), default="")
    generation: Mapped[int]  # of the owner when the session began
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[RevokedBecause | None] = mapped_column(TextEnum(RevokedBecause))


class RefreshToken(Identified, Base):
    """A link in the chain of one session; ``id`` is the ``jti`` of the signed token.

    ``used_at`` is when it was first exchanged. Its children are the answers to that; more than one when an
    answer was lost. Once a child was exchanged itself, the parent and the other children are dead.
    """

    __tablename__ = "refresh_token"

    session_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("auth_session.id", ondelete="CASCADE"), index=True
    )
    parent_id: Mapped[uuid.UUID | None]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class OneTimeCode(Identified, Base):
    """Six digits sent to a phone. The sealed copy is for the sender and is wiped once it left."""

    __tablename__ = "one_time_code"
    __table_args__ = (
        Index("ix_one_time_code_phone_index", "phone_index", "created_at"),
        Index("ix_one_time_code_network", "network", "created_at"),
        # Those that still have something to wipe.
        Index(
            "ix_one_time_code_legible",
            "expires_at",
            sqlite_where=text("code_sealed IS NOT NULL"),
            postgresql_where=text("code_sealed IS NOT NULL"),
        ),
    )

    phone_index: Mapped[str] = mapped_column(String(64))
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    code_hash: Mapped[str] = mapped_column(String(64))  # keyed, together with the row's id
    code_sealed: Mapped[str | None] = mapped_column(Text)
    network: Mapped[str] = mapped_column(String(64))  # keyed digest of the address prefix
    language: Mapped[str] = mapped_column(String(8), default="vi")
    commune_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """Failures counted under a key: a name together with a network, or one known device."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # keyed digest
    failures: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class KnownDevice(Identified, Base):
    """A browser in which this member of staff signed in before: others' failures do not slow it down."""

    __tablename__ = "known_device"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PortalClient(Identified, Timestamped, Versioned, Base):
    """A portal that embeds us and hands in feedback: where it may frame us from, and its key."""

    __tablename__ = "portal_client"

    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_made_at: Mapped[datetime] = mapped_column(default=clock.now)
    allowed_origins: Mapped[list[str]]  # "https://gialai.gov.vn", "https://*.gialai.gov.vn"
    active: Mapped[bool] = mapped_column(default=True)


class AdminAct(Identified, Base):
    """An administrative act: who did what to whom, and why. Written once, never changed."""

    __tablename__ = "admin_act"
    __table_args__ = (Index("ix_admin_act_target", "target_kind", "target_id"),)

    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    actor_kind: Mapped[str] = mapped_column(String(20))  # staff, system
    actor_id: Mapped[uuid.UUID | None]
    act: Mapped[str] = mapped_column(String(60))  # "grant.added"
    target_kind: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[uuid.UUID]
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # ids and codes, nothing personal
