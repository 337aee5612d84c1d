"""Migrations make exactly what the models say, on both databases, and lead back again with data in the tables."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from backend.broadcasts import desk as broadcast_desk
from backend.cli import demo
from backend.cli.database import alembic_config
from backend.core import config as settings
from backend.core import db as core_db
from backend.core.auth import Grant, Principal, Role
from tests import databases
from tests.conftest import Database, make_config
from tests.factories.broadcasts import make_broadcast
from tests.factories.places import make_commune

ROOT = Path(__file__).resolve().parents[2]
OURS = "tieng_lang_migrations"


@pytest.fixture
def empty(database: Database, places: databases.Places) -> Iterator[Engine]:
    """An empty database of the same kind, connected for the length of one test."""
    if database.kind == "sqlite":
        path = places.own / "migrations.sqlite3"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        url = f"sqlite:///{path}"
    else:
        server = databases.start_postgresql(places.shared)
        url = databases.create_postgresql_database(server, f"{OURS}_{places.name}")
    settings.use(make_config(places.own, url))
    yield core_db.connect(url)
    settings.use(database.config)
    databases.hurry(core_db.connect(database.config.database_url))


def writing(engine: Engine) -> Connection:
    return engine.connect().execution_options(tienglang_write=True)


def upgrade(engine: Engine, revision: str = "head") -> None:
    with writing(engine) as connection:
        command.upgrade(alembic_config(connection), revision)
        connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        command.downgrade(alembic_config(connection), revision)
        connection.commit()


def test_the_models_equal_the_migrations(empty: Engine) -> None:
    upgrade(empty)
    with empty.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                # Full-text tables and indexes are made by hand, the same in migrations and models.
                "include_object": lambda _object, name, *_rest: "_fts" not in (name or ""),
            },
        )
        difference = compare_metadata(context, core_db.Base.metadata)
    assert difference == []


def test_up_down_and_up_again_with_a_province_in_it(empty: Engine, tmp_path: Path) -> None:
    upgrade(empty)
    demo.load(tmp_path)
    downgrade(empty, "base")
    left = set(inspect(empty).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade(empty)
    assert "generation" in inspect(empty).get_table_names()


def test_the_words_of_broadcasts_are_found_after_either_way(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = ScriptDirectory(str(ROOT / "migrations")).get_revision("0022")
    monkeypatch.setattr(migration.module, "_AT_A_TIME", 2)
    upgrade(empty)
    with core_db.transaction() as session:
        commune = make_commune(session, code="23798")
        for number in range(5):
            make_broadcast(session, commune, title=f"Đường số {number}", transcript="Giờ tắt điện.")
        over = Grant(Role.BROADCAST_OPERATOR, commune.id, "commune")
        tam = Principal(kind="staff", grants=(over,))
    downgrade(empty, migration.down_revision)
    with empty.connect() as connection:
        keys = connection.execute(text("SELECT search_key FROM broadcast ORDER BY title")).all()
    assert [key for (key,) in keys] == [f"duong so {number}" for number in range(5)]
    upgrade(empty)
    with core_db.reading() as session:
        for q, found in (("tat dien", 5), ("so 3", 1), ("cau", 0)):
            assert len(broadcast_desk.broadcasts(session, tam, q=q).items) == found, q


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    upgrade(empty)
    upgrade(empty)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1
