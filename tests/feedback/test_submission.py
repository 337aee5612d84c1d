"""Sending feedback: what is taken, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from backend.core import clock, crypto, db, events
from backend.core.api import timestamp
from backend.core.auth import Principal, Role
from backend.core.db import reading, transaction
from backend.core.ids import normalise_tracking_code
from backend.feedback import notices
from backend.feedback.events import FeedbackSubmitted
from backend.feedback.models import (
    Channel,
    Feedback,
    FeedbackAttachment,
    FeedbackKind,
    Identity,
    TrackingView,
)
from backend.feedback.submission import Submission, submit
from backend.places.models import AdminUnit
from backend.uploads.models import OwnerKind, Upload
from tests.databases import counting
from tests.factories.accounts import make_resident, make_staff, principal_of
from tests.factories.feedback import submission
from tests.factories.places import make_commune, make_community
from tests.factories.uploads import begin, make_clean_photo, make_upload

pytestmark = pytest.mark.usefixtures("app", "alone")


@pytest.fixture
def commune() -> AdminUnit:
    with transaction() as session:
        return make_commune(session)


def row(answer: Any) -> Feedback:
    with reading() as session:
        found = session.get(Feedback, UUID(answer.json["id"]))
        assert found is not None
        return found


def test_an_anonymous_report(client: FlaskClient, commune: AdminUnit) -> None:
    answer = client.post("/api/v1/feedback", json=submission(commune))
    assert answer.status_code == 201, answer.text
    body = answer.json
    assert normalise_tracking_code(body["tracking_code"]) == body["tracking_code"]
    assert body["tracking_code"].startswith("GL-")
    assert body["pin"].isdigit()
    assert len(body["pin"]) == 6
    assert (body["state"], body["state_label"]) == ("received", "Đã tiếp nhận")
    assert body["next_step"].endswith(".")
    assert body["legal_hint"] is None
    assert answer.headers["Location"] == f"/api/v1/feedback/{body['tracking_code']}"
    assert answer.headers["Cache-Control"] == "no-store"
    stored = row(answer)
    assert stored.text == submission(commune)["text"]
    assert crypto.open_sealed(stored.sealed_pin) == body["pin"]
    assert body["pin"] not in stored.sealed_pin
    assert (stored.unit_id, stored.submitted_unit_id) == (commune.id, commune.id)
    assert (stored.channel, stored.filed_by, stored.resident_id) == (Channel.WEB, None, None)


def test_everything_that_can_be_said(client: FlaskClient, commune: AdminUnit) -> None:
    with transaction() as session:
        community = make_community(session, commune)
        photo = make_clean_photo(session)
    yesterday = timestamp(clock.now() - timedelta(days=1))
    answer = client.post(
        "/api/v1/feedback",
        json=submission(
            commune,
            kind="policy_evaluation",
            category="moi_truong_rac_thai",
            policy="thu_gom_rac",
            community_id=str(community.id),
            latitude=14.1434,
            longitude=108.313,
            accuracy_m=12.5,
            place_text="sau nhà rông",
            occurred_at=yesterday,
            identity="hidden",
            name="  Lan  ",
            phone="0912 345 678",
            upload_ids=[str(photo.id)],
            subject_kind="broadcast",
            subject_id="0192-a:35",
        ),
        headers={"X-Client": "app", "Accept-Language": "en"},
    )
    assert answer.status_code == 201, answer.text
    stored = row(answer)
    assert stored.community_id == community.id
    assert (stored.latitude, stored.longitude, stored.accuracy_m) == (14.1434, 108.313, 12.5)
    assert (stored.place_text, stored.policy, stored.category) == (
        "sau nhà rông",
        "thu_gom_rac",
        "moi_truong_rac_thai",
    )
    assert (stored.language, stored.channel) == ("en", Channel.APP)
    assert answer.json["state_label"] == "Received"
    assert crypto.open_sealed(stored.name_sealed or "") == "Lan"
    assert crypto.open_sealed(stored.phone_sealed or "") == "+84912345678"
    assert stored.phone_index == crypto.blind_index("+84912345678")
    with reading() as session:
        upload = session.get(Upload, photo.id)
        assert upload is not None
        assert (upload.subject_kind, upload.subject_id) == ("feedback", stored.id)


def test_contact_data_is_not_readable_in_the_row(client: FlaskClient, commune: AdminUnit) -> None:
    answer = client.post(
        "/api/v1/feedback",
        json=submission(commune, identity="named", name="Nguyễn Thị Lan", phone="0912345678"),
    )
    stored = row(answer)
    everything = " ".join(str(value) for value in vars(stored).values())
    assert "Lan" not in everything
    assert "912345678" not in everything


BAD = {
    "unknown field": ({"txet": "x"}, "txet", "unknown_field"),
    "no text": ({"text": ""}, "text", "required"),
    "text of spaces and NUL": ({"text": " \x00 \u200b".replace("\u200b", "")}, "text", "required"),
    "text is a number": ({"text": 5}, "text", "not_text"),
    "text is null": ({"text": None}, "text", "required"),
    "text too long": ({"text": "a" * 10_001}, "text", "too_long"),
    "text far too long": ({"text": "a" * 500_000}, "text", "too_long"),
    "unknown kind": ({"kind": "complaint"}, "kind", "unknown_choice"),
    "kind is a list": ({"kind": ["report"]}, "kind", "unknown_choice"),
    "unknown category": ({"category": "x"}, "category", "unknown_choice"),
    "unknown policy": ({"policy": "x"}, "policy", "unknown_choice"),
    "unknown commune": ({"commune": "99999"}, "commune", "unknown"),
    "code of a province": ({"commune": "00052"}, "commune", "unknown"),
    "commune with SQL": ({"commune": "' OR 1=1"}, "commune", "malformed"),
    "commune with other digits": ({"commune": "２３７９８"}, "commune", "malformed"),
    "foreign community": ({"community_id": str(uuid4())}, "community_id", "unknown"),
    "community is no id": ({"community_id": "1"}, "community_id", "not_an_id"),
    "position in Paris": ({"latitude": 48.8, "longitude": 2.3}, "latitude", "outside_vietnam"),
    "longitude in Manila": ({"latitude": 14.5, "longitude": 121.0}, "longitude", "outside_vietnam"),
    "half a position": ({"latitude": 14.1}, "longitude", "required"),
    "position is text": ({"latitude": "a", "longitude": 108}, "latitude", "not_a_number"),
    "position is true": ({"latitude": True, "longitude": 108}, "latitude", "not_a_number"),
    "accuracy below zero": ({"accuracy_m": -1}, "accuracy_m", "out_of_range"),
    "in the future": ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at", "in_the_future"),
    "no such day": ({"occurred_at": "2026-02-30T00:00:00Z"}, "occurred_at", "not_a_time"),
    "time without zone": (
        {"occurred_at": "2026-01-01T00:00:00"},
        "occurred_at",
        "time_without_zone",
    ),
    "old notice": ({"consent_version": 99_999}, "consent_version", "outdated"),
    "consent as text": ({"consent_version": "1"}, "consent_version", "not_a_number"),
    "consent as true": ({"consent_version": True}, "consent_version", "not_a_number"),
    "consent too large": ({"consent_version": 10**30}, "consent_version", "out_of_range"),
    "no identity": ({"identity": None}, "identity", "required"),
    "named without a name": ({"identity": "named"}, "name", "name_or_phone_required"),
    "anonymous with a name": ({"name": "Lan"}, "name", "not_with_anonymous"),
    "anonymous with a phone": ({"phone": "0912345678"}, "phone", "not_with_anonymous"),
    "no phone": ({"identity": "named", "phone": "12"}, "phone", "not_a_phone"),
    "name of two lines": ({"identity": "named", "name": "a\nb"}, "name", "one_line"),
    "unknown upload": ({"upload_ids": [str(uuid4())]}, "upload_ids", "unknown"),
    "too many uploads": (
        {"upload_ids": [str(uuid4()) for _ in range(11)]},
        "upload_ids",
        "too_many",
    ),
    "uploads are no list": ({"upload_ids": "x"}, "upload_ids", "not_a_list"),
    "subject without id": ({"subject_kind": "device"}, "subject_id", "required"),
    "subject with markup": (
        {"subject_kind": "<b>", "subject_id": "1"},
        "subject_kind",
        "malformed",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named_field_by_field(
    client: FlaskClient, commune: AdminUnit, name: str
) -> None:
    change, field, code = BAD[name]
    answer = client.post("/api/v1/feedback", json=submission(commune, **change))
    assert answer.status_code == 422, answer.text
    assert answer.json["errors"][field] == [code]
    assert answer.headers["Content-Type"] == "application/problem+json"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"\xff\xfe{}", 400),
        (b'{"text": "\xc3"}', 400),
        (b'{"text": NaN}', 422),
    ],
)
def test_bodies_that_are_no_json_object(client: FlaskClient, body: bytes, status: int) -> None:
    answer = client.post("/api/v1/feedback", data=body, content_type="application/json")
    assert answer.status_code in {status, 422, 400}
    assert answer.status_code < 500


def test_ten_megabytes_of_text_are_too_large(client: FlaskClient, commune: AdminUnit) -> None:
    answer = client.post("/api/v1/feedback", json=submission(commune, text="á" * 10_000_000))
    assert answer.status_code == 413


def test_nul_and_lone_surrogates_are_dropped_and_the_words_stay(
    client: FlaskClient, commune: AdminUnit
) -> None:
    body = submission(commune, text="X")
    raw = (
        b'{"kind":"report","text":"\\u0000\\ud83dM\\u1ea5t \\ud800\\u0111i\\u1ec7n\\r\\n\\u0007","commune":"%s",'
        % (commune.code.encode())
        + b'"identity":"anonymous","consent_version":%d}' % body["consent_version"]
    )
    answer = client.post("/api/v1/feedback", data=raw, content_type="application/json")
    assert answer.status_code == 201, answer.text
    assert row(answer).text == "Mất điện"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE feedback; --",
        "{{7*7}}",
        "%s%n",
        "\\x00",
        "🐃" * 50,
    ],
)
def test_markup_and_sql_are_words_like_others(
    client: FlaskClient, commune: AdminUnit, text: str
) -> None:
    assert row(client.post("/api/v1/feedback", json=submission(commune, text=text))).text == text


def test_decomposed_letters_are_stored_composed(client: FlaskClient, commune: AdminUnit) -> None:
    answer = client.post("/api/v1/feedback", json=submission(commune, text="đie\u0323\u0302n mất"))
    assert row(answer).text == "điện mất"


def test_a_closed_commune_takes_nothing_any_more(client: FlaskClient) -> None:
    with transaction() as session:
        closed = make_commune(session, valid_to=date(2026, 4, 29))
    answer = client.post("/api/v1/feedback", json=submission(closed))
    assert answer.json["errors"] == {"commune": ["unknown"]}


def test_a_community_of_another_commune_is_unknown(client: FlaskClient, commune: AdminUnit) -> None:
    with transaction() as session:
        foreign = make_community(session, make_commune(session))
    answer = client.post("/api/v1/feedback", json=submission(commune, community_id=str(foreign.id)))
    assert answer.json["errors"] == {"community_id": ["unknown"]}


# -- repeats


KEY = "5f1c2f5e-7f1a-4a55-9a61-0b8f6f0f3c11"


def test_a_repeat_gets_the_first_answer_and_stores_nothing(
    client: FlaskClient, commune: AdminUnit
) -> None:
    body = submission(commune)
    first, second = (
        client.post("/api/v1/feedback", json=body, headers={"Idempotency-Key": KEY})
        for _ in range(2)
    )
    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_a_key_with_another_body_is_refused(client: FlaskClient, commune: AdminUnit) -> None:
    headers = {"Idempotency-Key": KEY}
    client.post("/api/v1/feedback", json=submission(commune), headers=headers)
    answer = client.post(
        "/api/v1/feedback", json=submission(commune, text="Việc khác"), headers=headers
    )
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_a_refused_attempt_does_not_use_up_its_key(client: FlaskClient, commune: AdminUnit) -> None:
    headers = {"Idempotency-Key": KEY}
    assert client.post("/api/v1/feedback", json={}, headers=headers).status_code == 422
    answer = client.post("/api/v1/feedback", json=submission(commune), headers=headers)
    assert answer.status_code == 201


# -- files


def test_photos_may_follow_the_text(client: FlaskClient, commune: AdminUnit) -> None:
    location = begin(client, 100)
    answer = client.post(
        "/api/v1/feedback",
        json=submission(commune, upload_ids=[location.rsplit("/", 1)[1]]),
    )
    assert answer.status_code == 201
    with clock.freeze(clock.now() + timedelta(days=5)):
        assert client.head(location, headers={"Tus-Resumable": "1.0.0"}).status_code == 200


@pytest.mark.parametrize("change", ["rejected", "foreign", "attached", "audio", "twice"])
def test_uploads_that_cannot_be_attached(
    client: FlaskClient, commune: AdminUnit, change: str
) -> None:
    values: dict[str, Any] = {
        "rejected": {"state": "rejected"},
        "foreign": {"owner_kind": "resident", "owner_id": uuid4()},
        "attached": {"subject_kind": "feedback", "subject_id": uuid4()},
        "audio": {"purpose": "audio"},
        "twice": {},
    }[change]
    with transaction() as session:
        upload = make_upload(session, **values)
    times = 2 if change == "twice" else 1
    answer = client.post(
        "/api/v1/feedback", json=submission(commune, upload_ids=[str(upload.id)] * times)
    )
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["upload_ids"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0
        assert session.scalar(select(func.count()).select_from(FeedbackAttachment)) == 0


# -- who


def send(actor: Principal, commune: AdminUnit, **overrides: Any) -> Feedback:
    with transaction() as session:
        receipt = submit(
            session,
            actor,
            Submission(
                kind=FeedbackKind.REPORT,
                text="Cống trước trường học bị tắc.",
                commune=commune.code,
                consent_version=notices.current_version(),
                **{"identity": Identity.NAMED, **overrides},
            ),
        )
        found = session.get(Feedback, receipt.id)
        assert found is not None
        return found


def test_a_resident_who_is_signed_in_need_not_type_the_name(commune: AdminUnit) -> None:
    with transaction() as session:
        lan = make_resident(session, "+84905123456")
    stored = send(Principal(kind="resident", id=lan.id), commune)
    assert stored.resident_id == lan.id
    assert stored.phone_index == crypto.blind_index("+84905123456")
    assert crypto.open_sealed(stored.name_sealed or "") == "Lan"


def test_anonymous_means_that_nobody_is_stored_even_when_signed_in(commune: AdminUnit) -> None:
    with transaction() as session:
        lan = make_resident(session)
        photo = make_clean_photo(session, owner_kind="resident", owner_id=lan.id)
    stored = send(
        Principal(kind="resident", id=lan.id),
        commune,
        identity=Identity.ANONYMOUS,
        upload_ids=[photo.id],
    )
    assert (stored.resident_id, stored.phone_index, stored.name_sealed) == (None, None, None)
    with reading() as session:
        upload = session.get(Upload, photo.id)
        assert upload is not None
        assert (upload.owner_kind, upload.owner_id) == (OwnerKind.ANONYMOUS, None)


def test_the_database_itself_keeps_anonymous_feedback_anonymous(commune: AdminUnit) -> None:
    stored = send(Principal(kind="anonymous"), commune, identity=Identity.ANONYMOUS)
    with pytest.raises(Exception, match="anonymous_stores_nobody"), transaction() as session:
        session.execute(update(Feedback).where(Feedback.id == stored.id).values(phone_index="x"))


def test_a_village_head_files_for_a_neighbour(commune: AdminUnit) -> None:
    with transaction() as session:
        community = make_community(session, commune)
        siu = make_staff(session, Role.VILLAGE_HEAD, unit=commune, community_id=community.id)
        actor = principal_of(session, siu)
    own = send(actor, commune, name="Rơ Châm H'Lan", community_id=community.id)
    assert (own.filed_by, own.channel) == (siu.id, Channel.DESK)
    elsewhere = send(actor, commune, name="Rơ Châm H'Lan")
    assert (elsewhere.filed_by, elsewhere.channel) == (None, Channel.WEB)


def test_a_flood_is_held_back(make_app: Any, commune: AdminUnit) -> None:
    limited: Flask = make_app(rate_limits=True)
    client = limited.test_client()
    headers = {"X-Device-Token": uuid4().hex}
    for _ in range(60):
        client.post("/api/v1/feedback", json={}, headers=headers)
    answer = client.post("/api/v1/feedback", json=submission(commune), headers=headers)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


# -- one transaction


def test_what_follows_is_stored_with_it_or_not_at_all(commune: AdminUnit) -> None:
    def fail(_session: Any, _event: FeedbackSubmitted) -> None:
        raise RuntimeError("the case could not be opened")

    events.wire({FeedbackSubmitted: [fail]})
    with pytest.raises(RuntimeError):
        send(Principal(kind="anonymous"), commune, identity=Identity.ANONYMOUS)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0
        assert session.scalar(select(func.count()).select_from(TrackingView)) == 0


def test_few_statements(client: FlaskClient, commune: AdminUnit) -> None:
    client.post(
        "/api/v1/feedback", json=submission(commune), headers={"Idempotency-Key": KEY + "0"}
    )
    with counting(db.engine()) as statements:
        answer = client.post(
            "/api/v1/feedback", json=submission(commune), headers={"Idempotency-Key": KEY}
        )
    assert answer.status_code == 201
    own = [s for s in statements if "idempotency_key" not in s and "BEGIN" not in s]
    assert len(own) <= 4, own
