"""Writes ``data/national_days.json`` from the ``holidays`` package: ``python -m backend.places.national_days``.

The package takes 12 MB and a fifth of a second, which every web process would pay for thirty lines of dates. A
test compares the file with the package; run this after upgrading it (a new year's exchanged days come that way).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from holidays import country_holidays

from backend.places.calendar import NATIONAL_DAYS

YEARS = range(2020, 2061)


def national_days() -> dict[str, Any]:
    """Holidays with their Vietnamese names (Labour Code 2019, Art. 112), and Saturdays worked in exchange for a day off."""
    known = country_holidays("VN", years=YEARS, language="vi")
    return {
        "first_year": YEARS.start,
        "last_year": YEARS.stop - 1,
        "holidays": {
            day.isoformat(): name for day, name in sorted(known.items()) if day.year in YEARS
        },
        "make_up_days": [day.isoformat() for day in _worked(known.weekend_workdays)],
    }


def _worked(days: set[date]) -> list[date]:
    return sorted(day for day in days if day.year in YEARS)


def main() -> None:
    """Write the file."""
    NATIONAL_DAYS.write_bytes(orjson.dumps(national_days(), option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
