"""The demo province is a whole story, harmless, and the same when it is loaded twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from backend.accounts.models import Staff
from backend.cli import demo
from backend.core import db as core_db
from backend.core.db import reading
from backend.essentials.models import Article
from backend.feedback.models import Feedback, ShownState
from backend.places.models import AdminUnit, UnitLevel
from moderation.models import Case
from notifications import fan_out
from notifications.models import InboxItem, Message
from tests.conftest import Database

PHONE = re.compile(r"(?<!\d)(?:\+84|0)[\s.]?\d{2,3}[\s.]?\d{3}[\s.]?\d{3,4}(?!\d)")


def rows() -> Counter[str]:
    """How many rows each table has."""
    with reading() as session:
        return Counter(
            {
                table.name: session.scalar(select(func.count()).select_from(table))
                for table in core_db.Base.metadata.sorted_tables
            }
        )


def test_a_newcomer_meets_a_few_telling_messages(db: Database, tmp_path: Path) -> None:
    dung = demo.load(tmp_path).staff["dung.ayun"]
    fan_out.fan_out_pending()
    with reading() as session:
        kinds = session.scalars(
            select(Message.kind).join(InboxItem).where(InboxItem.staff_id == dung)
        ).all()
    assert 3 <= len(kinds) <= 5, kinds
    assert len(set(kinds)) == len(kinds), "each says something else"


def test_the_demo_province_tells_the_whole_story_and_twice_is_once(
    db: Database, tmp_path: Path
) -> None:
    first = demo.load(tmp_path)
    once = rows()
    again = demo.load(tmp_path)
    assert rows() == once
    assert again.password == first.password
    assert again.staff == first.staff
    remembered = json.loads((tmp_path / "demo.json").read_text())
    assert {name for name, _ in remembered["sign_ins"]} == set(first.staff)
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0

    with reading() as session:
        communes = session.scalar(
            select(func.count())
            .select_from(AdminUnit)
            .where(AdminUnit.level == UnitLevel.COMMUNE, AdminUnit.valid_to.is_(None))
        )
        assert communes == 135
        staffed = session.scalars(select(AdminUnit.name).where(AdminUnit.is_staffed))
        assert set(staffed) == {"Ayun", "Quy Nhơn"}
        assert (session.scalar(select(func.count()).select_from(Article)) or 0) >= 12
        assert (session.scalar(select(func.count()).select_from(Staff)) or 0) >= 20
        states = set(session.scalars(select(Case.state)))
        assert states == set(ShownState), "feedback in every state"
        # Nothing in it could be about somebody.
        texts = list(session.scalars(select(Feedback.text)))
        assert [text for text in texts if PHONE.search(text)] == []
