"""Sending what the outbox holds: one long-lived event loop, many parcels at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import aiohttp
import structlog

from backend.core import config
from backend.core.sms import sms_sender
from notifications import outbox
from notifications.channels.fcm import FcmChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.webpush import WebPushChannel
from notifications.models import Channel
from notifications.parcels import Outcome, Parcel, Result
from notifications.vapid import private_pem

log = structlog.get_logger()

BATCH = 200
LONGEST_S = outbox.LEASE.total_seconds() / 2


class Sender(Protocol):
    """One way out of the house."""

    async def send(self, parcel: Parcel) -> Result:
        """Try once; never raises for what the other side does."""


def open_channels(session: aiohttp.ClientSession) -> dict[Channel, Sender]:
    """The channels that this installation is configured for."""
    settings = config.current()
    channels: dict[Channel, Sender] = {
        Channel.WEBPUSH: WebPushChannel(
            session, private_pem(), settings.vapid_subject, settings.push_hosts
        ),
        Channel.SMS: SmsChannel(sms_sender()),
    }
    if settings.fcm_credentials:
        try:
            channels[Channel.FCM] = FcmChannel(session, settings.fcm_credentials, settings.fcm_url)
        except (OSError, ValueError, KeyError):  # then it waits, and the others do not
            log.exception("fcm_account_unusable")
    return channels


async def deliver_due() -> datetime | None:
    """Send everything that is due; gives back when the soonest retry is, if there will be one."""
    soonest: datetime | None = None
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=BATCH, limit_per_host=50)
    ) as session:
        channels = await asyncio.to_thread(open_channels, session)
        while parcels := await asyncio.to_thread(outbox.lease, BATCH):
            results = await asyncio.gather(*(_send(channels, parcel) for parcel in parcels))
            again = await asyncio.to_thread(outbox.settle, list(zip(parcels, results, strict=True)))
            if again is not None:
                soonest = again if soonest is None else min(soonest, again)
    return soonest


async def _send(channels: Mapping[Channel, Sender], parcel: Parcel) -> Result:
    channel = channels.get(parcel.channel)
    if channel is None:
        return Result(Outcome.LATER, "channel_not_configured")
    try:
        # A channel that hangs holds up neither what else was taken nor what is urgent, and no lease runs out.
        return await asyncio.wait_for(channel.send(parcel), LONGEST_S)
    except Exception as error:
        log.exception("channel_failed", channel=parcel.channel, delivery_id=str(parcel.delivery_id))
        return Result(Outcome.LATER, type(error).__name__)


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="delivery", daemon=True).start()
    return loop


def deliver() -> datetime | None:
    """``deliver_due`` for callers that are not asynchronous."""
    return asyncio.run_coroutine_threadsafe(deliver_due(), _loop()).result()
