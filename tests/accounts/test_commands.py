"""The operator's commands and the demo people."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.accounts import queries
from backend.accounts.models import AdminAct, PortalClient, RoleGrant, Staff
from backend.accounts.seed import PEOPLE, PROVINCE, seed
from backend.core import clock
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.core.demo import Demo
from backend.places.models import AdminUnit
from backend.places.seed import seed as seed_places
from tests.conftest import Database
from tests.factories.accounts import sign_in


def test_the_first_administrator_is_made_by_command(app: Flask, ayun: AdminUnit) -> None:
    run = app.test_cli_runner()
    made = run.invoke(
        args=["accounts", "create-admin", "--username", "quantri", "--unit", "52", "--generate"]
    )
    assert made.exit_code == 0, made.output
    password = made.output.rsplit(": ", 1)[1].strip()
    with reading() as session:
        staff = queries.staff_by_username(session, "quantri")
        assert staff is not None
        assert staff.must_change_password
        act = session.scalars(select(AdminAct).where(AdminAct.act == "staff.created")).one()
        assert act.actor_kind == "system"
    sign_in(app.test_client(), staff, password)
    twice = run.invoke(
        args=["accounts", "create-admin", "--username", "quantri", "--unit", "52", "--generate"]
    )
    assert twice.exit_code == 1
    assert "already" in twice.output


def test_the_command_asks_for_a_password_and_refuses_an_easy_one(
    app: Flask, ayun: AdminUnit
) -> None:
    run = app.test_cli_runner()
    args = ["accounts", "create-admin", "--username", "quantri", "--unit", "23798"]
    easy = run.invoke(args=args, input="1234567890\n1234567890\n")
    assert easy.exit_code == 1
    assert "too easy" in easy.output
    good = run.invoke(args=args, input="duong ve lang xa\nduong ve lang xa\n")
    assert good.exit_code == 0, good.output
    assert "duong" not in good.output
    with reading() as session:
        staff = queries.staff_by_username(session, "quantri")
    assert staff is not None
    assert not staff.must_change_password
    client = sign_in(app.test_client(), staff, "duong ve lang xa")
    assert client.get("/api/v1/staff").status_code == 200


def test_the_command_says_what_is_wrong(app: Flask, ayun: AdminUnit) -> None:
    run = app.test_cli_runner()
    for args, word in (
        (["--username", "Quản Trị", "--unit", "52"], "small letters"),
        (["--username", "quantri", "--unit", "99"], "99"),
    ):
        refused = run.invoke(args=["accounts", "create-admin", *args, "--generate"])
        assert refused.exit_code == 1
        assert word in refused.output


def test_a_portal_gets_a_key_that_is_not_kept(app: Flask, ayun: AdminUnit) -> None:
    run = app.test_cli_runner()
    args = ["accounts", "create-portal", "--name", "Cổng", "--unit", "52"]
    made = run.invoke(
        args=[*args, "--origin", "https://gialai.example", "--origin", "https://b.example:8443"]
    )
    assert made.exit_code == 0, made.output
    key = made.output.strip().rsplit(": ", 1)[1]
    with reading() as session:
        known = queries.portal_principal(session, key)
        assert known is not None
        portal = session.get_one(PortalClient, known.id)
        assert str(portal.id) in made.output
        assert portal.key_hash != key
        assert portal.allowed_origins == ["https://b.example:8443", "https://gialai.example"]
        assert queries.portal_principal(session, key + "x") is None
        act = session.scalars(select(AdminAct).where(AdminAct.act == "portal.created")).one()
        assert act.actor_kind == "system"
    for origin in (
        "gialai.example",
        "https://x/path",
        "https://*",
        "javascript:alert(1)",
        "https://a b",
    ):
        refused = run.invoke(args=[*args, "--origin", origin])
        assert refused.exit_code == 1, origin


def test_the_demo_people_can_be_loaded_twice_and_sign_in(db: Database, client: FlaskClient) -> None:
    counts = []
    for _ in range(2):
        demo = Demo(password="duong-ve-lang-xa", now=clock.now())
        with transaction() as session:
            seed_places(session, demo)
            seed(session, demo)
        with reading() as session:
            counts.append(
                [
                    session.scalar(select(func.count()).select_from(table))
                    for table in (Staff, RoleGrant, PortalClient)
                ]
            )
    assert counts[0] == counts[1]
    assert counts[0][0] == 2 * len(PEOPLE) + len(PROVINCE)
    assert len(demo.sign_ins) == counts[0][0]
    with reading() as session:
        roles = set(session.scalars(select(RoleGrant.role)))
        assert roles == set(Role) - {Role.PORTAL_CLIENT}
        dung = session.get_one(Staff, demo.staff["dung.ayun"])
    sign_in(client, dung, "duong-ve-lang-xa")
    permissions = client.get("/api/v1/me").get_json()["staff"]["permissions"]
    assert {"cases:approve", "articles:approve"} <= set(permissions)


def test_keys_are_changed_by_the_house_for_all_its_tables(app: Flask) -> None:
    """A command of this room alone would leave what other rooms sealed without a key."""
    refused = app.test_cli_runner().invoke(args=["accounts", "reseal"])
    assert refused.exit_code == 2, refused.output
    assert {"reseal", "reindex"} <= set(app.cli.commands)
