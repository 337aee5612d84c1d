"""Portals: keys that open one door, origins that are origins, administrators who stay in their units."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.accounts.models import AdminAct, PortalClient, Staff
from backend.accounts.rules import origin
from backend.core import crypto
from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.feedback.models import Channel, Feedback
from backend.places.models import AdminUnit
from tests.databases import counting
from tests.factories.accounts import make_portal, make_staff, sign_in
from tests.factories.feedback import submission
from tests.factories.places import make_commune, make_province
from tests.factories.uploads import begin

PATH = "/api/v1/portals"
KEY = "tlp_duong-ve-lang-xa"


@pytest.fixture
def province(ayun: AdminUnit) -> AdminUnit:
    with reading() as session:
        return session.get_one(AdminUnit, ayun.parent_id)


@pytest.fixture
def elsewhere(ayun: AdminUnit) -> AdminUnit:
    with transaction() as session:
        other = make_province(session, code="66", name="Đắk Lắk", short_code="DL")
        return make_commune(session, code="24133", name="Buôn Ma Thuột", parent_id=other.id)


@pytest.fixture
def portal(province: AdminUnit) -> PortalClient:
    with transaction() as session:
        return make_portal(session, province, key_hash=crypto.hash_token(KEY))


@pytest.fixture
def office(client: FlaskClient, province: AdminUnit) -> FlaskClient:
    """The browser of the province's administrator."""
    with transaction() as session:
        admin = make_staff(session, Role.ADMINISTRATOR, unit=province, username="quantri")
    return sign_in(client, admin)


@pytest.fixture
def server(app: Flask) -> FlaskClient:
    """The portal's own server, with its key."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {KEY}"
    return client


def acts() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.scalars(
            select(AdminAct)
            .where(AdminAct.target_kind == "portal")
            .order_by(AdminAct.at, AdminAct.id)
        )
        return [(row.act, row.actor_kind) for row in rows]


def new(**overrides: Any) -> dict[str, Any]:
    return {
        "name": "Cổng thông tin điện tử tỉnh",
        "unit": "52",
        "allowed_origins": ["https://gialai.gov.vn", "https://*.gialai.gov.vn"],
        **overrides,
    }


def hand_in(server: FlaskClient, commune: AdminUnit, key: str | None = None) -> TestResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return server.post("/api/v1/feedback", json=submission(commune), headers=headers)


# ------------------------------------------------------------ origins
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://gialai.gov.vn", "https://gialai.gov.vn"),
        (" HTTPS://GiaLai.gov.vn/ ", "https://gialai.gov.vn"),
        ("https://*.gialai.gov.vn", "https://*.gialai.gov.vn"),
        ("https://*.gialai.gov.vn:8443", "https://*.gialai.gov.vn:8443"),
        ("https://cong-noi-bo:65535", "https://cong-noi-bo:65535"),
        ("https://xn--gialai-c4c.vn", "https://xn--gialai-c4c.vn"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://gialai.gov.vn", None),
        ("http://localhost.gialai.gov.vn", None),
        ("gialai.gov.vn", None),
        ("https://", None),
        ("https://*", None),
        ("https://*.vn", None),
        ("https://*gialai.gov.vn", None),
        ("https://cong.*.gov.vn", None),
        ("https://gialai.gov.vn/tin", None),
        ("https://gialai.gov.vn:0", None),
        ("https://gialai.gov.vn:65536", None),
        ("https://gialai.gov.vn; script-src *", None),
        ("https://gialai.gov.vn https://x.example", None),
        ("https://ai@gialai.gov.vn", None),
        ("https://-gialai.gov.vn", None),
        ("https://gialai..gov.vn", None),
        ("https://gialai.gov.vn\n", "https://gialai.gov.vn"),
        ("https://gia\nlai.gov.vn", None),
        ("https://cổng.gov.vn", None),
        (f"https://{'a' * 64}.vn", None),
        (f"https://{'a.' * 100}vn", None),
        ("javascript:alert(1)", None),
        ("*", None),
        ("null", None),
    ],
)
def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port(text: str, written: str | None) -> None:
    assert origin(text) == written


@pytest.mark.parametrize("allowed", ["https://gialai.gov.vn", "https://*.gialai.gov.vn:8443"])
def test_what_is_taken_here_reaches_the_frames_policy(
    office: FlaskClient, ayun: AdminUnit, allowed: str
) -> None:
    made = office.post(PATH, json=new(allowed_origins=[allowed])).get_json()
    address = f"/embed/communes/{ayun.code}?portal={made['id']}"
    policy = office.get(address).headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {allowed}")
    changed = office.patch(
        f"{PATH}/{made['id']}", json={"active": False}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    policy = office.get(address).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'none'")


# ------------------------------------------------------------ administration
def test_a_portal_is_added_and_its_key_is_shown_once(office: FlaskClient) -> None:
    answer = office.post(PATH, json=new(), headers={"Idempotency-Key": "cong-tinh-1"})
    assert answer.status_code == 201, answer.get_json()
    made = answer.get_json()
    assert answer.headers["Location"] == f"{PATH}/{made['id']}"
    assert made["key"].startswith("tlp_")
    assert made["unit"] == {"code": "52", "name": "Tỉnh Gia Lai", "level": "province"}
    assert made["allowed_origins"] == ["https://*.gialai.gov.vn", "https://gialai.gov.vn"]
    again = office.post(PATH, json=new(), headers={"Idempotency-Key": "cong-tinh-1"})
    assert again.get_json() == made
    read = office.get(answer.headers["Location"])
    assert read.headers["ETag"] == '"1"'
    assert "key" not in read.get_json()
    assert [each["id"] for each in office.get(PATH).get_json()["items"]] == [made["id"]]
    with reading() as session:
        stored = session.get_one(PortalClient, UUID(made["id"]))
        assert made["key"] not in stored.key_hash
        kept = session.scalars(select(AdminAct.detail).where(AdminAct.act == "portal.created"))
        assert kept.one() == {"origins": "https://*.gialai.gov.vn https://gialai.gov.vn"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (new(name=""), "name"),
        (new(name="x" * 101), "name"),
        (new(unit="99"), "unit"),
        (new(unit="Gia Lai"), "unit"),
        (new(allowed_origins=["http://gialai.gov.vn"]), "allowed_origins"),
        (new(allowed_origins=[""]), "allowed_origins"),
        (new(allowed_origins="https://gialai.gov.vn"), "allowed_origins"),
        (new(allowed_origins=["https://gialai.gov.vn"] * 21), "allowed_origins"),
        (new(key="tlp_mine"), "key"),
        ({}, "name"),
    ],
)
def test_a_portal_that_cannot_be_is_refused(
    office: FlaskClient, body: dict[str, Any], field: str
) -> None:
    answer = office.post(PATH, json=body)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_a_change_needs_the_version_and_is_on_record(office: FlaskClient) -> None:
    made = office.post(PATH, json=new()).get_json()
    path = f"{PATH}/{made['id']}"

    def change(version: int | None, **body: Any) -> TestResponse:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return office.patch(path, json=body, headers=headers)

    assert change(None, name="Cổng").status_code == 428
    assert change(7, name="Cổng").status_code == 412
    assert change(1).status_code == 422
    assert change(1, allowed_origins=["https://x.example/a"]).status_code == 422
    done = change(1, name="Cổng mới", allowed_origins=[], active=False)
    assert done.status_code == 200
    assert done.headers["ETag"] == '"2"'
    body = done.get_json()
    assert (body["name"], body["allowed_origins"], body["active"]) == ("Cổng mới", [], False)
    assert change(1, name="Cổng khác").status_code == 412
    assert change(2, active=True).status_code == 200
    assert acts() == [
        ("portal.created", "staff"),
        ("portal.renamed", "staff"),
        ("portal.origins_changed", "staff"),
        ("portal.deactivated", "staff"),
        ("portal.activated", "staff"),
    ]


def test_a_fresh_key_ends_the_old_one_at_once(
    app: Flask, office: FlaskClient, ayun: AdminUnit, elsewhere: AdminUnit
) -> None:
    made = office.post(PATH, json=new()).get_json()
    server = app.test_client()

    def status(key: str) -> int:
        server.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return hand_in(server, ayun).status_code

    assert status(made["key"]) == 201
    rotated = office.post(f"{PATH}/{made['id']}/key")
    assert rotated.status_code == 200
    assert rotated.headers["Cache-Control"] == "no-store"
    assert rotated.get_json()["version"] == 2
    assert status(made["key"]) == 401
    assert status(rotated.get_json()["key"]) == 201
    office.patch(f"{PATH}/{made['id']}", json={"active": False}, headers={"If-Match": '"2"'})
    assert status(rotated.get_json()["key"]) == 401
    assert [act for act, _ in acts()][1:] == ["portal.key_rotated", "portal.deactivated"]


def test_portals_of_other_units_are_not_there(
    browser: Callable[[], FlaskClient],
    office: FlaskClient,
    admin: Staff,
    portal: PortalClient,
    elsewhere: AdminUnit,
    ayun: AdminUnit,
) -> None:
    with transaction() as session:
        foreign = make_portal(session, elsewhere)
        own = make_portal(session, ayun)
    seen = [each["id"] for each in office.get(PATH).get_json()["items"]]
    assert seen == [str(own.id), str(portal.id)]
    only = office.get(f"{PATH}?unit=23798").get_json()["items"]
    assert [each["id"] for each in only] == [str(own.id)]
    assert office.get(f"{PATH}?unit=99").status_code == 422
    commune_office = sign_in(browser(), admin)
    assert [each["id"] for each in commune_office.get(PATH).get_json()["items"]] == [str(own.id)]
    assert commune_office.post(PATH, json=new()).status_code == 422
    for desk, hidden in ((office, foreign), (commune_office, portal), (office, uuid4())):
        path = f"{PATH}/{getattr(hidden, 'id', hidden)}"
        assert desk.get(path).status_code == 404
        assert desk.post(f"{path}/key").status_code == 404
        patch = desk.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})
        assert patch.status_code == 404
    assert acts() == []


def test_only_administrators_see_portals(
    browser: Callable[[], FlaskClient], hoa: Staff, portal: PortalClient
) -> None:
    path = f"{PATH}/{portal.id}"
    for desk, status in ((browser(), 401), (sign_in(browser(), hoa), 403)):
        assert desk.get(PATH).status_code == status
        assert desk.post(PATH, json=new()).status_code == status
        assert desk.get(path).status_code == status
        assert desk.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'}).status_code == (
            status
        )
        assert desk.post(f"{path}/key").status_code == status


def test_a_list_of_many_costs_as_little_as_one_of_few(
    office: FlaskClient, province: AdminUnit
) -> None:
    counts = []
    for more in (1, 30):
        with transaction() as session:
            for _ in range(more):
                make_portal(session, province)
        with counting(core_db.engine()) as statements:
            assert office.get(f"{PATH}?limit=100").status_code == 200
        counts.append(len([each for each in statements if "SELECT" in each]))
    assert counts[0] == counts[1] <= 4


# ------------------------------------------------------------ what a key opens
def test_a_portal_hands_in_what_a_visitor_wrote(
    server: FlaskClient, client: FlaskClient, ayun: AdminUnit, portal: PortalClient
) -> None:
    answer = hand_in(server, ayun)
    assert answer.status_code == 201, answer.get_json()
    body = answer.get_json()
    with reading() as session:
        stored = session.get_one(Feedback, UUID(body["id"]))
        assert stored.channel is Channel.PORTAL
        assert (stored.filed_by, stored.resident_id) == (None, None)
    path = f"/api/v1/feedback/{body['tracking_code']}"
    for reader in (server, client):
        assert "text" not in reader.get(path).get_json()
        opened = reader.get(path, headers={"X-Feedback-Pin": body["pin"]})
        assert opened.get_json()["text"] == submission(ayun)["text"]


def test_files_go_along(server: FlaskClient, ayun: AdminUnit, portal: PortalClient) -> None:
    upload_id = begin(server, 1000).rsplit("/", 1)[1]
    body = submission(ayun, upload_ids=[upload_id])
    assert server.post("/api/v1/feedback", json=body).status_code == 201


def test_a_portal_hands_in_for_its_own_communes_only(
    server: FlaskClient, ayun: AdminUnit, elsewhere: AdminUnit, portal: PortalClient
) -> None:
    answers = [
        hand_in(server, elsewhere),
        server.post("/api/v1/feedback", json=submission(ayun, commune="99999")),
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert {each.get_json()["code"] for each in answers} == {"places.unit_not_found"}
    with transaction() as session:
        key = "tlp_cua-xa"
        make_portal(session, elsewhere, key_hash=crypto.hash_token(key))
    server.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    assert hand_in(server, elsewhere).status_code == 201
    assert hand_in(server, ayun).status_code == 404


def test_a_repeat_is_the_same_deed_and_keys_of_two_portals_never_meet(
    app: Flask, server: FlaskClient, ayun: AdminUnit, portal: PortalClient
) -> None:
    first, second = hand_in(server, ayun, "phieu-0001"), hand_in(server, ayun, "phieu-0001")
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replayed"] == "true"
    with transaction() as session:
        make_portal(session, ayun, key_hash=crypto.hash_token("tlp_khac"))
    other = app.test_client()
    other.environ_base["HTTP_AUTHORIZATION"] = "Bearer tlp_khac"
    assert hand_in(other, ayun, "phieu-0001").get_json()["id"] != first.get_json()["id"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 2


@pytest.mark.parametrize("key", ["tlp_", "tlp_sai", f"{KEY}x", KEY.upper().replace("TLP", "tlp")])
def test_a_wrong_key_is_not_taken_for_nobody(
    server: FlaskClient, ayun: AdminUnit, portal: PortalClient, key: str
) -> None:
    server.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    answer = hand_in(server, ayun)
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "portals.unknown_key"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Cổng" not in answer.get_data(as_text=True)


def test_a_key_opens_nothing_else(app: Flask, server: FlaskClient, portal: PortalClient) -> None:
    """Every route that is not for anybody refuses it, whatever the method."""
    tried = refused = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        access = getattr(view, "__access__", "public")
        if access in {"public", "anyone"}:
            continue
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
        path = re.sub(r"<int:\w+>", "1", path)
        path = re.sub(r"<uuid:\w+>", str(uuid4()), path)
        path = re.sub(r"<[^>]+>", "a" * 64, path)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = server.open(path, method=method, json={})
            # Some rooms look at the body first; nothing is done with it.
            assert answer.status_code in {403, 422}, f"{method} {rule.rule}: {answer.status_code}"
            refused += answer.status_code == 403
            tried += 1
    assert refused > tried * 0.9
    assert tried > 60


def test_recognising_a_portal_takes_one_statement(
    server: FlaskClient, portal: PortalClient
) -> None:
    with counting(core_db.engine()) as statements:
        assert server.get("/api/v1/me").status_code == 403
    assert len([each for each in statements if "SELECT" in each]) == 1


def test_a_portal_is_counted_by_itself_and_not_by_its_address(
    make_app: Any, portal: PortalClient, ayun: AdminUnit
) -> None:
    app: Flask = make_app(rate_limits=True)
    server, neighbour = app.test_client(), app.test_client()
    headers = {"Authorization": f"Bearer {KEY}"}

    def send(client: FlaskClient, **more: Any) -> int:
        return client.post("/api/v1/feedback", json={}, **more).status_code

    telephone = {"X-Device-Token": uuid4().hex}
    for _ in range(60):
        assert send(neighbour, headers=telephone) == 422
    assert send(neighbour, headers=telephone) == 429
    for number in range(1200):
        address = f"203.0.113.{number % 200}"
        assert send(server, headers=headers, environ_overrides={"REMOTE_ADDR": address}) == 422
    over = server.post("/api/v1/feedback", json=submission(ayun), headers=headers)
    assert over.status_code == 429
    assert int(over.headers["Retry-After"]) > 0
