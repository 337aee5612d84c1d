"""Background work of the accounts room: forgetting what need not be kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, update

from backend.accounts.models import AuthSession, KnownDevice, OneTimeCode, Throttle
from backend.core import clock
from backend.core.db import transaction
from backend.core.jobs import job

CODES_KEPT = timedelta(days=1)  # the hourly limits look back at them
SESSIONS_KEPT = timedelta(days=90)  # to answer "was that me?"
FAILURES_KEPT = timedelta(days=2)


@job("tidy_accounts", every=3600)
def tidy_accounts() -> None:
    """Wipe codes that can no longer be used; delete old codes, sessions, counters and browsers."""
    moment = clock.now()
    with transaction() as session:
        session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.expires_at < moment, OneTimeCode.code_sealed.is_not(None))
            .values(code_sealed=None, phone_sealed=None)
        )
        session.execute(delete(OneTimeCode).where(OneTimeCode.created_at < moment - CODES_KEPT))
        session.execute(delete(Throttle).where(Throttle.last_at < moment - FAILURES_KEPT))
        session.execute(delete(KnownDevice).where(KnownDevice.expires_at < moment))
        # One condition at a time: each is answered by its own index.
        session.execute(delete(AuthSession).where(AuthSession.expires_at < moment - SESSIONS_KEPT))
        session.execute(delete(AuthSession).where(AuthSession.revoked_at < moment - SESSIONS_KEPT))
