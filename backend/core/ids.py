"""Identifiers: time-ordered UUIDs for rows, codes that can be read over the telephone for people."""

from __future__ import annotations

import re
import secrets
import uuid

import uuid_utils.compat as uuid_compat

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
_BODY = 8


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): sorts by the time it was made."""
    return uuid_compat.uuid7()


def new_secret(nbytes: int = 32) -> str:
    """A URL-safe random secret of ``nbytes`` bytes of entropy."""
    return secrets.token_urlsafe(nbytes)


def new_pin() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def tracking_code(prefix: str) -> str:
    """A new code such as ``GL-7K4M-92QX``: prefix, seven random characters (35 bits), one check character."""
    body = "".join(CROCKFORD[byte % 32] for byte in secrets.token_bytes(_BODY - 1))
    return _format(prefix.upper(), body + _check_character(prefix.upper() + body))


def normalise_tracking_code(text: str) -> str:
    """Read a code as people type it: any case, spaces or no hyphens, O for 0, I or L for 1.

    Raises:
        ValueError: it has another shape, or the check character is wrong (a letter was misread).
    """
    squeezed = re.sub(r"[^0-9A-Z]", "", text.strip().upper())
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z]{8}", squeezed):
        raise ValueError("a tracking code has two letters and eight characters")
    prefix, body = squeezed[:2], squeezed[2:].translate(_LOOK_ALIKES)
    if any(character not in CROCKFORD for character in body):
        raise ValueError("the letter U is not used in tracking codes")
    if _check_character(prefix + body[:-1]) != body[-1]:
        raise ValueError("the check character does not match")
    return _format(prefix, body)


def _format(prefix: str, body: str) -> str:
    return f"{prefix}-{body[:4]}-{body[4:]}"


def _check_character(text: str) -> str:
    """Luhn mod 32: notices every single wrong character and nearly every swap of neighbours."""
    base = len(CROCKFORD)
    total = 0
    for place, character in enumerate(reversed(text)):
        # A prefix may hold I, L, O or U, which the alphabet lacks: count its letters from A instead.
        value = CROCKFORD.index(character) if character in CROCKFORD else ord(character) - ord("A")
        addend = value * (1 if place % 2 else 2)
        total += addend // base + addend % base
    return CROCKFORD[-total % base]
