"""The key by which push services know us: made once, whoever comes first and however many come at once."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from threading import Barrier, Thread

from sqlalchemy import func, select

from backend.cli.database import lay_foundations
from backend.core import config as settings
from backend.core import db as core_db
from backend.core.config import Config
from backend.core.db import reading
from notifications import vapid
from notifications.models import VapidKey
from tests.conftest import Database

TOGETHER = 6


def stored() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(VapidKey)) or 0


def ask(config: Config) -> str:
    """In a process of its own, as a worker or a web server."""
    settings.use(config)
    core_db.connect(config.database_url)
    try:
        return vapid.public_key()
    finally:
        core_db.disconnect()


def test_threads_that_ask_at_once_get_one_key(db: Database) -> None:
    keys: list[str] = []
    start = Barrier(TOGETHER)

    def one() -> None:
        start.wait()
        keys.append(vapid.public_key())

    threads = [Thread(target=one) for _ in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == TOGETHER
    assert set(keys) == {vapid.public_key()}
    assert stored() == 1


def test_processes_that_ask_at_once_get_one_key(db: Database) -> None:
    afresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=afresh) as pool:
        keys = set(pool.map(ask, [db.config] * 4))
    assert keys == {vapid.public_key()}
    assert stored() == 1


def test_an_installation_has_its_key_before_anybody_asks(db: Database) -> None:
    lay_foundations()
    assert stored() == 1
