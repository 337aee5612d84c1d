"""Finding a case by words: FTS5 on SQLite, ``tsvector`` on PostgreSQL; what is found is for officials only.

Each key also holds a token of the responsible unit, so that a common word is looked up among the unit's own
cases and not among everybody's.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, column, false, func, literal_column, select, text
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session

from backend.core.db import is_postgresql
from backend.core.full_text import search_key as folded_words
from backend.core.full_text import words
from moderation.models import Case

MOST_HITS = 500
_FTS = f"{Case.__tablename__}_fts"


def search_key(unit_id: UUID, tracking_code: str, *parts: str) -> str:
    """Words of a case as they are indexed: its unit's token, its code in one piece, its text."""
    return folded_words(_unit_token(unit_id), tracking_code.replace("-", ""), *parts)


def newest(session: Session, query: str, unit_ids: Collection[UUID]) -> ColumnElement[bool]:
    """The newest cases (at most ``MOST_HITS``) that hold a word beginning with each word of ``query``, as a condition.

    A common word has more hits than anybody reads; looking at the newest keeps every search equally quick.

    Args:
        unit_ids: units searched; empty for all, when the caller narrows to a province.
    """
    code = query.strip().replace("-", "").replace(" ", "")
    found = words(query)
    if not found:
        return false()
    alternatives = [found]
    if len(found) > 1 and code.isalnum():
        alternatives.append(words(code))  # GL-7K4M-92QX, however it was typed
    tokens = sorted(_unit_token(unit_id) for unit_id in unit_ids)
    if is_postgresql(session):
        vector = func.to_tsvector(literal_column("'simple'::regconfig"), Case.search_key)
        either = " | ".join(
            "(" + " & ".join(f"{word}:*" for word in each) + ")" for each in alternatives
        )
        scope = f"({' | '.join(tokens)}) & " if tokens else ""
        wanted = func.to_tsquery(literal_column("'simple'::regconfig"), f"{scope}({either})")
        hits = select(Case.search_id).where(vector.op("@@")(wanted))
        return Case.search_id.in_(hits.order_by(Case.search_id.desc()).limit(MOST_HITS))
    scope = f"({' OR '.join(tokens)}) AND " if tokens else ""
    either = " OR ".join(
        "(" + " AND ".join(f'"{word}"*' for word in each) + ")" for each in alternatives
    )
    numbers = (
        select(column("rowid", BigInteger))
        .select_from(named_table(_FTS))
        .where(text(f"{_FTS} MATCH :wanted").bindparams(wanted=f"{scope}({either})"))
        .order_by(column("rowid").desc())
        .limit(MOST_HITS)
    )
    return Case.search_id.in_(numbers)


def _unit_token(unit_id: UUID) -> str:
    return f"u{unit_id.hex}"
