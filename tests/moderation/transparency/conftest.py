"""An office whose cases are in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from backend.core.db import transaction
from tests.factories.moderation import Office, make_case, make_office


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


@pytest.fixture
def open_cases(office: Office) -> Callable[[int], list[UUID]]:
    """``open_cases(3)``: the ids of so many new cases, each with one event, oldest first."""

    def make(count: int) -> list[UUID]:
        made = []
        for _number in range(count):
            with transaction() as session:
                made.append(make_case(session, office.unit).id)
        return made

    return make
