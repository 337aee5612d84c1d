"""Who is asking, what they may do, and the declaration every route makes about it.

The rooms above register how a request is turned into a ``Principal`` (a cookie, a token, a device's secret);
this module knows only the result. A route without one of the decorators below does not pass the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Request, g, request

from backend.core.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    """What somebody is, on one administrative unit."""

    TRIAGE_OFFICER = "triage_officer"
    HANDLER = "handler"
    DRAFTER = "drafter"
    EDITOR = "editor"
    APPROVER = "approver"
    BROADCAST_OPERATOR = "broadcast_operator"
    DEVICE_TECHNICIAN = "device_technician"
    ONE_STOP_DESK = "one_stop_desk"
    VILLAGE_HEAD = "village_head"
    COMMUNE_LEADER = "commune_leader"
    PROVINCE_SUPERVISOR = "province_supervisor"
    ADMINISTRATOR = "administrator"
    PORTAL_CLIENT = "portal_client"


class Permission(StrEnum):
    """What may be done; the scope is the unit of the grant that carries it."""

    ARTICLES_READ = "articles:read"
    ARTICLES_WRITE = "articles:write"
    ARTICLES_EDIT = "articles:edit"
    ARTICLES_APPROVE = "articles:approve"
    CASES_READ = "cases:read"
    CASES_TRIAGE = "cases:triage"
    CASES_HANDLE = "cases:handle"
    CASES_APPROVE = "cases:approve"
    CASES_PUBLISH = "cases:publish"
    CASES_IDENTITY = "cases:identity"
    CASES_ASSISTED = "cases:assisted"
    RULES_MANAGE = "rules:manage"
    POLICIES_MANAGE = "policies:manage"
    BROADCASTS_READ = "broadcasts:read"
    BROADCASTS_WRITE = "broadcasts:write"
    BROADCASTS_APPROVE = "broadcasts:approve"
    DEVICES_MANAGE = "devices:manage"
    STAFF_MANAGE = "staff:manage"
    OUTBOX_READ = "outbox:read"
    PLACES_MANAGE = "places:manage"
    CALENDAR_MANAGE = "calendar:manage"
    PORTALS_MANAGE = "portals:manage"
    FEEDBACK_HAND_IN = "feedback:hand_in"


_P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TRIAGE_OFFICER: frozenset(
        {
            _P.CASES_READ,
            _P.CASES_TRIAGE,
            _P.CASES_PUBLISH,
            _P.CASES_IDENTITY,
            _P.CASES_ASSISTED,
            _P.RULES_MANAGE,
        }
    ),
    Role.HANDLER: frozenset({_P.CASES_READ, _P.CASES_HANDLE}),
    Role.DRAFTER: frozenset(
        {_P.ARTICLES_READ, _P.ARTICLES_WRITE, _P.BROADCASTS_READ, _P.BROADCASTS_WRITE}
    ),
    Role.EDITOR: frozenset(
        {
            _P.ARTICLES_READ,
            _P.ARTICLES_WRITE,
            _P.ARTICLES_EDIT,
            _P.POLICIES_MANAGE,
            _P.BROADCASTS_READ,
            _P.BROADCASTS_WRITE,
        }
    ),
    Role.APPROVER: frozenset(
        {
            _P.ARTICLES_READ,
            _P.ARTICLES_APPROVE,
            _P.POLICIES_MANAGE,
            _P.BROADCASTS_READ,
            _P.BROADCASTS_APPROVE,
        }
    ),
    Role.BROADCAST_OPERATOR: frozenset({_P.BROADCASTS_READ, _P.BROADCASTS_WRITE}),
    Role.DEVICE_TECHNICIAN: frozenset({_P.DEVICES_MANAGE, _P.BROADCASTS_READ}),
    Role.ONE_STOP_DESK: frozenset({_P.CASES_READ, _P.CASES_TRIAGE, _P.CASES_ASSISTED}),
    Role.VILLAGE_HEAD: frozenset({_P.CASES_ASSISTED}),
    Role.COMMUNE_LEADER: frozenset(
        {
            _P.ARTICLES_READ,
            _P.ARTICLES_APPROVE,
            _P.POLICIES_MANAGE,
            _P.BROADCASTS_READ,
            _P.BROADCASTS_APPROVE,
            _P.CASES_READ,
            _P.CASES_TRIAGE,
            _P.CASES_APPROVE,
            _P.CASES_PUBLISH,
            _P.CASES_IDENTITY,
            _P.CALENDAR_MANAGE,
            _P.RULES_MANAGE,
            _P.OUTBOX_READ,
        }
    ),
    Role.PROVINCE_SUPERVISOR: frozenset(
        {
            _P.ARTICLES_READ,
            _P.POLICIES_MANAGE,
            _P.BROADCASTS_READ,
            _P.CASES_READ,
            _P.RULES_MANAGE,
            _P.OUTBOX_READ,
        }
    ),
    # An administrator keeps accounts, places and devices; reading people's feedback is not part of that work.
    Role.ADMINISTRATOR: frozenset(
        {
            _P.STAFF_MANAGE,
            _P.PLACES_MANAGE,
            _P.CALENDAR_MANAGE,
            _P.RULES_MANAGE,
            _P.PORTALS_MANAGE,
            _P.DEVICES_MANAGE,
            _P.OUTBOX_READ,
        }
    ),
    # A portal passes on what its visitors write. Views decorated for staff or residents refuse it.
    Role.PORTAL_CLIENT: frozenset({_P.FEEDBACK_HAND_IN}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role on one unit, perhaps narrowed to a department or a community of it."""

    role: Role
    unit_id: UUID
    unit_level: str
    department_id: UUID | None = None
    community_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a service: a person, a device, a portal, nobody, or the house itself.

    Attributes:
        kind: ``anonymous``, ``resident``, ``staff``, ``device``, ``portal`` or ``system``.
        id: row of that kind; None for anonymous and system.
    """

    kind: str
    id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    session_id: UUID | None = None
    name: str | None = None
    language: str | None = None

    def grants_for(self, permission: Permission) -> tuple[Grant, ...]:
        """The grants that carry ``permission``."""
        return tuple(grant for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role])

    def can(self, permission: Permission) -> bool:
        """True when some grant carries ``permission``; where, is for the query to check."""
        return any(permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants)

    def has_role(self, role: Role) -> bool:
        """True when some grant is of ``role``."""
        return any(grant.role == role for grant in self.grants)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything this principal may do somewhere."""
        return frozenset(
            permission for grant in self.grants for permission in ROLE_PERMISSIONS[grant.role]
        )


ANONYMOUS = Principal(kind="anonymous")
SYSTEM = Principal(kind="system")

Loader = Callable[[Request], Principal | None]
_loaders: dict[str, Loader] = {}


def register_loader(name: str, loader: Loader) -> None:
    """Let a room recognise its own kind of caller; the first loader that answers decides.

    A loader returns None when the request carries nothing of its kind, and raises ``Unauthenticated``
    when it carries something that is no longer good.
    """
    _loaders[name] = loader


def principal() -> Principal:
    """Who sent this request; looked up once."""
    if "principal" not in g:
        g.principal = next(
            (found for loader in _loaders.values() if (found := loader(request)) is not None),
            ANONYMOUS,
        )
    known: Principal = g.principal
    return known


View = TypeVar("View", bound=Callable[..., Any])


def _declare(access: str, check: Callable[[], None] | None) -> Callable[[View], View]:
    def decorator(view: View) -> View:
        if check is None:
            view.__access__ = access  # type: ignore[attr-defined] # read by tests and by the OpenAPI document
            return view

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            check()
            return view(*args, **kwargs)

        guarded.__access__ = access  # type: ignore[attr-defined] # as above
        return guarded  # type: ignore[return-value] # same signature, by functools.wraps

    return decorator


def _know_the_caller() -> None:
    principal()


def _must_be(kinds: Sequence[str]) -> Callable[[], None]:
    def check() -> None:
        kind = principal().kind
        if kind in kinds:
            return
        if kind == "anonymous":
            raise Unauthenticated
        raise Forbidden

    return check


def public(view: View) -> View:
    """Anybody, and who it is does not matter: the answer may be shared by caches."""
    return _declare("public", None)(view)


def anyone(view: View) -> View:
    """Anybody; whoever is signed in is known to the view. A token that is no longer good is refused."""
    return _declare("anyone", _know_the_caller)(view)


def signed_in(view: View) -> View:
    """A resident or a member of staff."""
    return _declare("signed_in", _must_be(("resident", "staff")))(view)


def resident(view: View) -> View:
    """A signed-in resident."""
    return _declare("resident", _must_be(("resident",)))(view)


def device(view: View) -> View:
    """An enrolled device."""
    return _declare("device", _must_be(("device",)))(view)


def staff(*permissions: Permission) -> Callable[[View], View]:
    """A member of staff who holds at least one of ``permissions`` somewhere (none named: any staff).

    Where they hold it is checked by the query, with ``backend.places.scope.units_in_scope``.
    """

    def check() -> None:
        _must_be(("staff",))()
        if permissions and not any(principal().can(permission) for permission in permissions):
            raise Forbidden

    return _declare("staff:" + ",".join(permissions), check)
