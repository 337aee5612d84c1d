"""Bring the database to the newest migration, and load the demo province where people only try things out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig

from backend.cli import demo
from backend.core import db
from backend.core.config import Config, load_config
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(database_url: str) -> AlembicConfig:
    """Alembic's own configuration for our migrations."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = database_url
    return config


def migrate(config: Config) -> None:
    """Run the migrations that this database has not seen yet."""
    if (ROOT / "migrations").is_dir():
        command.upgrade(alembic_config(config.database_url), "head")
    else:
        db.Base.metadata.create_all(db.engine())


def main(arguments: list[str]) -> int:
    """``python -m backend.cli.database migrate [demo]``."""
    config = load_config(os.environ)
    config.var_dir.mkdir(parents=True, exist_ok=True)
    create_app(config)
    migrate(config)
    if "demo" in arguments:
        loaded = demo.load(config.var_dir)
        print(f"demo province loaded: {len(loaded.staff)} people, {len(loaded.communes)} communes")
    db.disconnect()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
