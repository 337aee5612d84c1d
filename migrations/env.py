"""How migrations reach the database: the same settings and metadata as the application."""

from __future__ import annotations

import os
from importlib import import_module

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from backend.core import config, db

MODELS = (
    "backend.core.api.creates",
    "backend.places.models",
    "backend.accounts.models",
    "backend.uploads.models",
    "backend.essentials.models",
    "backend.feedback.models",
    "backend.broadcasts.models",
    "backend.devices.models",
    "moderation.models",
    "notifications.models",
)

for name in MODELS:
    import_module(name)


def run(connection: Connection) -> None:
    """Run the migrations on an open connection, all of them or none."""
    context.configure(
        connection=connection,
        target_metadata=db.Base.metadata,
        compare_type=True,
        compare_server_default=True,
        # SQLite cannot alter columns in place: alembic copies the table.
        render_as_batch=connection.dialect.name == "sqlite",
        include_object=_ours,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, thing: object, _context: object) -> str | bool:
    """Migrations name what the database stores: they must not change when our column types do."""
    if kind != "type":
        return False
    if isinstance(thing, db.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, db.TextEnum):
        return "sa.String(length=40)"
    if isinstance(thing, sa.JSON) and not isinstance(thing, JSONB):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def _ours(
    _thing: object, name: str | None, kind: str, _reflected: object, _compare_to: object
) -> bool:
    # Full-text tables and the tables behind them are made by hand in a migration, not by the models.
    return not (kind == "table" and name is not None and name.split("_fts")[0] != name)


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    settings = config.use(config.load_config(os.environ))
    with (
        db.connect(settings.database_url)
        .connect()
        .execution_options(tienglang_write=True) as opened
    ):
        run(opened)
        opened.commit()
