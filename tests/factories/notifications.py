"""A browser's side of Web Push and a loopback push service that decrypts what arrives; an FCM of the same kind."""

from __future__ import annotations

import base64
import json
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy.orm import Session

from backend.core import crypto
from notifications.models import Subscription, SubscriptionKind, SubscriptionTopic, Topic


def b64(data: bytes) -> str:
    """base64url without padding, as everywhere in Web Push."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Browser:
    """A browser's key pair and shared secret (RFC 8291)."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    name: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def keys(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": b64(point), "auth": b64(self.auth)}

    def decrypt(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
        )
        read: dict[str, Any] = orjson.loads(plain)
        return read


@dataclass
class Received:
    """One request as the service saw it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LoopbackService:
    """A push service or FCM on loopback. ``answers`` are given first, then the usual success."""

    port: int
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def endpoint(self, browser: Browser) -> str:
        return f"{self.url}/push/{browser.name}"

    def wait_for(self, count: int, timeout_s: float = 20) -> list[Received]:
        """The first ``count`` requests, once they are here."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, timeout_s), (
                f"{len(self.received)} of {count} requests after {timeout_s} s"
            )
            return list(self.received)


@contextmanager
def loopback_service(
    success: tuple[int, bytes] = (201, b""), *, port: int = 0
) -> Iterator[LoopbackService]:
    """Serve until the end of the block."""
    service: LoopbackService

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with service.arrived:
                status, headers, answer = (
                    service.answers.pop(0) if service.answers else (success[0], {}, success[1])
                )
                service.received.append(Received(self.path, dict(self.headers), body))
                service.arrived.notify_all()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    service = LoopbackService(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def service_account(folder: Path, token_url: str) -> str:
    """A service account file whose tokens come from ``token_url``."""
    key = rsa.generate_private_key(65537, 2048)
    path = folder / "account.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": "tieng-lang-test",
                "private_key_id": "1",
                "private_key": key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ).decode(),
                "client_email": "test@tieng-lang-test.iam.gserviceaccount.com",
                "client_id": "1",
                "token_uri": token_url,
            }
        )
    )
    return str(path)


def make_subscription(
    session: Session,
    address: str,
    *,
    browser: Browser | None = None,
    host: str = "127.0.0.1",
    topics: dict[uuid.UUID, list[Topic]] | None = None,
    owner: tuple[str, uuid.UUID] | None = None,
    language: str = "vi",
) -> Subscription:
    """A registered device: of a browser when one is given, else of an FCM app."""
    kind = SubscriptionKind.WEBPUSH if browser else SubscriptionKind.FCM
    made = Subscription(
        kind=kind,
        owner_kind=owner[0] if owner else "anonymous",
        owner_id=owner[1] if owner else None,
        token_hash=crypto.hash_token("manage"),
        address_hash=crypto.hash_token(address),
        address_sealed=crypto.seal(address),
        host=host,
        keys_sealed=crypto.seal(orjson.dumps(browser.keys).decode()) if browser else None,
        language=language,
        topics=[
            SubscriptionTopic(unit_id=unit_id, topic=topic)
            for unit_id, wanted in (topics or {}).items()
            for topic in wanted
        ],
        feedback=[],
    )
    session.add(made)
    session.flush()
    return made
