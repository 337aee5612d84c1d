"""Two doors: one for the devices themselves, one for those who look after them."""

from __future__ import annotations

from flask import Flask

from backend.core.auth import register_loader
from backend.devices.routes import console, protocol

blueprints = (protocol.blp, console.blp)


def init_app(app: Flask) -> None:
    """Recognise devices by their secrets."""
    del app
    register_loader("devices", protocol.load_principal)


__all__ = ["blueprints", "init_app"]
