"""The doors of this room: residents listen, the desk makes, and the files themselves."""

from backend.broadcasts.routes import desk, listening, media

blueprints = (listening.blp, desk.blp, media.blp)
