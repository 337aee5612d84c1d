"""HTTP of the uploads room: receiving by tus, serving what is clean."""

from backend.uploads.routes.receive import blueprint as receive_blueprint
from backend.uploads.routes.serve import api_blueprint as content_blueprint
from backend.uploads.routes.serve import media_blueprint

blueprints = (receive_blueprint, content_blueprint, media_blueprint)

__all__ = ["blueprints"]
