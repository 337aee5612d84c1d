"""A flood is held back on every route, and whoever sits behind the same address as the flooder is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.core import crypto
from backend.core.api.limits import _limiter, bounds_of
from backend.core.auth import Role
from backend.core.db import transaction
from tests.factories.accounts import make_staff, sign_in
from tests.factories.places import make_commune
from tests.factories.village import Village, make_village

pytestmark = pytest.mark.sqlite  # a process counts in its own memory


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application with its limits on, and nobody counted yet."""
    _limiter.cache_clear()
    return make_app(rate_limits=True)


@pytest.fixture
def village(app: Flask) -> Village:
    with transaction() as session:
        return make_village(session, make_commune(session, code="23798", name="Ayun"))


def held_back(answer: Any) -> None:
    assert answer.status_code == 429
    assert answer.get_json()["code"] == "too_many_requests"
    assert answer.get_json()["title"] == "Bạn thao tác quá nhanh"
    assert 1 <= int(answer.headers["Retry-After"]) <= 3601


def token() -> dict[str, str]:
    """The headers of another telephone behind the same address."""
    return {"X-Device-Token": uuid4().hex}


def bounded(app: Flask, village: Village) -> Iterator[tuple[str, str, str, Any]]:
    """Endpoint, method, address and what one caller may, of every route for programs that counts."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not rule.rule.startswith(("/api/v1/", "/device/v1/")):
            continue
        values = {name: village.known.get(name, "0" * 64) for name in rule.arguments}
        for name, converter in rule._converters.items():
            values[name] = min(getattr(converter, "items", {values[name]}))
        address = rule.map.bind("localhost").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            bounds = bounds_of(view, method)
            if bounds is not None:
                yield rule.endpoint, method, address, bounds[0]


def test_whoever_used_up_a_route_waits_and_the_neighbour_does_not(
    app: Flask, village: Village
) -> None:
    """Every route, asked once by somebody whose allowance is gone and once by the next telephone."""
    client = app.test_client()
    flooder, asked = token(), 0
    key = f"device:{crypto.hash_token(flooder['X-Device-Token'])}"
    for endpoint, method, address, item in bounded(app, village):
        asked += 1
        _limiter("").hit(item, endpoint, key, cost=item.amount)
        held_back(client.open(address, method=method, headers=flooder))
        neighbour = client.open(address, method=method, headers=token())
        assert neighbour.status_code < 500, f"{method} {address}"
        assert neighbour.status_code != 429, f"{method} {address}"
    assert asked > 90


def test_an_official_who_used_up_a_route_waits_and_the_colleague_does_not(
    app: Flask, village: Village
) -> None:
    with transaction() as session:
        other = make_staff(session, *Role, unit=village.unit)
    official, colleague = (sign_in(app.test_client(), each) for each in (village.official, other))
    asked = 0
    for endpoint, method, address, item in bounded(app, village):
        access = getattr(app.view_functions[endpoint], "__access__", "")
        if method == "GET" or not access.startswith("staff:"):
            continue
        asked += 1
        _limiter("").hit(item, endpoint, f"staff:{village.official.id}", cost=item.amount)
        held_back(official.open(address, method=method, json={}))
        answer = colleague.open(address, method=method, json={})
        assert answer.status_code < 500, f"{method} {address}"
        assert answer.status_code not in {401, 429}, f"{method} {address}"
    assert asked > 35


FLOODS = [
    ("POST", "/api/v1/feedback", 60),
    ("GET", "/api/v1/feedback/{tracking_code}", 1200),
    ("POST", "/api/v1/feedback/{tracking_code}/answers", 60),
    ("POST", "/api/v1/feedback/{tracking_code}/withdraw", 60),
    ("POST", "/api/v1/uploads", 60),
    ("DELETE", "/api/v1/uploads/{upload_id}", 300),
    ("POST", "/api/v1/auth/staff/sign-in", 120),
    ("POST", "/api/v1/auth/residents/code", 60),
    ("POST", "/api/v1/auth/residents/sign-in", 120),
    ("POST", "/api/v1/auth/sign-out", 300),
    ("POST", "/api/v1/push/subscriptions", 20),
    ("DELETE", "/api/v1/push/subscriptions/{subscription_id}", 300),
    ("POST", "/device/v1/enrol", 10),
]


def flood(client: FlaskClient, method: str, address: str, amount: int, **more: Any) -> None:
    """Send one more than is allowed, each of them bad: what is wrong with it costs an allowance too."""
    answers = [client.open(address, method=method, **more) for _ in range(amount + 1)]
    assert {answer.status_code for answer in answers[:-1]} & {429, 500, 503} == set()
    held_back(answers[-1])


@pytest.mark.parametrize(("method", "path", "amount"), FLOODS)
def test_a_flood_is_held_back_and_a_neighbour_is_heard(
    app: Flask, village: Village, method: str, path: str, amount: int
) -> None:
    address = path.format(**village.known)
    client = app.test_client()
    body = b"{" if method == "POST" else b""
    given: dict[str, Any] = {"data": body, "content_type": "application/json"}
    flood(client, method, address, amount, headers=token(), **given)
    neighbour = client.open(address, method=method, headers=token(), **given)
    assert neighbour.status_code not in {429, 500, 503}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/v1/staff/{staff_id}"),
        ("PUT", "/api/v1/cases/{case_id}/publication"),
        ("DELETE", "/api/v1/units/{code}/working-hours"),
    ],
)
def test_a_flood_of_changes_by_an_official_is_held_back(
    app: Flask, village: Village, method: str, path: str
) -> None:
    with transaction() as session:
        other = make_staff(session, *Role, unit=village.unit)
    official, colleague = (sign_in(app.test_client(), each) for each in (village.official, other))
    address = path.format(**village.known)
    flood(official, method, address, 300, data=b"{", content_type="application/json")
    assert colleague.open(address, method=method, json={}).status_code in {412, 422, 428}
