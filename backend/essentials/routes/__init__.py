"""The two doors of this room: residents read, the desk writes."""

from backend.essentials.routes import desk, reading

blueprints = (reading.blp, desk.blp)
