"""The description of the API is true: schemathesis sends good and bad requests to every operation."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import ignored_auth

from backend.cli import openapi
from backend.core.auth import Role
from backend.core.db import transaction
from tests.conftest import Database, build, make_config
from tests.factories.accounts import PASSWORD, make_staff
from tests.factories.broadcasts import make_broadcast
from tests.factories.devices import make_device
from tests.factories.essentials import make_published
from tests.factories.feedback import make_feedback, make_record
from tests.factories.moderation import make_case
from tests.factories.places import make_commune, make_department
from tests.factories.policies import make_published as make_published_policy

# The routes are needed while pytest collects: an application on a database without tables tells them.
_folder = tempfile.TemporaryDirectory(prefix="tieng-lang-contract-")
APP = build(make_config(Path(_folder.name), ""))
DOCUMENT = openapi.document(APP)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.seed = 2026
# tus sends bytes under a name of its own.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
# Rules that no schema can say (an unknown commune, a stale version, a state that does not allow it, a checksum that
# does not fit) have statuses of their own; what must never happen is a 5xx, an undescribed status or body, or wrong
# input that is taken.
RULES = ["409", "410", "412", "416", "422", "428", "429", "460"]
CHECKS = SCHEMA.config.checks
CHECKS.positive_data_acceptance = type(CHECKS.positive_data_acceptance)(
    expected_statuses=["2xx", "3xx", "401", "403", "404", *RULES]
)
CHECKS.negative_data_rejection = type(CHECKS.negative_data_rejection)(
    expected_statuses=["400", "401", "403", "404", "405", "406", "413", "415", *RULES, "5xx"]
)
CHECKS.missing_required_header = type(CHECKS.missing_required_header)(
    expected_statuses=["400", "401", "403", "404", "406", "412", "415", "422", "428"]
)

MODEST = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


PLAIN = {"Accept-Encoding": "identity"}


@dataclass
class Village:
    """Rows that requests can be about, and an official who may do everything to them."""

    token: str
    known: dict[str, str]  # path parameter -> value


@pytest.fixture
def village(db: Database) -> Village:
    with transaction() as session:
        commune = make_commune(session, code="23798", name="Ayun")
        official = make_staff(session, *Role, unit=commune)
        case = make_case(session, commune)
        policy = make_published_policy(session, commune)
        known = {
            "code": commune.code,
            "article_id": make_published(session, commune).id,
            "case_id": case.id,
            "tracking_code": case.tracking_code,
            "record_id": make_record(session, make_feedback(session, commune)).id,
            "broadcast_id": make_broadcast(session, commune).id,
            "device_id": make_device(session, commune).id,
            "department_id": make_department(session, commune).id,
            "policy_id": policy.id,
            "slug": policy.slug,
            "staff_id": make_staff(session, Role.HANDLER, unit=commune).id,
        }
    answer = db.app.test_client().post(
        "/api/v1/auth/staff/sign-in",
        json={"username": official.username, "password": PASSWORD},
        headers={"X-Client": "app"},
    )
    return Village(
        answer.get_json()["access_token"], {name: str(value) for name, value in known.items()}
    )


@SCHEMA.parametrize()
@MODEST
def test_an_official_may_ask_anything_about_what_is_there(
    case: schemathesis.Case, db: Database, village: Village
) -> None:
    if case.meta is None or case.meta.generation.mode.is_positive:
        for name in village.known.keys() & case.path_parameters.keys():
            case.path_parameters[name] = village.known[name]
    headers = {**PLAIN, "Authorization": f"Bearer {village.token}", "If-Match": '"1"'}
    # It takes our token for one it made up; whether tokens are looked at is asked below.
    case.call_and_validate(app=db.app, headers=headers, excluded_checks=[ignored_auth])


@SCHEMA.parametrize()
@MODEST
def test_anybody_may_ask_anything(case: schemathesis.Case, db: Database) -> None:
    case.call_and_validate(app=db.app, headers=PLAIN)


def test_the_front_ends_copy_is_not_stale(client: FlaskClient) -> None:
    assert openapi.TARGET.read_text() == openapi.rendered(DOCUMENT), "run `make openapi`"
    assert client.get("/openapi.json").get_json() == DOCUMENT


def test_every_operation_has_a_summary_and_a_good_answer() -> None:
    lacking = [
        f"{method.upper()} {path}"
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        if method in {"get", "post", "put", "patch", "delete"}
        and (
            not operation.get("summary")
            or not any(status.startswith(("2", "3")) for status in operation["responses"])
        )
    ]
    assert lacking == []
