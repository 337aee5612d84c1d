"""Files of a draft: for the desks of its unit, and for nobody else."""

from __future__ import annotations

from backend.core.auth import ANONYMOUS, Role
from backend.core.db import transaction
from backend.uploads.access import may_read
from tests.conftest import Database
from tests.factories.accounts import make_resident, resident_principal
from tests.factories.essentials import make_desk, make_draft, make_person
from tests.factories.places import make_commune
from tests.factories.uploads import make_clean_photo


def test_an_approver_sees_the_cover_of_a_draft_and_the_neighbour_does_not(db: Database) -> None:
    with transaction() as session:
        unit, elsewhere = make_commune(session), make_commune(session)
        drafter, editor, approver = make_desk(session, unit)
        article = make_draft(session, drafter, unit)
        cover = make_clean_photo(
            session,
            owner_kind="staff",
            owner_id=drafter.id,
            subject_kind="article",
            subject_id=article.id,
        )
        assert all(may_read(session, who, cover) for who in (drafter, editor, approver))
        neighbour = make_person(session, elsewhere, Role.APPROVER)
        handler = make_person(session, unit, Role.HANDLER)
        lan = resident_principal(make_resident(session))
        assert not any(
            may_read(session, who, cover) for who in (neighbour, handler, lan, ANONYMOUS)
        )
