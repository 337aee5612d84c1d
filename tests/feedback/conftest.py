"""Fixtures of the feedback room's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backend.core import events


@pytest.fixture
def alone() -> Iterator[None]:
    """Only this room: what others do with its events is tested in their rooms."""
    before = dict(events._table)
    events.wire({})
    yield
    events.wire(before)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """Every event that this room told the house."""
    heard: list[Any] = []
    before = dict(events._table)
    kinds = events.Event.__subclasses__()
    events.wire({kind: [lambda _session, event: heard.append(event)] for kind in kinds})
    yield heard
    events.wire(before)
