"""Web Push (RFC 8030) with message encryption (RFC 8291) and VAPID (RFC 8292)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import orjson
from http_ece import ECEException
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from backend.core import clock
from notifications.endpoints import push_host
from notifications.parcels import SENT, Outcome, Parcel, Result
from notifications.retry import retry_after

_TIMEOUT = aiohttp.ClientTimeout(total=20)
_TOKEN_LIFE_S = 12 * 3600
_RENEW_BEFORE_S = 3600
# RFC 8030 asks services to take 4096 bytes of ciphertext; this leaves room for encryption.
_LONGEST_PAYLOAD = 3000
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class WebPushChannel:
    """Sends to the push services of browsers.

    Args:
        private_pem: the house's VAPID key.
        subject: how a push service reaches the operator (mailto: or https:).
        hosts: configured hosts besides the well-known ones.
    """

    def __init__(
        self, session: aiohttp.ClientSession, private_pem: str, subject: str, hosts: Sequence[str]
    ) -> None:
        self._session = session
        self._vapid = Vapid02.from_pem(private_pem.encode())
        self._subject = subject
        self._hosts = tuple(hosts)
        self._tokens: dict[str, tuple[float, str]] = {}

    async def send(self, parcel: Parcel) -> Result:
        """Encrypt and post one parcel."""
        if push_host(parcel.address, self._hosts) is None:
            return Result(Outcome.GONE, "host_not_allowed")
        message = payload(parcel)
        try:
            body = _encrypt(parcel, message)
        except (WebPushException, ECEException, ValueError, KeyError, TypeError):
            return Result(Outcome.GONE, "unusable_keys")
        ttl = max(0, int((parcel.expires_at - clock.now()).total_seconds()))
        headers = {
            "Authorization": self._authorization(parcel.address),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl),
            "Urgency": "high" if parcel.urgent else "normal",
        }
        try:
            async with self._session.post(
                parcel.address, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as answer:
                return _result(answer.status, answer.headers.get("Retry-After"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Result(Outcome.LATER, type(error).__name__)

    def _authorization(self, endpoint: str) -> str:
        """The signed token for the endpoint's origin, made anew well before it expires."""
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        now = time.time()
        expires, header = self._tokens.get(origin, (0.0, ""))
        if expires - now < _RENEW_BEFORE_S:
            expires = now + _TOKEN_LIFE_S
            claims = {"aud": origin, "exp": int(expires), "sub": self._subject}
            header = self._vapid.sign(claims)["Authorization"]
            self._tokens[origin] = (expires, header)
        return header


def payload(parcel: Parcel) -> bytes:
    """What the service worker reads, shortened until a push service takes it."""
    body = parcel.body
    while True:
        packed = orjson.dumps(
            {
                "title": parcel.title,
                "body": body,
                "url": parcel.link,
                "tag": parcel.tag,
                "lang": parcel.language,
            }
        )
        if len(packed) <= _LONGEST_PAYLOAD or not body:
            return packed
        body = body[: len(body) * 3 // 4].rstrip() + "…" if len(body) > 1 else ""


def _encrypt(parcel: Parcel, message: bytes) -> bytes:
    keys = orjson.loads(parcel.keys)
    encoded = WebPusher({"endpoint": parcel.address, "keys": keys}).encode(message, "aes128gcm")
    return bytes(encoded["body"])


def _result(status: int, retry_header: str | None) -> Result:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return SENT
    reason = f"http_{status}"
    if status in _GONE:
        return Result(Outcome.GONE, reason)
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Result(Outcome.LATER, reason, retry_after(retry_header, clock.now()))
    return Result(Outcome.REFUSED, reason)
