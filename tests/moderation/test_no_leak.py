"""Complaints and denunciations, sent through the front door, leave no six-word run in anything public."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.core.db import reading, transaction
from backend.core.text import fold
from backend.feedback.models import PublicRecord
from moderation.models import Case, LegalType
from moderation.workflow import Move
from tests.factories.feedback import submission
from tests.factories.moderation import make_office, move, until_published

CORPUS = Path(__file__).parents[1] / "data" / "feedback_corpus.jsonl"
RUN = 6


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def public_addresses(app: Flask, values: dict[str, list[str]]) -> list[str]:
    """Every GET that nobody has to sign in for, with each of ``values`` where an argument stands."""
    addresses = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "__access__", "")
        if "GET" not in (rule.methods or ()) or access not in {"public", "anyone", ""}:
            continue
        candidates = [rule.rule]
        for name in rule.arguments:
            pattern = re.compile(rf"<(?:[^<>]*:)?{name}>")
            known = values["uuid"] if f"uuid:{name}" in rule.rule else values["code"]
            candidates = [pattern.sub(value, each) for each in candidates for value in known]
        addresses += candidates
    return addresses


def test_no_six_words_of_a_complaint_or_denunciation_are_public(
    app: Flask, client: FlaskClient
) -> None:
    with transaction() as session:
        office = make_office(session)
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    secret = [row for row in rows if row["legal"] != "ordinary"]
    assert len(secret) == 46
    codes, forbidden = [], set()
    for row in secret:
        sent = client.post(
            "/api/v1/feedback", json=submission(office.unit, text=row["text"], kind="report")
        )
        assert sent.status_code == 201, sent.text
        assert not runs(sent.text) & runs(row["text"])
        codes.append(sent.get_json()["tracking_code"])
        forbidden |= runs(row["text"])
    with reading() as session:
        cases = {case.tracking_code: case.id for case in session.scalars(select(Case))}
    # Intake does its work on most, and leaves some lying.
    for code, row in list(zip(codes, secret, strict=True))[:40]:
        move(office.hoa, cases[code], Move.CONFIRM_LEGAL, legal_type=LegalType(row["legal"]))
        move(office.hoa, cases[code], Move.DIVERT)
    # Something public stands beside them.
    ordinary = client.post("/api/v1/feedback", json=submission(office.unit)).get_json()
    with reading() as session:
        case_id = session.scalars(
            select(Case.id).where(Case.tracking_code == ordinary["tracking_code"])
        ).one()
    until_published(office, case_id)
    with reading() as session:
        record: UUID = session.scalars(select(PublicRecord.id)).one()
    values = {
        "uuid": [str(record), str(cases[codes[0]])],
        "code": [office.unit.code, codes[0], codes[-1], "52"],
    }
    looked: dict[str, int] = {}
    for address in public_addresses(app, values):
        answer = client.get(address)
        assert answer.status_code != 500, address
        looked[address] = answer.status_code
        leaked = runs(answer.text if answer.is_json or "text" in answer.content_type else "")
        assert not leaked & forbidden, (address, leaked & forbidden)
    served = [address for address, status in looked.items() if status == 200]
    assert any("/feedback/" in address for address in served), looked
    assert any("/public-feedback/" in address for address in served), looked


def test_six_word_runs_are_seen_by_this_test() -> None:
    row: dict[str, Any] = {"text": "một hai ba bốn năm sáu bảy"}
    assert runs("nói: MOT hai ba, bon nam sau!") & runs(row["text"])
    assert not runs("mot hai ba bon nam bay") & runs(row["text"])
