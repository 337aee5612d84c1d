"""A commune with one of everything that an address can name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import AuthSession, ClientKind, RoleGrant, Staff
from backend.core import clock, crypto
from backend.core.auth import Role
from backend.essentials.models import ArticleAsset, AssetRole
from backend.places.models import AdminUnit, CalendarDay, DayKind
from notifications.models import InboxItem, Message
from tests.factories.accounts import make_portal, make_staff
from tests.factories.broadcasts import make_broadcast
from tests.factories.devices import enrolled, make_device
from tests.factories.essentials import make_published
from tests.factories.feedback import make_feedback, make_record
from tests.factories.moderation import make_case, make_rule
from tests.factories.notifications import make_subscription
from tests.factories.places import make_department
from tests.factories.policies import make_published as make_published_policy
from tests.factories.uploads import make_clean_photo

DAY = date(2026, 12, 26)


@dataclass
class Village:
    """Rows that requests can be about, an official who may do everything to them, and others who may do less."""

    unit: AdminUnit
    official: Staff
    device_secret: str
    portal_key: str
    known: dict[str, str]  # path parameter -> value


def make_village(session: Session, unit: AdminUnit) -> Village:
    """One of everything in ``unit``."""
    official = make_staff(session, *Role, unit=unit)
    colleague = make_staff(session, Role.HANDLER, unit=unit)
    case = make_case(session, unit)
    policy = make_published_policy(session, unit)
    article = make_published(session, unit)
    photo = make_clean_photo(session, owner_kind="staff", owner_id=official.id)
    loose = make_clean_photo(session, owner_kind="staff", owner_id=official.id)
    asset = ArticleAsset(
        article_id=article.id, upload_id=photo.id, role=AssetRole.COVER, name="", alt="Trạm y tế"
    )
    signed_in = AuthSession(
        staff_id=official.id,
        client=ClientKind.BROWSER,
        generation=official.session_generation,
        expires_at=clock.now() + timedelta(days=1),
    )
    _, secret = enrolled(session, unit)
    portal_key = f"tlp_a-key-of-{unit.code}"
    session.add_all([asset, signed_in, CalendarDay(unit_id=unit.id, day=DAY, kind=DayKind.CLOSURE)])
    session.flush()
    known: dict[str, Any] = {
        "article_id": article.id,
        "asset_id": asset.id,
        "broadcast_id": make_broadcast(session, unit).id,
        "case_id": case.id,
        "code": unit.code,
        "day": DAY,
        "department_id": make_department(session, unit).id,
        "device_id": make_device(session, unit).id,
        "grant_id": session.scalars(
            select(RoleGrant.id).where(RoleGrant.staff_id == colleague.id)
        ).one(),
        "item_id": _message(session, official),
        "number": 1,
        "policy_id": policy.id,
        "portal_id": make_portal(session, unit, key_hash=crypto.hash_token(portal_key)).id,
        "record_id": make_record(session, make_feedback(session, unit)).id,
        "rule_id": make_rule(session, "Về Phòng Kinh tế", unit_id=unit.id).id,
        "session_id": signed_in.id,
        "slug": policy.slug,
        "staff_id": colleague.id,
        "subscription_id": make_subscription(session, f"fid-{unit.code}").id,
        "tracking_code": case.tracking_code,
        "upload_id": loose.id,
    }
    return Village(
        unit, official, secret, portal_key, {name: str(value) for name, value in known.items()}
    )


def _message(session: Session, reader: Staff) -> Any:
    """Something in the inbox of ``reader``."""
    message = Message(
        kind="case_assigned",
        audience={"staff": [str(reader.id)]},
        params={},
        link="/console",
        tag="tests",
        expires_at=clock.now() + timedelta(days=1),
    )
    session.add(message)
    session.flush()
    item = InboxItem(staff_id=reader.id, message_id=message.id)
    session.add(item)
    session.flush()
    return item.id
