"""Background work of the feedback room: forgetting what is no longer needed, as the privacy notice promises."""

from __future__ import annotations

from datetime import timedelta

from backend.core import clock
from backend.core.db import transaction
from backend.core.jobs import job
from backend.feedback import pins, queries, service

# Privacy notice, section 6: 24 months after the matter was settled.
CONTACT_KEPT = timedelta(days=730)
BATCH = 200


@job("tidy_feedback", every=3600)
def tidy() -> int:
    """Erase contact data and positions of matters settled long ago, and old counts of wrong PINs.

    Returns:
        How many senders were forgotten.
    """
    with transaction() as session:
        pins.forget_old(session)
    forgotten = 0
    settled_before = clock.now() - CONTACT_KEPT
    while True:
        with transaction() as session:
            old = queries.settled_before(session, settled_before, BATCH)
            forgotten += sum(service.forget(session, each, settled_before) for each in old)
        if len(old) < BATCH:
            return forgotten
