"""Is this process alive, is the installation ready, what do its figures say."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from pathlib import Path

import structlog
from flask import Flask, Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)
from sqlalchemy import text

from backend.core import config, crypto, db, jobs, storage
from backend.core.api.answers import json_answer
from backend.core.auth import public
from backend.core.errors import NotFound

log = structlog.get_logger()

_MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations" / "versions"
_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_DOWN_REVISION = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


class NotReadyError(RuntimeError):
    """A part of the installation does not answer, or is not what this code expects."""


def _database() -> None:
    with db.reading() as session:
        session.execute(text("SELECT 1"))


def newest_migration() -> str:
    """The revision that no other one follows, read off the files: alembic itself stays out of the web process."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in _MIGRATIONS.glob("*.py"):
        text_of_file = path.read_text()
        revisions.update(_REVISION.findall(text_of_file))
        followed.update(_DOWN_REVISION.findall(text_of_file))
    (head,) = revisions - followed
    return head


def _migrations() -> None:
    with db.reading() as session:
        found = session.scalar(text("SELECT version_num FROM alembic_version"))
    expected = newest_migration()
    if found != expected:
        raise NotReadyError(f"database is at {found}, code expects {expected}: run `make migrate`")


PROBES: dict[str, Callable[[], object]] = {
    "database": _database,
    "migrations": _migrations,
    "queue": jobs.check,
    "storage": storage.check,
}


def serve_health(app: Flask) -> None:
    """Register ``/healthz``, ``/readyz`` and ``/metrics``."""

    @public
    def healthz() -> Response:
        return json_answer({"status": "ok"})

    @public
    def readyz() -> Response:
        states: dict[str, str] = {}
        for name, probe in PROBES.items():
            try:
                probe()
                states[name] = "ok"
            except Exception as error:  # noqa: BLE001 - whatever is wrong, it is this probe's answer
                log.warning("not_ready", part=name, error=str(error)[:300])
                states[name] = "failed"
        ready = all(state == "ok" for state in states.values())
        return json_answer(
            {"status": "ok" if ready else "failed", "parts": states}, 200 if ready else 503
        )

    @public
    def metrics() -> Response:
        if not _may_read_metrics():
            raise NotFound
        registry = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # set by whoever starts several processes
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # prometheus-client has no types here
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    for path, view in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_url_rule(path, view_func=view)


def _may_read_metrics() -> bool:
    token = config.current().metrics_token
    if token:
        return crypto.same(request.headers.get("Authorization", ""), f"Bearer {token}")
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
