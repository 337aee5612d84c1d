"""The two doors of this room: residents read, those who answer for policies write."""

from backend.policies.routes import desk, reading

blueprints = (reading.blp, desk.blp)
