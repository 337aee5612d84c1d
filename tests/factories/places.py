"""Makers of units, communities and departments. Each call makes another one unless overridden."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from backend.core.text import fold
from backend.places.models import (
    AdminUnit,
    Community,
    CommunityKind,
    Department,
    SuccessionKind,
    UnitKind,
    UnitLevel,
    UnitSuccession,
    WorkingHours,
)

SINCE = date(2025, 7, 1)
MERGED = date(2026, 4, 30)
_number = count(1)


def make_province(session: Session, **overrides: Any) -> AdminUnit:
    """A province such as Gia Lai; a second one needs another ``code``."""
    values: dict[str, Any] = {
        "level": UnitLevel.PROVINCE,
        "code": "52",
        "kind": UnitKind.TINH,
        "name": "Gia Lai",
        "short_code": "GL",
        "latitude": 13.8902,
        "longitude": 108.438,
        "valid_from": SINCE,
        **overrides,
    }
    return _unit(session, "Tỉnh", values)


def make_commune(session: Session, **overrides: Any) -> AdminUnit:
    """A staffed commune; without ``parent_id`` its province Gia Lai is made or found too."""
    number = next(_number)
    if "parent_id" not in overrides:
        overrides["parent_id"] = _some_province(session).id
    values: dict[str, Any] = {
        "level": UnitLevel.COMMUNE,
        "code": f"{30000 + number % 60000:05d}",
        "kind": UnitKind.XA,
        "name": f"Làng Thử {number}",
        "latitude": 14.1434,
        "longitude": 108.313,
        "valid_from": SINCE,
        "is_staffed": True,
        **overrides,
    }
    return _unit(session, "Xã", values)


def become(session: Session, new: AdminUnit, *old: AdminUnit, on: date = MERGED) -> None:
    """``old`` end on the day before the merger, ``new`` stands from that day on."""
    new.valid_from = on
    for each in old:
        each.valid_to = on - timedelta(days=1)
        session.add(
            UnitSuccession(
                predecessor_id=each.id,
                successor_id=new.id,
                kind=SuccessionKind.MERGED,
                effective_on=on,
            )
        )
    session.flush()


def make_community(session: Session, unit: AdminUnit, **overrides: Any) -> Community:
    """A làng of ``unit``."""
    number = next(_number)
    values: dict[str, Any] = {
        "unit_id": unit.id,
        "code": f"lang-{number}",
        "kind": CommunityKind.LANG,
        "name": f"Làng Plei {number}",
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        **overrides,
    }
    row = Community(**{"search_key": fold(values["name"]), **values})
    session.add(row)
    session.flush()
    return row


def make_department(session: Session, unit: AdminUnit, **overrides: Any) -> Department:
    """A department of ``unit``; Phòng Kinh tế when nothing else is said."""
    row = Department(
        **{"unit_id": unit.id, "code": "kinh_te", "name": "Phòng Kinh tế", **overrides}
    )
    session.add(row)
    session.flush()
    return row


def make_office_hours(session: Session, unit: AdminUnit | None = None) -> list[WorkingHours]:
    """Monday to Friday, 7:30–11:30 and 13:30–17:00, for a unit or for everybody."""
    rows = [
        WorkingHours(unit_id=unit.id if unit else None, weekday=weekday, opens=opens, closes=closes)
        for weekday in range(5)
        for opens, closes in ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _some_province(session: Session) -> AdminUnit:
    known = session.query(AdminUnit).filter_by(level=UnitLevel.PROVINCE, code="52").first()
    return known or make_province(session)


def _unit(session: Session, title: str, values: dict[str, Any]) -> AdminUnit:
    derived = {"full_name": f"{title} {values['name']}", "search_key": fold(values["name"])}
    row = AdminUnit(**{**derived, **values})
    session.add(row)
    session.flush()
    return row
