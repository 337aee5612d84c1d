"""When to try again, and when people sleep. Pure: values in, values out."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from email.utils import parsedate_to_datetime

from backend.core.clock import LOCAL

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=2)
_LONGEST_PAUSE = timedelta(hours=1)


def next_attempt(attempts: int, now: datetime, expires_at: datetime) -> datetime | None:
    """Exponential back-off with full jitter (at least half), or None when it would come after the expiry.

    Args:
        attempts: how often it was tried, from 1.
    """
    longest = min(FIRST * 2 ** min(attempts - 1, 16), LONGEST)
    moment = now + longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing
    return moment if moment < expires_at else None


def retry_after(header: str | None, now: datetime) -> datetime | None:
    """The moment that a Retry-After header names (RFC 9110, 10.2.3: seconds or a date), an hour ahead at most."""
    if not header:
        return None
    try:
        moment = (
            now + timedelta(seconds=int(header))
            if header.strip().isdigit()
            else parsedate_to_datetime(header)
        )
        if moment.tzinfo is None:
            return None
    except (ValueError, OverflowError):
        return None
    return min(max(moment, now), now + _LONGEST_PAUSE)


def after_the_night(now: datetime, quiet_hours: str) -> datetime:
    """``now``, or the end of the quiet hours in Vietnam when it lies within them.

    Args:
        quiet_hours: ``21:30-06:30``, or ``none``.

    Raises:
        ValueError: it has another shape.
    """
    if quiet_hours == "none":
        return now
    begins, ends = (time.fromisoformat(part) for part in quiet_hours.split("-"))
    local = now.astimezone(LOCAL)
    over_midnight = begins > ends
    resting = (
        (local.time() >= begins or local.time() < ends)
        if over_midnight
        else begins <= local.time() < ends
    )
    if not resting:
        return now
    day = local.date() + timedelta(days=1 if over_midnight and local.time() >= begins else 0)
    return datetime.combine(day, ends, LOCAL).astimezone(now.tzinfo)
