"""Finding a commune by whatever people call it: today's name, a former one, a code, with or without diacritics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from backend.core import clock
from backend.core.text import fold
from backend.places.found import Hit, Match, Reason
from backend.places.lineage import came_from
from backend.places.models import AdminUnit, UnitKind, UnitLevel, UnitSuccession
from backend.places.queries import standing

# "xã Ayun", "P. Quy Nhơn", "TT Phú Túc": what comes before a name, folded, and what it says.
_TITLES = {
    "xa": UnitKind.XA,
    "x.": UnitKind.XA,
    "phuong": UnitKind.PHUONG,
    "p.": UnitKind.PHUONG,
    "dac khu": UnitKind.DAC_KHU,
    "thi tran": UnitKind.THI_TRAN,
    "tt": UnitKind.THI_TRAN,
    "tt.": UnitKind.THI_TRAN,
    "huyen": UnitKind.HUYEN,
}
_TITLED = re.compile(r"(xa|phuong|dac khu|thi tran|huyen|tt|x\.|p\.|tt\.) ?(?<=[ .])(.+)")
_LAST_CHARACTER = "\U0010ffff"
# Matches looked at further; a single letter matches thousands, and nobody reads past the first ones.
_ENOUGH = 400


@dataclass(frozen=True, slots=True)
class _Needle:
    """What was typed, ready to compare."""

    keys: tuple[str, ...]  # folded: as typed, and without the title
    kind: UnitKind | None

    @classmethod
    def of(cls, text: str) -> _Needle:
        # "Ayun, Mang Yang, Gia Lai": people write addresses.
        key = fold(text.split(",", maxsplit=1)[0])
        titled = _TITLED.fullmatch(key)
        if titled is None:
            return cls((key,), None)
        return cls((key, titled[2]), _TITLES[titled[1]])

    def begins(self) -> ColumnElement[bool]:
        """Names that begin with it, or a code: served by indexes."""
        ranges = [
            and_(AdminUnit.search_key >= key, AdminUnit.search_key < key + _LAST_CHARACTER)
            for key in self.keys
        ]
        return or_(AdminUnit.code == self.keys[0], *ranges)

    def contains(self) -> ColumnElement[bool]:
        """Names that have it anywhere: reads the index from end to end."""
        parts = [AdminUnit.search_key.contains(key, autoescape=True) for key in self.keys]
        return or_(AdminUnit.code == self.keys[0], *parts)

    def rank(self) -> ColumnElement[int]:
        """0 code, 1 whole name, 2 beginning, 3 beginning of a word, 4 anywhere."""
        words = [AdminUnit.search_key.contains(f" {key}", autoescape=True) for key in self.keys]
        starts = [AdminUnit.search_key.startswith(key, autoescape=True) for key in self.keys]
        return case(
            (AdminUnit.code == self.keys[0], 0),
            (AdminUnit.search_key.in_(self.keys), 1),
            (or_(*starts), 2),
            (or_(*words), 3),
            else_=4,
        )


def find_communes(
    session: Session,
    text: str = "",
    *,
    province: AdminUnit | None = None,
    at: date | None = None,
    limit: int = 20,
) -> list[Hit]:
    """The communes of a day that ``text`` may mean, best first; all by name when it is empty.

    A unit that no longer stood on that day leads to what became of it, and the hit says so.

    Args:
        session: reading is enough.
        text: as typed.
        province: only communes of this province (of that day).
        at: the day; today when none is named.
        limit: number of hits.
    """
    day = at or clock.today_local()
    if not fold(text):
        return _all(session, province, day, limit)
    needle = _Needle.of(text)
    if not needle.keys[0]:
        return []
    hits = _search(session, needle, needle.begins(), province, day, limit)
    if len(hits) < limit:
        hits = _search(session, needle, needle.contains(), province, day, limit)
    return hits


def _all(session: Session, province: AdminUnit | None, day: date, limit: int) -> list[Hit]:
    statement = select(AdminUnit).where(AdminUnit.level == UnitLevel.COMMUNE, standing(day))
    if province is not None:
        statement = statement.where(AdminUnit.parent_id == province.id)
    ordered = statement.order_by(AdminUnit.search_key, AdminUnit.code).limit(limit)
    return [Hit(unit) for unit in session.scalars(ordered)]


def _search(
    session: Session,
    needle: _Needle,
    condition: ColumnElement[bool],
    province: AdminUnit | None,
    day: date,
    limit: int,
) -> list[Hit]:
    rank = needle.rank()
    named = select(AdminUnit.id.label("origin_id"), rank.label("rank")).where(
        AdminUnit.level == UnitLevel.COMMUNE, condition
    )
    if province is not None:
        named = named.where(AdminUnit.parent_id.in_(came_from([province.id])))
    found = named.order_by(rank, AdminUnit.search_key, AdminUnit.id).limit(_ENOUGH).subquery()

    # From each unit that was named, forward through what became of it.
    path = select(found.c.origin_id, found.c.origin_id.label("unit_id"), found.c.rank).cte(
        "path", recursive=True
    )
    path = path.union(
        select(path.c.origin_id, UnitSuccession.successor_id, path.c.rank).join(
            UnitSuccession, UnitSuccession.predecessor_id == path.c.unit_id
        )
    )
    origin = aliased(AdminUnit)
    order = (
        path.c.rank,
        case((path.c.origin_id == path.c.unit_id, 0), else_=1),
        case((origin.kind == needle.kind, 0), else_=1),
        AdminUnit.search_key,
        AdminUnit.code,
    )
    ways = (
        select(
            path.c.unit_id,
            path.c.origin_id,
            func.row_number().over(order_by=order).label("place"),
            func.row_number().over(partition_by=path.c.unit_id, order_by=order).label("way"),
        )
        .join(AdminUnit, AdminUnit.id == path.c.unit_id)
        .join(origin, origin.id == path.c.origin_id)
        .where(standing(day))
    )
    if province is not None:
        ways = ways.where(AdminUnit.parent_id == province.id)
    best = ways.subquery()
    rows = session.execute(
        select(AdminUnit, origin)
        .join(best, best.c.unit_id == AdminUnit.id)
        .join(origin, origin.id == best.c.origin_id)
        .where(best.c.way == 1)
        .order_by(best.c.place)
        .limit(limit)
    )
    return [
        Hit(unit, Match(named_unit, _reason(unit, named_unit, needle))) for unit, named_unit in rows
    ]


def _reason(unit: AdminUnit, named: AdminUnit, needle: _Needle) -> Reason:
    if unit.id == named.id:
        return Reason.CURRENT
    if named.code == needle.keys[0]:
        return Reason.FORMER_CODE
    return Reason.FORMER_NAME if named.code == unit.code else Reason.MERGED_INTO


__all__ = ["Hit", "Match", "Reason", "find_communes"]
