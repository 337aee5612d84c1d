"""What is signed, and how a receipt is checked: the format that outsiders rely on. Pure: values in, values out.

Every hash, key and signature is written in hexadecimal. A change of these texts is a new version of the format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from moderation.transparency import merkle

VERSION = 1
PENDING, INCLUDED = "pending", "included"
# Members of an event in the order in which its hash takes them: see ``moderation.chain``.
HASHED = (
    "previous",
    "case_id",
    "seq",
    "at",
    "type",
    "actor_kind",
    "actor_id",
    "from_state",
    "to_state",
    "commitment",
)


def head_text(origin: str, size: int, root: str, at: str) -> bytes:
    """What the signature of a head covers; ``at`` as ``2026-11-22T02:00:00Z``."""
    return f"tienglang-head-v1\n{origin}\n{size}\n{root}\n{at}\n".encode()


def key_text(number: int, public_key: str) -> bytes:
    """What a key signs about the one that takes its place."""
    return f"tienglang-key-v1\n{number}\n{public_key}\n".encode()


def key_id(public_key: str) -> str:
    """The name of a key: the first 128 bits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32]


def is_signed(text: bytes, signature: str, public_key: str) -> bool:
    """True when the key made the signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def event_hash(event: Mapping[str, Any]) -> str:
    """The hash of an event as a receipt shows it, which its link in the chain of the case carries."""
    parts = [event[name] for name in HASHED]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def wrong_with(receipt: Any, public_keys: Mapping[str, str]) -> str | None:
    """What does not hold in a receipt, or None when all of it does.

    Args:
        receipt: as the API gave it, parsed; whatever somebody hands in.
        public_keys: trusted keys by their id.

    Returns:
        ``unreadable``, ``pending`` (nothing is promised yet), ``event`` (its members do not make its hash),
        ``key`` (signed by a key that is not among the trusted ones), ``signature``, or ``proof``.
    """
    try:
        return _wrong_with(receipt, public_keys)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "unreadable"


def _wrong_with(receipt: Any, public_keys: Mapping[str, str]) -> str | None:
    if receipt["version"] != VERSION or receipt["state"] not in {PENDING, INCLUDED}:
        return "unreadable"
    event, head = receipt["event"], receipt["head"]
    if event_hash(event) != event["hash"]:
        return "event"
    if receipt["state"] == PENDING:
        return PENDING
    public_key = public_keys.get(head["key_id"])
    if public_key is None:
        return "key"
    text = head_text(head["origin"], head["size"], head["root"], head["at"])
    if not is_signed(text, head["signature"], public_key):
        return "signature"
    proven = merkle.includes(
        merkle.leaf_hash(bytes.fromhex(event["hash"])),
        receipt["position"],
        head["size"],
        [bytes.fromhex(each) for each in receipt["proof"]],
        bytes.fromhex(head["root"]),
    )
    return None if proven else "proof"
