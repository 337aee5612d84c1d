"""The house's own background work: forgetting what need not be kept."""

from __future__ import annotations

from backend.core.api.creates import forget_old_keys
from backend.core.jobs import job


@job("forget_idempotency_keys", every=3600)
def forget_idempotency_keys() -> int:
    """Delete repeat keys past their time."""
    return forget_old_keys()
