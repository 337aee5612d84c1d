"""What is known about a resident, collected from every room that knows something.

A room above this one cannot be imported from here; the table in ``wiring.py`` names its function instead, as it
names the handlers of events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

Contribution = Callable[[Session, UUID], Any]

_contributions: dict[str, Contribution] = {}


def wire(table: Mapping[str, Contribution]) -> None:
    """Replace the table: name of the part -> function from the resident's id to plain values."""
    _contributions.clear()
    _contributions.update(table)


def collect(session: Session, resident_id: UUID) -> dict[str, Any]:
    """The parts of every other room."""
    return {name: part(session, resident_id) for name, part in _contributions.items()}
