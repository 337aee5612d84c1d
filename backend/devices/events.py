"""What happens in the devices room that others may care about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class DeviceEnrolled(Event):
    """A device proved a code and has its secret."""

    device_id: UUID
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class DeviceRevoked(Event):
    """A device's secret no longer counts."""

    device_id: UUID
    unit_id: UUID
