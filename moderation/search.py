"""Finding a case by words: FTS5 on SQLite, ``tsvector`` on PostgreSQL; what is found is for officials only.

Each key also holds a token of the responsible unit, so that a common word is looked up among the unit's own
cases and not among everybody's.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, column, func, literal_column, or_, select, text
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session

from backend.core.db import is_postgresql
from backend.essentials.full_text import search_key as folded_words
from backend.essentials.full_text import words
from moderation.models import Case

_FTS = f"{Case.__tablename__}_fts"


def search_key(unit_id: UUID, tracking_code: str, *parts: str) -> str:
    """Words of a case as they are indexed: its unit's token, its code in one piece, its text."""
    return folded_words(_unit_token(unit_id), tracking_code.replace("-", ""), *parts)


def matching(session: Session, query: str, unit_ids: Collection[UUID]) -> ColumnElement[bool]:
    """True for cases that hold a word beginning with each word of ``query``.

    Args:
        unit_ids: units searched; empty when the statement narrows to a province by itself.
    """
    code = query.strip().replace("-", "").replace(" ", "")
    found = words(query)
    if not found:
        return literal_column("1") == literal_column("0")
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
        query_text = f"{scope}({either})"
        return vector.op("@@")(func.to_tsquery(literal_column("'simple'::regconfig"), query_text))
    scope = f"({' OR '.join(tokens)}) AND " if tokens else ""
    conditions = []
    for number, each in enumerate(alternatives):
        wanted = scope + "(" + " AND ".join(f'"{word}"*' for word in each) + ")"
        match = text(f"{_FTS} MATCH :wanted_{number}").bindparams(**{f"wanted_{number}": wanted})
        source = select(column("rowid", BigInteger)).select_from(named_table(_FTS)).where(match)
        conditions.append(Case.search_id.in_(source))
    return or_(*conditions)


def _unit_token(unit_id: UUID) -> str:
    return f"u{unit_id.hex}"
