"""Text messages. Only one-time codes go this way: the code stays sealed in its own row until the moment it is sent."""

from __future__ import annotations

import asyncio

from backend.accounts.queries import code_to_send
from backend.core import i18n
from backend.core.db import reading
from backend.core.sms import SmsError, SmsSender
from notifications.parcels import SENT, Outcome, Parcel, Result


class SmsChannel:
    """Sends through the configured gateway."""

    def __init__(self, sender: SmsSender) -> None:
        self._sender = sender

    async def send(self, parcel: Parcel) -> Result:
        """Open the code and send it; a code that was used or replaced meanwhile is not sent."""
        return await asyncio.to_thread(self._send, parcel)

    def _send(self, parcel: Parcel) -> Result:
        if parcel.one_time_code_id is None:
            return Result(Outcome.REFUSED, "nothing_to_send")
        with reading() as session:
            found = code_to_send(session, parcel.one_time_code_id)
        if found is None:
            return Result(Outcome.REFUSED, "code_not_wanted_any_more")
        text = i18n.t("notifications.one_time_code.body", found.language, code=found.code)
        try:
            self._sender.send(found.phone, text, reference=str(parcel.delivery_id))
        except SmsError as error:
            return Result(Outcome.REFUSED if error.permanent else Outcome.LATER, str(error)[:100])
        return SENT
