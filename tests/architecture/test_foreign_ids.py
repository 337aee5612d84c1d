"""Nothing of another commune is there: not for any role, on any route, by any id in an address.

The walk goes over the URL map. A new route with an id fails here until ``tests/factories/village.py`` has such a row
and, where it takes a body, ``BODIES`` a good one: a wrong one would be refused before anybody looked at the id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from backend.core import db as core_db
from backend.core.auth import ROLE_PERMISSIONS, Role
from backend.core.db import Base, transaction
from moderation.routes.members import MEMBERS
from tests.factories.accounts import make_staff, principal_of, sign_in
from tests.factories.essentials import make_draft
from tests.factories.places import make_commune, make_province
from tests.factories.uploads import TUS
from tests.factories.village import Village, make_village

# By the end of the address; everything else is asked with an empty object.
BODIES: dict[str, Any] = {
    "/assets": {"upload_id": str(UUID(int=7)), "role": "attachment", "name": "Thông báo"},
    "/calendar-days/<string:day>": {"kind": "closure", "note": "Lễ hội của làng"},
    "/grants": {"role": "handler", "unit": "23798", "department_id": str(UUID(int=7))},
    "/identity": {"reason": "Cần gọi lại cho người gửi"},
    "/portals/<uuid:portal_id>": {"name": "Cổng của người khác"},
    "/publication": {"title": "Ổ gà", "masked_text": "Đường có ổ gà.", "reply": "Đã vá xong."},
    "/staff/<uuid:staff_id>": {"name": "Người khác"},
    "/working-hours": {"week": [[{"opens": "07:30", "closes": "11:30"}]] + [[]] * 6},
}
# Whoever has a code needs its PIN; who is asking does not matter there.
BY_SECRET = {"tracking_code"}


@dataclass
class Asked:
    """One request about somebody else's things."""

    name: str
    method: str
    address: str
    body: Any
    permissions: frozenset[str]


@pytest.fixture
def there(app: Flask) -> Village:
    """Ayun, with one of everything."""
    with transaction() as session:
        return make_village(session, make_commune(session, name="Ayun"))


def walk(app: Flask, known: dict[str, str]) -> Iterator[Asked]:
    """Every route for which it matters who asks and which names a thing, asked about ``known``."""
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "__access__", "public")
        names = set(rule.arguments)
        if not access.startswith(("staff:", "signed_in", "anyone")) or not names - BY_SECRET:
            continue
        permissions = frozenset(access.partition(":")[2].split(",")) - {""}
        for values in filled(rule, known):
            address = rule.map.bind("localhost").build(rule.endpoint, values)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found = (body for end, body in BODIES.items() if rule.rule.endswith(end))
                body = next(found, {}) if method not in {"GET", "DELETE"} else None
                yield Asked(f"{method} {rule.rule}", method, address, body, permissions)


def filled(rule: Rule, known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Values for the parts of an address: a move stands for every move that there is."""
    missing = rule.arguments - known.keys() - {"move"}
    assert not missing, f"{rule.rule}: tests/factories/village.py has no {', '.join(missing)}"
    values = {name: known[name] for name in rule.arguments - {"move"}}
    if "move" not in rule.arguments:
        yield values
        return
    for move in getattr(rule._converters["move"], "items", MEMBERS):
        yield {**values, "move": str(move)}


def rows() -> dict[str, list[str]]:
    """Everything that is stored."""
    with core_db.engine().connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.tables.values()
        }


def send(client: FlaskClient, asked: Asked) -> Any:
    headers = {**TUS, "Upload-Offset": "0", "If-Match": '"1"'}
    headers["Idempotency-Key"] = str(uuid4())
    if asked.name == "PATCH /api/v1/uploads/<uuid:upload_id>":
        content = "application/offset+octet-stream"
        return client.patch(asked.address, data=b"x", headers=headers, content_type=content)
    return client.open(asked.address, method=asked.method, json=asked.body, headers=headers)


@pytest.mark.parametrize("level", ["commune", "province"])
@pytest.mark.parametrize("role", Role)
def test_nothing_of_another_unit_is_there(
    app: Flask, there: Village, role: Role, level: str
) -> None:
    with transaction() as session:
        unit = make_province(session, code="56", name="Khánh Hòa", short_code="KH")
        if level == "commune":
            unit = make_commune(session, parent_id=unit.id)
        stranger = make_staff(session, role, unit=unit)
    client = sign_in(app.test_client(), stranger)
    nowhere = {
        name: str(uuid4()) if name.endswith("_id") else value for name, value in there.known.items()
    }
    before = rows()
    wrong: list[str] = []
    for asked, unknown in zip(walk(app, there.known), walk(app, nowhere), strict=True):
        answer = send(client, asked)
        may = not asked.permissions or asked.permissions & ROLE_PERMISSIONS[role]
        if answer.status_code != (404 if may else 403):
            wrong.append(f"{asked.name}: {answer.status_code} {answer.text[:200]}")
        if plain(answer) != plain(send(client, unknown)):
            wrong.append(f"{asked.name}: it shows that the id is somebody's")
    assert wrong == []
    assert rows() == before


def plain(answer: Any) -> Any:
    """What an answer says, without what differs between any two."""
    body = answer.get_json(silent=True)
    return answer.status_code, {k: v for k, v in (body or {}).items() if k != "request_id"}


def test_what_is_there_has_no_part_of_somebody_elses(app: Flask, there: Village) -> None:
    """One's own article, but the picture of another; one's own colleague, but the role of a stranger."""
    with transaction() as session:
        here = make_village(session, make_commune(session))
        author = principal_of(session, here.official)
        here.known["article_id"] = str(make_draft(session, author, here.unit).id)
    client = sign_in(app.test_client(), here.official)
    before = rows()
    asked = [
        each
        for part in ("asset_id", "grant_id")
        for each in walk(app, {**here.known, part: there.known[part]})
        if f":{part}>" in each.name
    ]
    assert len(asked) == 2
    for each in asked:
        answer = send(client, each)
        assert answer.status_code == 404, f"{each.name}: {answer.text}"
    assert rows() == before
