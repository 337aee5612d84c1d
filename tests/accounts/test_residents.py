"""Residents: a code by text message, no trace of who is known, limits, erasing and taking one's data along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts import export, queries
from backend.accounts.events import OneTimeCodeRequested, ResidentErased
from backend.accounts.jobs import tidy_accounts
from backend.accounts.models import AuthSession, OneTimeCode, Resident
from backend.accounts.service import residents
from backend.core import clock, crypto
from backend.core.db import reading, transaction
from tests.accounts.conftest import MONDAY, hearing
from tests.conftest import Database
from tests.factories.accounts import make_resident, newest_code, sign_in_resident

LAN = "+84905123456"
CODE, SIGN_IN = "/api/v1/auth/residents/code", "/api/v1/auth/residents/sign-in"


@pytest.fixture
def heard(app: Flask) -> Iterator[list[Any]]:
    """Events of this room, as they happen."""
    with hearing(OneTimeCodeRequested, ResidentErased) as happened:
        yield happened


def ask(client: FlaskClient, phone: str = "0905 123 456", **more: Any) -> TestResponse:
    network = more.pop("network", "127.0.0.1")
    return client.post(
        CODE, json={"phone": phone, **more}, environ_overrides={"REMOTE_ADDR": network}
    )


def give(client: FlaskClient, code: str, phone: str = LAN) -> TestResponse:
    return client.post(SIGN_IN, json={"phone": phone, "code": code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_lan_signs_in_with_the_code_from_the_message(
    client: FlaskClient, ayun: object, heard: list[Any]
) -> None:
    with clock.freeze(MONDAY):
        asked = ask(client, commune="23798")
    assert asked.status_code == 202
    assert asked.get_json() == {
        "expires_at": "2026-11-23T02:05:00Z",
        "resend_after": "2026-11-23T02:01:00Z",
    }
    (event,) = heard
    with clock.freeze(MONDAY), reading() as session:
        message = queries.code_to_send(session, event.code_id)
    assert message is not None
    assert (message.phone, message.language) == (LAN, "vi")
    with clock.freeze(MONDAY):
        answer = give(client, message.code, phone="(+84) 905-123-456")
    assert answer.status_code == 200
    resident = answer.get_json()["resident"]
    assert resident["phone_masked"] == "••• ••• 456"
    assert resident["commune"] == {"code": "23798", "name": "Xã Ayun"}
    with clock.freeze(MONDAY):
        assert client.get("/api/v1/me").get_json()["resident"] == resident
    with clock.freeze(MONDAY), reading() as session:  # used: nobody sends it any more
        assert queries.code_to_send(session, event.code_id) is None


def test_neither_number_nor_code_stands_readable_in_the_database(
    client: FlaskClient, ayun: object
) -> None:
    ask(client)
    code = newest_code(LAN)
    with reading() as session:
        row = session.scalars(select(OneTimeCode)).one()
        values = [str(getattr(row, column.key)) for column in OneTimeCode.__table__.columns]
    for value in values:
        assert code not in value
        assert "905123456" not in value
    sign_in = give(client, code)
    assert sign_in.status_code == 200
    with reading() as session:
        resident = session.scalars(select(Resident)).one()
        assert "905123456" not in resident.phone_sealed + resident.phone_index


def test_the_same_person_comes_back_to_the_same_account(
    browser: Callable[[], FlaskClient], ayun: object
) -> None:
    with clock.freeze(MONDAY):
        first = sign_in_resident(browser(), LAN)
    with clock.freeze(MONDAY + timedelta(minutes=2)):
        assert sign_in_resident(browser(), LAN) == first
    with reading() as session:
        assert len(session.scalars(select(Resident)).all()) == 1


def test_a_known_number_and_an_unknown_one_get_the_same_answers(
    client: FlaskClient, ayun: object
) -> None:
    with transaction() as session:
        make_resident(session, LAN)
    with clock.freeze(MONDAY):
        known, unknown = ask(client, LAN), ask(client, "0912 345 678")
        assert known.status_code == unknown.status_code == 202
        assert known.get_json() == unknown.get_json()
        assert give(client, "000000", LAN).status_code == 401
        refused = [
            give(client, wrong(newest_code(phone)), phone) for phone in (LAN, "+84912345678")
        ]
    bodies = [{**each.get_json(), "request_id": ""} for each in refused]
    assert bodies[0] == bodies[1]
    assert [each.status_code for each in refused] == [401, 401]


def test_a_code_dies_after_five_wrong_guesses(client: FlaskClient, ayun: object) -> None:
    ask(client)
    code = newest_code(LAN)
    for _ in range(5):
        assert give(client, wrong(code)).status_code == 401
    assert give(client, code).status_code == 401


def test_a_code_dies_after_five_minutes_and_after_use(client: FlaskClient, ayun: object) -> None:
    with clock.freeze(MONDAY):
        ask(client)
        code = newest_code(LAN)
    with clock.freeze(MONDAY + timedelta(minutes=5)):
        assert give(client, code).status_code == 401
        ask(client)
        fresh = newest_code(LAN)
        assert give(client, fresh).status_code == 200
        assert give(client, fresh).status_code == 401


def test_only_the_newest_code_counts(client: FlaskClient, ayun: object) -> None:
    with clock.freeze(MONDAY):
        ask(client)
        first = newest_code(LAN)
    with clock.freeze(MONDAY + timedelta(seconds=61)):
        ask(client)
        second = newest_code(LAN)
        if first != second:
            assert give(client, first).status_code == 401
        assert give(client, second).status_code == 200


def test_of_many_guesses_at_once_five_are_heard_and_of_two_right_ones_one(
    app: Flask, ayun: object
) -> None:
    ask(app.test_client())
    code = newest_code(LAN)
    statuses: list[int] = []

    def go(guess: str) -> None:
        statuses.append(give(app.test_client(), guess).status_code)

    threads = [threading.Thread(target=go, args=(code,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401]
    with reading() as session:
        assert len(session.scalars(select(Resident)).all()) == 1


def test_a_number_is_not_flooded(client: FlaskClient, ayun: object) -> None:
    for number in range(5):
        with clock.freeze(MONDAY + timedelta(seconds=61 * number)):
            assert ask(client).status_code == 202
            soon = ask(client)
            assert soon.status_code == 429
            assert soon.get_json()["code"] == "auth.code_too_soon"
            assert int(soon.headers["Retry-After"]) <= 61
    with clock.freeze(MONDAY + timedelta(minutes=10)):
        # From wherever it is asked.
        many = ask(client, network="198.51.100.7")
        assert (many.status_code, many.get_json()["code"]) == (429, "auth.too_many_codes")
    with clock.freeze(MONDAY + timedelta(minutes=70)):
        assert ask(client).status_code == 202


def test_a_network_does_not_send_messages_to_everybody(
    client: FlaskClient, ayun: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residents, "CODES_PER_NETWORK", 12)
    with clock.freeze(MONDAY):
        statuses = [ask(client, f"0905 123 {400 + number:03d}").status_code for number in range(13)]
        assert statuses == [202] * 12 + [429]
        assert ask(client, "0912 345 678", network="198.51.100.7").status_code == 202


def test_two_requests_at_once_send_one_message(app: Flask, ayun: object) -> None:
    statuses: list[int] = []

    def go() -> None:
        statuses.append(ask(app.test_client()).status_code)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [202, 429, 429, 429]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "phone", "required"),
        ({"phone": "12"}, "phone", "not_a_phone"),
        ({"phone": "+1 212 555 0100 0000"}, "phone", "not_a_phone"),
        ({"phone": 905123456}, "phone", "not_a_phone"),
        ({"phone": "0905123456\x00; DROP"}, "phone", "not_a_phone"),
        ({"phone": "0905 123 456", "commune": "99999"}, "commune", "unknown"),
        ({"phone": "0905 123 456", "commune": "x"}, "commune", "malformed"),
        ({"phone": "0905 123 456", "extra": 1}, "extra", "unknown_field"),
    ],
)
def test_bad_input_is_named(
    client: FlaskClient, ayun: object, body: dict[str, Any], field: str, code: str
) -> None:
    answer = client.post(CODE, json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {field: [code]}


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "", None, 123456])
def test_a_code_has_six_digits(client: FlaskClient, ayun: object, code: Any) -> None:
    assert client.post(SIGN_IN, json={"phone": LAN, "code": code}).status_code == 422


# ------------------------------------------------------------ one's own data
def test_lan_changes_her_name_her_commune_and_her_language(
    client: FlaskClient, ayun: object
) -> None:
    sign_in_resident(client)
    changed = client.patch(
        "/api/v1/me", json={"name": "Nguyễn Thị Lan", "commune": "23798", "language": "en"}
    )
    assert changed.status_code == 200
    resident = changed.get_json()["resident"]
    assert (resident["name"], resident["language"]) == ("Nguyễn Thị Lan", "en")
    assert resident["commune"]["code"] == "23798"
    with reading() as session:
        assert "Lan" not in (session.scalars(select(Resident)).one().name_sealed or "")
    emptied = client.patch("/api/v1/me", json={"name": None, "commune": None})
    assert emptied.get_json()["resident"]["name"] is None
    assert emptied.get_json()["resident"]["commune"] is None
    for bad in ({"commune": "00000"}, {"name": "a" * 101}, {"language": "xx"}, {"phone": LAN}, {}):
        assert client.patch("/api/v1/me", json=bad).status_code == 422


def test_erasing_forgets_the_number_the_sessions_and_the_codes(
    browser: Callable[[], FlaskClient], ayun: object, heard: list[Any]
) -> None:
    here, there = browser(), browser()
    with clock.freeze(MONDAY):
        lan = sign_in_resident(here)
    with clock.freeze(MONDAY + timedelta(minutes=2)):
        sign_in_resident(there)
        assert here.delete("/api/v1/me").status_code == 204
        assert heard[-1] == ResidentErased(lan, crypto.blind_index(LAN))
        assert here.get("/api/v1/me").status_code == 401
        assert there.get("/api/v1/me").status_code == 401
    with reading() as session:
        for table in (Resident, AuthSession, OneTimeCode):
            assert session.scalars(select(table)).all() == []


def test_what_is_known_can_be_taken_along_from_every_room(
    client: FlaskClient, ayun: object
) -> None:
    lan = sign_in_resident(client)
    real = dict(export._contributions)
    export.wire({"feedback": lambda _session, resident_id: [{"of": str(resident_id)}]})
    try:
        answer = client.get("/api/v1/me/export")
    finally:
        export.wire(real)
    known = answer.get_json()
    assert known["resident"]["phone"] == LAN
    assert known["feedback"] == [{"of": str(lan)}]
    assert len(known["sessions"]) == 1
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_without_a_session_reads_or_erases_anything(client: FlaskClient) -> None:
    for call in (client.get, client.patch, client.delete):
        assert call("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me/export").status_code == 401


def test_old_codes_and_sessions_are_tidied_away(client: FlaskClient, ayun: object) -> None:
    with clock.freeze(MONDAY):
        ask(client, "0912 345 678")
        sign_in_resident(client)
    with clock.freeze(MONDAY + timedelta(minutes=6)):
        tidy_accounts()
        with reading() as session:
            assert set(session.scalars(select(OneTimeCode.code_sealed))) == {None}
            assert len(session.scalars(select(OneTimeCode)).all()) == 2
    with clock.freeze(MONDAY + timedelta(days=2)):
        tidy_accounts()
        with reading() as session:
            assert session.scalars(select(OneTimeCode)).all() == []
            assert len(session.scalars(select(AuthSession)).all()) == 1
    with clock.freeze(MONDAY + timedelta(days=130)):
        tidy_accounts()
        with reading() as session:
            assert session.scalars(select(AuthSession)).all() == []
            assert len(session.scalars(select(Resident)).all()) == 1


def test_a_replaced_code_is_not_sent_any_more(
    client: FlaskClient, ayun: object, db: Database
) -> None:
    with clock.freeze(MONDAY):
        ask(client)
    with clock.freeze(MONDAY + timedelta(seconds=61)):
        ask(client)
        with reading() as session:
            rows = session.scalars(select(OneTimeCode).order_by(OneTimeCode.created_at)).all()
            assert queries.code_to_send(session, rows[0].id) is None
            assert queries.code_to_send(session, rows[1].id) is not None
