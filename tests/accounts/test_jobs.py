"""What is forgotten by itself, without looking at everything that is kept."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event, text

from backend.accounts.jobs import tidy_accounts
from backend.core import db as core_db
from backend.core.db import is_postgresql, transaction
from tests.conftest import Database


def test_tidying_finds_its_rows_by_index(db: Database) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        sent.append((statement, parameters))

    event.listen(core_db.engine(), "before_cursor_execute", note)
    try:
        tidy_accounts()
    finally:
        event.remove(core_db.engine(), "before_cursor_execute", note)
    sent = [each for each in sent if each[0].startswith(("UPDATE", "DELETE"))]
    assert len(sent) == 6
    with transaction() as session:
        if is_postgresql(session):
            # Tables without rows are read whole unless that is made dear.
            session.execute(text("SET LOCAL enable_seqscan = off"))
            explain = "EXPLAIN"
        else:
            explain = "EXPLAIN QUERY PLAN"
        for statement, parameters in sent:
            plan = session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
            steps = "\n".join(str(row[-1]) for row in plan)
            assert not re.search(r"^SCAN|Seq Scan", steps, re.MULTILINE), f"{statement}\n{steps}"
