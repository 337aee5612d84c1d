"""What the public may read of the policies: those that are published, and by their slug those put away."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from backend.core.api.paging import Page, page
from backend.core.errors import NotFound
from backend.core.full_text import matching
from backend.places import queries as places
from backend.places.models import AdminUnit
from backend.policies.models import Policy, PolicyPromise, PolicyState, PolicyText

AREA = "policies"
_TEXTS: Table = PolicyText.metadata.tables[PolicyText.__tablename__]
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def public_policies(
    session: Session,
    unit: AdminUnit,
    *,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """What is carried out in ``unit``: its own policies, its province's and the country's, newest first.

    Those of the units that theirs was made from are among them.

    Args:
        q: words; every one must begin a word of the text. Empty: no filter.

    Raises:
        InvalidInput: the cursor was not made by this list.
    """
    lines = places.lineages(session, [unit.id, *([unit.parent_id] if unit.parent_id else [])])
    here = {unit_id for line in lines.values() for unit_id in line}
    statement = (
        select(Policy)
        .where(
            Policy.state == PolicyState.PUBLISHED,
            or_(Policy.unit_id.in_(here), Policy.unit_id.is_(None)),
        )
        .options(*in_a_list())
    )
    if q:
        statement = statement.where(saying(session, q))
    keys = (Policy.published_at.desc(), Policy.id.desc())
    return page(session, statement, keys=keys, cursor=cursor, limit=limit)


def public_policy(session: Session, slug: str) -> Policy:
    """The policy of that slug with its texts and promises; also one that was put away.

    Raises:
        NotFound: there is none, or it is a draft.
    """
    found = (
        session.scalar(
            select(Policy)
            .where(Policy.slug == slug, Policy.state != PolicyState.DRAFT)
            .options(*whole())
        )
        if _SLUG.fullmatch(slug)
        else None
    )
    if found is None:
        raise NotFound("policies.not_found")
    return found


def saying(session: Session, q: str) -> ColumnElement[bool]:
    """Condition: the policy holds every word of ``q``, with or without marks, in one of its languages."""
    return Policy.id.in_(select(PolicyText.policy_id).where(matching(session, _TEXTS, q)))


def in_a_list() -> tuple[ORMOption, ...]:
    """How policies are loaded for a list: no bodies, of the promises only what is counted."""
    texts = selectinload(Policy.texts).load_only(
        PolicyText.policy_id, PolicyText.language, PolicyText.name, PolicyText.summary
    )
    promises = selectinload(Policy.promises).load_only(
        PolicyPromise.policy_id, PolicyPromise.status, PolicyPromise.due_on
    )
    return texts, promises


def whole() -> tuple[ORMOption, ...]:
    """How one policy is loaded with everything in it."""
    return selectinload(Policy.texts), selectinload(Policy.promises)


def units_of(session: Session, policies: list[Policy]) -> dict[UUID, AdminUnit]:
    """The units that answer for these policies, by id."""
    return places.units(session, {each.unit_id for each in policies if each.unit_id})
