"""Tables of the places room. Units change: nothing is looked up by code or name without a day.

A reform closes the old row (``valid_to``) and opens a new one, even when code and name stay the same; a
``UnitSuccession`` joins the two. Whoever must remember a unit keeps its ``id``.
"""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped

# Compared byte by byte on both databases, so that the index also finds what begins with a word.
SearchKey = String(100).with_variant(String(100, collation="C"), "postgresql")

# ``valid_from`` of a unit that is older than our records; the API says null.
BEFORE_RECORDS = date(1, 1, 1)


class UnitLevel(enum.StrEnum):
    """The two tiers of local government since 1 July 2025."""

    PROVINCE = "province"
    COMMUNE = "commune"


class UnitKind(enum.StrEnum):
    """What a unit is called. Towns and townships (thị trấn) exist in the past only."""

    THANH_PHO = "thanh_pho"
    TINH = "tinh"
    PHUONG = "phuong"
    XA = "xa"
    DAC_KHU = "dac_khu"
    THI_TRAN = "thi_tran"
    HUYEN = "huyen"  # five island districts had no communes and stood in for one


class CommunityKind(enum.StrEnum):
    """What people call the place below the commune."""

    THON = "thon"
    LANG = "lang"
    BUON = "buon"
    BAN = "ban"
    TO_DAN_PHO = "to_dan_pho"


class SuccessionKind(enum.StrEnum):
    """How one unit became another."""

    CONTINUED = "continued"  # same name, same people
    RENAMED = "renamed"
    MERGED = "merged"  # several into one
    SPLIT = "split"  # one into several


class DayKind(enum.StrEnum):
    """What a day of the calendar is, beyond weekday and national holiday."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"  # a make-up Saturday
    CLOSURE = "closure"  # this unit only: flood, local festival


class CalendarSource(enum.StrEnum):
    """Whose word about working time holds."""

    UNIT = "unit"
    PROVINCE = "province"
    COUNTRY = "country"
    USUAL = "usual"  # nobody entered office hours


class AdminUnit(Identified, Timestamped, Base):
    """A province or a commune during one stretch of time."""

    __tablename__ = "admin_unit"
    __table_args__ = (
        UniqueConstraint("level", "code", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
        Index("ix_admin_unit_search_key", "search_key", "level"),
        Index("ix_admin_unit_parent_id", "parent_id", "code"),
    )

    level: Mapped[UnitLevel] = mapped_column(TextEnum(UnitLevel))
    code: Mapped[str] = mapped_column(String(5))  # Decision 19/2025: 2 digits or 5
    kind: Mapped[UnitKind] = mapped_column(TextEnum(UnitKind))
    name: Mapped[str] = mapped_column(String(100))  # "Ayun"
    full_name: Mapped[str] = mapped_column(String(120))  # "Xã Ayun"
    search_key: Mapped[str] = mapped_column(SearchKey)  # fold(name)
    short_code: Mapped[str | None] = mapped_column(String(2))  # provinces: prefix of tracking codes
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    former_district: Mapped[str | None] = mapped_column(String(100))  # until 2025-06-30
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    valid_from: Mapped[date]  # first day
    valid_to: Mapped[date | None]  # last day, inclusive; None while it stands
    is_staffed: Mapped[bool] = mapped_column(default=False)  # somebody here works in this system
    hotline: Mapped[str | None] = mapped_column(String(20))
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["vi"])  # of what it publishes


class UnitBoundary(Base):
    """The outline of a unit, where the operator imported one; the box is for looking up."""

    __tablename__ = "unit_boundary"
    __table_args__ = (Index("ix_unit_boundary_box", "south", "north", "west", "east"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("admin_unit.id", ondelete="CASCADE"), primary_key=True
    )
    geometry: Mapped[dict[str, Any]]  # GeoJSON Polygon or MultiPolygon, WGS 84
    south: Mapped[float]
    west: Mapped[float]
    north: Mapped[float]
    east: Mapped[float]
    source: Mapped[str] = mapped_column(String(200))


class UnitSuccession(Identified, Base):
    """A unit of the past and what it, or a part of it, became."""

    __tablename__ = "unit_succession"
    __table_args__ = (UniqueConstraint("predecessor_id", "successor_id"),)

    predecessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    successor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    kind: Mapped[SuccessionKind] = mapped_column(TextEnum(SuccessionKind))
    effective_on: Mapped[date]
    legal_basis: Mapped[str | None] = mapped_column(String(200))


class Community(Identified, Timestamped, Base):
    """Thôn, làng, buôn, bản, tổ dân phố: not coded by the State, so the code is ours."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("unit_id", "code", "valid_from"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[CommunityKind] = mapped_column(TextEnum(CommunityKind))
    name: Mapped[str] = mapped_column(String(100))
    search_key: Mapped[str] = mapped_column(SearchKey)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    valid_from: Mapped[date] = mapped_column(default=BEFORE_RECORDS)
    valid_to: Mapped[date | None]


class Department(Identified, Timestamped, Base):
    """A body of a unit that handles things: Phòng Kinh tế, Công an xã, Trạm y tế, Điện lực."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("unit_id", "code"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    code: Mapped[str] = mapped_column(String(40))  # "kinh_te"
    name: Mapped[str] = mapped_column(String(150))
    phone: Mapped[str | None] = mapped_column(String(20))
    is_front_desk: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class CalendarDay(Identified, Base):
    """A day that differs from the week's plan, for one unit or (no unit) for the whole country."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("unit_id", "day"),)

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    day: Mapped[date] = mapped_column(index=True)
    kind: Mapped[DayKind] = mapped_column(TextEnum(DayKind))
    note: Mapped[str | None] = mapped_column(String(200))


class WorkingHours(Identified, Base):
    """One stretch of office hours on one weekday; a morning and an afternoon are two rows.

    A unit that has rows of its own uses only those; without any, the rows without a unit hold.
    """

    __tablename__ = "working_hours"
    __table_args__ = (
        UniqueConstraint("unit_id", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_in_week"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
    )

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    weekday: Mapped[int]  # 0 = Monday
    opens: Mapped[time]  # Vietnam's time
    closes: Mapped[time]


class CalendarChange(Identified, Base):
    """A change of somebody's calendar, on record: written once, never changed.

    The last one of a unit is the version of its calendar: whoever changes it says which one they saw.
    """

    __tablename__ = "calendar_change"
    __table_args__ = (
        UniqueConstraint("unit_id", "version"),
        # A constraint takes no two NULLs for the same: the country's versions need their own.
        Index(
            "uq_calendar_change_country",
            "version",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_kind: Mapped[str] = mapped_column(String(20))  # staff, system
    actor_id: Mapped[uuid.UUID | None]
    act: Mapped[str] = mapped_column(String(40))  # "day", "hours"
    detail: Mapped[dict[str, Any]]  # what it was before and what it is now
