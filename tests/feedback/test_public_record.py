"""The public record: only what a person confirmed as ordinary and pressed publish for, masked, with proof."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from backend.core import clock, db
from backend.core.api.cache import cache as public_answers
from backend.core.auth import Principal
from backend.core.db import reading, transaction
from backend.core.errors import Conflict
from backend.feedback import projection, service
from backend.feedback.models import (
    Feedback,
    FeedbackCategory,
    LegalType,
    Outcome,
    PublicRecord,
    TrackingView,
)
from backend.places.models import SuccessionKind, UnitSuccession
from tests.databases import counting
from tests.factories.accounts import make_staff
from tests.factories.feedback import make_feedback, make_publication, make_record
from tests.factories.places import make_commune
from tests.factories.uploads import make_clean_photo, make_upload

pytestmark = pytest.mark.usefixtures("app", "alone")


@pytest.fixture
def feedback() -> Feedback:
    with transaction() as session:
        return make_feedback(
            session, text="Ông Bo làm sập đường, tôi bức xúc lắm, số tôi 0905123456"
        )


def test_without_a_confirmed_legal_type_nothing_is_published(feedback: Feedback) -> None:
    with pytest.raises(Conflict, match="legal_type_not_confirmed"), transaction() as session:
        projection.publish(session, feedback.id, make_publication(session, feedback))


@pytest.mark.parametrize("legal_type", [LegalType.COMPLAINT, LegalType.DENUNCIATION])
def test_a_complaint_or_denunciation_is_never_published(
    feedback: Feedback, legal_type: LegalType
) -> None:
    with transaction() as session:
        projection.confirm_legal(session, feedback.id, legal_type)
    with pytest.raises(Conflict, match="legal_type_not_confirmed"), transaction() as session:
        projection.publish(session, feedback.id, make_publication(session, feedback))


def test_the_database_itself_refuses_a_record_of_unconfirmed_feedback(feedback: Feedback) -> None:
    """Even code that goes around the service cannot do it."""
    with pytest.raises(Exception, match=r"(?i)foreign key|confirmed_legal_type"):
        insert(feedback, LegalType.ORDINARY)


@pytest.mark.parametrize("legal_type", [LegalType.COMPLAINT, LegalType.DENUNCIATION])
def test_the_database_itself_refuses_a_record_of_another_legal_type(
    feedback: Feedback, legal_type: LegalType
) -> None:
    with transaction() as session:
        projection.confirm_legal(session, feedback.id, legal_type)
    with pytest.raises(Exception, match="only_ordinary_is_public"):
        insert(feedback, legal_type)
    with pytest.raises(Exception, match=r"(?i)foreign key|confirmed_legal_type"):
        insert(feedback, LegalType.ORDINARY)


def insert(feedback: Feedback, legal_type: LegalType) -> None:
    with transaction() as session:
        session.add(
            PublicRecord(
                feedback_id=feedback.id,
                legal_type=legal_type,
                legal_confirmed_by=make_staff(session).id,
                legal_confirmed_at=clock.now(),
                unit_id=feedback.unit_id,
                kind=feedback.kind,
                category=FeedbackCategory.KHAC,
                title="x",
                masked_text="x",
                outcome=Outcome.DONE,
                reply="x",
                submitted_on=clock.today_local(),
                published_at=clock.now(),
            )
        )


def test_the_database_itself_refuses_to_change_the_type_under_a_public_record() -> None:
    with transaction() as session:
        record = make_record(session)
    with pytest.raises(Exception, match=r"(?i)foreign key"), transaction() as session:
        session.execute(
            update(TrackingView)
            .where(TrackingView.feedback_id == record.feedback_id)
            .values(confirmed_legal_type=LegalType.DENUNCIATION)
        )


def test_feedback_that_turns_out_a_denunciation_leaves_the_record_at_once(
    client: FlaskClient,
) -> None:
    with transaction() as session:
        record = make_record(session)
    assert client.get(f"/api/v1/public-feedback/{record.id}").status_code == 200
    with transaction() as session:
        projection.confirm_legal(session, record.feedback_id, LegalType.DENUNCIATION)
    settle()
    assert client.get(f"/api/v1/public-feedback/{record.id}").status_code == 404


def settle() -> None:
    """Caches look for changes once a second; tests do not wait."""
    public_answers.generations.look_again()


def test_a_published_outcome_is_there_for_everybody(client: FlaskClient) -> None:
    with transaction() as session:
        commune = make_commune(session)
        feedback = make_feedback(session, commune)
        photo, proof = make_clean_photo(session), make_clean_photo(session)
        service.attach(session, Principal(kind="anonymous"), feedback.id, [photo.id])
        record = make_record(
            session,
            feedback,
            photo_ids=[photo.id],
            evidence_ids=[proof.id],
            place_text="làng Kret",
        )
    body = client.get(f"/api/v1/communes/{commune.code}/feedback").json
    (item,) = body["items"]
    assert item["id"] == str(record.id)
    assert item["category"] == {"slug": "ha_tang_giao_thong", "label": "Hạ tầng, giao thông"}
    assert (item["outcome"], item["outcome_label"]) == ("done", "Đã làm xong")
    assert item["unit"] == {"code": commune.code, "name": commune.full_name}
    assert item["handled_days"] == 3
    assert item["submitted_on"] == clock.today_local().isoformat()
    for file in (*item["photos"], *item["evidence"]):
        assert client.get(file["url"]).status_code == 200
        assert "upload_id" not in file
        assert file["width"] > 0
    assert client.get(f"/api/v1/public-feedback/{record.id}").json == item


def test_the_original_text_is_nowhere_in_public(client: FlaskClient, feedback: Feedback) -> None:
    with transaction() as session:
        record = make_record(session, feedback)
        unit = session.get(type(make_commune(session)), feedback.unit_id)
        assert unit is not None
    for address in (
        f"/api/v1/communes/{unit.code}/feedback",
        f"/api/v1/public-feedback/{record.id}",
        f"/api/v1/feedback/{feedback.tracking_code}",
    ):
        text = client.get(address).text
        assert "bức xúc" not in text
        assert "0905123456" not in text
        assert "Bo" not in text


def test_taking_it_down_takes_the_photos_down(client: FlaskClient) -> None:
    with transaction() as session:
        feedback = make_feedback(session)
        proof = make_clean_photo(session)
        record = make_record(session, feedback, evidence_ids=[proof.id])
        address = record.evidence[0]["url"]
    assert client.get(address).status_code == 200
    with transaction() as session:
        assert projection.unpublish(session, feedback.id)
        assert not projection.unpublish(session, feedback.id)
    assert client.get(address).status_code == 404
    settle()
    assert client.get(f"/api/v1/public-feedback/{record.id}").status_code == 404


def test_a_correction_keeps_its_address_and_drops_what_was_left_out(client: FlaskClient) -> None:
    with transaction() as session:
        feedback = make_feedback(session)
        kept, dropped = make_clean_photo(session), make_clean_photo(session)
        first = make_record(session, feedback, evidence_ids=[kept.id, dropped.id])
        kept_url, dropped_url = (file["url"] for file in first.evidence)
    with transaction() as session:
        second = make_record(session, feedback, evidence_ids=[kept.id], title="Tiêu đề mới")
    assert second.id == first.id
    assert (client.get(kept_url).status_code, client.get(dropped_url).status_code) == (200, 404)
    settle()
    assert client.get(f"/api/v1/public-feedback/{first.id}").json["title"] == "Tiêu đề mới"


def test_a_photo_of_other_feedback_cannot_be_published(feedback: Feedback) -> None:
    with transaction() as session:
        foreign = make_clean_photo(session, subject_kind="feedback", subject_id=uuid4())
    with pytest.raises(Conflict, match="foreign_photo"), transaction() as session:
        make_record(session, feedback, photo_ids=[foreign.id])


def test_a_photo_that_is_not_clean_cannot_be_published(feedback: Feedback) -> None:
    with transaction() as session:
        waiting = make_upload(session)
    with pytest.raises(Conflict, match="not_clean"), transaction() as session:
        make_record(session, feedback, evidence_ids=[waiting.id])


def test_what_was_withdrawn_is_not_published(feedback: Feedback) -> None:
    with transaction() as session:
        found = session.get(Feedback, feedback.id)
        assert found is not None
        service.withdraw(session, found)
    with pytest.raises(Conflict, match="withdrawn"), transaction() as session:
        make_record(session, feedback)


def test_the_list_is_read_page_by_page_and_by_filter(client: FlaskClient) -> None:
    with transaction() as session:
        commune = make_commune(session)
        hoa = make_staff(session).id
        for number in range(5):
            with clock.freeze(clock.now() + timedelta(minutes=number)):
                make_record(
                    session,
                    make_feedback(session, commune),
                    confirmed_by=hoa,
                    title=f"Việc {number}",
                    outcome=Outcome.DONE if number % 2 else Outcome.PLANNED,
                    category=FeedbackCategory.Y_TE if number else FeedbackCategory.KHAC,
                )
        make_record(session, make_feedback(session))
    base = f"/api/v1/communes/{commune.code}/feedback"

    def titles(query: str) -> list[str]:
        return [item["title"] for item in client.get(f"{base}?{query}").json["items"]]

    first = client.get(f"{base}?limit=3").json
    rest = client.get(f"{base}?limit=3&cursor={first['next_cursor']}").json
    seen = [item["title"] for item in first["items"] + rest["items"]]
    assert seen == [f"Việc {n}" for n in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] is None
    assert titles("outcome=planned") == ["Việc 4", "Việc 2", "Việc 0"]
    assert titles("category=khac") == ["Việc 0"]
    assert titles("outcome=planned&category=y_te&kind=report") == ["Việc 4", "Việc 2"]
    assert titles("kind=praise") == []


def test_outcomes_of_a_merged_commune_are_found_at_its_successor(client: FlaskClient) -> None:
    with transaction() as session:
        old, new = make_commune(session), make_commune(session)
        session.add(
            UnitSuccession(
                predecessor_id=old.id,
                successor_id=new.id,
                kind=SuccessionKind.MERGED,
                effective_on=clock.today_local(),
            )
        )
        record = make_record(session, make_feedback(session, old))
    items = client.get(f"/api/v1/communes/{new.code}/feedback").json["items"]
    assert [item["id"] for item in items] == [str(record.id)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=x", 422),
        ("limit=0", 422),
        ("limit=101", 422),
        ("outcome=x", 422),
        ("category=%00", 422),
    ],
)
def test_bad_queries_are_named(client: FlaskClient, query: str, status: int) -> None:
    with transaction() as session:
        commune = make_commune(session)
    assert client.get(f"/api/v1/communes/{commune.code}/feedback?{query}").status_code == status


def test_unknown_communes_and_records_are_404(client: FlaskClient) -> None:
    for address in (
        "/api/v1/communes/99999/feedback",
        "/api/v1/communes/x/feedback",
        f"/api/v1/public-feedback/{uuid4()}",
        "/api/v1/public-feedback/x",
    ):
        assert client.get(address).status_code == 404


def test_a_warm_list_costs_no_statement_and_a_known_one_no_byte(client: FlaskClient) -> None:
    with transaction() as session:
        commune = make_commune(session)
        make_record(session, make_feedback(session, commune))
    address = f"/api/v1/communes/{commune.code}/feedback"
    first = client.get(address)
    with counting(db.engine()) as statements:
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert [s for s in statements if "BEGIN" not in s] == []


def test_a_list_costs_the_same_whatever_its_length(client: FlaskClient) -> None:
    counts = []
    for size in (1, 12):
        with transaction() as session:
            commune = make_commune(session)
            hoa = make_staff(session).id
            for _ in range(size):
                make_record(session, make_feedback(session, commune), confirmed_by=hoa)
        settle()
        with counting(db.engine()) as statements:
            client.get(f"/api/v1/communes/{commune.code}/feedback")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6


def test_moving_to_another_unit_keeps_where_it_was_sent(feedback: Feedback) -> None:
    with transaction() as session:
        other = make_commune(session)
        projection.move(session, feedback.id, other.id)
    with reading() as session:
        found = session.get(Feedback, feedback.id)
        assert found is not None
        assert (found.unit_id, found.submitted_unit_id) == (other.id, feedback.unit_id)
