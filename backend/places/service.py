"""Writes of the places room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import SYSTEM, Principal
from backend.core.db import bump
from backend.core.errors import Conflict, InvalidInput, NotFound
from backend.core.events import emit
from backend.core.ids import new_id
from backend.core.text import fold
from backend.places.boundaries import Outline
from backend.places.events import CalendarChanged
from backend.places.hours import write_hour
from backend.places.models import (
    BEFORE_RECORDS,
    AdminUnit,
    CalendarChange,
    CalendarDay,
    DayKind,
    SuccessionKind,
    UnitBoundary,
    UnitLevel,
    UnitSuccession,
    WorkingHours,
)
from backend.places.queries import calendar_change, commune_by_code, province_by_code
from backend.places.source import SHORT_CODES, Source, SourceUnit

AREA = "places"
REFORM = date(2025, 7, 1)
LEGAL_BASIS = {
    UnitLevel.PROVINCE: "Nghị quyết 202/2025/QH15",
    UnitLevel.COMMUNE: "Quyết định 19/2025/QĐ-TTg",  # the list; each province has its own resolution
}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; a second run of the same source reports zeros."""

    added: int
    changed: int
    successions: int


class _Importer:
    """One run: looks up what is there, adds what is missing, mends what differs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known = {
            (unit.level, unit.code, unit.valid_from): unit
            for unit in session.scalars(select(AdminUnit))
        }
        self.added = 0
        self.changed = 0

    def put(
        self,
        level: UnitLevel,
        source: SourceUnit,
        valid_from: date,
        valid_to: date | None,
        parent: AdminUnit | None,
    ) -> AdminUnit:
        """The row of ``source``; an operator's own position and end date are left alone."""
        facts: dict[str, Any] = {
            "kind": source.kind,
            "name": source.name,
            "full_name": source.full_name,
            "search_key": fold(source.name),
            "parent_id": parent.id if parent else None,
            "former_district": source.district,
        }
        if level is UnitLevel.PROVINCE and valid_to is None:
            facts["short_code"] = SHORT_CODES[source.code]
        unit = self.known.get((level, source.code, valid_from))
        if unit is not None:
            differing = {
                name: value for name, value in facts.items() if getattr(unit, name) != value
            }
            for name, value in differing.items():
                setattr(unit, name, value)
            self.changed += bool(differing)
            return unit
        unit = AdminUnit(
            id=new_id(),  # now, because its communes name it as their parent
            level=level,
            code=source.code,
            valid_from=valid_from,
            valid_to=valid_to,
            latitude=source.latitude,
            longitude=source.longitude,
            **facts,
        )
        self.session.add(unit)
        self.known[level, source.code, valid_from] = unit
        self.added += 1
        return unit

    def join(
        self,
        pairs: Iterable[tuple[str, str]],
        former: Mapping[str, AdminUnit],
        present: Mapping[str, AdminUnit],
    ) -> int:
        """Store the successions among the imported units."""
        wanted = [
            (former[old], present[new]) for old, new in pairs if old in former and new in present
        ]
        into = Counter(new.id for _, new in wanted)
        out_of = Counter(old.id for old, _ in wanted)
        known = {
            (last_id, next_id)
            for last_id, next_id in self.session.execute(
                select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)
            )
        }
        fresh = [
            UnitSuccession(
                predecessor_id=old.id,
                successor_id=new.id,
                kind=_succession_kind(old, new, out_of[old.id], into[new.id]),
                effective_on=REFORM,
                legal_basis=LEGAL_BASIS[new.level],
            )
            for old, new in wanted
            if (old.id, new.id) not in known
        ]
        self.session.add_all(fresh)
        self.session.flush()
        return len(fresh)


def import_units(
    session: Session, source: Source, province_codes: frozenset[str] | None
) -> ImportReport:
    """Store all provinces, and the communes of the chosen ones (None: of all), with what they were before the reform.

    Raises:
        InvalidInput: a code is not that of a province.
    """
    unknown = (province_codes or frozenset()) - {each.code for each in source.provinces}
    if unknown:
        raise InvalidInput({"province": [f"unknown: {code}" for code in sorted(unknown)]})
    run = _Importer(session)
    last_day = REFORM - timedelta(days=1)
    old_provinces = {
        each.key: run.put(UnitLevel.PROVINCE, each, BEFORE_RECORDS, last_day, None)
        for each in source.former_provinces
    }
    provinces = {
        each.key: run.put(UnitLevel.PROVINCE, each, REFORM, None, None) for each in source.provinces
    }
    communes = {
        each.key: run.put(UnitLevel.COMMUNE, each, REFORM, None, provinces[str(each.province_key)])
        for each in source.communes
        if province_codes is None or provinces[str(each.province_key)].code in province_codes
    }
    wanted = {old for old, new in source.commune_successions if new in communes}
    old_communes = {
        each.key: run.put(
            UnitLevel.COMMUNE, each, BEFORE_RECORDS, last_day, old_provinces[str(each.province_key)]
        )
        for each in source.former_communes
        if each.key in wanted
    }
    session.flush()
    successions = run.join(source.province_successions, old_provinces, provinces)
    successions += run.join(source.commune_successions, old_communes, communes)
    if run.added or run.changed or successions:
        bump(session, AREA)
    return ImportReport(run.added, run.changed, successions)


def _succession_kind(old: AdminUnit, new: AdminUnit, parts: int, sources: int) -> SuccessionKind:
    if parts > 1:
        return SuccessionKind.SPLIT
    if sources > 1:
        return SuccessionKind.MERGED
    same = old.full_name == new.full_name
    return SuccessionKind.CONTINUED if same else SuccessionKind.RENAMED


def import_boundaries(session: Session, outlines: Iterable[Outline], source: str) -> list[str]:
    """Store outlines by code on today's units, replacing earlier ones; returns the codes nobody carries."""
    strangers = []
    for outline in outlines:
        found = commune_by_code(session, outline.code) or province_by_code(session, outline.code)
        if found is None:
            strangers.append(outline.code)
            continue
        session.merge(
            UnitBoundary(
                unit_id=found.id,
                geometry=outline.geometry,
                south=outline.south,
                west=outline.west,
                north=outline.north,
                east=outline.east,
                source=source,
            )
        )
    bump(session, AREA)
    return strangers


def mark_staffed(session: Session, unit_id: UUID, *, staffed: bool = True) -> None:
    """Say whether somebody in this unit works with the system (residents may then write to it)."""
    changed = session.execute(
        update(AdminUnit)
        .where(AdminUnit.id == unit_id, AdminUnit.is_staffed.is_not(staffed))
        .values(is_staffed=staffed, updated_at=clock.now())
        .returning(AdminUnit.id)
    )
    if changed.first() is not None:
        bump(session, AREA)


def set_day(
    session: Session,
    unit_id: UUID | None,
    day: date,
    kind: DayKind | None,
    note: str | None = None,
    *,
    actor: Principal = SYSTEM,
) -> None:
    """Say what a day is for a unit, or (None) for the whole country; ``kind`` None takes the rule away.

    What changes nothing is no change: nobody counts anything anew.
    """
    hold_calendar(session, unit_id)
    known = session.scalar(
        select(CalendarDay).where(
            CalendarDay.unit_id.is_not_distinct_from(unit_id), CalendarDay.day == day
        )
    )
    before = {"kind": known.kind.value, "note": known.note} if known else None
    after = {"kind": kind.value, "note": note} if kind else None
    if after == before:
        return
    if known is not None and kind is None:
        session.delete(known)
    elif known is not None and kind is not None:
        known.kind, known.note = kind, note
    elif kind is not None:
        session.add(CalendarDay(unit_id=unit_id, day=day, kind=kind, note=note))
    detail = {"day": day.isoformat(), "before": before, "after": after}
    _calendar_changed(session, unit_id, actor, "day", detail)


def set_hours(
    session: Session,
    unit_id: UUID | None,
    spans: Mapping[int, Iterable[tuple[time, time]]],
    *,
    actor: Principal = SYSTEM,
) -> None:
    """Replace the office hours of a unit, or (None) of every unit without its own: weekday (0 Monday) -> spans.

    Without any span the unit goes back to what its province or the country says. What changes nothing is no change.

    Raises:
        InvalidInput: a span ends before it begins, or two of one day overlap.
    """
    hold_calendar(session, unit_id)
    of_unit = WorkingHours.unit_id.is_not_distinct_from(unit_id)
    before = session.execute(
        select(WorkingHours.weekday, WorkingHours.opens, WorkingHours.closes)
        .where(of_unit)
        .order_by(WorkingHours.weekday, WorkingHours.opens)
    ).all()
    after = [
        (weekday, *span)
        for weekday, day_spans in sorted(spans.items())
        for span in sorted(day_spans)
    ]
    for weekday in range(7):
        edges = [edge for day, *span in after if day == weekday for edge in span]
        if edges != sorted(set(edges)):
            raise InvalidInput({"week": ["overlap"]})
    if after == [tuple(span) for span in before]:
        return
    session.execute(delete(WorkingHours).where(of_unit))
    session.add_all(
        WorkingHours(unit_id=unit_id, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in after
    )
    detail = {"before": _as_text(before), "after": _as_text(after)}
    _calendar_changed(session, unit_id, actor, "hours", detail)


def hold_calendar(session: Session, unit_id: UUID | None) -> None:
    """Let nobody else change the calendar of a unit until this transaction ends.

    The country's has no row to hold: of two operators who change it at once, the second is refused.

    Raises:
        NotFound: there is no such unit.
    """
    if unit_id is not None and not session.get(
        AdminUnit, unit_id, with_for_update={"key_share": True}
    ):
        raise NotFound("places.unit_not_found")


def _calendar_changed(
    session: Session, unit_id: UUID | None, actor: Principal, act: str, detail: dict[str, Any]
) -> None:
    last = calendar_change(session, unit_id)
    session.add(
        CalendarChange(
            unit_id=unit_id,
            version=last.version + 1 if last else 1,
            actor_kind=actor.kind,
            actor_id=actor.id,
            act=act,
            detail=detail,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:  # another operator changed the country's at the same moment
        raise Conflict("places.calendar_changed_meanwhile") from error
    emit(session, CalendarChanged(unit_id))


def _as_text(spans: Iterable[tuple[int, time, time]]) -> list[str]:
    """Office hours as the operator's command takes them: ``1:07:00-11:30``."""
    return [
        f"{weekday + 1}:{write_hour(opens)}-{write_hour(closes)}"
        for weekday, opens, closes in spans
    ]
