"""The places room over HTTP: what everybody reads, and the calendars that officials keep."""

from __future__ import annotations

from flask import Flask

from backend.places.commands import cli
from backend.places.routes import calendar, reading

blueprints = (reading.blp, calendar.blp)


def init_app(app: Flask) -> None:
    """Add the operator's commands: ``flask --app wsgi places …``."""
    app.cli.add_command(cli)


__all__ = ["blueprints", "init_app"]
