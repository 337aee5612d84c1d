"""What a device is to have and when it plays. Values in, values out; the ETag changes only when the content does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from backend.broadcasts.models import BroadcastState, Priority
from backend.broadcasts.queries import Heard
from backend.core.api.fields import timestamp
from backend.devices.models import Device

AHEAD = timedelta(days=7)
BEHIND = timedelta(hours=24)
MOST_ITEMS = 200
POLL_S = 60
# Near the hour of a broadcast a device asks more often, so that a withdrawal or a change still arrives.
POLL_SOON_S, SOON = 15, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Item:
    """One broadcast to play."""

    broadcast_id: UUID
    title: str
    language: str
    starts_at: datetime
    priority: Priority
    asset: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a device needs; ``etag`` is quoted."""

    device: Device
    items: tuple[Item, ...]
    generated_at: datetime
    poll_after_s: int
    etag: str


def compile_manifest(device: Device, heard: Sequence[Heard], now: datetime) -> Manifest:
    """The manifest of ``device`` from the broadcasts of its unit."""
    items = tuple(sorted((_item(each) for each in heard), key=_order))
    soon = any(abs(item.starts_at - now) <= SOON for item in items)
    return Manifest(device, items, now, POLL_SOON_S if soon else POLL_S, _etag(device, items))


def asset_url(sha256: str) -> str:
    """Where a device fetches a file."""
    return f"/device/v1/assets/{sha256}"


def _order(item: Item) -> tuple[datetime, UUID]:
    return item.starts_at, item.broadcast_id


def _item(heard: Heard) -> Item:
    broadcast, rendition = heard.broadcast, heard.rendition
    scheduled = broadcast.state is BroadcastState.SCHEDULED
    starts_at = broadcast.scheduled_at if scheduled else broadcast.aired_at
    if starts_at is None or rendition.sha256 is None:
        raise ValueError(f"broadcast {broadcast.id} has no time or no file")
    return Item(
        broadcast_id=broadcast.id,
        title=broadcast.title,
        language=str(broadcast.language),
        starts_at=starts_at,
        priority=broadcast.priority,
        asset={
            "url": asset_url(rendition.sha256),
            "sha256": rendition.sha256,
            "bytes": rendition.bytes,
            "content_type": rendition.content_type,
            "duration_ms": rendition.duration_ms,
        },
    )


def _etag(device: Device, items: Sequence[Item]) -> str:
    facts = [
        str(device.id),
        device.name,
        device.kind,
        *(
            [str(i.broadcast_id), i.title, timestamp(i.starts_at), i.priority, i.asset]
            for i in items
        ),
    ]
    return f'"{hashlib.sha256(orjson.dumps(facts)).hexdigest()[:32]}"'
