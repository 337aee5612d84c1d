"""The description of the API is true: schemathesis sends good and bad requests to every operation."""

from __future__ import annotations

import tempfile
from pathlib import Path

import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from backend.cli import openapi
from tests.conftest import Database, build, make_config

# The routes are needed while pytest collects: an application on a database without tables tells them.
_folder = tempfile.TemporaryDirectory(prefix="tieng-lang-contract-")
APP = build(make_config(Path(_folder.name), ""))
DOCUMENT = openapi.document(APP)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.seed = 2026
# Rules that no schema can say (an unknown commune, a stale version, a state that does not allow it) have statuses of
# their own; what must never happen is a 5xx, an undescribed status or body, or wrong input that is taken.
RULES = ["409", "410", "412", "416", "422", "428", "429"]
CHECKS = SCHEMA.config.checks
CHECKS.positive_data_acceptance = type(CHECKS.positive_data_acceptance)(
    expected_statuses=["2xx", "3xx", "401", "403", "404", *RULES]
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


@SCHEMA.parametrize()
@MODEST
def test_anybody_may_ask_anything(case: schemathesis.Case, db: Database) -> None:
    case.call_and_validate(app=db.app, headers={"Accept-Encoding": "identity"})


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
