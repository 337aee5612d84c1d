"""Housekeeping of the devices room."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from backend.core import clock
from backend.core.db import reading, transaction
from backend.core.jobs import job
from backend.devices.models import Device, EnrolmentCode
from backend.devices.reports import forget_old_states

KEPT_CODES = timedelta(days=90)


@job("tidy_devices", every=3600)
def tidy_devices() -> int:
    """Forget old reports and codes; how many rows went."""
    with reading() as session:
        device_ids = session.scalars(select(Device.id)).all()
    gone = 0
    for device_id in device_ids:
        with transaction() as session:
            gone += forget_old_states(session, device_id)
    with transaction() as session:
        session.execute(
            delete(EnrolmentCode).where(EnrolmentCode.created_at < clock.now() - KEPT_CODES)
        )
    return gone
