"""The demo tells harmless stories only, and tells them once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from backend.core import clock
from backend.core.auth import SYSTEM
from backend.core.db import reading, transaction
from backend.core.demo import Demo
from backend.feedback import seed
from backend.feedback.models import Feedback, LegalType, ShownState
from backend.uploads import seed as pictures
from tests.factories.places import make_commune, make_community

CORPUS = Path(__file__).parents[1] / "data" / "feedback_corpus.jsonl"


def test_every_state_is_shown_in_both_communes() -> None:
    shown = Counter((story.commune, story.state) for story in seed.stories())
    assert all(shown[commune, state] for commune in ("ayun", "quynhon") for state in ShownState)


def test_no_accusation_no_number_no_abuse_is_ever_seeded() -> None:
    corpus = {line["id"]: line for line in map(orjson.loads, CORPUS.read_bytes().splitlines())}
    for story in seed.stories():
        words = " ".join(filter(None, (story.text, story.reply, story.reason, story.question)))
        assert not re.search(r"\d[\d .-]{6,}\d", words), story.key
        assert story.legal_type is not LegalType.DENUNCIATION
        if story.source:
            line = corpus[story.source]
            assert line["text"] == story.text
            assert (line["legal"], line["abusive"], line["spam"], line["pii"]) == (
                "ordinary",
                False,
                False,
                [],
            )


def test_an_outcome_has_its_reply_and_what_is_done_its_proof() -> None:
    for story in seed.stories():
        if story.state is ShownState.RESOLVED:
            assert story.outcome, story.key
        if story.outcome:
            assert story.reply, story.key
        if story.outcome == "done":
            assert story.evidence in pictures.SCENES, story.key
        if story.state is ShownState.MERGED:
            assert story.into in {other.key for other in seed.stories()}


@pytest.mark.usefixtures("app", "alone")
def test_seeding_twice_changes_nothing() -> None:
    demo = Demo(password="x", now=clock.now())
    with transaction() as session:
        for name in ("ayun", "quynhon"):
            commune = make_commune(session)
            demo.communes[name] = commune.id
            for story in seed.stories():
                place = (name, story.community or "")
                if story.commune == name and story.community and place not in demo.communities:
                    row = make_community(session, commune, code=story.community)
                    demo.communities[place] = row.id
    for _ in range(2):
        with transaction() as session:
            seed.seed(session, demo)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == len(seed.stories())
        rows = seed.submitted(session, demo)
        assert rows.keys() == {story.key for story in seed.stories()}
        assert rows["concrete-bridge"].created_at < rows["saturday-clinic"].created_at


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("scene", pictures.SCENES)
def test_every_scene_can_be_drawn(scene: str) -> None:
    with transaction() as session:
        photo = pictures.demo_photo(session, scene, SYSTEM)
    assert len(photo.renditions) == 4
