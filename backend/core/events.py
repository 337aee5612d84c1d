"""Things that happened, and the one place where they are handed to those who react.

A service emits; the table in ``wiring.py`` says who listens. Handlers run at once, in the same transaction:
either the deed and everything that follows from it are stored, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events: frozen dataclasses of ids and plain values, named in the past tense."""


Handler = Callable[[Session, Any], None]
HandlerTable = Mapping[type[Event], Sequence[Handler]]

_table: dict[type[Event], tuple[Handler, ...]] = {}


def wire(table: HandlerTable) -> None:
    """Replace the table of handlers."""
    _table.clear()
    _table.update({kind: tuple(handlers) for kind, handlers in table.items()})


def emit(session: Session, event: Event) -> None:
    """Flush what the deed wrote, then call each handler of ``event`` in the order of the table."""
    handlers = _table.get(type(event), ())
    if handlers:
        session.flush()
    for handler in handlers:
        handler(session, event)
