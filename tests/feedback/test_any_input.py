"""Whatever is put where: an answer in the four hundreds with the field's name, or feedback stored. Never a 500."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.db import transaction
from backend.feedback.schemas import FeedbackSubmissionSchema
from tests.factories.feedback import PIN, make_feedback, submission
from tests.factories.places import make_commune

pytestmark = pytest.mark.usefixtures("app", "alone")

FIELDS = [*FeedbackSubmissionSchema().fields, "unknown", ""]
SETTINGS = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

odd_text = st.one_of(
    st.text(st.characters(), max_size=30),  # lone surrogates included
    st.sampled_from(["\x00", "\ud800", "𐀀" * 3, "\u202eabc", "NaN", "-0", "1e999", "<b>", "' --"]),
)
names = st.text(max_size=10)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    odd_text,
)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=3)),
    max_leaves=8,
)


@SETTINGS
@given(changes=st.dictionaries(st.sampled_from(FIELDS), json_values, min_size=1, max_size=4))
def test_any_value_in_any_field(client: FlaskClient, changes: dict[str, Any]) -> None:
    with transaction() as session:
        body = {**submission(make_commune(session)), **changes}
    answer = client.post("/api/v1/feedback", json=body)
    assert answer.status_code in {201, 422}, answer.text
    if answer.status_code == 422:
        assert set(answer.json["errors"]) <= {*changes, *FIELDS}


@SETTINGS
@given(body=json_values)
def test_any_body(client: FlaskClient, body: Any) -> None:
    assert client.post("/api/v1/feedback", json=body).status_code == 422


@SETTINGS
@given(raw=st.binary(max_size=200))
def test_any_bytes(client: FlaskClient, raw: bytes) -> None:
    answer = client.post("/api/v1/feedback", data=raw, content_type="application/json")
    assert answer.status_code in {400, 422}


@SETTINGS
@given(
    code=st.text(min_size=1, max_size=20), pin=st.text(st.characters(codec="latin-1"), max_size=8)
)
def test_any_code_and_pin(client: FlaskClient, code: str, pin: str) -> None:
    clean_pin = pin.replace("\r", "").replace("\n", "")
    # Quoted: a "?" would begin a query, and one with unknown names is refused before.
    answer = client.get(f"/api/v1/feedback/{quote(code)}", headers={"X-Feedback-Pin": clean_pin})
    assert answer.status_code in {404, 308}


@settings(parent=SETTINGS, max_examples=40)
@given(
    body=json_values, rest=st.sampled_from(["answers", "attachments", "withdraw", "erase-contact"])
)
def test_any_body_behind_the_pin(client: FlaskClient, body: Any, rest: str) -> None:
    with transaction() as session:
        row = make_feedback(session)
    answer = client.post(
        f"/api/v1/feedback/{row.tracking_code}/{rest}",
        json=body,
        headers={"X-Feedback-Pin": PIN},
    )
    assert answer.status_code in {200, 409, 422}, answer.text
