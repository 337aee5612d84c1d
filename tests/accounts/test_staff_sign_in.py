"""Staff signing in: right and wrong passwords, growing waits that lock nobody else out, the second factor."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts.events import StaffLockedOut
from backend.accounts.models import AuthSession, RecoveryCode, Staff, Throttle
from backend.accounts.service import staff_sign_in
from backend.core import clock, config, crypto
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput
from tests.accounts.conftest import MONDAY, hearing
from tests.conftest import Database
from tests.factories.accounts import PASSWORD, make_staff, sign_in

PATH = "/api/v1/auth/staff/sign-in"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def attempt(client: FlaskClient, username: str, password: str, **more: Any) -> TestResponse:
    network = more.pop("network", "127.0.0.1")
    return client.post(
        PATH,
        json={"username": username, "password": password, **more},
        environ_overrides={"REMOTE_ADDR": network},
    )


def test_hoa_signs_in_and_is_known(client: FlaskClient, hoa: Staff) -> None:
    answer = attempt(client, " HOA.ayun ", PASSWORD)
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["staff"] == {
        "id": str(hoa.id),
        "name": "Hoa",
        "username": "hoa.ayun",
        "language": "vi",
        "must_change_password": False,
    }
    assert "access_token" not in body
    assert answer.headers["Cache-Control"] == "no-store"
    cookies = {each.split("=", 1)[0]: each for each in answer.headers.getlist("Set-Cookie")}
    for name in ("tl_access", "tl_refresh", "tl_device"):
        assert "HttpOnly" in cookies[name]
        assert "SameSite=Lax" in cookies[name]
    assert "HttpOnly" not in cookies["tl_csrf"]
    assert "Path=/api/v1/auth" in cookies["tl_refresh"]
    me = client.get("/api/v1/me").get_json()
    assert me["kind"] == "staff"
    assert me["staff"]["grants"][0]["role"] == "triage_officer"
    assert me["staff"]["grants"][0]["unit"] == {
        "code": "23798",
        "name": "Xã Ayun",
        "level": "commune",
    }
    assert "cases:triage" in me["staff"]["permissions"]


def test_the_password_is_not_in_the_database(client: FlaskClient, hoa: Staff) -> None:
    sign_in(client, hoa)
    with reading() as session:
        row = session.get_one(Staff, hoa.id)
        assert PASSWORD not in row.password_hash
        assert row.password_hash.startswith("$argon2id$")


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: FlaskClient, hoa: Staff
) -> None:
    wrong = attempt(client, "hoa.ayun", "sai-mat-khau")
    unknown = attempt(client, "nobody.here", "sai-mat-khau")
    for answer in (wrong, unknown):
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "auth.bad_credentials"
    for answer in (wrong, unknown):
        assert not answer.headers.getlist("Set-Cookie")
    same = {key: wrong.get_json()[key] for key in ("title", "detail", "status", "code")}
    assert same.items() <= unknown.get_json().items()


def test_an_unknown_name_costs_an_argon2_as_well(
    client: FlaskClient, hoa: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = crypto.verify_password

    def counted(hashed: str, password: str) -> bool:
        checked.append(hashed)
        return real(hashed, password)

    monkeypatch.setattr(crypto, "verify_password", counted)
    attempt(client, "nobody.here", "sai-mat-khau")
    attempt(client, "hoa.ayun", "sai-mat-khau")
    assert len(checked) == 2
    assert all(each.startswith("$argon2id$") for each in checked)


def test_nobody_waits_for_the_hash_that_stands_for_an_unknown_name(
    client: FlaskClient, hoa: Staff, open_while_hashing: list[int]
) -> None:
    staff_sign_in._nobodys_hash.cache_clear()  # as in a process that just began
    assert attempt(client, "nobody.here", PASSWORD).status_code == 401
    assert open_while_hashing == [0, 0]


def test_an_old_hash_is_made_stronger_and_nobody_waits_for_it(
    client: FlaskClient, hoa: Staff, open_while_hashing: list[int]
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    with transaction() as session:
        session.get_one(Staff, hoa.id).password_hash = weak
    assert attempt(client, "hoa.ayun", PASSWORD).status_code == 200
    assert open_while_hashing == [0, 0]
    with reading() as session:
        stronger = session.get_one(Staff, hoa.id).password_hash
    assert stronger != weak
    assert crypto.verify_password(stronger, PASSWORD)


def test_a_password_is_changed_without_anybody_waiting_for_it(
    client: FlaskClient, hoa: Staff, open_while_hashing: list[int]
) -> None:
    sign_in(client, hoa)
    del open_while_hashing[:]
    body = {"current_password": PASSWORD, "new_password": "mot-mat-khau-khac"}
    assert client.post("/api/v1/me/password", json=body).status_code == 204
    assert open_while_hashing == [0, 0, 0], "the current one, whether it is the same, the new one"


def test_a_password_that_was_replaced_meanwhile_is_not_changed_by_the_old_one(hoa: Staff) -> None:
    with transaction() as session:
        begun = staff_sign_in.begin_confirmation(session, hoa.id, "127.0.0.1")
    staff_sign_in.confirm_password(begun, PASSWORD)
    reset = crypto.hash_password("vua-duoc-cap-lai")
    with transaction() as session:
        session.get_one(Staff, hoa.id).password_hash = reset
    with pytest.raises(InvalidInput), transaction() as session:
        staff_sign_in.change_password(session, begun, "$argon2id$new", keep_session=None)
    with reading() as session:
        assert session.get_one(Staff, hoa.id).password_hash == reset


def test_wrong_passwords_make_the_name_wait_on_that_network_only(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        for _ in range(5):
            assert attempt(browser(), "hoa.ayun", "sai", network="203.0.113.9").status_code == 401
        locked = attempt(browser(), "hoa.ayun", PASSWORD, network="203.0.113.9")
        assert locked.status_code == 429
        assert locked.get_json()["code"] == "auth.locked"
        assert 1 <= int(locked.headers["Retry-After"]) <= 6
        # Hoa herself, elsewhere, notices nothing.
        assert attempt(browser(), "hoa.ayun", PASSWORD, network="198.51.100.7").status_code == 200
    with clock.freeze(MONDAY + timedelta(seconds=6)):
        again = attempt(browser(), "hoa.ayun", PASSWORD, network="203.0.113.9")
        assert again.status_code == 200
        with reading() as session:
            assert session.scalars(select(Throttle)).all() == []


def test_a_known_browser_is_not_slowed_down_by_a_neighbours_guesses(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    desk, neighbour = browser(), browser()
    with clock.freeze(MONDAY):
        sign_in(desk, hoa)
        for _ in range(5):
            attempt(neighbour, "hoa.ayun", "sai")
        assert attempt(neighbour, "hoa.ayun", PASSWORD).status_code == 429
        assert attempt(desk, "hoa.ayun", PASSWORD).status_code == 200


def test_a_browser_known_for_one_person_is_a_stranger_for_another(
    browser: Callable[[], FlaskClient], hoa: Staff, admin: Staff
) -> None:
    mine = browser()
    with clock.freeze(MONDAY):
        sign_in(mine, admin)
        for _ in range(5):
            attempt(browser(), "hoa.ayun", "sai")
        assert attempt(mine, "hoa.ayun", PASSWORD).status_code == 429


def test_the_waits_hold_across_processes_because_they_are_rows(
    make_app: Callable[..., Flask], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        for _ in range(5):
            attempt(make_app().test_client(), "hoa.ayun", "sai")
        assert attempt(make_app().test_client(), "hoa.ayun", PASSWORD).status_code == 429


def test_many_guesses_at_once_gain_nothing(app: Flask, hoa: Staff) -> None:
    statuses: list[int] = []

    def guess() -> None:
        statuses.append(attempt(app.test_client(), "hoa.ayun", "sai").status_code)

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [401] * 5 + [429] * 5


def test_the_person_is_told_when_somebody_keeps_guessing(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    moment = MONDAY
    with hearing(StaffLockedOut) as told:
        for _ in range(10):
            with clock.freeze(moment):
                attempt(browser(), "hoa.ayun", "sai")
            moment += timedelta(minutes=16)
    assert [each.staff_id for each in told] == [hoa.id]


def test_whoever_was_deactivated_cannot_sign_in(client: FlaskClient, ayun: Any) -> None:
    with transaction() as session:
        gone = make_staff(session, Role.DRAFTER, unit=ayun, active=False)
    assert attempt(client, gone.username, PASSWORD).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"username": "hoa.ayun"}, 422),
        ({"username": 5, "password": PASSWORD}, 422),
        ({"username": "hoa.ayun", "password": ["x"]}, 422),
        ({"username": "hoa.ayun", "password": PASSWORD, "admin": True}, 422),
        ({"username": "\x00", "password": PASSWORD}, 422),
        ({"username": "a" * 500, "password": PASSWORD}, 422),
        ({"username": "hoa.ayun", "password": "x" * 201}, 422),
        ({"username": "hoa.ayun", "password": "\ud800"}, 401),
        ({"username": "hoa.ayun", "password": "a\x00b"}, 401),
        ({"username": "' OR 1=1 --", "password": "x"}, 401),
        ({"username": "hoa\udfff.ayun", "password": "x"}, 401),
    ],
)
def test_bad_input_is_refused_and_nothing_breaks(
    client: FlaskClient, hoa: Staff, body: dict[str, Any], status: int
) -> None:
    assert client.post(PATH, json=body).status_code == status


def test_what_is_not_json_is_refused(client: FlaskClient) -> None:
    assert client.post(PATH, data="{", content_type="application/json").status_code == 400
    assert client.post(PATH, data="username=a&password=b").status_code in {415, 422}
    assert client.post(PATH, data=b"\xff\xfe", content_type="application/json").status_code == 400


# ------------------------------------------------------------ second factor
def switch_on(client: FlaskClient) -> tuple[str, list[str]]:
    started = client.post("/api/v1/me/totp", json={"current_password": PASSWORD})
    assert started.status_code == 200, started.get_json()
    secret = started.get_json()["secret"]
    assert started.get_json()["uri"].startswith("otpauth://totp/")
    assert started.get_json()["qr_svg"].startswith("<svg")
    code = pyotp.TOTP(secret).at(clock.now())
    confirmed = client.post("/api/v1/me/totp/confirm", json={"code": code})
    assert confirmed.status_code == 200, confirmed.get_json()
    return secret, confirmed.get_json()["recovery_codes"]


def test_the_second_factor_is_asked_for_and_each_code_works_once(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        secret, _ = switch_on(sign_in(browser(), hoa))
    with clock.freeze(MONDAY + timedelta(minutes=5)):
        code = pyotp.TOTP(secret).at(clock.now())
        missing = attempt(browser(), "hoa.ayun", PASSWORD)
        assert (missing.status_code, missing.get_json()["code"]) == (401, "auth.totp_required")
        assert attempt(browser(), "hoa.ayun", PASSWORD, totp=code).status_code == 200
        replayed = attempt(browser(), "hoa.ayun", PASSWORD, totp=code)
        assert (replayed.status_code, replayed.get_json()["code"]) == (401, "auth.totp_wrong")
    with clock.freeze(MONDAY + timedelta(minutes=10)):
        for away, accepted in ((-90, False), (90, False), (-30, True), (30, True)):
            code = pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=away))
            answer = attempt(browser(), "hoa.ayun", PASSWORD, totp=code)
            assert (answer.status_code == 200) is accepted, away


def test_a_code_sent_twice_at_once_signs_in_once(app: Flask, hoa: Staff) -> None:
    # Both requests see a fresh code; the compare-and-set lets one through.
    with transaction() as session:
        session.get_one(Staff, hoa.id).totp_sealed = crypto.seal(SECRET)
    statuses: list[int] = []
    code = pyotp.TOTP(SECRET).at(clock.now())

    def go() -> None:
        statuses.append(attempt(app.test_client(), "hoa.ayun", PASSWORD, totp=code).status_code)

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401]


def test_guessing_the_second_factor_makes_wait_too(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        switch_on(sign_in(browser(), hoa))
        stranger = browser()
        answers = [
            attempt(stranger, "hoa.ayun", PASSWORD, totp="000000", network="203.0.113.9")
            for _ in range(6)
        ]
        assert [each.status_code for each in answers] == [401] * 5 + [429]


def test_guessing_the_second_factor_from_many_networks_makes_wait_but_no_known_browser(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        desk = browser()
        secret, _ = switch_on(sign_in(desk, hoa))
    with clock.freeze(MONDAY + timedelta(minutes=5)), hearing(StaffLockedOut) as told:
        answers = [
            attempt(browser(), "hoa.ayun", PASSWORD, totp="000000", network=f"203.0.113.{n}")
            for n in range(7)
        ]
        assert [each.status_code for each in answers] == [401] * 5 + [429] * 2
        code = pyotp.TOTP(secret).at(clock.now())
        assert attempt(desk, "hoa.ayun", PASSWORD, totp=code).status_code == 200
        assert told == []
    with clock.freeze(MONDAY + timedelta(hours=1)), hearing(StaffLockedOut) as told:
        for n in range(10):
            with clock.freeze(MONDAY + timedelta(hours=1 + n)):
                attempt(browser(), "hoa.ayun", PASSWORD, totp="0", network=f"198.51.100.{n}")
        assert [each.staff_id for each in told] == [hoa.id]


def test_a_stranger_without_the_password_never_reaches_the_count_of_second_factors(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        secret, _ = switch_on(sign_in(browser(), hoa))
    with clock.freeze(MONDAY + timedelta(minutes=5)):
        for n in range(20):
            attempt(browser(), "hoa.ayun", "sai", totp="000000", network=f"203.0.113.{n}")
        code = pyotp.TOTP(secret).at(clock.now())
        assert attempt(browser(), "hoa.ayun", PASSWORD, totp=code).status_code == 200


def test_recovery_codes_outlive_a_change_of_the_index_key(
    browser: Callable[[], FlaskClient], hoa: Staff, db: Database
) -> None:
    with clock.freeze(MONDAY):
        _, codes = switch_on(sign_in(browser(), hoa))
        config.use(replace(db.config, index_key="mot-khoa-chi-muc-khac-du-dai-de-dung"))
        assert attempt(browser(), "hoa.ayun", PASSWORD, totp=codes[0]).status_code == 200
        assert attempt(browser(), "hoa.ayun", PASSWORD, totp=codes[0]).status_code == 401


def test_a_recovery_code_works_once_and_then_no_more(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        _, codes = switch_on(sign_in(browser(), hoa))
        assert len(set(codes)) == 10
        spaced = f"{codes[0][:5]} {codes[0][5:]}"
        assert attempt(browser(), "hoa.ayun", PASSWORD, totp=spaced).status_code == 200
        assert attempt(browser(), "hoa.ayun", PASSWORD, totp=codes[0]).status_code == 401
    with reading() as session:
        stored = session.scalars(select(RecoveryCode.code_hash)).all()
        assert not set(codes) & set(stored)


def test_a_code_that_does_not_match_does_not_switch_it_on(client: FlaskClient, hoa: Staff) -> None:
    sign_in(client, hoa)
    assert client.post("/api/v1/me/totp/confirm", json={"code": "000000"}).status_code == 409
    client.post("/api/v1/me/totp", json={"current_password": PASSWORD})
    for wrong in ("abcdef", "", "1" * 21, None, 123456):
        answer = client.post("/api/v1/me/totp/confirm", json={"code": wrong})
        assert answer.status_code == 422
    assert client.get("/api/v1/me").get_json()["staff"]["has_totp"] is False


def test_switching_it_on_needs_the_password_again(client: FlaskClient, hoa: Staff) -> None:
    sign_in(client, hoa)
    answer = client.post("/api/v1/me/totp", json={"current_password": "sai"})
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"current_password": ["wrong"]}


def test_it_can_be_switched_off_again(browser: Callable[[], FlaskClient], hoa: Staff) -> None:
    with clock.freeze(MONDAY):
        desk = sign_in(browser(), hoa)
        switch_on(desk)
        gone = desk.delete("/api/v1/me/totp", json={"current_password": PASSWORD})
        assert gone.status_code == 204
        assert attempt(browser(), "hoa.ayun", PASSWORD).status_code == 200
    with reading() as session:
        assert session.scalars(select(RecoveryCode)).all() == []
        assert len(session.scalars(select(AuthSession)).all()) == 2
