"""Cases over HTTP: list, counts, detail, moves, publication; and what they cost in statements."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from backend.core import clock, crypto, storage
from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.feedback.models import FeedbackAttachment, Identity, TrackingView
from backend.uploads.models import Purpose, UploadState
from moderation import service, settings
from moderation.models import Case, ClockEntry, ClockMove, Stage
from moderation.schemas import CaseSchema
from moderation.workflow import Move
from tests.databases import counting
from tests.factories.accounts import make_staff, sign_in
from tests.factories.feedback import make_feedback, submission
from tests.factories.moderation import (
    REPLY,
    Office,
    draft,
    make_case,
    make_office,
    make_proof,
    move,
    until_forwarded,
    until_resolved,
)
from tests.factories.uploads import make_clean_photo, make_upload


@pytest.fixture
def office(db: Any) -> Office:
    with transaction() as session:
        return make_office(session)


def as_(client: FlaskClient, office: Office, name: str) -> FlaskClient:
    return sign_in(client, office.staff[name])


def opened(office: Office, **overrides: Any) -> UUID:
    with transaction() as session:
        return make_case(session, office.unit, **overrides).id


def version_of(case_id: UUID) -> dict[str, str]:
    with reading() as session:
        return {"If-Match": f'"{session.get_one(Case, case_id).version}"'}


def post(client: FlaskClient, case_id: UUID, name: str, **body: Any) -> Any:
    return client.post(
        f"/api/v1/cases/{case_id}/moves/{name}", json=body, headers=version_of(case_id)
    )


def test_the_whole_way_over_http(client: FlaskClient, office: Office) -> None:
    sent = client.post("/api/v1/feedback", json=submission(office.unit))
    assert sent.status_code == 201, sent.text
    assert sent.get_json()["due_at"] is not None
    as_(client, office, "hoa")
    listed = client.get("/api/v1/cases").get_json()["items"]
    assert [item["tracking_code"] for item in listed] == [sent.get_json()["tracking_code"]]
    case_id = UUID(listed[0]["id"])
    shown = client.get(f"/api/v1/cases/{case_id}")
    assert shown.headers["ETag"] == '"1"'
    body = shown.get_json()
    assert {each["move"] for each in body["allowed_moves"]} >= {"confirm_legal", "assign", "ask"}
    assert body["routing"]["reason_code"] == "no_rule"
    assert body["clock"]["explanation"]
    left = body["clock"]["allowance_minutes"] - body["clock"]["elapsed_minutes"]
    assert body["clock"]["working_minutes_left"] == left
    assert CaseSchema().validate(body) == {}, "the description says everything that is answered"
    assert post(client, case_id, "confirm_legal", legal_type="ordinary").status_code == 200
    given = post(client, case_id, "assign", department_id=str(office.economy.id))
    assert given.get_json()["state"] == "forwarded", given.text
    as_(client, office, "binh")
    assert post(client, case_id, "start").status_code == 200
    proof = make_proof(office)
    done = post(
        client, case_id, "resolve", outcome="done", reply=REPLY, evidence_upload_ids=[str(proof)]
    )
    assert done.status_code == 200, done.text
    as_(client, office, "dung")
    assert post(client, case_id, "approve").get_json()["state"] == "resolved"
    as_(client, office, "hoa")
    preview = client.get(f"/api/v1/cases/{case_id}/publication")
    assert preview.get_json()["warnings"][0]["code"] == "names_are_not_detected"
    saved = client.put(
        f"/api/v1/cases/{case_id}/publication",
        json={
            "title": "Đèn đường thôn 2",
            "masked_text": preview.get_json()["masked_text"],
            "reply": preview.get_json()["reply"],
            "attachment_ids": [str(proof)],
        },
        headers=version_of(case_id),
    )
    assert saved.status_code == 200, saved.text
    assert saved.get_json()["drafted"] is True
    assert post(client, case_id, "publish").status_code == 200
    public = client.get(f"/api/v1/communes/{office.unit.code}/feedback").get_json()["items"]
    assert [item["title"] for item in public] == ["Đèn đường thôn 2"]
    assert public[0]["evidence"]


def test_minutes_left_are_nobodys_while_the_resident_is_asked(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office)
    as_(client, office, "hoa")
    asked = post(client, case_id, "ask", text="Ở thôn nào?").get_json()
    assert asked["clock"]["paused"] is True
    assert asked["clock"]["working_minutes_left"] is None


def test_another_body_is_named_when_the_outcome_is_proposed(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.START)
    as_(client, office, "binh")
    refused = post(client, case_id, "resolve", outcome="other_body", reply=REPLY)
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == {"other_body": ["required"]}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"outcome": "partly_done"}, {"planned_on": None, "other_body": None}),
        (
            {"outcome": "planned", "planned_on": date(2027, 3, 1)},
            {"planned_on": "2027-03-01", "other_body": None},
        ),
        (
            {"outcome": "other_body", "other_body": "Điện lực Mang Yang"},
            {"planned_on": None, "other_body": "Điện lực Mang Yang"},
        ),
    ],
)
def test_the_preview_shows_everything_that_will_be_public(
    client: FlaskClient, office: Office, given: dict[str, Any], shown: dict[str, Any]
) -> None:
    case_id = opened(office)
    until_resolved(office, case_id, **given)
    as_(client, office, "hoa")
    preview = client.get(f"/api/v1/cases/{case_id}/publication").get_json()
    assert preview["outcome"] == given["outcome"]
    assert {name: preview[name] for name in shown} == shown


def test_the_preview_offers_what_a_draft_may_show_and_nothing_else(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office)
    with transaction() as session:
        feedback_id = session.get_one(Case, case_id).feedback_id
        photo, waiting = make_clean_photo(session), make_upload(session)
        document = make_upload(session, purpose=Purpose.DOCUMENT, state=UploadState.CLEAN)
        voice = make_upload(session, purpose=Purpose.VOICE, state=UploadState.CLEAN)
        sent = [upload.id for upload in (photo, waiting, document, voice)]
        session.add_all(
            FeedbackAttachment(feedback_id=feedback_id, upload_id=upload_id, position=position)
            for position, upload_id in enumerate(sent)
        )
    proof = make_proof(office)
    until_resolved(office, case_id, evidence_upload_ids=[proof])
    as_(client, office, "hoa")
    address = f"/api/v1/cases/{case_id}/publication"
    preview = client.get(address).get_json()
    offered = {each["id"]: each["from"] for each in preview["attachments"]}
    assert offered == {str(photo.id): "feedback", str(proof): "evidence"}
    for upload_id in map(str, (*sent, proof)):
        body = {name: preview[name] for name in ("title", "masked_text", "reply")}
        saved = client.put(
            address, json={**body, "attachment_ids": [upload_id]}, headers=version_of(case_id)
        )
        assert saved.status_code == (200 if upload_id in offered else 422), saved.text


def test_published_documents_do_not_show_what_somebody_called_them(
    client: FlaskClient, office: Office
) -> None:
    names = ("Don cua Nguyen Van A - 0905123456.pdf", "Bien ban ho ba Tam.pdf")
    case_id = opened(office)
    with transaction() as session:
        papers = [
            make_upload(
                session,
                purpose=Purpose.DOCUMENT,
                state=UploadState.CLEAN,
                owner_kind="staff",
                owner_id=office.staff["binh"].id,
                filename=name,
                object_key=f"documents/{number}/file",
                content_type="application/pdf",
                sha256=str(number) * 64,
            ).id
            for number, name in enumerate(names)
        ]
    for number in range(len(names)):
        storage.put(f"documents/{number}/file", b"%PDF-1.7 quiet")
    proof = [papers[0], make_proof(office), papers[1]]
    until_resolved(office, case_id, evidence_upload_ids=proof)
    draft(office.hoa, case_id, attachment_ids=proof)
    move(office.hoa, case_id, Move.PUBLISH)
    address = f"/api/v1/communes/{office.unit.code}/feedback"
    (item,) = client.get(address).get_json()["items"]
    files = [each for each in item["evidence"] if each["kind"] == "document"]
    assert [each["name"] for each in files] == ["minh-chung-1.pdf", "minh-chung-2.pdf"]
    for each in files:
        answer = client.get(each["url"])
        assert answer.status_code == 200
        said = answer.headers["Content-Disposition"]
        assert said == f"attachment; filename*=UTF-8''{each['name']}"


def test_replies_say_whether_they_are_meant_for_everybody(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office)
    move(office.hoa, case_id, Move.REPLY, text="Mai đội tới xem.", public=True)
    move(office.hoa, case_id, Move.REPLY, text="Anh xuống một cửa gặp em.")
    move(office.hoa, case_id, Move.ASK, text="Ở thôn nào vậy?")
    as_(client, office, "hoa")
    messages = client.get(f"/api/v1/cases/{case_id}").get_json()["messages"]
    assert [each["public"] for each in messages] == [True, False, False]


def test_a_move_says_which_version_it_saw(client: FlaskClient, office: Office) -> None:
    case_id = opened(office)
    as_(client, office, "hoa")
    address = f"/api/v1/cases/{case_id}/moves/confirm_legal"
    body = {"legal_type": "ordinary"}
    assert client.post(address, json=body).status_code == 428
    assert client.post(address, json=body, headers={"If-Match": '"1"'}).status_code == 200
    stale = client.post(address, json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.get_json()["code"] == "stale"


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("resolve", {"outcome": "done"}, 409, "cases.not_from_state"),
        ("classify", {}, 422, "cases.missing.category"),
        ("classify", {"category": "khong_co"}, 422, "invalid"),
        ("assign", {"department_id": "x"}, 422, "invalid"),
        ("start", {"text": "gì đó"}, 422, "invalid"),
        ("close", {"reason": "vì thích"}, 422, "invalid"),
        ("answer", {}, 404, "cases.no_such_move"),
        ("withdraw", {}, 404, "cases.no_such_move"),
        ("xyz", {}, 404, "cases.no_such_move"),
    ],
)
def test_what_cannot_be_done_says_why(
    client: FlaskClient, office: Office, name: str, body: dict[str, Any], status: int, code: str
) -> None:
    case_id = opened(office)
    as_(client, office, "hoa")
    answer = post(client, case_id, name, **body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code), answer.text
    assert answer.get_json()["title"] != code, "the catalogue has words for it"


def test_other_communes_are_not_there(client: FlaskClient, office: Office) -> None:
    with transaction() as session:
        elsewhere = make_office(session)
    case_id = opened(elsewhere)
    as_(client, office, "dung")
    assert client.get(f"/api/v1/cases/{case_id}").status_code == 404
    assert client.get(f"/api/v1/cases/{case_id}/publication").status_code == 404
    assert post(client, case_id, "classify", category="khac").status_code == 404
    identity = client.post(f"/api/v1/cases/{case_id}/identity", json={"reason": "tò mò thôi"})
    assert identity.status_code == 404
    assert client.get("/api/v1/cases").get_json()["items"] == []
    assert client.get(f"/api/v1/cases?commune={elsewhere.unit.code}").get_json()["items"] == []


def test_a_province_supervisor_sees_all_communes_and_moves_nothing(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office)
    with transaction() as session:
        province = session.get_one(type(office.unit), office.unit.parent_id)
        supervisor = make_staff(session, Role.PROVINCE_SUPERVISOR, unit=province)
    sign_in(client, supervisor)
    assert len(client.get("/api/v1/cases").get_json()["items"]) == 1
    assert client.get(f"/api/v1/cases/{case_id}").get_json()["allowed_moves"] == []
    assert post(client, case_id, "classify", category="khac").status_code == 403


def test_the_reporter_is_in_no_detail(client: FlaskClient, office: Office) -> None:
    case_id = opened(
        office,
        identity=Identity.NAMED,
        name_sealed=crypto.seal("Nguyễn Thị Lan"),
        phone_sealed=crypto.seal("+84905123456"),
    )
    until_forwarded(office, case_id)
    for name in ("binh", "hoa", "dung"):
        as_(client, office, name)
        answer = client.get(f"/api/v1/cases/{case_id}")
        assert "Nguyễn Thị Lan" not in answer.text
        assert "905123456" not in answer.text
        assert answer.get_json()["reporter"]["has_phone"] is True
    as_(client, office, "binh")
    refused = client.post(f"/api/v1/cases/{case_id}/identity", json={"reason": "gọi lại hỏi"})
    assert refused.status_code == 403
    as_(client, office, "hoa")
    read = client.post(f"/api/v1/cases/{case_id}/identity", json={"reason": "gọi lại hỏi"})
    assert read.get_json()["name"] == "Nguyễn Thị Lan"
    history = client.get(f"/api/v1/cases/{case_id}").get_json()["events"]
    assert history[-1]["type"] == "identity_read"
    assert history[-1]["actor"]["name"] == "Hoa"


def test_what_may_be_a_denunciation_is_hidden_from_handlers(
    client: FlaskClient, office: Office
) -> None:
    text = "Tôi tố cáo ông Lê Văn Tám, thôn trưởng, ăn chặn gạo cứu đói. Đề nghị điều tra."
    case_id = opened(office, text=text)
    as_(client, office, "binh")
    assert client.get(f"/api/v1/cases/{case_id}").status_code == 404
    assert client.get("/api/v1/cases").get_json()["items"] == []
    assert client.get("/api/v1/cases/counts").get_json()["by_view"]["all"] == 0
    assert client.get("/api/v1/cases?q=cứu đói").get_json()["items"] == []
    as_(client, office, "hoa")
    assert client.get(f"/api/v1/cases/{case_id}").get_json()["legal_type"] == "denunciation"


FILTERS = [
    "view=all",
    "view=mine",
    "view=department",
    "view=unassigned",
    "view=overdue",
    "view=due_soon",
    "view=closed",
    "state=received",
    "state=resolved",
    "category=khac",
    "urgency=emergency",
    "legal_type=ordinary",
    "department={department}",
    "assignee={assignee}",
    "commune={commune}",
    "q=ổ gà",
    "q={code}",
    "sort=-created",
    "sort=urgency",
    "sort=due&category=ha_tang_giao_thong&urgency=normal",
]


def test_every_filter_works_and_costs_at_most_six_statements(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office, text="Ổ gà trước cổng trường, xe máy té hoài.")
    for _ in range(3):
        opened(office)
    until_resolved(office, opened(office))
    as_(client, office, "hoa")
    with reading() as session:
        code = session.get_one(Case, case_id).tracking_code
    values = {
        "department": office.desk.id,
        "assignee": office.staff["binh"].id,
        "commune": office.unit.code,
        "code": code.lower().replace("-", " "),
    }
    client.get("/api/v1/cases")
    for each in FILTERS:
        query = each.format(**values)
        with counting(core_db.engine()) as statements:
            answer = client.get(f"/api/v1/cases?{query}&limit=50")
        assert answer.status_code == 200, (query, answer.text)
        assert len(statements) <= 6, (query, statements)
        narrowed = "&".join(part for part in query.split("&") if not part.startswith("sort="))
        with counting(core_db.engine()) as statements:
            assert client.get(f"/api/v1/cases/counts?{narrowed}").status_code == 200
        assert len(statements) <= 6, (query, statements)
    for query in ("q=ổ gà", "q=o ga truong", f"q={values['code']}", f"q={code}"):
        found = client.get(f"/api/v1/cases?{query}").get_json()["items"]
        assert [item["id"] for item in found] == [str(case_id)], query
    assert len(client.get("/api/v1/cases?view=closed").get_json()["items"]) == 1
    assert len(client.get("/api/v1/cases?state=resolved").get_json()["items"]) == 1
    assert len(client.get("/api/v1/cases").get_json()["items"]) == 4
    counted = client.get("/api/v1/cases/counts").get_json()
    assert counted["by_view"]["all"] == counted["by_state"]["received"] == 4


def test_the_list_and_the_case_tell_the_same_minutes(client: FlaskClient, office: Office) -> None:
    """Running, paused, late, late and asked about since, over, round the clock."""
    monday = datetime(2026, 11, 16, 8, 0, tzinfo=clock.LOCAL)
    with clock.freeze(monday):
        running, paused, late, asked, done = (opened(office) for _ in range(5))
        burning = opened(office, text="Cháy nhà xóm Đình, có người kẹt bên trong, cứu với!!!")
        move(office.hoa, paused, Move.ASK, text="Ở thôn nào?")
        until_resolved(office, done)
    with clock.freeze(monday + timedelta(days=3)):
        until_forwarded(office, late)
    with clock.freeze(monday + timedelta(days=4)):
        move(office.hoa, asked, Move.ASK, text="Ở thôn nào?")
    with clock.freeze(monday + timedelta(days=7, hours=2)), transaction() as session:
        feedback_id = session.get_one(Case, asked).feedback_id
        given = {"message_id": "00000000-0000-7000-8000-000000000000"}
        assert service.resident_move(session, feedback_id, Move.ANSWER, given) is not None
    with clock.freeze(monday + timedelta(days=9, minutes=17, seconds=3)):
        as_(client, office, "hoa")
        listed = {
            item["id"]: item["working_minutes_left"]
            for view in ("all", "closed")
            for item in client.get(f"/api/v1/cases?view={view}").get_json()["items"]
        }
        shown = {
            str(each): client.get(f"/api/v1/cases/{each}").get_json()["clock"]
            for each in (running, paused, late, asked, done, burning)
        }
    assert listed == {each: told["working_minutes_left"] for each, told in shown.items()}
    for each in (running, late, asked, burning):
        told = shown[str(each)]
        assert listed[str(each)] == told["allowance_minutes"] - told["elapsed_minutes"]
    assert listed[str(paused)] is listed[str(done)] is None
    assert listed[str(asked)] > listed[str(running)], "what was waited for does not count"


def test_a_case_with_half_a_pause_does_not_take_the_list_along(
    client: FlaskClient, office: Office
) -> None:
    monday = datetime(2026, 11, 16, 8, 0, tzinfo=clock.LOCAL)
    with clock.freeze(monday):
        odd, sound = opened(office), opened(office)
    late = monday + timedelta(days=30)
    with clock.freeze(late), transaction() as session:
        session.execute(update(Case).values(is_overdue=True))
        session.add(
            ClockEntry(case_id=odd, seq=9, stage=Stage.INTAKE, move=ClockMove.RESUME, at=late)
        )
    with clock.freeze(late):
        as_(client, office, "hoa")
        answer = client.get("/api/v1/cases")
    assert answer.status_code == 200
    left = {item["id"]: item["working_minutes_left"] for item in answer.get_json()["items"]}
    assert left.keys() == {str(odd), str(sound)}
    assert left[str(odd)] is None
    assert left[str(sound)] < 0


def test_pages_follow_one_another_without_gaps(client: FlaskClient, office: Office) -> None:
    wanted = {str(opened(office)) for _ in range(7)}
    as_(client, office, "hoa")
    for sort in ("due", "-created", "urgency"):
        seen, cursor = [], ""
        while True:
            page = client.get(f"/api/v1/cases?sort={sort}&limit=3{cursor}").get_json()
            seen += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(seen) == 7
        assert set(seen) == wanted


def test_a_case_in_full_costs_a_fixed_number_of_statements(
    client: FlaskClient, office: Office
) -> None:
    case_id = opened(office)
    as_(client, office, "hoa")
    move(office.hoa, case_id, Move.REPLY, text="Đã nhận.")
    with counting(core_db.engine()) as few:
        client.get(f"/api/v1/cases/{case_id}")
    for _ in range(6):
        move(office.hoa, case_id, Move.REPLY, text="Đã nhận, đang xem.")
    with counting(core_db.engine()) as many:
        client.get(f"/api/v1/cases/{case_id}")
    assert len(few) == len(many) <= 14


def test_opening_a_case_costs_at_most_seven_statements(office: Office) -> None:
    with transaction() as session:
        settings.changed(session)
    opened(office)  # settings are read once
    with transaction() as session:
        feedback = make_feedback(session, office.unit)
        session.delete(session.get_one(TrackingView, feedback.id))
        session.flush()
        with counting(core_db.engine()) as statements:
            service.open_case(session, feedback)
            session.flush()
        assert len(statements) <= 7, statements


def test_rules_and_templates_can_be_read(client: FlaskClient, office: Office) -> None:
    as_(client, office, "hoa")
    rules = client.get("/api/v1/routing-rules", query_string={"unit": office.unit.code})
    assert rules.get_json()["items"] == []
    assert client.get("/api/v1/reply-templates").get_json() == {"items": []}


def test_nobody_reads_cases_without_signing_in(client: FlaskClient, office: Office) -> None:
    case_id = opened(office)
    for address in ("", "/counts", f"/{case_id}", f"/{case_id}/publication"):
        assert client.get(f"/api/v1/cases{address}").status_code == 401
    assert json.loads(client.get("/api/v1/cases").text)["code"] == "auth.required"


def test_whoever_approves_reads_the_proposed_reply(client: FlaskClient, office: Office) -> None:
    case_id = opened(office)
    until_forwarded(office, case_id)
    move(office.binh, case_id, Move.START)
    move(office.binh, case_id, Move.RESOLVE, outcome="partly_done", reply=REPLY)
    as_(client, office, "dung")
    shown = client.get(f"/api/v1/cases/{case_id}").get_json()
    assert shown["reply"] == REPLY
    assert shown["messages"] == []
    assert {each["move"] for each in shown["allowed_moves"]} >= {"approve", "return"}


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q='; DROP TABLE moderation_case",
        "q=*",
        'q=" OR "',
        "q=a:b",
        "q=%F0%9F%99%82",
        "cursor=abc",
        "limit=0",
        "limit=1000",
        "state=x",
        "department=1",
        "commune=99999",
        "q=" + "a" * 300,
        "sort=created",
        "x=1",
        "q=NEAR(a b)",
        "q=%",
        "commune=%00",
    ],
)
def test_odd_queries_are_answered_not_crashed(
    client: FlaskClient, office: Office, query: str
) -> None:
    opened(office)
    as_(client, office, "hoa")
    for address in ("/api/v1/cases", "/api/v1/cases/counts"):
        assert client.get(f"{address}?{query}").status_code in {200, 422}, query


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"text": 1}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\\u0000b"}',
        b'{"category": ["khac"]}',
        b'{"planned_on": "2026-13-01"}',
        b'{"complex": "maybe"}',
        b'{"evidence_upload_ids": "x"}',
        b'{"unknown": 1}',
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("name", ["ask", "resolve", "classify", "close", "transfer"])
def test_odd_bodies_are_answered_not_crashed(
    client: FlaskClient, office: Office, name: str, body: bytes
) -> None:
    case_id = opened(office)
    as_(client, office, "hoa")
    answer = client.post(
        f"/api/v1/cases/{case_id}/moves/{name}",
        data=body,
        content_type="application/json",
        headers=version_of(case_id),
    )
    assert answer.status_code in {200, 400, 403, 409, 415, 422}, answer.text
    assert answer.get_json()
