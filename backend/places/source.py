"""The reform of 1 July 2025 as data, read from the files inside the ``vietnamadminunits`` wheel (MIT).

The package itself is never imported: it loads parsers we do not need and can reach for the network.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from backend.places.models import UnitKind

_TITLES = {
    "Thành phố": UnitKind.THANH_PHO,
    "Tỉnh": UnitKind.TINH,
    "Phường": UnitKind.PHUONG,
    "Xã": UnitKind.XA,
    "Đặc khu": UnitKind.DAC_KHU,
    "Thị trấn": UnitKind.THI_TRAN,
    "Huyện": UnitKind.HUYEN,
}
_TITLED = re.compile(rf"({'|'.join(_TITLES)})\s+(.+)", re.IGNORECASE)

# Prefixes of tracking codes. There is no official list; these are ours and never change.
SHORT_CODES = {
    "01": "HN", "04": "CB", "08": "TQ", "11": "DB", "12": "LC", "14": "SL", "15": "LA", "19": "TN",
    "20": "LS", "22": "QN", "24": "BN", "25": "PT", "31": "HP", "33": "HY", "37": "NB", "38": "TH",
    "40": "NA", "42": "HT", "44": "QT", "46": "HU", "48": "DA", "51": "QG", "52": "GL", "56": "KH",
    "66": "DL", "68": "LD", "75": "DN", "79": "HC", "80": "TY", "82": "DT", "86": "VL", "91": "AG",
    "92": "CT", "96": "CM",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceUnit:
    """One unit as the files have it."""

    key: str  # unique within its list
    code: str
    kind: UnitKind
    name: str
    full_name: str
    latitude: float | None
    longitude: float | None
    province_key: str | None = None  # of communes
    district: str | None = None  # of former communes


@dataclass(frozen=True, slots=True)
class Source:
    """Units before and after the reform, and (former key, present key) pairs for both levels."""

    provinces: tuple[SourceUnit, ...]
    communes: tuple[SourceUnit, ...]
    former_provinces: tuple[SourceUnit, ...]
    former_communes: tuple[SourceUnit, ...]
    province_successions: tuple[tuple[str, str], ...]
    commune_successions: tuple[tuple[str, str], ...]


def data_folder() -> Path:
    """Where the wheel keeps its files, without importing it.

    Raises:
        FileNotFoundError: the wheel is not installed.
    """
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("vietnamadminunits is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def read_source(folder: Path | None = None) -> Source:
    """Read everything from the two files in ``folder``."""
    folder = folder or data_folder()
    with sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro&immutable=1", uri=True) as database:
        database.row_factory = sqlite3.Row
        present = database.execute("SELECT * FROM admin_units").fetchall()
        former = database.execute("SELECT * FROM admin_units_legacy").fetchall()
    database.close()
    changes: dict[str, Any] = orjson.loads((folder / "converter_2025.json").read_bytes())
    return Source(
        provinces=_provinces(present),
        communes=tuple(
            _unit(
                f"{row['provinceKey']}_{row['wardKey']}", row, "ward", province=row["provinceKey"]
            )
            for row in present
        ),
        former_provinces=_provinces(former),
        former_communes=tuple(_former_commune(row) for row in former),
        province_successions=tuple(
            (old, new) for new, olds in changes["DICT_PROVINCE"].items() for old in olds
        ),
        commune_successions=tuple(_commune_successions(changes)),
    )


def _provinces(rows: Iterable[sqlite3.Row]) -> tuple[SourceUnit, ...]:
    by_key = {row["provinceKey"]: row for row in rows}
    return tuple(_unit(key, row, "province") for key, row in by_key.items())


def _former_commune(row: sqlite3.Row) -> SourceUnit:
    # Five island districts had no communes: the district itself stands in.
    level = "ward" if row["ward"] else "district"
    key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"
    district = row["district"] if row["ward"] else None
    return _unit(key, row, level, province=row["provinceKey"], district=district)


def _commune_successions(changes: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for province, communes in changes["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in communes.items():
            yield from ((old, f"{province}_{new}") for old in olds)
    for province, olds in changes["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in olds.items():
            yield from ((old, f"{province}_{part['newWardKey']}") for part in parts)


def _unit(
    key: str,
    row: sqlite3.Row,
    level: str,
    *,
    province: str | None = None,
    district: str | None = None,
) -> SourceUnit:
    full_name: str = row[level]
    # The full name is right where the file's own column of types is not (10543 Phường Việt Hòa).
    titled = _TITLED.fullmatch(full_name)
    if titled is None:
        raise ValueError(f"{full_name!r} does not say what kind of unit it is")
    title = titled[1].capitalize()  # a few say "Thị Trấn"
    return SourceUnit(
        key=key,
        code=row[f"{level}Code"],
        kind=_TITLES[title],
        name=titled[2],
        full_name=f"{title} {titled[2]}",
        latitude=row[f"{level}Lat"],
        longitude=row[f"{level}Lon"],
        province_key=province,
        district=district,
    )
