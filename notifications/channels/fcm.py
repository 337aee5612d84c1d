"""Firebase Cloud Messaging, HTTP v1. firebase-admin keeps credentials, encoding and the names of errors; the request
itself goes through our own connection pool, because the SDK's batch senders block (or bind to one event loop).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import structlog
from firebase_admin import credentials, messaging
from google.auth.transport.requests import Request

from backend.core import clock
from notifications.parcels import SENT, Outcome, Parcel, Result
from notifications.retry import retry_after

log = structlog.get_logger()

_TIMEOUT = aiohttp.ClientTimeout(total=20)
_TOKEN_TIMEOUT_S = 5
_WITHOUT_TOKEN = timedelta(minutes=1)
_ERROR_TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class FcmChannel:
    """Sends to registered apps.

    Args:
        account_file: service account file of the Firebase project.
        base_url: of FCM; another one in tests.

    Raises:
        ValueError: the file is not a service account.
        OSError: the file cannot be read.
    """

    def __init__(self, session: aiohttp.ClientSession, account_file: str, base_url: str) -> None:
        self._session = session
        account = orjson.loads(Path(account_file).read_bytes())
        self._google = credentials.Certificate(account).get_credential()
        self._url = f"{base_url}/v1/projects/{account['project_id']}/messages:send"
        self._ask = partial(Request(), timeout=_TOKEN_TIMEOUT_S)
        self._signing = asyncio.Lock()
        self._refusal: Exception | None = None

    async def send(self, parcel: Parcel) -> Result:
        """Post one parcel."""
        try:
            headers = {"Authorization": f"Bearer {await self._token()}"}
        except Exception as error:  # noqa: BLE001 - google-auth raises its own family when no token can be had
            # Nobody gets one now: all that goes this way waits a little, and what goes another way does not.
            reason = f"token_{type(error).__name__}"[:100]
            return Result(Outcome.LATER, reason, clock.now() + _WITHOUT_TOKEN)
        try:
            async with self._session.post(
                self._url,
                json={"message": encode(parcel)},
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                text = await answer.text()
                return _result(answer.status, text, answer.headers.get("Retry-After"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Result(Outcome.LATER, type(error).__name__)

    async def _token(self) -> str:
        """A valid token; one try for all parcels of this channel, however many wait for it."""
        async with self._signing:
            if self._refusal is not None:
                raise self._refusal
            if not self._google.valid:
                try:
                    await asyncio.to_thread(self._google.refresh, self._ask)
                except Exception as error:
                    self._refusal = error
                    raise
            return str(self._google.token)


def encode(parcel: Parcel) -> dict[str, Any]:
    """The message as HTTP v1 wants it: data only, so that the app words and shows it once per tag."""
    ttl = max(0, int((parcel.expires_at - clock.now()).total_seconds()))
    message = messaging.Message(
        fid=parcel.address,
        data={
            "title": parcel.title,
            "body": parcel.body,
            "url": parcel.link,
            "tag": parcel.tag,
            "lang": parcel.language,
        },
        android=messaging.AndroidConfig(
            ttl=ttl, priority="high" if parcel.urgent else "normal", collapse_key=parcel.tag
        ),
    )
    encoded: dict[str, Any] = messaging._MessagingService.encode_message(message)  # noqa: SLF001 - the SDK's only encoder
    return encoded


def _result(status: int, text: str, retry_header: str | None) -> Result:
    if status == HTTPStatus.OK:
        return SENT
    code = _error_code(text) or f"http_{status}"
    if code == "UNREGISTERED":
        return Result(Outcome.GONE, code)
    if (
        status in _PASSING
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        # A wrong project or address answers like this for everybody: registrations must survive our own mistake.
        or status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
    ):
        log.warning("fcm_refused", status=status, code=code)
        return Result(Outcome.LATER, code, retry_after(retry_header, clock.now()))
    return Result(Outcome.REFUSED, code)


def _error_code(text: str) -> str | None:
    try:
        details = orjson.loads(text)["error"].get("details", [])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return next(
        (detail.get("errorCode") for detail in details if detail.get("@type") == _ERROR_TYPE), None
    )
