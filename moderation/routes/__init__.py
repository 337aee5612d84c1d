"""HTTP of the moderation room."""

from __future__ import annotations

from flask import Flask

from backend.feedback.service import SUBJECT as FEEDBACK
from backend.uploads import access as uploads
from moderation import guards
from moderation.commands import cli
from moderation.routes.cases import blueprint as cases_blueprint
from moderation.routes.publication import blueprint as publication_blueprint
from moderation.routes.rules import blueprint as rules_blueprint
from moderation.transparency.routes import blueprint as transparency_blueprint
from moderation.words import SUBJECT as CASE

# Officials see the originals of the cases that they may read.
uploads.register(FEEDBACK, guards.of_feedback)
uploads.register(CASE, guards.of_case)


def init_app(app: Flask) -> None:
    """Add the operator's commands: ``flask --app wsgi moderation …``."""
    app.cli.add_command(cli)


blueprints = (cases_blueprint, publication_blueprint, rules_blueprint, transparency_blueprint)

__all__ = ["blueprints", "init_app"]
