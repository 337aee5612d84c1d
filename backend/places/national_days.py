"""Writes ``data/national_days.json`` from the ``holidays`` package: ``python -m backend.places.national_days``.

The package takes 12 MB and a fifth of a second, which every web process would pay for thirty lines of dates. A
test compares the file with the package; run this after upgrading it (a new year's exchanged days come that way).

The Government announces some exchanges a week before the day, and the package learns of them late or never. Those are
kept by hand in ``data/announced_days.json``, each with the paper it is in, and merged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from holidays import country_holidays

from backend.places.calendar import NATIONAL_DAYS

ANNOUNCED = Path(__file__).with_name("data") / "announced_days.json"
YEARS = range(2020, 2061)
# How the package names a day off that is worked on another day.
EXCHANGED = "Ngày nghỉ (thay cho ngày {:%d/%m/%Y})"
_EXCHANGED = re.compile(r"Ngày nghỉ \(thay cho ngày (\d\d)/(\d\d)/(\d{4})\)")


def national_days() -> dict[str, Any]:
    """Holidays with their Vietnamese names (Labour Code 2019, Art. 112), and Saturdays worked -> the day off they are for."""
    names: dict[date, str] = dict(country_holidays("VN", years=YEARS, language="vi"))
    exchanged = dict(_exchanged(names))
    for entry in orjson.loads(ANNOUNCED.read_bytes()):
        day_off, worked = (date.fromisoformat(entry[key]) for key in ("day_off", "worked"))
        names[day_off] = EXCHANGED.format(worked)
        exchanged[worked] = day_off
    return {
        "first_year": YEARS.start,
        "last_year": YEARS.stop - 1,
        "holidays": {day.isoformat(): names[day] for day in sorted(names) if day.year in YEARS},
        "make_up_days": {
            worked.isoformat(): day_off.isoformat() for worked, day_off in sorted(exchanged.items())
        },
    }


def _exchanged(names: Mapping[date, str]) -> Iterator[tuple[date, date]]:
    for day_off, name in names.items():
        if found := _EXCHANGED.fullmatch(name):
            day, month, year = map(int, found.groups())
            yield date(year, month, day), day_off


def main() -> None:
    """Write the file."""
    NATIONAL_DAYS.write_bytes(orjson.dumps(national_days(), option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
