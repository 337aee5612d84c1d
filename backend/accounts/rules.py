"""Rules of the accounts room as plain functions: values in, values out."""

from __future__ import annotations

import re
from datetime import timedelta

from backend.core.auth import Role

MIN_PASSWORD, MAX_PASSWORD = 10, 200
USERNAME = r"[a-z0-9](?:[a-z0-9._-]{1,58})[a-z0-9]"

# Wrong passwords that cost nothing but themselves; from then on each doubles the wait.
FREE_FAILURES = 4
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGET_FAILURES_AFTER = timedelta(hours=24)
# From this many failures on, the person whose name is tried is told.
TELL_AFTER = 10

# On which tier a role may be granted, what it must be narrowed to, and what it can be: where nothing belongs to a
# department or a community alone, a narrowed role would open nothing at all.
COMMUNE_ONLY = frozenset({Role.VILLAGE_HEAD})
PROVINCE_ONLY = frozenset({Role.PROVINCE_SUPERVISOR})
NEEDS_DEPARTMENT = frozenset({Role.HANDLER})
TAKES_COMMUNITY = frozenset({Role.VILLAGE_HEAD})
NOT_FOR_STAFF = frozenset({Role.PORTAL_CLIENT})


def wait_after(failures: int) -> timedelta:
    """How long a name must rest on one network (or one known device) after so many failures in a row."""
    if failures <= FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def levels_of(role: Role) -> tuple[str, ...]:
    """The tiers on which a role may be granted."""
    if role in NOT_FOR_STAFF:
        return ()
    if role in COMMUNE_ONLY:
        return ("commune",)
    return ("province",) if role in PROVINCE_ONLY else ("province", "commune")


def password_problem(password: str, username: str) -> str | None:
    """Why a password is not taken, as a code; None when it is. Length counts, recipes do not (NIST SP 800-63B)."""
    if len(password) < MIN_PASSWORD:
        return "too_short"
    if len(password) > MAX_PASSWORD:
        return "too_long"
    lower = password.lower()
    if lower == username or len(set(lower)) < 4:  # noqa: PLR2004 - "aaaaaaaaaa", "abababababab"
        return "too_easy"
    if re.fullmatch(r"\d+", password) and lower in "012345678901234567890123456789":
        return "too_easy"
    return None


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What the grammar of Content-Security-Policy calls a host source; a wildcard stands for at least one label before two.
_SECURE_ORIGIN = re.compile(
    rf"https://(?:\*\.(?={_LABEL}\.))?{_LABEL}(?:\.{_LABEL})*(?P<port>:\d{{1,5}})?", re.ASCII
)
# Nobody listens between a browser and its own machine.
_LOOPBACK_ORIGIN = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?P<port>:\d{1,5})?", re.ASCII)
_LONGEST_ORIGIN, _HIGHEST_PORT = 200, 65_535


def origin(text: str) -> str | None:
    """Where a portal may frame us from, as browsers write it; None when it is no scheme, host and perhaps port."""
    plain = text.strip().lower().removesuffix("/")
    found = _SECURE_ORIGIN.fullmatch(plain) or _LOOPBACK_ORIGIN.fullmatch(plain)
    if found is None or len(plain) > _LONGEST_ORIGIN:
        return None
    port = int((found["port"] or ":1")[1:])
    return plain if 0 < port <= _HIGHEST_PORT else None


def mask_phone(phone: str) -> str:
    """What may be shown of an E.164 number: its last three digits."""
    return f"••• ••• {phone[-3:]}"
