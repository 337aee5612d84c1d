"""When the log's tests take place, and what happens then."""

from datetime import UTC, datetime

from backend.core import clock
from moderation.models import TransparencyKey
from moderation.transparency import log

# Half past nine in the morning in Vietnam; hours pass by adding to it.
NINE = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)


def publish(at: datetime) -> bool:
    """Let the worker come by at this moment; True when there is a new head."""
    with clock.freeze(at):
        return log.publish().signed


def rotate_key(at: datetime) -> TransparencyKey:
    """Let the operator change the key at this moment."""
    with clock.freeze(at):
        return log.rotate_key()
