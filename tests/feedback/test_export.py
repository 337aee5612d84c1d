"""What Lan takes along: her own words, and nobody else's."""

from __future__ import annotations

from flask.testing import FlaskClient

from backend.core.db import transaction
from backend.feedback.models import Identity
from tests.factories.accounts import make_resident, sign_in_resident
from tests.factories.feedback import make_feedback


def test_lan_takes_her_feedback_along(client: FlaskClient) -> None:
    with transaction() as session:
        lan = make_resident(session)
        other = make_resident(session, phone="+84905123457")
        for text, owner in (("Cầu treo hỏng.", lan), ("Chuyện của người khác.", other)):
            make_feedback(session, text=text, identity=Identity.NAMED, resident_id=owner.id)
    sign_in_resident(client)
    taken = client.get("/api/v1/me/export")
    assert [each["text"] for each in taken.json["feedback"]] == ["Cầu treo hỏng."]
    assert taken.json["feedback"][0]["submitted_at"].endswith(("Z", "+00:00"))
    assert "người khác" not in taken.text
