"""Fixtures of the whole suite: a real application on a real database, SQLite and PostgreSQL in turn."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from backend.core import config as settings
from backend.core import db as core_db
from backend.core import jobs
from backend.core.api import cache
from backend.core.config import Config
from tests import databases
from wsgi import create_app

SHARED = "TIENGLANG_TESTS_SHARED"  # names the folder that all processes of a run share
free_port = databases.free_port  # tests ask for it here
# Secrets of the tests alone; real ones are made by the operator's command.
SECRETS = {
    "TIENGLANG_SECRET_KEY": "tests-sign-what-the-browser-carries-with-this",
    "TIENGLANG_JWT_SECRET": "tests-sign-access-tokens-with-this-long-secret",
    "TIENGLANG_DATA_KEYS": "dGVzdHMtZW5jcnlwdC1jb250YWN0LWRhdGEtYnktdGg=",
    "TIENGLANG_INDEX_KEY": "tests-key-the-blind-index-of-phones-with-this",
}


@dataclass
class Database:
    """One of the two databases, with the application that runs on it."""

    kind: str
    config: Config
    app: Flask
    clean: Callable[[], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--db`` chooses the databases that tests run on."""
    parser.addoption(
        "--db",
        default="both",
        choices=[*databases.KINDS, "both"],
        help="databases to run on (default: both)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """One folder for all processes of this run.

    Not pytest's own: as root, PostgreSQL runs as another user, whom pytest's folders lock out.
    """
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="tieng-lang-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what runs in it, and remove it."""
    if not hasattr(config, "workerinput"):
        databases.stop_postgresql(Path(os.environ[SHARED]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever touches the database on every chosen one."""
    if "database" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--db")
    marked = [kind for kind in databases.KINDS if metafunc.definition.get_closest_marker(kind)]
    kinds = [
        kind
        for kind in databases.KINDS
        if chosen in ("both", kind) and (not marked or kind in marked)
    ]
    # Session scope lets pytest put all tests of one database in a row: one switch per process.
    metafunc.parametrize("database", kinds, indirect=True, scope="session")


def pytest_make_parametrize_id(config: pytest.Config, val: object) -> str | None:
    """Ids that are made anew in each process must not name a test: processes compare the names."""
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(val)):
        return "id"
    return None


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> databases.Places:
    """Folders of this run and of this test process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    own = tmp_path_factory.getbasetemp() / "var"
    own.mkdir(exist_ok=True)
    return databases.Places(shared=Path(os.environ[SHARED]), own=own, name=worker or "main")


def make_config(var_dir: Path, database_url: str, **overrides: Any) -> Config:
    """The configuration of a test: no limits, fixed secrets, everything under ``var_dir``."""
    config = settings.load_config(
        {
            **SECRETS,
            "TIENGLANG_VAR_DIR": str(var_dir),
            "TIENGLANG_DATABASE_URL": database_url,
            "TIENGLANG_RATE_LIMITS": "0",
            "TIENGLANG_PUBLIC_URL": "http://localhost",
            "TIENGLANG_LOG_LEVEL": "WARNING",
        }
    )
    return replace(config, **overrides)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, places: databases.Places) -> Iterator[Database]:
    """An application on a fresh database with every table; tests want ``db``, which is also clean."""
    kind: str = request.param
    url = databases.create_database(kind, places)
    config = make_config(places.own / kind, url)
    app = build(config)
    engine = core_db.engine()
    databases.create_tables(engine)
    clean = databases.cleaner(core_db.engine, core_db.Base.metadata)
    yield Database(kind, config, app, clean)
    core_db.disconnect()


@pytest.fixture
def own_database(database: Database, places: databases.Places) -> Iterator[Engine]:
    """A database of the same kind for this test alone, at the newest migration: it may be taken back and forth."""
    name = f"own_{uuid.uuid4().hex}"
    if database.kind == "sqlite":
        url = f"sqlite:///{places.own / name}.sqlite3"
    else:
        server = databases.start_postgresql(places.shared)
        url = databases.create_postgresql_database(server, f"tieng_lang_{name}")
    settings.use(make_config(places.own, url))
    engine = core_db.connect(url)
    databases.hurry(engine)
    databases.create_tables(engine)
    yield engine
    settings.use(database.config)
    databases.hurry(core_db.connect(database.config.database_url))


def build(config: Config) -> Flask:
    """The real application, in a hurry."""
    jobs.reset()
    app = create_app(config)
    app.testing = True
    databases.hurry(core_db.engine())
    return app


@pytest.fixture
def db(database: Database) -> Database:
    """An empty database, connected: ``transaction()`` and ``reading()`` use it."""
    settings.use(database.config)
    database.clean()
    cache.clear()
    return database


@pytest.fixture
def app(db: Database) -> Flask:
    """The application, on an empty database."""
    return db.app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()


@pytest.fixture
def make_app(db: Database) -> Iterator[Callable[..., Flask]]:
    """Build another application on the same database with some settings changed.

    ``make_app(rate_limits=True)``; the usual configuration is in use again afterwards.
    """

    def make(**overrides: Any) -> Flask:
        return build(replace(db.config, **overrides))

    yield make
    jobs.reset()
    settings.use(db.config)


@pytest.fixture(scope="session")
def redis_url(places: databases.Places) -> Iterator[str]:
    """A real Redis server of this test process."""
    binary = shutil.which("redis-server")
    assert binary, "redis-server is missing: apt-get install redis-server"
    path = places.own / "redis.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        databases.wait_for(path.exists, "redis-server to open its socket")
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(10)
