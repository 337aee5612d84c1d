"""The description of the API is true: schemathesis sends good and bad requests to every operation."""

from __future__ import annotations

import base64
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from schemathesis.specs.openapi.checks import ignored_auth

from backend.cli import openapi
from backend.core.db import transaction
from tests.conftest import Database, build, make_config
from tests.factories.accounts import PASSWORD, sign_in, sign_in_resident
from tests.factories.devices import bearer
from tests.factories.places import make_commune
from tests.factories.village import make_village

# The routes are needed while pytest collects: an application on a database without tables tells them.
_folder = tempfile.TemporaryDirectory(prefix="tieng-lang-contract-")
APP = build(make_config(Path(_folder.name), ""))
DOCUMENT = openapi.document(APP)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.seed = 2026
# tus sends bytes under a name of its own.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
# It makes up headers of letters and digits only, and nothing where the pattern wants more than those.
schemathesis.openapi.format(
    "tus-checksum",
    st.binary(min_size=20, max_size=20).map(
        lambda digest: f"sha1 {base64.b64encode(digest).decode()}"
    ),
)
# Rules that no schema can say (an unknown commune, a stale version, a state that does not allow it, a checksum that
# does not fit) have statuses of their own; what must never happen is a 5xx, an undescribed status or body, or wrong
# input that is taken. Good input names its version where the description wants one: no 428.
RULES = ["409", "410", "412", "416", "422", "429", "460"]
CHECKS = SCHEMA.config.checks
CHECKS.positive_data_acceptance = type(CHECKS.positive_data_acceptance)(
    expected_statuses=["2xx", "3xx", "401", "403", "404", *RULES]
)
CHECKS.negative_data_rejection = type(CHECKS.negative_data_rejection)(
    expected_statuses=["400", "401", "403", "404", "405", "406", "413", "415", "428", *RULES, "5xx"]
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

BRIEF = settings(MODEST, max_examples=2)
# Until the first that fits.
PATIENT = settings(MODEST, max_examples=60, phases=[Phase.generate])

# Hours that are open at some time and follow each other are not made up by chance.
SOUND = {
    "PUT /api/v1/units/{code}/working-hours": {
        "body": {"week": [[{"opens": "07:00", "closes": "11:30"}]] * 7}
    }
}

PLAIN = {"Accept-Encoding": "identity"}
Headers = dict[str, str]
# Who may ask is read off the description; each of these is somebody whom it names there.
TAKES = {
    "staff": ["official in a browser"],
    "signed_in": ["official in a browser", "resident"],
    "resident": ["resident"],
    "device": ["device"],
    "anyone": ["official in a browser", "resident", "portal"],
}


@dataclass
class Callers:
    """Rows that requests can be about, and those who may ask."""

    known: dict[str, str]  # path parameter -> value
    app: Headers  # an official with every role, in an app
    proofs: dict[str, Headers]


@pytest.fixture
def village(db: Database) -> Callers:
    with transaction() as session:
        made = make_village(session, make_commune(session, code="23798", name="Ayun"))
        username = made.official.username
    answer = db.app.test_client().post(
        "/api/v1/auth/staff/sign-in",
        json={"username": username, "password": PASSWORD},
        headers={"X-Client": "app"},
    )
    official, resident = db.app.test_client(), db.app.test_client()
    sign_in(official, made.official)
    sign_in_resident(resident)
    return Callers(
        known=made.known,
        app=bearer(answer.get_json()["access_token"]),
        proofs={
            "official in a browser": carried_by(official),
            "resident": carried_by(resident),
            "device": bearer(made.device_secret),
            "portal": bearer(made.portal_key),
        },
    )


def carried_by(client: FlaskClient) -> Headers:
    """What a signed-in browser sends along."""
    cookie = client.get_cookie("tl_access", path="/api")
    assert cookie is not None
    csrf: str = client.environ_base["HTTP_X_CSRF_TOKEN"]
    return {"Cookie": f"tl_access={cookie.value}", "X-CSRF-Token": csrf}


def named_in(path: str, village: Callers) -> dict[str, str]:
    """What the names in a path stand for."""
    return {**village.known, "code": "52"} if "/provinces/" in path else village.known


def ask(case: schemathesis.Case, db: Database, village: Callers, proof: Headers) -> None:
    """Send it, a good request about rows that exist."""
    if case.meta is None or case.meta.generation.mode.is_positive:
        name_what_is_there(case, village)
    told = describes_version(case.operation)
    headers = {**PLAIN, **proof, **({"If-Match": '"1"'} if told else {})}
    # It takes our token for one it made up; whether tokens are looked at is asked below.
    answer = case.call_and_validate(app=db.app, headers=headers, excluded_checks=[ignored_auth])
    assert told or answer.status_code != 428, "it asks for a version without having said so"


def name_what_is_there(case: schemathesis.Case, village: Callers) -> None:
    """Let its path name rows that exist."""
    known = named_in(case.path, village)
    for name in known.keys() & case.path_parameters.keys():
        case.path_parameters[name] = known[name]


def describes_version(operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> bool:
    """True when the description says that the operation needs ``If-Match``."""
    return any(each.name == "If-Match" and each.is_required for each in operation.headers)


@SCHEMA.parametrize()
@MODEST
def test_an_official_may_ask_anything_about_what_is_there(
    case: schemathesis.Case, db: Database, village: Callers
) -> None:
    ask(case, db, village, village.app)


@pytest.mark.sqlite  # how callers prove who they are is the same on both databases
@SCHEMA.include(func=lambda context: "x-access" in context.operation.definition.raw).parametrize()
@BRIEF
def test_whoever_an_operation_takes_may_ask_it_anything(
    case: schemathesis.Case, db: Database, village: Callers
) -> None:
    for name in TAKES[case.operation.definition.raw["x-access"].partition(":")[0]]:
        ask(case, db, village, village.proofs[name])


@SCHEMA.parametrize()
@MODEST
def test_anybody_may_ask_anything(case: schemathesis.Case, db: Database) -> None:
    case.call_and_validate(app=db.app, headers=PLAIN)


@pytest.mark.sqlite  # which headers an operation wants is the same on both databases
def test_whoever_says_that_it_needs_a_version_asks_for_it(db: Database, village: Callers) -> None:
    """That nobody else does is asked above, of every request that names none."""
    told = [each.ok() for each in SCHEMA.get_all_operations() if describes_version(each.ok())]
    assert told != []

    def asks_for_it(case: schemathesis.Case) -> bool:
        name_what_is_there(case, village)
        del case.headers["If-Match"]
        return bool(case.call(app=db.app, headers={**PLAIN, **village.app}).status_code == 428)

    content = []
    for operation in told:
        try:
            good = operation.as_strategy(**SOUND.get(operation.label, {}))
            find(good, asks_for_it, settings=PATIENT)
        except NoSuchExample:
            content.append(operation.label)
    assert content == []


# Files whose addresses are told by what they belong to.
NOT_THERE = {"key", "sha256", "form", "kind", "width"}


def test_good_requests_are_about_what_is_there(db: Database, village: Callers) -> None:
    """Of every read of one thing: else a good request would be only another unknown address."""
    missed = {}
    shown = {**village.app, "X-Subscription-Token": "manage"}
    for path, operations in DOCUMENT["paths"].items():
        names = set(re.findall(r"{(\w+)}", path))
        if "get" not in operations or not names or names & NOT_THERE:
            continue
        address = path.format(**named_in(path, village))
        answer = db.app.test_client().get(address, headers=shown)
        if answer.status_code not in {200, 401}:  # what takes a PIN asks for it
            missed[path] = answer.status_code
    assert missed == {}


def test_the_description_is_one_of_openapi() -> None:
    SCHEMA.validate()  # against the schema of OpenAPI 3.1
    assert list(references(DOCUMENT)) != []
    for reference in references(DOCUMENT):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            told = [*operations.get("parameters", []), *operation["parameters"]]
            named = {each["name"] for each in told if each.get("in") == "path"}
            assert named == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"


def references(part: Any) -> list[str]:
    """Every ``$ref`` below ``part``."""
    if isinstance(part, dict):
        here = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return here + [found for each in part.values() for found in references(each)]
    if isinstance(part, list):
        return [found for each in part for found in references(each)]
    return []


def test_every_operation_names_the_proofs_that_it_takes() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            access = (
                operation.get("x-access", "").partition(":")[0] if method != "parameters" else ""
            )
            if not access:
                continue
            browser = {"cookie", "csrf"} if method not in {"get", "head"} else {"cookie"}
            people = [browser, {"bearer"}]
            expected = {"device": [{"device"}], "anyone": [*people, {"portal"}, set()]}
            proofs = [set(each) for each in operation["security"]]
            assert proofs == expected.get(access, people), f"{method} {path}"
            assert set().union(*proofs) <= schemes.keys()


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
