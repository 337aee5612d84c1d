"""The accounts room over HTTP."""

from __future__ import annotations

from flask import Flask

from backend.accounts.commands import cli
from backend.accounts.routes import auth, me, portals, staff, tokens
from backend.core.auth import register_loader

blueprints = (auth.blp, me.blp, staff.blp, portals.blp)


def init_app(app: Flask) -> None:
    """Recognise who signed in, and add the operator's commands: ``flask --app wsgi accounts …``."""
    tokens.init_app(app)
    register_loader("portals", portals.load_principal)
    app.cli.add_command(cli)


__all__ = ["blueprints", "init_app"]
