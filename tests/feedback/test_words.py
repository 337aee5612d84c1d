"""Every word that people read is there, in both languages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from backend.core.i18n import LANGUAGES, catalogue
from backend.feedback import notices
from backend.feedback.models import (
    FeedbackCategory,
    FeedbackKind,
    Identity,
    NextStep,
    Outcome,
    Policy,
    ShownState,
    TimelineStep,
)
from backend.uploads.models import RejectReason

WORDS = {
    "feedback.kind": FeedbackKind,
    "feedback.category": FeedbackCategory,
    "feedback.policy": Policy,
    "feedback.state": ShownState,
    "feedback.timeline": TimelineStep,
    "feedback.next": NextStep,
    "feedback.outcome": Outcome,
    "feedback.identity": Identity,
    "uploads.reason": RejectReason,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prefix", WORDS)
def test_every_value_has_its_words(prefix: str, language: str) -> None:
    assert [m for m in WORDS[prefix] if f"{prefix}.{m}" not in catalogue(language)] == []


def test_each_state_has_its_line_in_the_timeline() -> None:
    assert {state.value for state in ShownState} <= {step.value for step in TimelineStep}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_is_there_in_every_language(language: str) -> None:
    for version in notices.versions():
        notice = notices.notice(language, version)
        assert (notice.language, notice.version) == (language, version)
        assert "91/2025/QH15" in notice.html


def test_categories_and_policies_are_listed(client: FlaskClient) -> None:
    categories = client.get("/api/v1/feedback-categories").json["items"]
    assert len(categories) == 13
    assert categories[0] == {"slug": "ha_tang_giao_thong", "label": "Hạ tầng, giao thông"}
    policies = client.get("/api/v1/policies?lang=en").json["items"]
    assert len(policies) == 23
    assert {"slug": "bhyt", "name": "Health insurance"} in policies


def test_the_privacy_notice_is_read_in_ones_language(client: FlaskClient) -> None:
    vietnamese = client.get("/api/v1/privacy-notice").json
    assert vietnamese["version"] == notices.current_version()
    assert "Quyền của bà con" in vietnamese["html"]
    english = client.get("/api/v1/privacy-notice?version=1", headers={"Accept-Language": "en"})
    assert "Your rights" in english.json["html"]
    assert client.get("/api/v1/privacy-notice?version=99").status_code == 404
    assert client.get("/api/v1/privacy-notice?version=x").status_code == 422
