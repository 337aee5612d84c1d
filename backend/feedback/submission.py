"""Taking feedback in: one transaction, few statements, nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from backend.accounts.models import Resident
from backend.core import clock, crypto, ids
from backend.core.auth import Permission, Principal
from backend.core.errors import InvalidInput, Unavailable
from backend.core.events import emit
from backend.feedback import notices, projection, queries, service
from backend.feedback.events import FeedbackSubmitted
from backend.feedback.models import (
    Channel,
    Feedback,
    FeedbackCategory,
    FeedbackKind,
    Identity,
    LegalType,
    NextStep,
    Policy,
    ShownState,
)
from backend.places.models import AdminUnit, Community, UnitLevel

# Clocks of telephones are wrong by minutes.
CLOCK_SKEW = timedelta(minutes=10)
# Two letters before the code when the province has none of its own.
FALLBACK_PREFIX = "VN"
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a resident sends; texts are cleaned, ``phone`` is E.164, ``commune`` an administrative code."""

    kind: FeedbackKind
    text: str
    commune: str
    identity: Identity
    consent_version: int
    category: FeedbackCategory | None = None
    community_id: UUID | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    place_text: str | None = None
    occurred_at: datetime | None = None
    policy: Policy | None = None
    name: str | None = None
    phone: str | None = None
    upload_ids: Sequence[UUID] = ()
    subject_kind: str | None = None
    subject_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the sender gets back. The PIN is told this once."""

    id: UUID
    tracking_code: str
    pin: str
    state: ShownState
    next_step: NextStep
    due_at: datetime | None
    submitted_at: datetime
    legal_hint: LegalType | None
    location: str


@dataclass(frozen=True, slots=True)
class Place:
    """The commune that is responsible, its province and the prefix of its codes, perhaps a community of it."""

    unit_id: UUID
    province_id: UUID | None
    prefix: str
    community_id: UUID | None


# Built once, and from plain tables: this runs at every submission.
_UNIT, _PROVINCE = AdminUnit.__table__, AdminUnit.__table__.alias("province")
_COMMUNITY = Community.__table__
_TODAY: Any = bindparam("today")
_COMMUNE: Any = (
    select(_UNIT.c.id, _UNIT.c.parent_id, _PROVINCE.c.short_code)
    .select_from(_UNIT.outerjoin(_PROVINCE, _PROVINCE.c.id == _UNIT.c.parent_id))
    .where(
        _UNIT.c.level == UnitLevel.COMMUNE,
        _UNIT.c.code == bindparam("code"),
        _UNIT.c.valid_from <= _TODAY,
        or_(_UNIT.c.valid_to.is_(None), _UNIT.c.valid_to >= _TODAY),
    )
)
_COMMUNE_AND_COMMUNITY: Any = _COMMUNE.add_columns(
    select(_COMMUNITY.c.id)
    .where(
        _COMMUNITY.c.unit_id == _UNIT.c.id,
        _COMMUNITY.c.id == bindparam("community"),
        _COMMUNITY.c.valid_from <= _TODAY,
        or_(_COMMUNITY.c.valid_to.is_(None), _COMMUNITY.c.valid_to >= _TODAY),
    )
    .scalar_subquery()
    .label("community_id")
)


def submit(
    session: Session,
    actor: Principal,
    sent: Submission,
    *,
    channel: Channel = Channel.WEB,
    language: str = "vi",
) -> Receipt:
    """Store feedback and tell the house; whatever follows (case, clock, messages) is stored with it or not at all.

    Raises:
        InvalidInput: a value contradicts another one or names something that does not exist.
    """
    _check(actor, sent)
    place = _place(session, sent)
    pin = ids.new_pin()
    assisting = _assists(actor, place)
    row = Feedback(
        id=ids.new_id(),
        tracking_code=_free_code(session, place.prefix),
        sealed_pin=crypto.seal(pin),
        unit_id=place.unit_id,
        submitted_unit_id=place.unit_id,
        community_id=place.community_id,
        kind=sent.kind,
        category=sent.category,
        policy=sent.policy,
        text=sent.text,
        latitude=sent.latitude,
        longitude=sent.longitude,
        accuracy_m=sent.accuracy_m,
        place_text=sent.place_text,
        occurred_at=sent.occurred_at,
        subject_kind=sent.subject_kind,
        subject_id=sent.subject_id,
        identity=sent.identity,
        consent_version=sent.consent_version,
        language=language,
        filed_by=actor.id if assisting else None,
        channel=Channel.DESK if assisting else channel,
        portal_id=actor.id if actor.kind == "portal" else None,
        created_at=clock.now(),
        **_contact(session, actor, sent),
    )
    session.add(row)
    if sent.upload_ids:
        session.flush()
        anonymous = sent.identity is Identity.ANONYMOUS
        service.attach(session, actor, row.id, sent.upload_ids, forget_owner=anonymous, first=True)
    emit(session, FeedbackSubmitted(feedback_id=row.id, unit_id=place.unit_id))
    view = _view(session, row.id)
    return Receipt(
        id=row.id,
        tracking_code=row.tracking_code,
        pin=pin,
        state=view.state,
        next_step=view.next_step,
        due_at=view.due_at,
        submitted_at=row.created_at,
        legal_hint=view.legal_hint,
        location=f"/api/v1/feedback/{row.tracking_code}",
    )


def _check(actor: Principal, sent: Submission) -> None:
    errors: dict[str, list[str]] = {}
    if (sent.latitude is None) != (sent.longitude is None):
        errors["longitude" if sent.longitude is None else "latitude"] = ["required"]
    if sent.occurred_at is not None and sent.occurred_at > clock.now() + CLOCK_SKEW:
        errors["occurred_at"] = ["in_the_future"]
    if sent.consent_version not in notices.accepted_versions():
        errors["consent_version"] = ["outdated"]
    if (sent.subject_kind is None) != (sent.subject_id is None):
        errors["subject_id" if sent.subject_id is None else "subject_kind"] = ["required"]
    if sent.identity is Identity.ANONYMOUS:
        # Refused rather than dropped: whoever typed a name must know that it is not kept.
        errors |= {
            field: ["not_with_anonymous"] for field in ("name", "phone") if getattr(sent, field)
        }
    elif sent.identity is Identity.NAMED and not (
        sent.name or sent.phone or actor.kind == "resident"
    ):
        errors["name"] = ["name_or_phone_required"]
    if errors:
        raise InvalidInput(errors)


def _place(session: Session, sent: Submission) -> Place:
    """Where the feedback goes; one statement.

    Raises:
        InvalidInput: no such commune today, or no such community in it.
    """
    values = {"code": sent.commune, "today": clock.today_local()}
    if sent.community_id is None:
        row = session.execute(_COMMUNE, values).one_or_none()
    else:
        values["community"] = sent.community_id
        row = session.execute(_COMMUNE_AND_COMMUNITY, values).one_or_none()
    if row is None:
        raise InvalidInput({"commune": ["unknown"]})
    if sent.community_id is not None and row.community_id is None:
        raise InvalidInput({"community_id": ["unknown"]})
    return Place(row.id, row.parent_id, row.short_code or FALLBACK_PREFIX, sent.community_id)


def _free_code(session: Session, prefix: str) -> str:
    """A code nobody has. With 35 random bits the first one is free in all but one of thousands of cases."""
    for _ in range(_TRIES):
        code = ids.tracking_code(prefix)
        if not queries.code_is_taken(session, code):
            return code
    raise Unavailable("unavailable", retry_after=1)


def _assists(actor: Principal, place: Place) -> bool:
    """True when an official files this for a resident, as the role allows (desk of the commune, village head)."""
    return actor.kind == "staff" and any(
        grant.unit_id in {place.unit_id, place.province_id}
        and grant.community_id in {None, place.community_id}
        for grant in actor.grants_for(Permission.CASES_ASSISTED)
    )


def _contact(session: Session, actor: Principal, sent: Submission) -> dict[str, Any]:
    """Sealed name and number: those sent, else those of the signed-in resident; nothing when anonymous."""
    if sent.identity is Identity.ANONYMOUS:
        return {}
    phone_index = crypto.blind_index(sent.phone) if sent.phone else None
    phone_sealed = crypto.seal(sent.phone) if sent.phone else None
    name_sealed = crypto.seal(sent.name) if sent.name else None
    resident_id = actor.id if actor.kind == "resident" else None
    if resident_id is not None and (phone_sealed is None or name_sealed is None):
        resident = session.get(Resident, resident_id)
        if resident is not None:
            name_sealed = name_sealed or resident.name_sealed
            if phone_sealed is None:
                phone_sealed, phone_index = resident.phone_sealed, resident.phone_index
    return {
        "name_sealed": name_sealed,
        "phone_sealed": phone_sealed,
        "phone_index": phone_index,
        "resident_id": resident_id,
    }


def _view(session: Session, feedback_id: UUID) -> projection.Opened:
    """The view that a handler opened in this transaction; a plain one when nobody did."""
    return projection.opened(session, feedback_id) or projection.start(session, feedback_id)
