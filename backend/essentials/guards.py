"""Who may open a file that hangs on an article: whoever may read the article at the desk."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.auth import Permission, Principal
from backend.essentials.models import Article
from backend.places.scope import units_in_scope


def of_article(session: Session, principal: Principal, article_id: UUID) -> bool:
    """Files of a draft: the desks of its unit; what is public is served without asking."""
    if principal.kind != "staff":
        return False
    scope = units_in_scope(principal, Permission.ARTICLES_READ)
    found = select(Article.id).where(Article.id == article_id, Article.unit_id.in_(scope))
    return session.scalar(found) is not None
