"""What a measurement needs to know of the running application: addresses, ids, a signed-in official."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bench import loader
from bench.stack import Installation, Server

API = "/api/v1"
COMMUNE = "23798"  # xã Ayun


class UnexpectedAnswerError(RuntimeError):
    """The application did not answer as the measurement needs it."""


@dataclass
class Client:
    """A caller with a little memory."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """One call; the JSON of its answer.

        Raises:
            UnexpectedAnswerError: the status is not 2xx.
        """
        data = json.dumps(body).encode() if body is not None else b""
        merged = {**self.headers, **(headers or {}), "Accept-Encoding": "identity"}
        status, _, answer = loader.exchange(
            self.port, loader.request_bytes(method, path, merged, data)
        )
        if not 200 <= status < 300:
            raise UnexpectedAnswerError(f"{method} {path}: {status} {answer[:500].decode()}")
        return json.loads(answer) if answer else None


def sign_in(server: Server, made: Installation, username: str) -> Client:
    """An official with a bearer token."""
    client = Client(server.port)
    answer = client.call(
        "POST",
        f"{API}/auth/staff/sign-in",
        {"username": username, "password": made.password},
        {"X-Client": "app"},
    )
    return Client(server.port, {"Authorization": f"Bearer {answer['access_token']}"})


def submission(client: Client) -> dict[str, Any]:
    """The body of an anonymous report to the measured commune."""
    notice = client.call("GET", f"{API}/privacy-notice")
    return {
        "kind": "report",
        "text": "Đoạn đường bê tông đầu làng bị sạt sau mưa, xe máy khó qua, mong xã xem giúp.",
        "category": "ha_tang_giao_thong",
        "commune": COMMUNE,
        "identity": "anonymous",
        "consent_version": notice["version"],
    }
