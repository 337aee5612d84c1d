"""Following feedback by its code: plain words for everybody, the conversation for whoever has the PIN."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from backend.core import auth, clock, db
from backend.core.auth import Principal
from backend.core.db import reading, transaction
from backend.core.errors import Conflict
from backend.feedback import jobs, pins, projection, service
from backend.feedback.events import ContactErased, FeedbackWithdrawn, PhotosAdded, ResidentAnswered
from backend.feedback.models import (
    Feedback,
    FeedbackAttachment,
    FeedbackMessage,
    Identity,
    LegalType,
    MessageKind,
    NextStep,
    PinGuard,
    Sender,
    ShownState,
)
from tests.databases import counting, somebody_waits, wait_for
from tests.factories.accounts import make_resident, make_staff
from tests.factories.feedback import PIN, make_feedback, make_record
from tests.factories.uploads import make_clean_photo, make_upload

pytestmark = pytest.mark.usefixtures("app", "alone")

WITH_PIN = {"X-Feedback-Pin": PIN}
SECRET_WORDS = "Ông Bo ở nhà số 7 lấy đất công làm quán, tôi tố cáo việc này."


@pytest.fixture
def feedback() -> Feedback:
    with transaction() as session:
        return make_feedback(session, text=SECRET_WORDS)


@pytest.fixture
def signed_in() -> Iterator[Any]:
    """Let a test say who is signed in."""
    who: list[Principal] = []

    def loader(_request: Request) -> Principal | None:
        return who[-1] if who else None

    before = dict(auth._loaders)
    auth._loaders.clear()
    auth._loaders["test"] = loader
    yield who.append
    auth._loaders.clear()
    auth._loaders.update(before)


def url(feedback: Feedback, rest: str = "") -> str:
    return f"/api/v1/feedback/{feedback.tracking_code}{rest}"


def ask(feedback: Feedback, text: str = "Đoạn nào của đường?") -> FeedbackMessage:
    with transaction() as session:
        hoa = make_staff(session)
        row = service.post_message(
            session,
            feedback.id,
            service.Message(
                sender=Sender.OFFICIAL, kind=MessageKind.QUESTION, text=text, staff_id=hoa.id
            ),
        )
        projection.show(
            session,
            feedback.id,
            state=ShownState.NEEDS_INFORMATION,
            next_step=NextStep.RESIDENT_ANSWER,
        )
        return row


def test_everybody_with_the_code_sees_the_state_and_no_word_of_the_text(
    client: FlaskClient, feedback: Feedback
) -> None:
    answer = client.get(url(feedback))
    assert answer.status_code == 200
    body = answer.json
    assert (body["state"], body["state_label"]) == ("received", "Đã tiếp nhận")
    assert body["timeline"] == [{"at": body["timeline"][0]["at"], "label": "Đã nhận được phản ánh"}]
    assert body["public_url"] is None
    assert set(body) == {
        "tracking_code",
        "state",
        "state_label",
        "next_step",
        "due_at",
        "is_overdue",
        "submitted_at",
        "updated_at",
        "kind",
        "category",
        "commune",
        "timeline",
        "public_url",
    }
    assert not set(SECRET_WORDS.split()) & set(answer.text.split())
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "change", [str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("0", "O")]
)
def test_codes_are_read_as_people_type_them(
    client: FlaskClient, feedback: Feedback, change: Any
) -> None:
    assert client.get(f"/api/v1/feedback/{change(feedback.tracking_code)}").status_code == 200


def test_a_mistyped_code_is_told_apart_from_an_unknown_one(
    client: FlaskClient, feedback: Feedback
) -> None:
    code = feedback.tracking_code
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert client.get(f"/api/v1/feedback/{wrong}").json["code"] == "feedback.code_mistyped"
    with transaction() as session:
        session.delete(session.get(projection.TrackingView, feedback.id))
        session.flush()
        session.delete(session.get(Feedback, feedback.id))
    assert client.get(f"/api/v1/feedback/{code}").json["code"] == "feedback.not_found"


@pytest.mark.parametrize(
    "code", ["x", "GL-", "GL-UUUU-UUUU", "%00", "' OR 1=1", "é" * 10, "G" * 500]
)
def test_nonsense_is_404(client: FlaskClient, code: str) -> None:
    assert client.get(f"/api/v1/feedback/{code}").status_code == 404


def test_the_status_costs_one_statement(client: FlaskClient, feedback: Feedback) -> None:
    client.get(url(feedback))
    with counting(db.engine()) as statements:
        client.get(url(feedback))
    assert len([s for s in statements if "BEGIN" not in s]) == 1


def test_the_pin_opens_the_conversation(client: FlaskClient, feedback: Feedback) -> None:
    ask(feedback)
    with transaction() as session:
        photo = make_clean_photo(session)
        waiting = make_upload(session)
        service.attach(session, Principal(kind="anonymous"), feedback.id, [photo.id, waiting.id])
    body = client.get(url(feedback), headers=WITH_PIN).json
    assert body["text"] == SECRET_WORDS
    assert body["awaiting_answer"] is True
    assert [(m["from"], m["kind"], m["text"]) for m in body["messages"]] == [
        ("official", "question", "Đoạn nào của đường?")
    ]
    assert [(f["state"], f["url"] is not None) for f in body["attachments"]] == [
        ("clean", True),
        ("receiving", False),
    ]
    clean, other = body["attachments"]
    assert client.get(clean["url"]).status_code == 200
    assert max(form["width"] for form in clean["sources"]) == clean["width"]
    for form in clean["sources"]:
        picture = client.get(form["url"])
        assert (picture.content_type, len(picture.data)) == (form["content_type"], form["bytes"])
    assert "sources" not in other


def test_a_wrong_pin_opens_nothing(client: FlaskClient, feedback: Feedback) -> None:
    for pin in ("000000", "", "27182", "2718281", "\x00", "²71828"):
        answer = client.get(
            url(feedback), headers={"X-Feedback-Pin": pin.encode().decode("latin-1")}
        )
        assert (answer.status_code, answer.json["code"]) == (403, "feedback.wrong_pin")
        assert "text" not in answer.json


def wrong(client: FlaskClient, feedback: Feedback, times: int) -> Any:
    answers = [
        client.get(url(feedback), headers={"X-Feedback-Pin": "000000"}) for _ in range(times)
    ]
    return answers[-1]


def test_ten_wrong_pins_lock_reading_by_pin_for_a_time(
    client: FlaskClient, feedback: Feedback
) -> None:
    assert wrong(client, feedback, 10).status_code == 403
    locked = client.get(url(feedback), headers=WITH_PIN)
    assert (locked.status_code, locked.json["code"]) == (429, "feedback.pin_locked")
    assert 0 < int(locked.headers["Retry-After"]) <= 1801
    assert client.post(url(feedback, "/withdraw"), headers=WITH_PIN).status_code == 429
    assert client.get(url(feedback)).status_code == 200, "the public status stays readable"
    with clock.freeze(clock.now() + pins.FIRST_LOCK + timedelta(seconds=1)):
        assert client.get(url(feedback), headers=WITH_PIN).status_code == 200


@pytest.mark.postgresql
def test_wrong_pins_at_the_same_moment_all_count(app: Flask) -> None:
    with transaction() as session:
        many = [make_feedback(session) for _ in range(4)]
    for feedback in many:
        together = Barrier(4)

        def guess(_number: int, feedback: Feedback = feedback, together: Barrier = together) -> int:
            client = app.test_client()
            together.wait(10)
            return client.get(url(feedback), headers={"X-Feedback-Pin": "000000"}).status_code

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(guess, range(4))) == [403] * 4
    with reading() as session:
        counted = session.scalars(select(PinGuard.failures)).all()
    assert sorted(counted) == [4, 4, 4, 4, 16], "four codes and one network"


def test_each_lock_lasts_twice_as_long(client: FlaskClient, feedback: Feedback) -> None:
    wrong(client, feedback, 10)
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        wrong(client, feedback, 10)
        locked = client.get(url(feedback), headers=WITH_PIN)
        assert 1800 < int(locked.headers["Retry-After"]) <= 3601


def test_old_mistakes_are_forgiven(client: FlaskClient, feedback: Feedback) -> None:
    wrong(client, feedback, 9)
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        wrong(client, feedback, 9)
        assert client.get(url(feedback), headers=WITH_PIN).status_code == 200


def test_a_locked_code_locks_no_other_code(client: FlaskClient, feedback: Feedback) -> None:
    wrong(client, feedback, 10)
    with transaction() as session:
        other = make_feedback(session)
    assert client.get(url(other), headers=WITH_PIN).status_code == 200


def test_guessing_one_pin_on_many_codes_locks_the_network(client: FlaskClient) -> None:
    with transaction() as session:
        many = [make_feedback(session) for _ in range(23)]
    for each in many[:22]:
        wrong(client, each, 9)
    assert wrong(client, many[22], 2).status_code == 403
    locked = client.get(url(many[22]), headers=WITH_PIN)
    assert (locked.status_code, locked.json["code"]) == (429, "feedback.pin_locked")
    elsewhere = client.get(
        url(many[22]), headers=WITH_PIN, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert elsewhere.status_code == 200


def test_a_strangers_guesses_do_not_lock_out_the_signed_in_sender(
    client: FlaskClient, signed_in: Any
) -> None:
    with transaction() as session:
        lan = make_resident(session)
        feedback = make_feedback(session, identity=Identity.HIDDEN, resident_id=lan.id)
    wrong(client, feedback, 12)
    signed_in(Principal(kind="resident", id=lan.id))
    assert client.get(url(feedback)).json["text"] == feedback.text
    signed_in(Principal(kind="resident", id=uuid4()))
    assert "text" not in client.get(url(feedback)).json
    signed_in(Principal(kind="staff", id=lan.id))
    assert "text" not in client.get(url(feedback)).json


def test_addresses_are_not_kept_in_the_counts(client: FlaskClient, feedback: Feedback) -> None:
    wrong(client, feedback, 1)
    with reading() as session:
        keys = [guard.key for guard in session.query(PinGuard)]
    assert len(keys) == 2
    assert not any("127.0.0.1" in key for key in keys)


# -- answering


def test_the_resident_answers_the_question(
    client: FlaskClient, feedback: Feedback, told: list[Any]
) -> None:
    ask(feedback)
    with transaction() as session:
        photo = make_clean_photo(session)
    answer = client.post(
        url(feedback, "/answers"),
        json={"text": "Đoạn trước nhà rông.", "upload_ids": [str(photo.id)]},
        headers=WITH_PIN,
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json["from"], answer.json["kind"]) == ("resident", "answer")
    assert [f["id"] for f in answer.json["attachments"]] == [str(photo.id)]
    body = client.get(url(feedback), headers=WITH_PIN).json
    assert body["awaiting_answer"] is False
    assert [m["from"] for m in body["messages"]] == ["official", "resident"]
    assert body["timeline"][-1]["label"] == "Người gửi đã trả lời"
    assert [type(e) for e in told] == [ResidentAnswered]


def test_an_answer_sent_twice_is_one_answer(
    client: FlaskClient, feedback: Feedback, told: list[Any]
) -> None:
    ask(feedback)
    headers = {**WITH_PIN, "Idempotency-Key": "answer-0001"}
    first, second = (
        client.post(url(feedback, "/answers"), json={"text": "Đây."}, headers=headers)
        for _ in range(2)
    )
    assert first.json == second.json
    assert len(told) == 1


def test_without_a_question_there_is_nothing_to_answer(
    client: FlaskClient, feedback: Feedback
) -> None:
    answer = client.post(url(feedback, "/answers"), json={"text": "x"}, headers=WITH_PIN)
    assert (answer.status_code, answer.json["code"]) == (409, "feedback.nothing_asked")


@pytest.mark.parametrize("rest", ["/answers", "/withdraw", "/attachments", "/erase-contact"])
def test_changes_need_the_pin(client: FlaskClient, feedback: Feedback, rest: str) -> None:
    body = {"text": "x"} if rest == "/answers" else {"upload_ids": [str(uuid4())]}
    answer = client.post(url(feedback, rest), json=body)
    assert (answer.status_code, answer.json["code"]) == (401, "feedback.pin_required")
    answer = client.post(url(feedback, rest), json=body, headers={"X-Feedback-Pin": "000000"})
    assert (answer.status_code, answer.json["code"]) == (403, "feedback.wrong_pin")


def test_photos_can_be_added_until_the_matter_is_settled(
    client: FlaskClient, feedback: Feedback, told: list[Any]
) -> None:
    with transaction() as session:
        ids = [str(make_clean_photo(session).id) for _ in range(2)]
    body = {"upload_ids": ids[:1]}
    answer = client.post(url(feedback, "/attachments"), json=body, headers=WITH_PIN)
    assert answer.status_code == 201, answer.text
    assert [each["id"] for each in answer.json["items"]] == ids[:1]
    assert [type(e) for e in told] == [PhotosAdded]
    with transaction() as session:
        projection.show(session, feedback.id, state=ShownState.RESOLVED)
    body = {"upload_ids": ids[1:]}
    answer = client.post(url(feedback, "/attachments"), json=body, headers=WITH_PIN)
    assert (answer.status_code, answer.json["code"]) == (409, "feedback.settled")


def test_a_photo_sent_twice_is_one_photo(
    client: FlaskClient, feedback: Feedback, told: list[Any]
) -> None:
    with transaction() as session:
        ids = [str(make_clean_photo(session).id) for _ in range(2)]
    for sent in (ids[:1], ids[:1], ids):
        answer = client.post(
            url(feedback, "/attachments"), json={"upload_ids": sent}, headers=WITH_PIN
        )
        assert answer.status_code == 201, answer.text
    assert [each["id"] for each in answer.json["items"]] == ids
    assert [event.upload_ids for event in told] == [(UUID(ids[0]),), (UUID(ids[1]),)]


def test_a_photo_that_came_before_can_be_named_in_the_answer(
    client: FlaskClient, feedback: Feedback
) -> None:
    with transaction() as session:
        photo = str(make_clean_photo(session).id)
    body: dict[str, Any] = {"upload_ids": [photo]}
    client.post(url(feedback, "/attachments"), json=body, headers=WITH_PIN)
    ask(feedback)
    body["text"] = "Như trong ảnh."
    answer = client.post(url(feedback, "/answers"), json=body, headers=WITH_PIN)
    assert answer.status_code == 201, answer.text
    thread = client.get(url(feedback), headers=WITH_PIN).json
    assert [each["id"] for each in thread["attachments"]] == [photo]


def test_a_full_feedback_takes_a_repeat_and_nothing_more(
    client: FlaskClient, feedback: Feedback
) -> None:
    with transaction() as session:
        ids = [str(make_clean_photo(session).id) for _ in range(service.MAX_FILES + 1)]
        service.attach(
            session, Principal(kind="anonymous"), feedback.id, [UUID(each) for each in ids[:-1]]
        )
    for sent, status in ((ids[0], 201), (ids[-1], 422)):
        body = {"upload_ids": [sent]}
        answer = client.post(url(feedback, "/attachments"), json=body, headers=WITH_PIN)
        assert answer.status_code == status, answer.text


@pytest.mark.postgresql
def test_a_photo_sent_twice_at_once_is_one_photo(app: Flask, feedback: Feedback) -> None:
    with transaction() as session:
        photo = str(make_clean_photo(session).id)

    def send(_number: int) -> int:
        body = {"upload_ids": [photo]}
        return (
            app.test_client()
            .post(url(feedback, "/attachments"), json=body, headers=WITH_PIN)
            .status_code
        )

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [201] * 4
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(FeedbackAttachment)) == 1


# -- withdrawing, erasing


def test_the_resident_takes_it_back(
    client: FlaskClient, feedback: Feedback, told: list[Any]
) -> None:
    for _ in range(2):
        answer = client.post(url(feedback, "/withdraw"), headers=WITH_PIN)
        assert (answer.status_code, answer.json["state"]) == (200, "withdrawn")
    assert [type(e) for e in told] == [FeedbackWithdrawn]


@pytest.mark.parametrize(
    "state", [ShownState.RESOLVED, ShownState.DIVERTED, ShownState.REJECTED, ShownState.CLOSED]
)
def test_what_is_settled_cannot_be_taken_back(
    client: FlaskClient, feedback: Feedback, state: ShownState
) -> None:
    with transaction() as session:
        projection.show(session, feedback.id, state=state)
    assert client.post(url(feedback, "/withdraw"), headers=WITH_PIN).status_code == 409


def test_what_is_settled_while_it_is_taken_back_stays_settled(
    client: FlaskClient, feedback: Feedback, told: list[Any]
) -> None:
    """The officials were first by a moment: the withdrawal began before they were done."""
    with transaction() as session:
        begun = session.get_one(Feedback, feedback.id)
        seen = session.get_one(projection.TrackingView, feedback.id)
        # As another transaction would: past what this session has read already.
        session.execute(
            update(projection.TrackingView)
            .where(projection.TrackingView.feedback_id == feedback.id)
            .values(state=ShownState.RESOLVED)
            .execution_options(synchronize_session=False)
        )
        with pytest.raises(Conflict) as refused:
            service.withdraw(session, begun)
    assert refused.value.code == "feedback.cannot_withdraw"
    assert seen.state is ShownState.RESOLVED
    assert told == []
    assert client.get(url(feedback)).json["state"] == "resolved"


@pytest.mark.postgresql
def test_a_withdrawal_waits_for_officials_who_are_settling_it(
    app: Flask, feedback: Feedback, told: list[Any]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            projection.show(session, feedback.id, state=ShownState.RESOLVED)
            session.flush()
            withdrawal = pool.submit(
                lambda: app.test_client().post(url(feedback, "/withdraw"), headers=WITH_PIN)
            )
            wait_for(somebody_waits, "the withdrawal to wait")
        answer = withdrawal.result(20)
    assert (answer.status_code, answer.json["code"]) == (409, "feedback.cannot_withdraw")
    assert told == []


@pytest.mark.postgresql
def test_taken_back_twice_at_once_is_taken_back_once(
    app: Flask, feedback: Feedback, told: list[Any]
) -> None:
    together = Barrier(4)

    def take_back(_number: int) -> int:
        client = app.test_client()
        together.wait(10)
        return client.post(url(feedback, "/withdraw"), headers=WITH_PIN).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(take_back, range(4))) == [200] * 4
    assert [type(e) for e in told] == [FeedbackWithdrawn]


def test_contact_data_can_be_erased_with_the_pin(client: FlaskClient, told: list[Any]) -> None:
    with transaction() as session:
        feedback = make_feedback(
            session, identity=Identity.NAMED, name_sealed="x", phone_sealed="y", phone_index="z"
        )
    answer = client.post(url(feedback, "/erase-contact"), headers=WITH_PIN)
    assert (answer.status_code, answer.json["identity"]) == (200, "anonymous")
    with reading() as session:
        found = session.get(Feedback, feedback.id)
        assert found is not None
        assert (found.name_sealed, found.phone_sealed, found.phone_index) == (None, None, None)
        assert found.erased_at is not None
    assert [type(e) for e in told] == [ContactErased]


def test_erasing_a_resident_leaves_nothing_that_leads_to_them(told: list[Any]) -> None:
    with transaction() as session:
        lan = make_resident(session)
        for _ in range(2):
            make_feedback(
                session, identity=Identity.NAMED, resident_id=lan.id, phone_index=lan.phone_index
            )
        other = make_feedback(session, identity=Identity.NAMED, phone_index="other")
    with transaction() as session:
        assert service.erase_resident(session, lan.id) == 2
        session.delete(session.get(type(lan), lan.id))
    with reading() as session:
        rows = session.query(Feedback).filter(Feedback.id != other.id).all()
        assert {(r.resident_id, r.phone_index, r.identity) for r in rows} == {
            (None, None, Identity.ANONYMOUS)
        }
    assert [type(e) for e in told] == [ContactErased] * 2


def test_contact_data_is_forgotten_two_years_after_the_matter_was_settled() -> None:
    with transaction() as session:
        settled, open_still = (
            make_feedback(
                session, identity=Identity.NAMED, name_sealed="x", latitude=14.0, longitude=108.0
            )
            for _ in range(2)
        )
        projection.show(session, settled.id, state=ShownState.RESOLVED)
    assert jobs.tidy() == 0
    with clock.freeze(clock.now() + timedelta(days=731)):
        assert jobs.tidy() == 1
        assert jobs.tidy() == 0
    with reading() as session:
        found, kept = session.get(Feedback, settled.id), session.get(Feedback, open_still.id)
        assert found is not None
        assert kept is not None
        assert (found.name_sealed, found.latitude) == (None, None)
        assert kept.name_sealed == "x"


# -- my feedback


def test_my_feedback_is_mine_alone(client: FlaskClient, signed_in: Any) -> None:
    assert client.get("/api/v1/me/feedback").status_code == 401
    with transaction() as session:
        lan = make_resident(session)
        mine = [
            make_feedback(
                session,
                identity=Identity.NAMED,
                resident_id=lan.id,
                created_at=clock.now() - timedelta(hours=age),
            )
            for age in range(3)
        ]
        make_feedback(session)
    signed_in(Principal(kind="resident", id=lan.id))
    first = client.get("/api/v1/me/feedback?limit=2").json
    rest = client.get(f"/api/v1/me/feedback?limit=2&cursor={first['next_cursor']}").json
    codes = [each["tracking_code"] for each in first["items"] + rest["items"]]
    assert codes == [each.tracking_code for each in mine]
    assert rest["next_cursor"] is None
    assert first["items"][0]["excerpt"].startswith("Đường vào làng")


# -- what moderation shows


def test_a_diverted_matter_says_plainly_where_it_goes(
    client: FlaskClient, feedback: Feedback
) -> None:
    with transaction() as session:
        projection.confirm_legal(session, feedback.id, LegalType.DENUNCIATION)
        projection.show(
            session,
            feedback.id,
            state=ShownState.DIVERTED,
            next_step=NextStep.OTHER_LAW_DENUNCIATION,
        )
    body = client.get(url(feedback)).json
    assert body["state_label"] == "Chuyển theo luật khiếu nại/tố cáo"
    assert "Luật Tố cáo" in body["next_step"]
    assert "ngày" in body["next_step"]
    english = client.get(url(feedback) + "?lang=en").json
    assert "Law on Denunciations" in english["next_step"]


def test_the_timeline_grows_with_each_state(client: FlaskClient, feedback: Feedback) -> None:
    due = clock.now() + timedelta(days=7)
    with transaction() as session:
        projection.show(session, feedback.id, state=ShownState.FORWARDED, due_at=due)
    with transaction() as session:
        projection.show(session, feedback.id, state=ShownState.FORWARDED)
        projection.show(session, feedback.id, state=ShownState.IN_PROGRESS, is_overdue=True)
    body = client.get(url(feedback)).json
    assert [line["label"] for line in body["timeline"]] == [
        "Đã nhận được phản ánh",
        "Đã chuyển đến đơn vị xử lý",
        "Đơn vị bắt đầu xử lý",
    ]
    assert body["is_overdue"] is True
    assert body["due_at"] is not None


def test_a_published_outcome_is_linked(client: FlaskClient, feedback: Feedback) -> None:
    with transaction() as session:
        record = make_record(session, feedback)
    assert client.get(url(feedback)).json["public_url"].endswith(f"/outcomes/{record.id}")


def test_limits_do_not_hold_up_reading(make_app: Any, feedback: Feedback) -> None:
    limited: Flask = make_app(rate_limits=True)
    client = limited.test_client()
    assert {client.get(url(feedback)).status_code for _ in range(100)} == {200}
