"""Demo feedback: residents of the two staffed communes write; officials answer in the seed of moderation.

The stories are harmless: no accusations, no telephone numbers, no abuse (``tests/data/README.md`` says where the
texts come from). Each names the state it is meant to reach, with the words the officials use on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import ANONYMOUS
from backend.core.demo import Demo
from backend.feedback import notices
from backend.feedback.models import (
    Feedback,
    FeedbackCategory,
    FeedbackKind,
    Identity,
    LegalType,
    Outcome,
    Policy,
    ShownState,
)
from backend.feedback.submission import Submission, submit
from backend.places.models import AdminUnit

_FILE = Path(__file__).with_name("seed_stories.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One piece of demo feedback and how it ends."""

    key: str
    commune: str  # of ``Demo.communes``
    text: str
    kind: FeedbackKind
    category: FeedbackCategory
    hours_ago: int
    state: ShownState  # where moderation takes it
    identity: Identity
    suggest_category: bool = True  # False: the sender left it open
    source: str | None = None  # line of the test corpus
    policy: Policy | None = None
    community: str | None = None  # of ``Demo.communities``
    place_text: str | None = None
    name: str | None = None
    legal_type: LegalType = LegalType.ORDINARY
    outcome: Outcome | None = None
    reply: str | None = None
    evidence: str | None = None  # a scene of ``backend.uploads.seed``
    planned_in_days: int | None = None
    other_body: str | None = None
    question: str | None = None
    reason: str | None = None  # why rejected or closed
    into: str | None = None  # key of the story it is merged into


_ENUMS: dict[str, Any] = {
    "kind": FeedbackKind,
    "category": FeedbackCategory,
    "state": ShownState,
    "identity": Identity,
    "policy": Policy,
    "legal_type": LegalType,
    "outcome": Outcome,
}


@lru_cache
def stories() -> tuple[Story, ...]:
    """All stories, oldest first."""
    told = [
        Story(
            **{
                name: _ENUMS[name](value) if name in _ENUMS and value is not None else value
                for name, value in entry.items()
            }
        )
        for entry in orjson.loads(_FILE.read_bytes())
    ]
    return tuple(sorted(told, key=lambda story: -story.hours_ago))


def submitted(session: Session, demo: Demo) -> dict[str, Feedback]:
    """The stories that are in the database, by key."""
    rows = session.scalars(
        select(Feedback).where(Feedback.submitted_unit_id.in_(demo.communes.values()))
    )
    by_place = {(row.submitted_unit_id, row.text): row for row in rows}
    found = {
        story.key: by_place.get((demo.communes[story.commune], story.text)) for story in stories()
    }
    return {key: row for key, row in found.items() if row is not None}


def seed(session: Session, demo: Demo) -> None:
    """Send every story that is not there yet, at its own time."""
    known = submitted(session, demo)
    for story in stories():
        if story.key in known:
            continue
        commune = session.get_one(AdminUnit, demo.communes[story.commune])
        with clock.freeze(demo.now - timedelta(hours=story.hours_ago)):
            submit(session, ANONYMOUS, _submission(story, commune, demo))
    session.flush()


def _submission(story: Story, commune: AdminUnit, demo: Demo) -> Submission:
    place = (story.commune, story.community) if story.community else None
    return Submission(
        kind=story.kind,
        text=story.text,
        commune=commune.code,
        community_id=demo.communities.get(place) if place else None,
        category=story.category if story.suggest_category else None,
        policy=story.policy,
        place_text=story.place_text,
        identity=story.identity,
        name=story.name,
        consent_version=notices.current_version(),
    )
