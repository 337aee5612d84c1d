"""Sessions: cookies and CSRF, bearer for apps, rotation, reuse, lost answers, races, and every way out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.accounts.models import AuthSession, RefreshToken, RevokedBecause, Staff
from backend.accounts.service import sessions
from backend.core import clock
from backend.core import db as core_db
from backend.core.db import reading, transaction
from backend.core.ids import new_id
from tests.accounts.conftest import MONDAY
from tests.conftest import SECRETS
from tests.databases import counting
from tests.factories.accounts import PASSWORD, sign_in, sign_in_resident

REFRESH = "/api/v1/auth/refresh"


def app_tokens(client: FlaskClient, staff: Staff) -> dict[str, str]:
    answer = client.post(
        "/api/v1/auth/staff/sign-in",
        json={"username": staff.username, "password": PASSWORD},
        headers={"X-Client": "app"},
    )
    assert answer.status_code == 200
    assert "tl_access" not in str(answer.headers.getlist("Set-Cookie"))
    tokens: dict[str, str] = answer.get_json()
    return tokens


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refreshed(client: FlaskClient, token: str) -> dict[str, str] | None:
    answer = client.post(REFRESH, headers=bearer(token))
    assert answer.status_code in {200, 401}, answer.get_json()
    return answer.get_json() if answer.status_code == 200 else None


def revoked_because() -> set[RevokedBecause | None]:
    with reading() as session:
        return set(session.scalars(select(AuthSession.revoked_because)))


# ------------------------------------------------------------ cookies and CSRF
def test_a_change_by_cookie_needs_the_csrf_header_and_a_read_does_not(
    client: FlaskClient, hoa: Staff
) -> None:
    sign_in(client, hoa)
    token = client.environ_base.pop("HTTP_X_CSRF_TOKEN")
    assert client.get("/api/v1/me").status_code == 200
    for header in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": ""}):
        refused = client.patch("/api/v1/me", json={"language": "en"}, headers=header)
        assert refused.status_code == 403
        assert refused.get_json()["code"] == "auth.csrf"
    right = {"X-CSRF-Token": token}
    assert client.patch("/api/v1/me", json={"language": "en"}, headers=right).status_code == 200
    assert client.post(REFRESH).status_code == 403
    assert client.post("/api/v1/auth/sign-out").status_code == 403


def test_the_csrf_value_stays_the_same_for_the_whole_session(
    client: FlaskClient, hoa: Staff
) -> None:
    sign_in(client, hoa)
    cookie = client.get_cookie("tl_csrf")
    assert cookie is not None
    assert client.post(REFRESH).get_json()["csrf"] == cookie.value


def test_an_app_uses_bearer_tokens_and_no_csrf(client: FlaskClient, hoa: Staff) -> None:
    tokens = app_tokens(client, hoa)
    assert client.get("/api/v1/me").status_code == 401
    headers = bearer(tokens["access_token"])
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    changed = client.patch("/api/v1/me", json={"language": "en"}, headers=headers)
    assert changed.get_json()["staff"]["language"] == "en"


def test_a_request_costs_one_statement_to_know_who_sent_it(client: FlaskClient, hoa: Staff) -> None:
    sign_in(client, hoa)
    with counting(core_db.engine()) as statements:
        assert client.get("/api/v1/roles").status_code == 200
    assert len([each for each in statements if not each.startswith("BEGIN")]) == 1


# ------------------------------------------------------------ tokens that are no good
@pytest.mark.parametrize(
    "token",
    ["a.b.c", "..", "x" * 3000 + ".y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "á.b.c"],
)
def test_a_token_that_is_none_is_refused(client: FlaskClient, token: str) -> None:
    client.set_cookie("tl_access", token, path="/api")
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "auth.bad_token"


def test_tokens_signed_with_another_key_or_made_for_another_use_are_refused(
    client: FlaskClient, hoa: Staff
) -> None:
    tokens = app_tokens(client, hoa)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    forged = jwt.encode(claims, "another-secret-of-sufficient-length-for-hs256", "HS256")
    unsigned = jwt.encode(claims, "", "none")
    for bad in (forged, unsigned, tokens["refresh_token"]):
        assert client.get("/api/v1/me", headers=bearer(bad)).status_code == 401
    assert client.post(REFRESH, headers=bearer(tokens["access_token"])).status_code == 401
    without_session = jwt.encode(
        {key: value for key, value in claims.items() if key != "sid"},
        SECRETS["TIENGLANG_JWT_SECRET"],
        "HS256",
    )
    assert client.get("/api/v1/me", headers=bearer(without_session)).status_code == 401
    elsewhere = jwt.encode(
        {**claims, "sid": str(new_id())}, SECRETS["TIENGLANG_JWT_SECRET"], "HS256"
    )
    assert client.get("/api/v1/me", headers=bearer(elsewhere)).status_code == 401
    somebody_else = jwt.encode(
        {**claims, "sub": str(new_id())}, SECRETS["TIENGLANG_JWT_SECRET"], "HS256"
    )
    assert client.get("/api/v1/me", headers=bearer(somebody_else)).status_code == 401


def test_a_devices_opaque_secret_is_not_ours_to_judge(client: FlaskClient) -> None:
    answer = client.get("/api/v1/me", headers=bearer("opaque-secret-of-a-loudspeaker"))
    assert answer.status_code == 401
    assert answer.get_json()["code"] != "auth.bad_token"


def test_an_old_access_token_asks_for_a_refresh_and_is_never_taken_for_nobody(
    client: FlaskClient, hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        sign_in(client, hoa)
    with clock.freeze(MONDAY + timedelta(minutes=16)):
        answer = client.get("/api/v1/me")
        assert (answer.status_code, answer.get_json()["code"]) == (401, "auth.expired")
        assert client.post(REFRESH).status_code == 200
        assert client.get("/api/v1/me").status_code == 200


def test_stale_cookies_do_not_stand_in_the_way_of_signing_in_or_renewing(
    make_app: Callable[..., Flask], hoa: Staff
) -> None:
    client = make_app(rate_limits=True).test_client()
    with clock.freeze(MONDAY):
        sign_in(client, hoa)
    with clock.freeze(MONDAY + timedelta(hours=1)):
        assert client.post(REFRESH).status_code == 200
    with clock.freeze(MONDAY + timedelta(hours=2)):
        client.environ_base.pop("HTTP_X_CSRF_TOKEN")
        sign_in(client, hoa)
        assert client.get("/api/v1/me").status_code == 200


def test_a_session_that_nobody_used_for_a_month_is_over(client: FlaskClient, hoa: Staff) -> None:
    with clock.freeze(MONDAY):
        tokens = app_tokens(client, hoa)
    with clock.freeze(MONDAY + timedelta(days=29)):
        later = refreshed(client, tokens["refresh_token"])
        assert later is not None
    with clock.freeze(MONDAY + timedelta(days=58)):
        assert refreshed(client, later["refresh_token"]) is not None
    with clock.freeze(MONDAY + timedelta(days=100)):
        assert refreshed(client, later["refresh_token"]) is None


# ------------------------------------------------------------ rotation
def test_each_refresh_gives_new_tokens_and_the_chain_goes_on(
    client: FlaskClient, hoa: Staff
) -> None:
    token = app_tokens(client, hoa)["refresh_token"]
    for _ in range(6):
        answer = refreshed(client, token)
        assert answer is not None
        assert answer["refresh_token"] != token
        token = answer["refresh_token"]
    assert revoked_because() == {None}
    with reading() as session:  # only the links that can still matter are kept
        assert (session.scalar(select(func.count()).select_from(RefreshToken)) or 0) <= 3


def test_an_answer_that_was_lost_can_be_asked_for_again(client: FlaskClient, hoa: Staff) -> None:
    first = app_tokens(client, hoa)["refresh_token"]
    lost = refreshed(client, first)
    again = refreshed(client, first)
    assert lost is not None
    assert again is not None
    onwards = refreshed(client, again["refresh_token"])
    assert onwards is not None
    assert client.get("/api/v1/me", headers=bearer(onwards["access_token"])).status_code == 200
    assert revoked_because() == {None}


def test_a_token_used_after_its_successor_ends_the_whole_session(
    client: FlaskClient, hoa: Staff
) -> None:
    stolen = app_tokens(client, hoa)["refresh_token"]
    second = refreshed(client, stolen)
    assert second is not None
    third = refreshed(client, second["refresh_token"])
    assert third is not None
    assert refreshed(client, stolen) is None
    assert revoked_because() == {RevokedBecause.REUSE_DETECTED}
    assert refreshed(client, third["refresh_token"]) is None
    assert client.get("/api/v1/me", headers=bearer(third["access_token"])).status_code == 401


def test_of_two_answers_to_one_token_the_first_used_wins_and_the_other_is_a_thief(
    client: FlaskClient, hoa: Staff
) -> None:
    first = app_tokens(client, hoa)["refresh_token"]
    mine, thiefs = refreshed(client, first), refreshed(client, first)
    assert mine is not None
    assert thiefs is not None
    assert refreshed(client, mine["refresh_token"]) is not None
    assert refreshed(client, thiefs["refresh_token"]) is None
    assert revoked_because() == {RevokedBecause.REUSE_DETECTED}


def test_a_very_old_token_of_a_living_session_is_reuse_too(client: FlaskClient, hoa: Staff) -> None:
    oldest = token = app_tokens(client, hoa)["refresh_token"]
    for _ in range(5):
        answer = refreshed(client, token)
        assert answer is not None
        token = answer["refresh_token"]
    assert refreshed(client, oldest) is None
    assert refreshed(client, token) is None


def test_asking_for_lost_answers_has_an_end(client: FlaskClient, hoa: Staff) -> None:
    token = app_tokens(client, hoa)["refresh_token"]
    answers = [refreshed(client, token) for _ in range(sessions.MAX_LOST_ANSWERS + 1)]
    assert None not in answers[:-1]
    assert answers[-1] is None


def in_parallel(app: Flask, token: str, number: int) -> list[dict[str, str] | None]:
    answers: list[dict[str, str] | None] = []
    together = threading.Barrier(number)

    def go() -> None:
        client = app.test_client()
        together.wait()
        answers.append(refreshed(client, token))

    threads = [threading.Thread(target=go) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_tabs_that_refresh_at_once_both_stay_signed_in(app: Flask, hoa: Staff) -> None:
    client = app.test_client()
    token = app_tokens(client, hoa)["refresh_token"]
    answers = in_parallel(app, token, 4)
    assert None not in answers
    for answer in answers:
        assert answer is not None
        me = client.get("/api/v1/me", headers=bearer(answer["access_token"]))
        assert me.status_code == 200
    last = answers[-1]
    assert last is not None
    assert refreshed(client, last["refresh_token"]) is not None


def test_two_successors_used_at_once_cannot_both_go_on(app: Flask, hoa: Staff) -> None:
    client = app.test_client()
    first = app_tokens(client, hoa)["refresh_token"]
    answers = [refreshed(client, first) for _ in range(2)]
    results: list[bool] = []
    together = threading.Barrier(2)

    def go(token: str) -> None:
        together.wait()
        results.append(refreshed(app.test_client(), token) is not None)

    threads = [
        threading.Thread(target=go, args=(answer["refresh_token"],))
        for answer in answers
        if answer is not None
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert revoked_because() == {RevokedBecause.REUSE_DETECTED}


def test_when_a_refresh_fails_for_good_the_browser_is_simply_not_signed_in(
    client: FlaskClient, hoa: Staff
) -> None:
    sign_in(client, hoa)
    with transaction() as session:
        row = session.scalars(select(AuthSession)).one()
        sessions.end(session, row, RevokedBecause.SIGNED_OUT)
    assert client.get("/api/v1/me").get_json()["code"] == "auth.session_ended"
    assert client.post(REFRESH).status_code == 401
    assert client.get_cookie("tl_access", path="/api") is None
    assert client.get_cookie("tl_device", path="/api/v1/auth") is not None


# ------------------------------------------------------------ ways out
def test_signing_out_ends_this_session_and_can_be_done_twice(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    here, there = sign_in(browser(), hoa), sign_in(browser(), hoa)
    access = here.get_cookie("tl_access", path="/api")
    assert access is not None
    assert here.post("/api/v1/auth/sign-out").status_code == 204
    assert here.post("/api/v1/auth/sign-out").status_code == 204
    assert here.get("/api/v1/me").status_code == 401
    assert here.get("/api/v1/me", headers=bearer(access.value)).status_code == 401
    assert there.get("/api/v1/me").status_code == 200


def test_signing_out_works_with_an_access_token_that_ran_out(
    client: FlaskClient, hoa: Staff
) -> None:
    with clock.freeze(MONDAY):
        sign_in(client, hoa)
    with clock.freeze(MONDAY + timedelta(hours=2)):
        assert client.post("/api/v1/auth/sign-out").status_code == 204
    assert revoked_because() == {RevokedBecause.SIGNED_OUT}


def test_signing_out_everywhere(browser: Callable[[], FlaskClient], hoa: Staff) -> None:
    here, there = sign_in(browser(), hoa), sign_in(browser(), hoa)
    assert here.post("/api/v1/auth/sign-out-everywhere").status_code == 204
    assert there.get("/api/v1/me").status_code == 401
    assert there.post(REFRESH).status_code == 401
    assert sign_in(browser(), hoa).get("/api/v1/me").status_code == 200


def test_a_session_that_ended_cannot_sign_anybody_out(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    old, present = browser(), sign_in(browser(), hoa)
    tokens = app_tokens(old, hoa)
    old.post("/api/v1/auth/sign-out", headers=bearer(tokens["access_token"]))
    everywhere = old.post(
        "/api/v1/auth/sign-out-everywhere", headers=bearer(tokens["access_token"])
    )
    assert everywhere.status_code == 204
    assert present.get("/api/v1/me").status_code == 200


def test_sessions_are_listed_and_ended_one_by_one(
    browser: Callable[[], FlaskClient], hoa: Staff, admin: Staff
) -> None:
    here, there = sign_in(browser(), hoa), sign_in(browser(), hoa)
    stranger = sign_in(browser(), admin)
    items = here.get("/api/v1/me/sessions").get_json()["items"]
    assert sorted(each["current"] for each in items) == [False, True]
    other = next(each["id"] for each in items if not each["current"])
    assert stranger.delete(f"/api/v1/me/sessions/{other}").status_code == 404
    assert here.delete(f"/api/v1/me/sessions/{other}").status_code == 204
    assert there.get("/api/v1/me").status_code == 401
    assert here.delete(f"/api/v1/me/sessions/{new_id()}").status_code == 404


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    browser: Callable[[], FlaskClient], hoa: Staff
) -> None:
    here, there = sign_in(browser(), hoa), sign_in(browser(), hoa)
    body = {"current_password": PASSWORD, "new_password": "mot-mat-khau-moi-hon"}
    assert here.post("/api/v1/me/password", json=body).status_code == 204
    assert here.get("/api/v1/me").status_code == 200
    assert here.post(REFRESH).status_code == 200
    assert there.get("/api/v1/me").status_code == 401
    assert there.post(REFRESH).status_code == 401
    sign_in(browser(), hoa, "mot-mat-khau-moi-hon")


@pytest.mark.parametrize(
    ("current", "new", "errors"),
    [
        ("sai", "mot-mat-khau-moi-hon", {"current_password": ["wrong"]}),
        (PASSWORD, "ngan", {"new_password": ["too_short"]}),
        (PASSWORD, "a" * 300, {"new_password": ["too_long"]}),
        (PASSWORD, PASSWORD, {"new_password": ["unchanged"]}),
        (PASSWORD, "1234567890", {"new_password": ["too_easy"]}),
    ],
)
def test_a_password_that_is_no_good_changes_nothing(
    client: FlaskClient, hoa: Staff, current: str, new: str, errors: dict[str, list[str]]
) -> None:
    sign_in(client, hoa)
    answer = client.post(
        "/api/v1/me/password", json={"current_password": current, "new_password": new}
    )
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)
    assert client.get("/api/v1/me").status_code == 200


def test_choosing_a_password_again_and_again_is_no_guessing(
    client: FlaskClient, hoa: Staff
) -> None:
    sign_in(client, hoa)
    for _ in range(8):
        body = {"current_password": PASSWORD, "new_password": "ngan"}
        assert client.post("/api/v1/me/password", json=body).status_code == 422
    body = {"current_password": "sai", "new_password": "mot-mat-khau-moi-hon"}
    statuses = [client.post("/api/v1/me/password", json=body).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_resident_has_no_password_to_change(client: FlaskClient, ayun: object) -> None:
    sign_in_resident(client)
    body = {"current_password": "x", "new_password": "y"}
    assert client.post("/api/v1/me/password", json=body).status_code == 403


def test_rotating_a_session_that_does_not_exist_gives_nothing(app: Flask) -> None:
    with transaction() as session:
        assert sessions.rotate(session, new_id(), UUID(int=0)) is None
