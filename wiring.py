"""What happens when: the one table from events to those who react, and from bells to queues.

Handlers of an event run in the order written here, in the transaction of the event.
"""

from __future__ import annotations

from backend.core import events, jobs

HANDLERS: events.HandlerTable = {}

# Which worker hears which bell; those not named go to "work".
BELLS = {
    "deliver": "delivery",
    "process_uploads": "media",
    "make_renditions": "media",
}


def wire() -> None:
    """Install both tables."""
    events.wire(HANDLERS)
    jobs.wire_bells(BELLS)
