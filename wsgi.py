"""The web's front door: ``granian --interface wsgi wsgi:app``.

Everything a web process knows is put together here, top to bottom. What is heavy (audio, push, classification)
belongs to ``worker.py`` and must not be imported from here; a test sees to it.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import wiring
from backend.accounts import commands as accounts_commands
from backend.accounts import routes as accounts
from backend.broadcasts import routes as broadcasts
from backend.core import config, db
from backend.core.api.front import Front
from backend.core.api.health import serve_health
from backend.core.api.observe import observe
from backend.core.api.openapi import make_api, serve_document
from backend.core.commands import register_commands
from backend.core.failures import in_words
from backend.core.logging import configure_logging
from backend.devices import routes as devices
from backend.essentials import routes as essentials
from backend.feedback import routes as feedback
from backend.feeds import routes as feeds
from backend.pages import routes as pages
from backend.places import commands as places_commands
from backend.places import routes as places
from backend.policies import routes as policies
from backend.uploads import routes as uploads
from moderation import commands as moderation_commands
from moderation import routes as moderation
from notifications import routes as notifications

HOUSE = Path(__file__).resolve().parent
# In the order of the house; pages last, because they take the addresses nobody else took.
ROOMS: tuple[ModuleType, ...] = (
    places,
    accounts,
    policies,
    uploads,
    essentials,
    feedback,
    broadcasts,
    devices,
    feeds,
    moderation,
    notifications,
    pages,
)
COMMANDS = (places_commands, accounts_commands, moderation_commands)


def create_app(settings: config.Config | None = None) -> Flask:
    """Build the application.

    Args:
        settings: the configuration; read from the environment when not given.

    Raises:
        ConfigError: the settings are incomplete or unsafe.
    """
    settings = config.use(settings or config.load_config(os.environ))
    configure_logging(settings)
    db.connect(settings.database_url)
    wiring.wire()

    app = Flask("tienglang", root_path=str(HOUSE), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_json_bytes,  # the one route that takes files lifts it
        MAX_FORM_MEMORY_SIZE=settings.max_json_bytes,
    )
    observe(app)
    api = make_api(app)
    for room in ROOMS:
        if hasattr(room, "init_app"):
            room.init_app(app)
        for blueprint in getattr(room, "blueprints", None) or (room.blp,):
            api.register_blueprint(blueprint)
    for commands in COMMANDS:
        app.cli.add_command(commands.cli)
    register_commands(app)
    serve_health(app)
    serve_document(app, api)
    app.wsgi_app = Front(app.wsgi_app)  # type: ignore[method-assign] # a WSGI application, as Flask expects
    _serve_assets(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # as Flask documents
    return app


def _serve_assets(app: Flask) -> None:
    """Hashed files of the front end, compressed at build time and immutable; pages are the room ``backend.pages``."""
    static = WhiteNoise(
        app.wsgi_app, max_age=3600, immutable_file_test=r"/assets/.+-[\w-]{8}\.\w+$"
    )
    for folder, prefix in (
        ("resident/assets", "assets/"),
        ("console/assets", "console/assets/"),
        ("widgets", "widgets/"),
        ("docs", "docs/"),
    ):
        path = HOUSE / "pwa" / "dist" / folder
        if path.is_dir():
            static.add_files(str(path), prefix=prefix)
    app.wsgi_app = static  # type: ignore[method-assign] # WhiteNoise is a WSGI application, as Flask expects


def __getattr__(name: str) -> Flask:
    """Make ``wsgi:app`` when a server asks for it, and not when a test imports ``create_app``."""
    if name != "app":
        raise AttributeError(name)
    try:
        globals()["app"] = create_app()
    except (
        config.ConfigError,
        OSError,
    ) as error:  # in words, for whoever started the server or a command
        words = in_words(error)
        if words is None:
            raise
        raise SystemExit(words) from None
    made: Flask = globals()["app"]
    return made
