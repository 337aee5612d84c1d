"""Every complaint and denunciation of the corpus, sent as residents send them: not six words of them come out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.core import db
from backend.core.db import reading, transaction
from backend.core.text import excerpt, fold
from backend.places.models import AdminUnit
from notifications.messages import words
from notifications.models import Message
from tests.databases import counting
from tests.factories.broadcasts import make_broadcast
from tests.factories.essentials import make_published
from tests.factories.feedback import make_feedback, make_record, submission
from tests.factories.places import make_commune, make_department, make_office_hours

pytestmark = pytest.mark.usefixtures("app")

CORPUS = Path(__file__).parents[1] / "data" / "feedback_corpus.jsonl"
RUN = 6
OPEN = {"public", "anyone"}
# Parts of an address that tell nothing about feedback.
ANYTHING = ["23798", "gioi-thieu", "1", "0" * 16, "0" * 24, "0" * 64, str(UUID(int=7))]


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


def addresses(app: Flask, commune: AdminUnit, known: dict[str, list[str]]) -> Iterator[str]:
    """Everything that anybody may read, with whatever an outsider knows in the places of its parts."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "GET" not in (rule.methods or ()) or getattr(view, "__access__", "") not in OPEN:
            continue
        parts = []
        for name, converter in rule._converters.items():
            told = known.get(name) or list(getattr(converter, "items", ())) or ANYTHING
            parts.append([one for one in told if re.fullmatch(converter.regex, one)])
            assert parts[-1], f"{rule.rule}: nothing for {name}"
        for values in product(*parts):
            yield rule.map.bind("localhost").build(
                rule.endpoint, dict(zip(rule._converters, values, strict=True))
            )


def test_no_six_words_of_a_complaint_or_denunciation_come_out(
    app: Flask, client: FlaskClient, commune: AdminUnit
) -> None:
    with transaction() as session:
        article = make_published(session, commune)
        record = make_record(session, make_feedback(session, commune))
        broadcast = make_broadcast(session, commune)
        open_to_all = [str(row.id) for row in (article, record, broadcast)]
    secret: set[str] = set()
    receipts = []
    for line in messages():
        if line["legal"] != "ordinary":
            secret |= runs(line["text"])
            answer = client.post(
                "/api/v1/feedback",
                json=submission(commune, text=line["text"], place_text=excerpt(line["text"], 300)),
            )
            assert answer.status_code == 201, answer.text
            receipts.append(answer)
    assert len(receipts) == 46
    codes = [answer.json["tracking_code"] for answer in receipts]
    ids = open_to_all + [answer.json["id"] for answer in receipts]
    known = {
        "code": [commune.code],
        "tracking_code": codes,
        "article_id": ids,
        "record_id": ids,
        "broadcast_id": ids,
        "upload_id": ids[:4],
        "subscription_id": ids[:4],
    }
    public = {answer.request.path: answer.text for answer in receipts}
    for address in addresses(app, commune, known):
        public[address] = client.get(address).data.decode(errors="replace")
    for answer in receipts:
        address = f"/api/v1/feedback/{answer.json['tracking_code']}"
        wrong = {"X-Feedback-Pin": "000000" if answer.json["pin"] != "000000" else "000001"}
        public[f"{address} with a wrong PIN"] = client.get(address, headers=wrong).text
    for answer in (client.get(f"/api/v1/communes?q={codes[0]}"), client.get("/track?code=x")):
        public[answer.request.full_path] = answer.text
    with reading() as session:
        for message in session.scalars(select(Message)):
            for speech in ("vi", "en"):
                public[f"message {message.id} {speech}"] = " ".join(words(message, speech))
    assert len(public) > 500
    for address, said in public.items():
        assert not runs(said) & secret, address


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
