"""Makers of articles, through the same services as the desk uses."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from backend.accounts.models import Staff
from backend.core.auth import Principal, Role
from backend.essentials import service
from backend.essentials.categories import ensure_categories
from backend.essentials.models import Article
from backend.essentials.workflow import Asked
from backend.places.models import AdminUnit
from tests.factories.accounts import make_staff, principal_of

TEXT = {
    "title": "Lịch tiêm chủng tháng 12",
    "summary": "Trạm y tế xã tiêm vào thứ Năm hằng tuần.",
    "body_html": "<p>Bà con đưa trẻ dưới 5 tuổi đến trạm y tế, mang theo sổ tiêm.</p>",
}


def make_desk(session: Session, unit: AdminUnit) -> tuple[Principal, Principal, Principal]:
    """Drafter, editor and approver of ``unit``, in this order."""
    return (
        make_person(session, unit, Role.DRAFTER),
        make_person(session, unit, Role.EDITOR),
        make_person(session, unit, Role.APPROVER),
    )


def make_person(session: Session, unit: AdminUnit, *roles: Role) -> Principal:
    """A member of staff with ``roles`` on ``unit``, as a principal."""
    staff: Staff = make_staff(session, *roles, unit=unit)
    return principal_of(session, staff)


def make_draft(session: Session, author: Principal, unit: AdminUnit, **overrides: Any) -> Article:
    """A draft in Vietnamese; ``title=``, ``summary=`` and ``body_html=`` change its text."""
    ensure_categories(session)
    words = {key: overrides.pop(key, value) for key, value in TEXT.items()}
    draft: service.Draft = {"category": "kien_thuc", "texts": {"vi": words}, **overrides}
    return service.create(session, author, unit.code, draft)


def make_published(session: Session, unit: AdminUnit, **overrides: Any) -> Article:
    """An article that three people brought to the public; see ``make_draft`` for the overrides."""
    drafter, _editor, approver = make_desk(session, unit)
    article = make_draft(session, drafter, unit, **overrides)
    for actor, name in ((drafter, "submit"), (approver, "approve"), (approver, "publish")):
        step(session, actor, article, name)
    return article


def step(session: Session, actor: Principal, article: Article, name: str, **asked: Any) -> Article:
    """Make one move on the article as it stands."""
    session.flush()
    return service.move(session, actor, article.id, article.version, name, Asked(**asked))
