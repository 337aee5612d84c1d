"""Ready or not: truthful, and cheap however often somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import text

from backend.core import db as core_db
from backend.core.api.health import Readiness, newest_migration


class Part:
    """A part of the installation that can break."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def __call__(self) -> None:
        self.asked += 1
        if self.broken:
            raise OSError("away")


def test_a_verdict_is_kept_for_seconds_and_then_true_again() -> None:
    part, now = Part(), [100.0]
    readiness = Readiness({"part": part}, seconds=lambda: now[0])
    assert [readiness.states() for _ in range(50)] == [{"part": "ok"}] * 50
    assert part.asked == 1
    part.broken = True
    now[0] += Readiness.KEPT_S
    assert [readiness.states() for _ in range(50)] == [{"part": "failed"}] * 50
    part.broken = False
    now[0] += Readiness.KEPT_S
    assert readiness.states() == {"part": "ok"}
    assert part.asked == 3


def test_of_many_who_ask_at_once_one_does_the_work() -> None:
    part = Part()
    readiness = Readiness({"part": part})
    together = threading.Barrier(8, timeout=10)

    def ask(_number: int) -> dict[str, str]:
        together.wait()
        return readiness.states()

    with ThreadPoolExecutor(8) as askers:
        assert list(askers.map(ask, range(8))) == [{"part": "ok"}] * 8
    assert part.asked == 1


def test_a_part_that_hangs_does_not_hold_up_whoever_asks() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hangs() -> None:
        begun.set()
        go_on.wait(10)

    readiness = Readiness({"database": lambda: None, "storage": hangs})
    readiness.PATIENCE_S = 0.01
    with ThreadPoolExecutor(1) as asker:
        first = asker.submit(readiness.states)
        begun.wait(10)
        assert readiness.states() == {"database": "ok", "storage": "waiting"}
        go_on.set()
        assert first.result() == {"database": "ok", "storage": "ok"}


def test_an_older_database_is_not_ready(make_app: Callable[..., Flask]) -> None:
    def answer(version: str) -> tuple[int, dict[str, str]]:
        with core_db.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        said = make_app().test_client().get("/readyz")  # a fresh process, as after a start
        return said.status_code, said.get_json()["parts"]

    fine = {"database": "ok", "migrations": "ok", "queue": "ok", "storage": "ok"}
    try:
        assert answer("0001") == (503, {**fine, "migrations": "failed"})
    finally:
        assert answer(newest_migration()) == (200, fine)
