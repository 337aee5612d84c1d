"""Finding a case by words: FTS5 on SQLite, ``tsvector`` on PostgreSQL; what is found is for officials only.

Each key also holds a token of the responsible unit, so that a common word is looked up among the unit's own
cases and not among everybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    and_,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session

from backend.core.db import is_postgresql
from backend.core.full_text import search_key as folded_words
from backend.core.full_text import words
from moderation.models import Case

MOST_HITS = 500
MOST_WALKED, MOST_FETCHED = 2_000, 2_000  # of PostgreSQL's newest cases, and from its index
_FTS = f"{Case.__tablename__}_fts"


def search_key(unit_id: UUID, tracking_code: str, *parts: str) -> str:
    """Words of a case as they are indexed: its unit's token, its code in one piece, its text."""
    return folded_words(_unit_token(unit_id), tracking_code.replace("-", ""), *parts)


@dataclass(frozen=True, slots=True)
class Hits:
    """The cases found, by ``search_id``; ``more``: others hold the words too."""

    ids: Sequence[int]
    more: bool


def newest(session: Session, query: str, unit_ids: Collection[UUID]) -> Hits:
    """Cases (at most ``MOST_HITS``, the newest) that hold a word beginning with each word of ``query``.

    A common word has more hits than anybody reads; looking at few keeps every search equally quick.

    Args:
        unit_ids: units searched; empty for all, when the caller narrows to a province.
    """
    code = query.strip().replace("-", "").replace(" ", "")
    found = words(query)
    if not found:
        return Hits((), more=False)
    alternatives = [found]
    if len(found) > 1 and code.isalnum():
        alternatives.append(words(code))  # GL-7K4M-92QX, however it was typed
    look = _postgresql if is_postgresql(session) else _sqlite
    return look(session, alternatives, unit_ids)


def _sqlite(session: Session, alternatives: list[list[str]], unit_ids: Collection[UUID]) -> Hits:
    """FTS5 gives its hits in the order of their numbers, as many as are asked for."""
    tokens = sorted(_unit_token(unit_id) for unit_id in unit_ids)
    scope = f"({' OR '.join(tokens)}) AND " if tokens else ""
    either = " OR ".join(
        "(" + " AND ".join(f'"{word}"*' for word in each) + ")" for each in alternatives
    )
    numbers = (
        select(column("rowid", BigInteger))
        .select_from(named_table(_FTS))
        .where(text(f"{_FTS} MATCH :wanted").bindparams(wanted=f"{scope}({either})"))
        .order_by(column("rowid").desc())
        .limit(MOST_HITS + 1)
    )
    found = session.scalars(numbers).all()
    return Hits(found[:MOST_HITS], more=len(found) > MOST_HITS)


def _postgresql(
    session: Session, alternatives: list[list[str]], unit_ids: Collection[UUID]
) -> Hits:
    """A GIN index has no order: every hit of a common word would be fetched and sorted.

    So the newest cases are read first; a common word has its hits there. For a rarer one the index is asked, for
    as many as it takes to know that all have come. Between the two (a word that is neither) the answer is not
    exactly the newest ones, and says that there are more.
    """
    latest = select(Case.search_id, Case.search_key)
    if len(unit_ids) == 1:
        (unit_id,) = unit_ids
        latest = latest.where(Case.unit_id == unit_id).order_by(
            Case.created_at.desc(), Case.id.desc()
        )
    else:
        latest = latest.order_by(Case.search_id.desc())
    recent = latest.limit(MOST_WALKED).subquery()
    tokens = sorted(_unit_token(unit_id) for unit_id in unit_ids)
    key = literal(" ").concat(recent.c.search_key)
    held = or_(*(and_(*(key.like(f"% {word}%") for word in each)) for each in alternatives))
    here = or_(*(key.like(f"% {token} %") for token in tokens)) if tokens else true()
    walked = session.scalars(
        select(recent.c.search_id).where(here, held).limit(MOST_HITS + 1)
    ).all()
    if len(walked) > MOST_HITS:
        return Hits(walked[:MOST_HITS], more=True)
    vector = func.to_tsvector(literal_column("'simple'::regconfig"), Case.search_key)
    either = " | ".join(
        "(" + " & ".join(f"{word}:*" for word in each) + ")" for each in alternatives
    )
    scope = f"({' | '.join(tokens)}) & " if tokens else ""
    wanted = func.to_tsquery(literal_column("'simple'::regconfig"), f"{scope}({either})")
    indexed = session.scalars(
        select(Case.search_id).where(vector.op("@@")(wanted)).limit(MOST_FETCHED + 1)
    ).all()
    found = sorted({*walked, *indexed}, reverse=True)
    return Hits(found[:MOST_HITS], more=len(found) > MOST_HITS)


def _unit_token(unit_id: UUID) -> str:
    return f"u{unit_id.hex}"
