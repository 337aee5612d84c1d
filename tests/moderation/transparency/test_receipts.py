"""The public side: anybody reads heads, keys and proofs; whoever has the PIN gets a receipt that holds without us."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from backend.core import clock, ids
from backend.core.db import reading, transaction
from backend.feedback.models import Identity
from moderation.models import Case, CaseEvent
from moderation.transparency import merkle, statements
from tests.factories.accounts import sign_in_resident
from tests.factories.feedback import PIN
from tests.factories.moderation import Office, make_case, until_published
from tests.moderation.transparency.hours import NINE, publish, rotate_key

OpenCases = Callable[[int], list[UUID]]
ROOT = Path(__file__).resolve().parents[3]
LOG = "/api/v1/transparency"


def receipt_of(client: FlaskClient, case_id: UUID, pin: str | None = PIN) -> Any:
    with reading() as session:
        code = session.get_one(Case, case_id).tracking_code
    headers = {"X-Feedback-Pin": pin} if pin else {}
    return client.get(f"/api/v1/feedback/{code}/receipt", headers=headers)


def keys_of(client: FlaskClient) -> dict[str, str]:
    return {
        key["key_id"]: key["public_key"] for key in client.get(f"{LOG}/keys").get_json()["items"]
    }


@pytest.fixture
def cases(open_cases: OpenCases) -> list[UUID]:
    return open_cases(5)


class TestReceipt:
    def test_before_the_hour_is_over_it_is_pending(
        self, client: FlaskClient, cases: list[UUID]
    ) -> None:
        with clock.freeze(NINE):
            receipt = receipt_of(client, cases[0]).get_json()
        assert receipt["state"] == "pending"
        assert receipt["expected_at"] == "2026-11-22T03:00:00Z"
        assert (receipt["position"], receipt["proof"], receipt["head"]) == (None, None, None)
        assert statements.wrong_with(receipt, {}) == "pending"

    def test_afterwards_it_holds_for_every_case(
        self, client: FlaskClient, cases: list[UUID]
    ) -> None:
        publish(NINE)
        for position, case_id in enumerate(cases):
            answer = receipt_of(client, case_id)
            assert answer.headers["Cache-Control"] == "no-store"
            receipt = answer.get_json()
            assert (receipt["state"], receipt["position"]) == ("included", position)
            assert statements.wrong_with(receipt, keys_of(client)) is None

    def test_it_holds_after_more_hours_after_rotation_and_after_erasure(
        self, client: FlaskClient, office: Office, cases: list[UUID], open_cases: OpenCases
    ) -> None:
        publish(NINE)
        early = receipt_of(client, cases[2]).get_json()
        until_published(office, cases[2])
        open_cases(4)
        rotate_key(NINE)
        publish(NINE + timedelta(hours=1))
        with transaction() as session:
            session.execute(update(CaseEvent).values(payload=None, salt=None))
        late = receipt_of(client, cases[2]).get_json()
        assert late["head"]["size"] > early["head"]["size"]
        for receipt in (early, late):
            assert statements.wrong_with(receipt, keys_of(client)) is None

    def test_it_holds_nothing_that_the_resident_may_not_know(
        self, client: FlaskClient, cases: list[UUID]
    ) -> None:
        publish(NINE)
        receipt = receipt_of(client, cases[0]).get_json()
        with reading() as session:
            event = session.query(CaseEvent).filter_by(case_id=cases[0]).one()
        assert set(receipt["event"]) == {*statements.HASHED, "hash"}
        assert event.salt not in json.dumps(receipt)
        assert receipt["event"]["actor_id"] == ""

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda r: r["event"].update(at="2026-01-01T00:00:00.000000+00:00"), "event"),
            (lambda r: r["event"].update(case_id=str(UUID(int=7))), "event"),
            (lambda r: r["event"].update(hash="0" * 64), "event"),
            (lambda r: r["head"].update(root="0" * 64), "signature"),
            (lambda r: r["head"].update(at="2026-11-21T02:30:00Z"), "signature"),
            (lambda r: r["head"].update(key_id="0" * 32), "key"),
            (lambda r: r.update(position=r["position"] + 1), "proof"),
            (lambda r: r.update(position=-1), "proof"),
            (lambda r: r.update(proof=r["proof"][:-1]), "proof"),
            (lambda r: r.update(proof=["0" * 64, *r["proof"][1:]]), "proof"),
            (lambda r: r.update(proof=["zz"]), "unreadable"),
            (lambda r: r.update(proof=None), "unreadable"),
            (lambda r: r.update(position="1"), "unreadable"),
            (lambda r: r.update(version=2), "unreadable"),
            (lambda r: r.pop("head"), "unreadable"),
            (lambda r: r.update(event=[]), "unreadable"),
        ],
    )
    def test_an_altered_receipt_does_not_hold(
        self,
        client: FlaskClient,
        cases: list[UUID],
        change: Callable[[Any], object],
        reason: str,
    ) -> None:
        publish(NINE)
        receipt = receipt_of(client, cases[1]).get_json()
        change(receipt)
        assert statements.wrong_with(receipt, keys_of(client)) == reason

    @pytest.mark.parametrize("receipt", [None, [], "", 7, {}, {"version": 1, "state": "included"}])
    def test_what_is_no_receipt_is_unreadable(self, receipt: Any) -> None:
        assert statements.wrong_with(receipt, {}) == "unreadable"

    def test_without_a_pin_nobody_gets_it(self, client: FlaskClient, cases: list[UUID]) -> None:
        answer = receipt_of(client, cases[0], pin=None)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "feedback.pin_required")

    def test_the_signed_in_sender_needs_no_pin_and_another_resident_does(
        self, app: Flask, office: Office
    ) -> None:
        lan, other = app.test_client(), app.test_client()
        lan_id = sign_in_resident(lan)
        sign_in_resident(other, "+84905654321")
        with transaction() as session:
            case_id = make_case(
                session, office.unit, identity=Identity.HIDDEN, resident_id=lan_id
            ).id
        assert receipt_of(lan, case_id, pin=None).status_code == 200
        assert receipt_of(other, case_id, pin=None).status_code == 401

    def test_wrong_pins_are_counted_together_with_those_shown_elsewhere(
        self, client: FlaskClient, cases: list[UUID]
    ) -> None:
        with reading() as session:
            code = session.get_one(Case, cases[0]).tracking_code
        wrong = {"X-Feedback-Pin": "000000"}
        for number in range(10):
            path = f"/api/v1/feedback/{code}" + ("/receipt" if number % 2 else "")
            assert client.get(path, headers=wrong).status_code == 403
        locked = receipt_of(client, cases[0])
        assert (locked.status_code, locked.get_json()["code"]) == (429, "feedback.pin_locked")
        assert int(locked.headers["Retry-After"]) > 1700

    @pytest.mark.usefixtures("db")
    def test_a_code_that_is_none(self, client: FlaskClient) -> None:
        for code, problem in (
            (ids.tracking_code("GL"), "feedback.not_found"),
            ("GL-0000", "feedback.code_mistyped"),
        ):
            answer = client.get(f"/api/v1/feedback/{code}/receipt")
            assert (answer.status_code, answer.get_json()["code"]) == (404, problem)


class TestPublic:
    def test_before_the_first_hour_there_is_nothing(self, client: FlaskClient) -> None:
        assert client.get(f"{LOG}/heads").get_json() == {"items": [], "next_cursor": None}
        assert client.get(f"{LOG}/keys").get_json() == {"items": []}
        answer = client.get(f"{LOG}/heads/latest")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "transparency.no_head")

    def test_heads_come_in_pages_newest_first(
        self, client: FlaskClient, open_cases: OpenCases
    ) -> None:
        for hour in range(5):
            open_cases(1)
            publish(NINE + timedelta(hours=hour))
        seen, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{LOG}/heads?limit=2{cursor}").get_json()
            seen += [head["size"] for head in page["items"]]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
        assert seen == [5, 4, 3, 2, 1]
        latest = client.get(f"{LOG}/heads/latest").get_json()
        assert latest["number"] == 5

    def test_any_two_heads_are_proven_consistent(
        self, client: FlaskClient, open_cases: OpenCases
    ) -> None:
        for hour in range(4):
            open_cases(hour + 1)
            publish(NINE + timedelta(hours=hour))
        heads = client.get(f"{LOG}/heads").get_json()["items"][::-1]
        for place, old in enumerate(heads):
            for new in heads[place:]:
                answer = client.get(f"{LOG}/consistency?from={old['size']}&to={new['size']}")
                assert merkle.goes_on(
                    old["size"],
                    bytes.fromhex(old["root"]),
                    new["size"],
                    bytes.fromhex(new["root"]),
                    [bytes.fromhex(each) for each in answer.get_json()["proof"]],
                )

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("", "from"),
            ("from=1", "to"),
            ("from=0&to=3", "from"),
            ("from=-1&to=3", "from"),
            ("from=3&to=2", "from"),
            ("from=1&to=6", "to"),
            ("from=1&to=99999999999999999999", "to"),
            ("from=1&to=1.5", "to"),
            ("from=a&to=3", "from"),
            ("from=1&to=3&at=2", "at"),
        ],
    )
    def test_sizes_that_are_none_are_refused(
        self, client: FlaskClient, open_cases: OpenCases, query: str, field: str
    ) -> None:
        open_cases(5)
        publish(NINE)
        answer = client.get(f"{LOG}/consistency?{query}")
        assert answer.status_code == 422
        assert field in answer.get_json()["errors"]

    def test_an_hour_shows_at_once_although_answers_are_kept(
        self, client: FlaskClient, open_cases: OpenCases
    ) -> None:
        publish(NINE)
        assert client.get(f"{LOG}/heads/latest").get_json()["size"] == 0
        open_cases(1)
        publish(NINE + timedelta(hours=1))
        assert client.get(f"{LOG}/heads/latest").get_json()["size"] == 1

    def test_nothing_public_tells_of_a_case(
        self, client: FlaskClient, office: Office, cases: list[UUID]
    ) -> None:
        until_published(office, cases[0])
        publish(NINE)
        said = "".join(
            client.get(f"{LOG}/{path}").text
            for path in ("heads", "heads/latest", "keys", "consistency?from=2&to=5")
        )
        with reading() as session:
            for case in session.query(Case):
                assert case.tracking_code not in said
                assert str(case.id) not in said
            for event in session.query(CaseEvent):
                assert event.hash not in said
                assert event.commitment not in said
            assert str(office.unit.id) not in said


class TestOffline:
    @pytest.fixture
    def files(self, client: FlaskClient, cases: list[UUID], tmp_path: Path) -> tuple[Path, Path]:
        publish(NINE)
        receipt, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
        receipt.write_bytes(receipt_of(client, cases[3]).data)
        keys.write_bytes(client.get(f"{LOG}/keys").data)
        return receipt, keys

    def altered(self, path: Path) -> None:
        receipt = copy.deepcopy(json.loads(path.read_text()))
        receipt["event"]["at"] = "2020-01-01T00:00:00.000000+00:00"
        path.write_text(json.dumps(receipt))

    def test_the_command(self, app: Flask, files: tuple[Path, Path]) -> None:
        receipt, keys = files
        arguments = ["moderation", "verify-receipt", str(receipt), "--keys", str(keys)]
        result = app.test_cli_runner().invoke(args=arguments)
        assert (result.exit_code, result.output) == (0, "holds\n")
        self.altered(receipt)
        result = app.test_cli_runner().invoke(args=arguments)
        assert (result.exit_code, result.output) == (1, "does not hold: event\n")

    @pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\xff"])
    def test_the_command_says_what_it_cannot_read(
        self, app: Flask, files: tuple[Path, Path], text: str
    ) -> None:
        receipt, keys = files
        for bad, path in ((receipt, receipt), (keys, keys)):
            kept = path.read_bytes()
            bad.write_text(text, encoding="latin-1")
            result = app.test_cli_runner().invoke(
                args=["moderation", "verify-receipt", str(receipt), "--keys", str(keys)]
            )
            assert result.exit_code == 1
            assert "is not JSON" in result.output
            path.write_bytes(kept)

    def test_a_key_under_a_false_name_is_not_believed(
        self, app: Flask, files: tuple[Path, Path]
    ) -> None:
        receipt, keys = files
        listed = json.loads(keys.read_text())
        listed["items"][0]["public_key"] = "00" * 32
        keys.write_text(json.dumps(listed))
        result = app.test_cli_runner().invoke(
            args=["moderation", "verify-receipt", str(receipt), "--keys", str(keys)]
        )
        assert (result.exit_code, result.output) == (1, "does not hold: key\n")

    def test_the_program_in_the_document_says_the_same(
        self, files: tuple[Path, Path], tmp_path: Path
    ) -> None:
        document = (ROOT / "docs" / "transparency.md").read_text()
        (source,) = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
        program = tmp_path / "verify.py"
        program.write_text(source)
        command = [sys.executable, "-I", str(program), *map(str, files)]
        good = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (good.returncode, good.stdout) == (
            0,
            "holds: in the log since 2026-11-22T02:30:00Z\n",
        )
        self.altered(files[0])
        bad = subprocess.run(command, capture_output=True, text=True, check=False)
        assert bad.returncode == 1
        assert "the event was altered" in bad.stderr
