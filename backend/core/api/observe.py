"""What is seen of every request: an id, one line in the log, two figures; and the headers that keep browsers safe."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from backend.core import config, ids
from backend.core.errors import TooLarge

log = structlog.get_logger("http")

REQUESTS = Counter(
    "tienglang_requests_total", "Requests answered", ["endpoint", "method", "status"]
)
SECONDS = Histogram(
    "tienglang_request_seconds",
    "Time to answer",
    ["endpoint"],
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

# Whoever makes up a method must not make us keep a figure for it.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")

# Scripts, styles and pictures come from here only; inline code by hash, added by the pages that carry it.
POLICY = "Content-Security-Policy"
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


def request_id(environ: Mapping[str, Any]) -> str:
    """The id the caller gave the request, when it is one, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.match(given) else ids.new_id().hex


def tell(endpoint: str, method: str, status: int, seconds: float, request_id: str) -> None:
    """Count a request that was answered, and write its line."""
    method = method if method in _METHODS else "other"
    REQUESTS.labels(endpoint, method, str(status)).inc()
    SECONDS.labels(endpoint).observe(seconds)
    # The route, never the address: addresses carry tracking codes.
    log.info(
        "request",
        endpoint=endpoint,
        method=method,
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=request_id,
    )


def observe(app: Flask) -> None:
    """Install the hooks, the same for every route, so that a constant view pays for all of them too."""
    settings = config.current()
    common = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "geolocation=(self), microphone=(self), camera=(self)",
        POLICY: API_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if settings.production:
        common["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    defaults = tuple((name.lower(), name, value) for name, value in common.items())

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id(request.environ)
        length = request.content_length
        if (
            length is not None
            and length > settings.max_json_bytes
            and request.mimetype == "application/json"
        ):
            raise TooLarge

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        present = {name.lower() for name in headers.keys()}  # noqa: SIM118 - iterating gives pairs
        for key, name, value in defaults:
            if key not in present:
                headers.add(name, value)
        given = g.get("request_id", "")
        headers["X-Request-Id"] = given
        elapsed = time.perf_counter() - g.get("started", time.perf_counter())
        endpoint = request.endpoint or "unmatched"
        tell(endpoint, request.method, response.status_code, elapsed, given)
        return response
