"""Everything that changes a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from backend.core import clock
from backend.core.auth import Principal
from backend.core.db import bump
from backend.core.errors import Conflict, Forbidden, InvalidInput, PreconditionFailed
from backend.core.full_text import search_key
from backend.core.ids import new_id
from backend.core.text import slugify
from backend.places.models import AdminUnit, Department
from backend.places.scope import unit_in_scope
from backend.policies import desk, workflow
from backend.policies.models import (
    Policy,
    PolicyEvent,
    PolicyKind,
    PolicyPromise,
    PolicyState,
    PolicyText,
    PromiseStatus,
)
from backend.policies.queries import AREA

# Room for the code of a unit behind it.
_SLUG_WORDS = 30
_PLAIN = ("kind", "number", "issuer", "issued_on", "valid_from", "valid_to")


class Promise(TypedDict):
    """A promise as it shall be. With an ``id`` it is the one that has it already."""

    id: UUID | None
    texts: Mapping[str, str]  # language -> sentence
    responsible: str
    department_id: UUID | None
    due_on: date | None
    status: PromiseStatus
    note: str


class Draft(TypedDict, total=False):
    """What may be set. Left out means unchanged."""

    kind: PolicyKind
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_from: date | None
    valid_to: date | None
    texts: Mapping[str, Mapping[str, str]]  # language -> {name, summary, body}
    promises: Sequence[Promise]


def create(session: Session, actor: Principal, unit_code: str, draft: Draft) -> Policy:
    """Start a policy of a unit; ``draft`` names at least kind and texts.

    Raises:
        NotFound: no such unit, or the actor does not answer for it.
        InvalidInput: a promise or the days contradict themselves.
    """
    unit = unit_in_scope(session, actor, desk.MANAGE, unit_code)
    policy = Policy(
        id=new_id(),
        unit_id=unit.id,
        kind=draft["kind"],
        state=PolicyState.DRAFT,
        texts=[],
        promises=[],
    )
    _apply(session, policy, unit, draft)
    _store(session, policy, unit)
    _log(session, policy, actor, "create", None)
    return policy


def edit(
    session: Session, actor: Principal, policy_id: UUID, expected: int, draft: Draft
) -> Policy:
    """Change what is named. What the public reads changes with it, and the history says what was before.

    Raises:
        NotFound, InvalidInput;
        Forbidden: it is the whole country's;
        Conflict: it was put away;
        PreconditionFailed: somebody changed it since the version ``expected``.
    """
    policy, unit = _take(session, actor, policy_id, expected)
    if policy.state not in workflow.EDITABLE:
        raise Conflict("policies.not_editable")
    before = _content(policy)
    _apply(session, policy, unit, draft)
    if policy.state is PolicyState.PUBLISHED and not is_complete(policy):
        raise InvalidInput({"texts": ["incomplete"]}, "policies.incomplete")
    after = _content(policy)
    changed = {name: before[name] for name in before if before[name] != after[name]}
    if changed:
        _advance(session, policy)
        _log(session, policy, actor, "edit", policy.state, detail=changed)
    return policy


def move(
    session: Session,
    actor: Principal,
    policy_id: UUID,
    expected: int,
    name: str,
    reason: str | None = None,
) -> Policy:
    """Make one move of the workflow; see ``workflow.MOVES``.

    Raises:
        NotFound, Forbidden, Conflict, InvalidInput, PreconditionFailed.
    """
    policy, _unit = _take(session, actor, policy_id, expected)
    source = policy.state
    row = workflow.check(name, source, complete=is_complete(policy), reason=reason)
    policy.state = row.target
    if row.target is PolicyState.PUBLISHED:
        policy.published_at = policy.published_at or clock.now()
    _advance(session, policy)
    _log(session, policy, actor, row.name, source, reason)
    bump(session, AREA)
    return policy


def is_complete(policy: Policy) -> bool:
    """Every language has a name and a summary."""
    return bool(policy.texts) and all(text.name and text.summary for text in policy.texts)


def write_texts(policy: Policy, texts: Mapping[str, Mapping[str, str]]) -> None:
    """Replace the texts; a language that stays keeps its row."""
    known = {text.language: text for text in policy.texts}
    policy.texts = [
        known.get(language) or PolicyText(language=language) for language in sorted(texts)
    ]
    for text in policy.texts:
        words = texts[text.language]
        text.name, text.summary, text.body = words["name"], words["summary"], words["body"]
        text.search_key = search_key(text.name, text.summary, text.body, policy.number or "")


def _apply(session: Session, policy: Policy, unit: AdminUnit, draft: Draft) -> None:
    for name in _PLAIN:
        if name in draft:
            setattr(policy, name, draft[name] or None)  # type: ignore[literal-required] # one of its keys
    if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
        raise InvalidInput({"valid_to": ["before_valid_from"]})
    if "texts" in draft or "number" in draft:
        write_texts(policy, draft.get("texts") or _words(policy))
    if "promises" in draft:
        _write_promises(session, policy, unit, draft["promises"])


def _write_promises(
    session: Session, policy: Policy, unit: AdminUnit, wanted: Sequence[Promise]
) -> None:
    known = {promise.id: promise for promise in policy.promises}
    ids = [each["id"] for each in wanted if each["id"] is not None]
    if len(set(ids)) < len(ids) or not known.keys() >= set(ids):
        raise InvalidInput({"promises": ["unknown_promise"]}, "policies.promises")
    # A department that is no longer in use stays where it was.
    kept = {promise.department_id for promise in policy.promises}
    asked = {part for each in wanted if (part := each["department_id"])} - kept
    if not asked <= _departments(session, unit, asked):
        raise InvalidInput({"promises": ["unknown_department"]}, "policies.promises")
    rows = []
    for position, each in enumerate(wanted, start=1):
        row = known.get(each["id"]) if each["id"] else None
        if row is None:
            row = PolicyPromise(status=each["status"], status_at=clock.now())
        if row.status is not each["status"]:
            row.status, row.status_at = each["status"], clock.now()
        row.position = position
        row.texts = dict(each["texts"])
        row.responsible = each["responsible"]
        row.department_id = each["department_id"]
        row.due_on = each["due_on"]
        row.note = each["note"]
        rows.append(row)
    policy.promises = rows


def _departments(session: Session, unit: AdminUnit, asked: set[UUID]) -> set[UUID]:
    """Those of ``asked`` that work in the unit, in its province or in one of its communes."""
    if not asked:
        return set()
    near = select(AdminUnit.id).where(
        or_(
            AdminUnit.id == unit.id,
            AdminUnit.id == unit.parent_id,
            AdminUnit.parent_id == unit.id,
        )
    )
    return set(
        session.scalars(
            select(Department.id).where(
                Department.id.in_(asked), Department.unit_id.in_(near), Department.active
            )
        )
    )


def _store(session: Session, policy: Policy, unit: AdminUnit) -> None:
    """Add the policy under the first slug that is free; of two that want one, the database lets one have it."""
    for slug in _slugs(policy, unit):
        policy.slug = slug
        try:
            with session.begin_nested():
                session.add(policy)
            return
        except IntegrityError:
            continue
    raise LookupError(f"no slug is free for policy {policy.id}")


def _slugs(policy: Policy, unit: AdminUnit) -> Iterator[str]:
    name = next(text.name for text in policy.texts if text.language == "vi")
    words = slugify(name, _SLUG_WORDS) or "chinh-sach"
    yield words
    yield f"{words}-{unit.code}"
    yield f"{words}-{policy.id.hex[-8:]}"


def _take(
    session: Session, actor: Principal, policy_id: UUID, expected: int
) -> tuple[Policy, AdminUnit]:
    policy = desk.policy(session, actor, policy_id)
    if policy.unit_id is None:
        raise Forbidden("policies.national")
    if policy.version != expected:
        raise PreconditionFailed(current_version=policy.version)
    return policy, session.get_one(AdminUnit, policy.unit_id)


def _words(policy: Policy) -> dict[str, dict[str, str]]:
    return {
        text.language: {"name": text.name, "summary": text.summary, "body": text.body}
        for text in policy.texts
    }


def _content(policy: Policy) -> dict[str, Any]:
    """What an edit may change, as JSON, for the history."""
    return {
        "kind": policy.kind.value,
        "number": policy.number,
        "issuer": policy.issuer,
        **{
            name: day.isoformat() if (day := getattr(policy, name)) else None
            for name in ("issued_on", "valid_from", "valid_to")
        },
        "texts": _words(policy),
        "promises": [
            {
                "id": str(promise.id) if promise.id else None,
                "texts": promise.texts,
                "responsible": promise.responsible,
                "department_id": str(promise.department_id) if promise.department_id else None,
                "due_on": promise.due_on.isoformat() if promise.due_on else None,
                "status": promise.status.value,
                "note": promise.note,
            }
            for promise in policy.promises
        ],
    }


def _advance(session: Session, policy: Policy) -> None:
    policy.updated_at = clock.now()
    # Also when only rows beside it changed within the same microsecond: the version must move.
    flag_modified(policy, "updated_at")
    if policy.state is not PolicyState.DRAFT:
        bump(session, AREA)


def _log(
    session: Session,
    policy: Policy,
    actor: Principal,
    type_: str,
    source: PolicyState | None,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    session.add(
        PolicyEvent(
            policy_id=policy.id,
            at=clock.now(),
            actor_id=actor.id,
            type=type_,
            from_state=source.value if source else None,
            to_state=policy.state.value,
            reason=reason,
            detail=detail or {},
        )
    )
    session.flush()
