"""What units came from and what became of them, through every reform so far, as parts of statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Select, select

from backend.core import clock
from backend.places.models import AdminUnit, UnitSuccession


def lines(units: Select[UUID], on: Any = None) -> CTE:
    """Rows (``root``, ``unit_id``): each of these units with itself and with those it was made from.

    Args:
        on: the day whose successions count, today's when none is named; a parameter in statements built once.
    """
    picked = units.subquery()
    roots = select(picked.c[0].label("root"), picked.c[0].label("unit_id")).cte(
        "lineage", recursive=True
    )
    return roots.union(
        select(roots.c.root, UnitSuccession.predecessor_id).where(
            UnitSuccession.successor_id == roots.c.unit_id,
            UnitSuccession.effective_on <= (clock.today_local() if on is None else on),
        )
    )


def came_from(unit_ids: Iterable[UUID]) -> Select[UUID]:
    """A SELECT of the ids of these units and of those they were made from."""
    line = select(AdminUnit.id).where(AdminUnit.id.in_(tuple(unit_ids))).cte(recursive=True)
    line = line.union(
        select(UnitSuccession.predecessor_id).where(
            UnitSuccession.successor_id == line.c.id,
            UnitSuccession.effective_on <= clock.today_local(),
        )
    )
    return select(line.c.id)


def became(unit_id: UUID) -> Select[UUID]:
    """A SELECT of the ids of this unit and of those that it, or parts of it, became."""
    line = select(AdminUnit.id).where(AdminUnit.id == unit_id).cte(recursive=True)
    line = line.union(
        select(UnitSuccession.successor_id).where(
            UnitSuccession.predecessor_id == line.c.id,
            UnitSuccession.effective_on <= clock.today_local(),
        )
    )
    return select(line.c.id)
