"""HTTP of the feedback room."""

from backend.feedback.routes.public import blueprint as public_blueprint
from backend.feedback.routes.send import blueprint as send_blueprint
from backend.feedback.routes.track import blueprint as track_blueprint

blueprints = (send_blueprint, track_blueprint, public_blueprint)

__all__ = ["blueprints"]
