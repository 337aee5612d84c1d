"""Two hundred thousand cases: copies of one real case with other codes, states, deadlines and words."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from backend.core import clock, db, ids
from backend.feedback.models import Feedback, TrackingView
from backend.places.models import Department
from moderation.models import OPEN_STATES, Case, CaseState, FeedbackCategory, LegalType, Urgency
from moderation.search import search_key

BATCH = 2_000
SHARE_OPEN = 0.25  # fifty thousand open cases is far more than any commune has
WORDS = [
    *("đường", "cầu", "cống", "đèn", "rác", "nước", "điện", "loa", "trạm y tế", "trường mầm non"),
    *("hỏng", "sạt lở", "ngập", "tắc", "yếu", "ồn", "bẩn", "thiếu", "chậm", "phát thanh"),
    *("thôn", "làng", "chợ", "ruộng", "mương", "hộ nghèo", "bảo hiểm", "một cửa", "giấy tờ"),
]
FINISHED = (
    CaseState.RESOLVED,
    CaseState.RESOLVED,
    CaseState.RESOLVED,
    CaseState.REJECTED,
    CaseState.CLOSED,
)
WAITING = sorted(OPEN_STATES - {CaseState.REOPENED})


def fill(tracking_code: str, wanted: int) -> int:
    """Copy the case of ``tracking_code`` until there are ``wanted`` cases; how many were made."""
    with db.reading() as session:
        case = session.scalars(select(Case).where(Case.tracking_code == tracking_code)).one()
        have = session.scalar(select(func.count()).select_from(Case)) or 0
        template = {
            table: _row(session, table, key)
            for table, key in (
                (Feedback.__table__, Feedback.id == case.feedback_id),
                (TrackingView.__table__, TrackingView.feedback_id == case.feedback_id),
                (Case.__table__, Case.id == case.id),
            )
        }
        departments = list(
            session.scalars(select(Department.id).where(Department.unit_id == case.unit_id))
        )
    missing = max(0, wanted - have)
    chance = random.Random(2026)
    made = 0
    while made < missing:
        size = min(BATCH, missing - made)
        rows = [_copy(template, departments, chance) for _ in range(size)]
        try:
            with db.transaction() as session:
                for table in template:
                    session.execute(insert(table), [row[table] for row in rows])
        except IntegrityError:
            continue  # among so many, two tracking codes are sometimes equal: this batch is made anew
        made += size
    with db.transaction() as session:
        session.execute(text("ANALYZE"))
    return made


def _row(session: Any, table: Any, condition: Any) -> dict[str, Any]:
    return dict(session.execute(select(table).where(condition)).mappings().one())


def _copy(
    template: dict[Any, dict[str, Any]], departments: list[uuid.UUID], chance: random.Random
) -> dict[Any, dict[str, Any]]:
    """One more case, told in the columns of its three tables."""
    feedback_id, case_id = ids.new_id(), ids.new_id()
    code = ids.tracking_code("GL")
    at = clock.now() - timedelta(minutes=chance.randrange(60 * 24 * 700))
    still_open = chance.random() < SHARE_OPEN
    words = " ".join(chance.choices(WORDS, k=24))
    tables: dict[Any, dict[str, Any]] = {}
    for table, row in template.items():
        new = dict(row)
        _set(table, new, id=feedback_id if table.name == "feedback" else case_id)
        _set(table, new, feedback_id=feedback_id, tracking_code=code, created_at=at, text=words)
        tables[table] = new
    case = tables[Case.__table__]
    case.update(_state(at, chance, still_open=still_open))
    case["lead_department_id"] = chance.choice(departments)
    case["search_id"] = chance.getrandbits(62)
    case["search_key"] = search_key(case["unit_id"], code, words)
    return tables


def _set(table: Table, row: dict[str, Any], **values: Any) -> None:
    row.update({name: value for name, value in values.items() if name in table.c})


def _state(at: datetime, chance: random.Random, *, still_open: bool) -> dict[str, Any]:
    urgency = chance.choices(list(Urgency), [80, 15, 5])[0]
    due_at = at + timedelta(days=chance.randrange(1, 20))
    return {
        "state": chance.choice(WAITING if still_open else FINISHED),
        "closed_at": None if still_open else at + timedelta(days=chance.randrange(1, 30)),
        "category": chance.choice(list(FeedbackCategory)),
        "urgency": urgency,
        "urgency_rank": urgency.rank,
        "legal_type": LegalType.ORDINARY,
        "restricted": False,
        "due_at": due_at,
        "is_overdue": still_open and due_at < clock.now(),
        "next_alarm_at": None,
        "published_at": None,
    }
