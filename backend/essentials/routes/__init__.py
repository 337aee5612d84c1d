"""The two doors of this room: residents read, the desk writes."""

from backend.essentials import guards
from backend.essentials.routes import desk, reading
from backend.uploads import access

blueprints = (reading.blp, desk.blp)

access.register("article", guards.of_article)
