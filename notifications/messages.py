"""Writing a message into the outbox, in the transaction of its cause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.core import clock, i18n
from backend.core.jobs import wake
from notifications.audience import Audience
from notifications.models import Message

# After this nobody wants to be woken by it any more.
WORTH_SAYING = timedelta(days=3)


def say(
    session: Session,
    kind: str,
    audience: Audience,
    *,
    link: str,
    tag: str,
    urgent: bool = False,
    worth: timedelta = WORTH_SAYING,
    **params: Any,
) -> Message:
    """Put a message into the outbox and ring for it.

    Args:
        kind: its words are ``notifications.<kind>.title`` and ``.body`` in the catalogues.
        link: path that a tap on it opens.
        tag: a newer message with the same tag takes its place on the screen.
        params: placeholders of the words; ``{"vi": …, "en": …}`` where they differ by language.
    """
    message = Message(
        kind=kind,
        audience=audience,
        params=params,
        link=link,
        tag=tag,
        urgent=urgent,
        expires_at=clock.now() + worth,
    )
    session.add(message)
    wake(session, "fan_out")
    return message


def words(message: Message, language: str) -> tuple[str, str]:
    """Title and body of a message in a language."""
    params = {name: _in(value, language) for name, value in message.params.items()}
    prefix = f"notifications.{message.kind}"
    return i18n.t(f"{prefix}.title", language, **params), i18n.t(
        f"{prefix}.body", language, **params
    )


def _in(value: Any, language: str) -> Any:
    if not isinstance(value, dict):
        return value
    return value.get(language) or value.get(i18n.DEFAULT) or next(iter(value.values()), "")
