"""Text messages: a port with two ends. The gateway's address and token are the operator's contract with a carrier."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Protocol

import structlog

from backend.core import config

log = structlog.get_logger()

_TIMEOUT_S = 10


class SmsError(RuntimeError):
    """The gateway did not take the message.

    Attributes:
        permanent: True when sending it again cannot help.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class SmsSender(Protocol):
    """Sends one text message."""

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Send ``text`` to an E.164 number; the same ``reference`` twice is one message.

        Raises:
            SmsError: the message was not taken.
        """


class ConsoleSender:
    """Development: the message appears in the log."""

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Write it to the log."""
        log.warning("sms_to_console", phone=phone, text=text, reference=reference)


class HttpGatewaySender:
    """A gateway that takes ``POST {"to","text","from","reference"}`` with a bearer token."""

    def __init__(self, url: str, token: str, sender: str) -> None:
        self._url, self._token, self._sender = url, token, sender

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Post it; 2xx is taken, 4xx other than 408 and 429 is refused for good."""
        body = json.dumps(
            {"to": phone, "text": text, "from": self._sender, "reference": reference}
        ).encode()
        request = urllib.request.Request(  # noqa: S310 - the address comes from the operator's settings
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._token}",
                "Idempotency-Key": reference,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S):  # noqa: S310 - as above
                return
        except urllib.error.HTTPError as error:
            error.close()
            permanent = (
                HTTPStatus.BAD_REQUEST <= error.code < HTTPStatus.INTERNAL_SERVER_ERROR
                and error.code not in {408, 429}
            )
            raise SmsError(f"gateway answered {error.code}", permanent=permanent) from error
        except OSError as error:
            raise SmsError(type(error).__name__, permanent=False) from error


def sms_sender() -> SmsSender:
    """The sender that the settings ask for."""
    settings = config.current()
    if settings.sms_url:
        return HttpGatewaySender(settings.sms_url, settings.sms_token, settings.sms_sender)
    return ConsoleSender()
