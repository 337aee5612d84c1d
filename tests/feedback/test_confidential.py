"""Every complaint and denunciation of the corpus, sent as residents send them: not six words of them come out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from backend.core import db
from backend.core.db import transaction
from backend.core.text import fold
from tests.databases import counting
from tests.factories.feedback import submission
from tests.factories.places import make_commune, make_department, make_office_hours

pytestmark = pytest.mark.usefixtures("app")

CORPUS = Path(__file__).parents[1] / "data" / "feedback_corpus.jsonl"
RUN = 6


def messages() -> Iterator[dict[str, Any]]:
    yield from map(orjson.loads, CORPUS.read_bytes().splitlines())


def runs(text: str) -> set[str]:
    words = re.findall(r"\w+", fold(text))
    return {" ".join(words[place : place + RUN]) for place in range(len(words) - RUN + 1)}


@pytest.fixture
def commune() -> Any:
    with transaction() as session:
        unit = make_commune(session)
        make_department(session, unit, is_front_desk=True)
        make_office_hours(session)
        return unit


def test_no_six_words_of_a_complaint_or_denunciation_come_out(
    client: FlaskClient, commune: Any
) -> None:
    secret: set[str] = set()
    receipts = []
    for line in messages():
        if line["legal"] != "ordinary":
            secret |= runs(line["text"])
            answer = client.post("/api/v1/feedback", json=submission(commune, text=line["text"]))
            assert answer.status_code == 201, answer.text
            receipts.append(answer)
    assert len(receipts) == 46
    public = [answer.text for answer in receipts]
    for answer in receipts:
        public.append(client.get(f"/api/v1/feedback/{answer.json['tracking_code']}").text)
        wrong = {"X-Feedback-Pin": "000000" if answer.json["pin"] != "000000" else "000001"}
        public.append(
            client.get(f"/api/v1/feedback/{answer.json['tracking_code']}", headers=wrong).text
        )
    pages = (
        f"/api/v1/communes/{commune.code}/feedback",
        f"/api/v1/communes/{commune.code}/articles",
        f"/api/v1/communes/{commune.code}",
        f"/feeds/communes/{commune.code}/outcomes.json",
        f"/c/{commune.code}/outcomes",
    )
    public += [client.get(address).text for address in pages]
    for answer in public:
        assert not runs(answer) & secret


def test_the_whole_house_takes_feedback_in_with_few_statements(
    client: FlaskClient, commune: Any
) -> None:
    """At most fifteen: case, deadlines, history and messages included."""
    for key in ("warm-up-0001", "measured-0001"):
        with counting(db.engine()) as statements:
            answer = client.post(
                "/api/v1/feedback", json=submission(commune), headers={"Idempotency-Key": key}
            )
        assert answer.status_code == 201, answer.text
    counted = [s for s in statements if not s.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
    assert len(counted) <= 15, "\n".join(counted)
