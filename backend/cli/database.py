"""Bring the database to the newest migration, and load the demo province where people only try things out."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection

from backend.cli import demo
from backend.core import db
from backend.core.config import load_config
from backend.core.failures import told
from backend.essentials.categories import ensure_categories
from backend.policies.national import ensure_policies
from moderation import defaults
from notifications import vapid
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(connection: Connection) -> AlembicConfig:
    """Alembic's settings for an open connection."""
    settings = AlembicConfig(ROOT / "alembic.ini", stdout=io.StringIO())
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def migrate() -> None:
    """Run the migrations that the connected database has not seen yet."""
    with db.engine().connect().execution_options(tienglang_write=True) as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()


def lay_foundations() -> None:
    """Write what every installation begins with, where it is not there yet: policies, categories, first rules, the push key."""
    with db.transaction() as session:
        ensure_policies(session)
        ensure_categories(session)
        defaults.install(session)
    vapid.private_pem()  # here, where nobody else writes: the first browser to ask shall not wait


def main(arguments: list[str]) -> int:
    """``python -m backend.cli.database migrate [demo]``."""
    if arguments not in (["migrate"], ["migrate", "demo"]):
        print("usage: python -m backend.cli.database migrate [demo]", file=sys.stderr)
        return 2
    return told(lambda: _prepare(with_demo="demo" in arguments))


def _prepare(*, with_demo: bool) -> int:
    config = load_config(os.environ)
    config.var_dir.mkdir(parents=True, exist_ok=True)
    create_app(config)
    migrate()
    lay_foundations()
    if with_demo:
        loaded = demo.load(config.var_dir)
        print(f"demo province loaded: {len(loaded.staff)} people, {len(loaded.communes)} communes")
    db.disconnect()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
