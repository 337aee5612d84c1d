"""What is seen of every request: an id, one line in the log, two figures; and the headers that keep browsers safe."""

from __future__ import annotations

import re
import time

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

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")

# Scripts, styles and pictures come from here only; inline code by hash, added by the pages that carry it.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


def observe(app: Flask) -> None:
    """Install the hooks, the same for every route, so that a constant view pays for all of them too."""
    settings = config.current()
    common = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "geolocation=(self), microphone=(self), camera=(self)",
        "Content-Security-Policy": API_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.production:
        common["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    pairs = tuple(common.items())
    quiet = settings.log_level not in {"DEBUG", "INFO"}

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.match(given) else ids.new_id().hex
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
        for name, value in pairs:
            if name not in headers:
                headers[name] = value
        headers["X-Request-Id"] = g.get("request_id", "")
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        elapsed = time.perf_counter() - g.get("started", time.perf_counter())
        endpoint = request.endpoint or "unmatched"
        REQUESTS.labels(endpoint, request.method, str(response.status_code)).inc()
        SECONDS.labels(endpoint).observe(elapsed)
        if not quiet:
            # The route, never the address: addresses carry tracking codes.
            log.info(
                "request",
                endpoint=endpoint,
                method=request.method,
                status=response.status_code,
                ms=round(elapsed * 1000, 1),
                request_id=g.get("request_id"),
            )
        return response
