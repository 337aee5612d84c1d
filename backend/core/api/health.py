"""Is this process alive, is the installation ready, what do its figures say."""

from __future__ import annotations

import ipaddress
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
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
from sqlalchemy import column, select, table

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
        session.execute(select(1))


@cache
def newest_migration() -> str:
    """The revision that no other one follows, read off the files: alembic itself stays out of the web process.

    Once: this process goes on running the code it began with, whatever is put into the folder.
    """
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
        found = session.scalar(select(column("version_num")).select_from(table("alembic_version")))
    expected = newest_migration()
    if found != expected:
        raise NotReadyError(f"database is at {found}, code expects {expected}: run `make migrate`")


PROBES: dict[str, Callable[[], object]] = {
    "database": _database,
    "migrations": _migrations,
    "queue": jobs.check,
    "storage": storage.check,
}


class Readiness:
    """What the probes say, asked anew when the last verdict is older than ``KEPT_S``.

    Anybody may ask, as often as they like: of those who ask at once one does the work. A probe that hangs does not
    take the others' threads with it: after ``PATIENCE_S`` they are told that it is still waiting.
    """

    KEPT_S = 2.0
    PATIENCE_S = 1.0

    def __init__(
        self,
        probes: Mapping[str, Callable[[], object]],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._probes = probes
        self._seconds = seconds
        self._states: dict[str, str] = {}
        self._asked_at = float("-inf")
        self._asking = threading.Lock()

    def states(self) -> dict[str, str]:
        """``ok``, ``failed`` or ``waiting`` for each part."""
        if self._is_old() and self._asking.acquire(timeout=self.PATIENCE_S):
            try:
                if self._is_old():
                    self._ask()
            finally:
                self._asking.release()
        return dict(self._states)

    def _is_old(self) -> bool:
        return self._seconds() - self._asked_at >= self.KEPT_S

    def _ask(self) -> None:
        self._states = dict.fromkeys(self._probes, "waiting")
        asked_at = self._seconds()
        for name, probe in self._probes.items():
            try:
                probe()
                self._states[name] = "ok"
            except Exception as error:  # noqa: BLE001 - whatever is wrong, it is this probe's answer
                log.warning("not_ready", part=name, error=str(error)[:300])
                self._states[name] = "failed"
        self._asked_at = asked_at


def serve_health(app: Flask) -> None:
    """Register ``/healthz``, ``/readyz`` and ``/metrics``."""
    readiness = Readiness(PROBES)

    @public
    def healthz() -> Response:
        return json_answer({"status": "ok"})

    @public
    def readyz() -> Response:
        states = readiness.states()
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
