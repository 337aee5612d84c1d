"""The conventions of HTTP, asked over HTTP."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli
import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import BigInteger, Integer, SmallInteger, column
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import Client

from backend.core import auth, clock, config
from backend.core.api import cache
from backend.core.api.cache import ENTRY, Entry, PublicCache, _cost
from backend.core.api.creates import KEPT, forget_old_keys
from backend.core.api.front import Front
from backend.core.api.limits import ALONE_S, CHANGES, MAKING, Memory, Shared, _limiter
from backend.core.api.observe import REQUESTS
from backend.core.api.paging import _decode, _encode
from backend.core.db import Generation, bump, transaction
from backend.core.errors import InvalidInput, Unauthenticated
from tests.conftest import Database
from tests.core.conftest import Notes

KEY = {"Idempotency-Key": "3f0c9b1e-key-one"}


class TestProblems:
    def test_a_failure_says_what_happened_in_the_callers_language(self, small: FlaskClient) -> None:
        vi = small.get("/nothing-here").json
        en = small.get("/nothing-here", headers={"Accept-Language": "en-GB,en;q=0.9"}).json
        assert vi["code"] == en["code"] == "not_found"
        assert vi["title"] == "Không tìm thấy"
        assert en["title"] == "Not found"
        assert vi["request_id"] != en["request_id"]

    def test_an_unexpected_error_tells_nothing_of_the_inside(self, small: FlaskClient) -> None:
        answer = small.get("/broken")
        assert answer.status_code == 500
        assert "hunter2" not in answer.text
        assert answer.content_type == "application/problem+json"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"{", 400),
            (b"\xff\xfe", 400),
            (b"[]", 422),
            (b"null", 422),
            (b"[" * 50_000, 400),
            (b'{"area": ' + b'{"a": ' * 20_000, 400),
            (b'{"area": 7}', 422),
            (b'{"area": ' + b"1" * 5000 + b"}", 400),
            (b'{"area": "a", "extra": 1}', 422),
            (b'{"area": "a", "\\ud800": 1}', 422),
            (b'{"area": "a", "' + b"x" * 5000 + b'": 1}', 422),
            (b'{"area": "a\\nb"}', 422),
            (b'{"area": "\\u0000"}', 422),
            (b'{"area": " \\u200b\\u2060 "}', 422),
            (b'{"area": "\\ud800"}', 422),
            (b'{"area": "' + b"x" * 41 + b'"}', 422),
        ],
    )
    def test_bad_bodies_are_refused_with_a_reason(
        self, small: FlaskClient, body: bytes, status: int
    ) -> None:
        answer = small.post("/notes", data=body, content_type="application/json")
        assert answer.status_code == status
        assert answer.json["code"] in {"bad_request", "invalid"}

    def test_a_body_beyond_the_bound_is_not_read(self, small: FlaskClient) -> None:
        answer = small.post("/notes", data=b" " * 1_000_001, content_type="application/json")
        assert answer.status_code == 413

    def test_a_body_of_untold_length_is_bounded_too(self, client: FlaskClient) -> None:
        answer = client.post(
            "/api/v1/feedback",
            input_stream=BytesIO(b'{"text":"' + b"x" * 1_200_000 + b'"}'),
            content_type="application/json",
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")

    def test_another_content_type_is_refused(self, small: FlaskClient) -> None:
        assert small.post("/notes", data="area=a", content_type="text/plain").status_code in {
            415,
            422,
        }

    def test_the_method_that_works_is_named(self, small: FlaskClient) -> None:
        answer = small.delete("/limited")
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]

    def test_who_is_not_signed_in_is_told_to(self, small: FlaskClient) -> None:
        answer = small.get("/staff-only")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "a%00b/1",
            "a%0Ab/1",
            "a/2147483648",
            f"a/{10**30}",
            f"a/{'1' * 5000}",
            "a/-1",
            "a/%D9%A1%20",
        ],
    )
    def test_what_no_row_can_be_called_is_not_there(self, small: FlaskClient, address: str) -> None:
        assert small.get(f"/notes/{address}").status_code == 404

    def test_whatever_a_row_is_called_is_found(self, small: FlaskClient) -> None:
        with transaction() as session:
            session.add(Generation(area="Làng Đê Kjiêng", value=2**31 - 1))
        assert small.get("/notes/Làng Đê Kjiêng/2147483647").json == {"area": "Làng Đê Kjiêng"}


class TestCreatedOnce:
    def test_a_repeat_gets_the_first_answer(self, small: FlaskClient) -> None:
        first = small.post("/notes", json={"area": "a"}, headers=KEY)
        second = small.post("/notes", json={"area": "a"}, headers=KEY)
        assert first.status_code == second.status_code == 201
        assert first.data == second.data
        assert first.headers["Location"] == second.headers["Location"] == "/notes/a"
        assert second.headers["Idempotent-Replayed"] == "true"

    def test_the_same_key_with_another_body_is_refused(self, small: FlaskClient) -> None:
        small.post("/notes", json={"area": "a"}, headers=KEY)
        answer = small.post("/notes", json={"area": "b"}, headers=KEY)
        assert answer.status_code == 422
        assert answer.json["code"] == "idempotency_key_reused"

    def test_a_failure_is_not_remembered(self, small: FlaskClient, notes: Notes) -> None:
        def fail(_session: Session, _body: dict[str, Any]) -> None:
            raise ZeroDivisionError

        notes.work, work = fail, notes.work
        assert small.post("/notes", json={"area": "a"}, headers=KEY).status_code == 500
        notes.work = work
        assert small.post("/notes", json={"area": "a"}, headers=KEY).status_code == 201

    def test_two_at_once_do_the_work_once(self, small: FlaskClient, notes: Notes) -> None:
        both = threading.Barrier(2, timeout=5)

        def slow(session: Session, body: dict[str, Any]) -> dict[str, Any]:
            if config.current().database_url.startswith("postgresql"):
                both.wait()  # SQLite lets only one in anyway
            return Notes.store(session, body)

        notes.work = slow
        answers: list[Any] = []

        def send() -> None:
            answers.append(
                small.application.test_client().post("/notes", json={"area": "a"}, headers=KEY)
            )

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].data == answers[1].data

    def test_what_is_kept_cannot_be_read_in_the_database(self, small: FlaskClient) -> None:
        small.post("/notes", json={"area": "a"}, headers=KEY)
        with transaction() as session:
            row = (
                session.connection()
                .exec_driver_sql("SELECT sealed_body FROM idempotency_key")
                .scalar()
            )
        assert "0042" not in str(row)

    @pytest.mark.parametrize("key", ["short", "x" * 101, "with space in it"])
    def test_a_malformed_key_is_refused(self, small: FlaskClient, key: str) -> None:
        answer = small.post("/notes", json={"area": "a"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 422

    def test_old_keys_are_forgotten(self, small: FlaskClient) -> None:
        small.post("/notes", json={"area": "a"}, headers=KEY)
        with clock.freeze(clock.now() + KEPT - timedelta(minutes=1)):
            assert forget_old_keys() == 0
        with clock.freeze(clock.now() + KEPT + timedelta(minutes=1)):
            assert forget_old_keys() == 1


class TestPaging:
    def test_every_row_comes_once_whatever_the_page_size(self, small: FlaskClient) -> None:
        with transaction() as session:
            session.add_all(Generation(area=f"a{n:02d}", value=n // 3) for n in range(20))
        expected = [f"a{n:02d}" for n in sorted(range(20), key=lambda n: (-(n // 3), n))]
        for limit in (1, 3, 7, 20, 100):
            seen: list[str] = []
            cursor: str | None = None
            while True:
                query = f"/notes?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
                answer = small.get(query).json
                seen += answer["items"]
                cursor = answer["next_cursor"]
                if cursor is None:
                    break
            assert seen == expected

    @pytest.mark.parametrize(
        "cursor",
        [
            "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwiYSJd",
            "x",
            "W10",
            "WzFd",
            "bnVsbA",
            "WyJhIiwiYiJd",
            "WzEsMl0",
            "WzFlOTk5LCJhIl0",
            "%00",
            "é",
        ],
    )
    def test_a_cursor_of_another_list_is_refused(self, small: FlaskClient, cursor: str) -> None:
        assert small.get(f"/notes?cursor={cursor}").status_code == 422

    @pytest.mark.parametrize(
        ("kind", "beyond"), [(SmallInteger, 2**15), (Integer, 2**31), (BigInteger, 2**63)]
    )
    def test_a_number_is_one_that_the_column_can_hold(
        self, kind: type[Integer], beyond: int
    ) -> None:
        place = [column("urgency", kind())]
        assert _decode(_encode([beyond - 1]), place) == [beyond - 1]
        for number in (beyond, -beyond):
            with pytest.raises(InvalidInput):
                _decode(_encode([number]), place)

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e3"])
    def test_page_sizes_are_bounded(self, small: FlaskClient, limit: str) -> None:
        assert small.get(f"/notes?limit={limit}").status_code == 422


class TestPublicCache:
    def test_it_is_rendered_once_until_somebody_writes(
        self, small: FlaskClient, notes: Notes
    ) -> None:
        for _ in range(3):
            assert small.get("/cached").json["areas"] == []
        assert notes.rendered == 1
        with transaction() as session:
            bump(session, "notes")
        assert small.get("/cached").json["areas"] == ["notes"]
        assert notes.rendered == 2

    def test_another_processs_write_is_seen_within_a_second(self, small: FlaskClient) -> None:
        small.get("/cached")
        with transaction() as session:  # as another process would: nobody here is told
            session.add(Generation(area="notes"))
        cache.generations._seen_at -= 1.0
        assert small.get("/cached").json["areas"] == ["notes"]

    def test_a_change_that_comes_with_time_needs_no_write(
        self, small: FlaskClient, notes: Notes
    ) -> None:
        notes.next_change_at = clock.now() + timedelta(minutes=5)
        small.get("/cached")
        small.get("/cached")
        assert notes.rendered == 1
        with clock.freeze(clock.now() + timedelta(minutes=6)):
            small.get("/cached")
        assert notes.rendered == 2

    def test_who_has_it_already_gets_304(self, small: FlaskClient) -> None:
        etag = small.get("/cached").headers["ETag"]
        answer = small.get("/cached", headers={"If-None-Match": etag})
        assert answer.status_code == 304
        assert answer.data == b""
        assert small.get("/cached", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_it_is_compressed_for_those_who_can_read_that(self, small: FlaskClient) -> None:
        answer = small.get("/cached", headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "br"
        assert orjson.loads(brotli.decompress(answer.data))["areas"] == []
        assert "Content-Encoding" not in small.get("/cached").headers

    def test_what_is_handed_over_is_what_was_made(self, small: FlaskClient) -> None:
        made, handed_over = (
            small.get("/api/v1/cached", headers={"Accept-Encoding": "br"}) for _ in range(2)
        )
        assert handed_over.data == made.data
        assert handed_over.headers.pop("X-Request-Id") != made.headers.pop("X-Request-Id")
        assert sorted(handed_over.headers) == sorted(made.headers)

    def test_have_it_already_is_answered_alike(self, small: FlaskClient) -> None:
        etag = small.get("/api/v1/cached").headers["ETag"]
        handed_over = small.get("/api/v1/cached", headers={"If-None-Match": etag})
        cache.clear()
        made = small.get("/api/v1/cached", headers={"If-None-Match": etag})
        assert made.status_code == handed_over.status_code == 304
        del made.headers["X-Request-Id"], handed_over.headers["X-Request-Id"]
        assert sorted(handed_over.headers) == sorted(made.headers)

    def test_whoever_is_handed_an_answer_is_counted_too(self, small: FlaskClient) -> None:
        asked = REQUESTS.labels("notes.fronted", "GET", "200")
        before = asked._value.get()
        for _ in range(3):
            small.get("/api/v1/cached")
        assert asked._value.get() == before + 3

    def test_nothing_is_handed_over_across_languages_or_after_a_write(
        self, small: FlaskClient
    ) -> None:
        for speech in ("vi", "en", "vi"):
            answer = small.get("/api/v1/cached", headers={"Accept-Language": speech})
            assert answer.json["language"] == speech
        with transaction() as session:
            bump(session, "notes")
        assert small.get("/api/v1/cached").json["areas"] == ["notes"]

    @pytest.mark.usefixtures("small")
    def test_nothing_of_one_persons_answer_is_handed_to_another(self) -> None:
        served: list[str] = []

        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            served.append(environ["PATH_INFO"])
            entry = Entry((), cache.generations.of(()), float("inf"), "text/plain", "e", b"for all")
            if environ["PATH_INFO"] == "/api/v1/for-all":
                environ[ENTRY] = (entry, "endpoint")
            start_response("200 OK", [("Set-Cookie", "who=lan"), ("X-Request-Id", "of-lan")])
            return [entry.plain]

        client = Client(Front(application), use_cookies=False)
        for address in ("/api/v1/for-all", "/api/v1/me"):
            made, later = client.get(address), client.get(address)
            assert made.headers["Set-Cookie"] == "who=lan"
            if address == "/api/v1/for-all":
                assert "Set-Cookie" not in later.headers
                assert later.headers["X-Request-Id"] != "of-lan"
        assert served == ["/api/v1/for-all", "/api/v1/me", "/api/v1/me"]

    @pytest.mark.usefixtures("small")
    def test_the_front_starts_again_when_it_is_full(self) -> None:
        served = 0

        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            nonlocal served
            served += 1
            entry = Entry((), cache.generations.of(()), float("inf"), "text/plain", "e", b"x" * 900)
            environ[ENTRY] = (entry, "endpoint")
            start_response("200 OK", [])
            return [entry.plain]

        client = Client(Front(application, capacity=40_000))
        for _ in range(2):
            client.get("/api/v1/a")
        assert served == 1
        for number in range(12):
            client.get("/api/v1/b", query_string={"n": number})
        client.get("/api/v1/a")
        assert served == 14

    @pytest.mark.usefixtures("small")
    def test_an_answer_that_is_renewed_takes_the_room_of_the_one_before(self) -> None:
        served: list[str] = []

        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            served.append(environ["PATH_INFO"])
            changes = environ["PATH_INFO"].endswith("changing")
            until = 0.0 if changes else float("inf")
            entry = Entry((), cache.generations.of(()), until, "text/plain", "e", b"x" * 900)
            environ[ENTRY] = (entry, "endpoint")
            start_response("200 OK", [])
            return [entry.plain]

        client = Client(Front(application, capacity=40_000))
        client.get("/api/v1/still")
        for _ in range(30):
            client.get("/api/v1/changing")
        client.get("/api/v1/still")
        assert served.count("/api/v1/still") == 1

    def test_a_busy_database_is_told_in_the_applications_words(
        self, small: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small.get("/api/v1/cached")

        def busy() -> None:
            raise OperationalError("SELECT", None, sqlite3.OperationalError("database is locked"))

        monkeypatch.setattr(cache.generations, "_look", busy)
        cache.generations.look_again()
        answer = small.get("/api/v1/cached")
        assert answer.status_code == 503
        assert answer.content_type == "application/problem+json"
        assert "Retry-After" in answer.headers

    @staticmethod
    def entry(number: int, plain: bytes) -> Entry:
        areas = (f"articles:{number}", "places")
        return Entry(areas, (1, number + 1000, number + 2000), 2e12, "text/plain", "", plain)

    def test_many_small_answers_take_no_more_than_the_cache_may(self) -> None:
        capacity, room = 2_000_000, PublicCache(2_000_000)
        tracemalloc.start()
        try:
            for number in range(4000):
                address = f"/api/v1/communes/{number:05d}/articles?category=x{number}&"
                room.keep((address, "vi"), self.entry(number, b"%d is small" % number))
            assert tracemalloc.get_traced_memory()[0] <= capacity
        finally:
            tracemalloc.stop()
        assert len(room._entries) > 1000

    def test_many_large_answers_take_no_more_than_the_front_may(self) -> None:
        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            number = int(environ["QUERY_STRING"])
            environ[ENTRY] = (self.entry(number, b"%d is large " % number * 6000), "endpoint")
            start_response("200 OK", [])
            return []

        capacity = 1_000_000
        client = Client(Front(application, capacity), use_cookies=False)
        client.get("/api/v1/a?0")
        tracemalloc.start()
        try:
            for number in range(100, 300):
                client.get(f"/api/v1/a?{number}", headers={"Accept-Encoding": "br"})
            assert tracemalloc.get_traced_memory()[0] <= capacity
        finally:
            tracemalloc.stop()

    def test_it_stays_within_its_memory(self, small: FlaskClient) -> None:
        for number in range(300):
            small.get(f"/cached?n={number}")
        assert cache._size == sum(_cost(*item) for item in cache._entries.items())


class TestVersions:
    def test_a_change_must_say_which_version(self, small: FlaskClient) -> None:
        assert small.patch("/versioned").status_code == 428
        assert small.patch("/versioned", headers={"If-Match": '"7"'}).json == {"version": 7}
        assert small.patch("/versioned", headers={"If-Match": "seven"}).status_code == 422
        assert small.patch("/versioned", headers={"If-Match": '"٧"'}).status_code == 422

    def test_a_read_carries_its_tag(self, small: FlaskClient) -> None:
        etag = small.get("/versioned").headers["ETag"]
        assert small.get("/versioned", headers={"If-None-Match": etag}).status_code == 304


class TestLimits:
    @pytest.fixture(autouse=True)
    def _limits_on(self, db: Database) -> None:
        config.use(replace(db.config, rate_limits=True))
        _limiter.cache_clear()

    @staticmethod
    def ask(small: FlaskClient, token: str) -> int:
        return small.get("/limited", headers={"X-Device-Token": token * 20}).status_code

    @pytest.fixture
    def counts_in(self, redis_url: str) -> str:
        """The address of a Redis in which nobody is counted yet."""
        Shared(redis_url).reset()
        return redis_url

    @staticmethod
    def let_time_pass(url: str) -> None:
        counts = _limiter(url).storage
        assert isinstance(counts, Shared)
        counts._alone_until -= ALONE_S

    def test_a_device_is_counted_by_its_token_and_a_network_as_a_whole(
        self, small: FlaskClient
    ) -> None:
        assert [self.ask(small, "a") for _ in range(4)] == [200, 200, 200, 429]
        assert [self.ask(small, "b") for _ in range(3)] == [200, 200, 429]

    def test_it_says_when_to_come_back(self, small: FlaskClient) -> None:
        answers = [
            small.get("/limited", environ_base={"REMOTE_ADDR": "198.51.100.7"}) for _ in range(6)
        ]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
        assert answers[-1].json["code"] == "too_many_requests"

    def test_processes_count_together_in_redis(self, small: FlaskClient, counts_in: str) -> None:
        config.use(replace(config.current(), queue_url=counts_in))
        assert [self.ask(small, "c") for _ in range(2)] == [200, 200]
        _limiter.cache_clear()  # as another process
        assert [self.ask(small, "c") for _ in range(2)] == [200, 429]

    @pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/redis.sock"])
    def test_without_its_redis_a_process_counts_for_itself(
        self, small: FlaskClient, url: str
    ) -> None:
        config.use(replace(config.current(), queue_url=url))
        assert [self.ask(small, "d") for _ in range(4)] == [200, 200, 200, 429]

    def test_a_redis_that_is_silent_is_waited_for_once(self, small: FlaskClient) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.setblocking(False)
            url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
            config.use(replace(config.current(), queue_url=url))
            assert [self.ask(small, "d") for _ in range(4)] == [200, 200, 200, 429]
            silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()
            self.let_time_pass(url)  # and it is asked again
            assert [self.ask(small, "e") for _ in range(3)] == [200, 200, 429]
            silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()

    def test_a_redis_that_comes_back_counts_again(
        self, small: FlaskClient, counts_in: str, tmp_path: Path
    ) -> None:
        here = tmp_path / "redis.sock"
        url = f"unix://{here}"
        config.use(replace(config.current(), queue_url=url))
        assert [self.ask(small, "f") for _ in range(2)] == [200, 200]
        here.symlink_to(counts_in.removeprefix("unix://"))
        assert [self.ask(small, "f") for _ in range(2)] == [200, 429]
        self.let_time_pass(url)
        assert [self.ask(small, "f") for _ in range(2)] == [200, 200]
        _limiter.cache_clear()  # as another process
        assert [self.ask(small, "f") for _ in range(2)] == [200, 429]

    def test_whoever_makes_up_names_takes_no_room(self) -> None:
        memory = Memory(room=3)
        for name in "abcabdabe":
            memory.incr(name, 60)
        assert [memory.get(name) for name in "abcde"] == [3, 3, 0, 0, 1]

    def test_a_window_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        memory = Memory()
        assert [memory.incr("a", 60), memory.incr("a", 60)] == [1, 2]
        end = memory.get_expiry("a")
        monkeypatch.setattr(time, "time", lambda: end)
        assert memory.get("a") == 0
        assert memory.incr("a", 60) == 1

    def test_what_is_not_declared_is_bounded_too(self, small: FlaskClient) -> None:
        amount = CHANGES[0].amount
        headers = {"X-Device-Token": "v" * 20}
        answers = [
            small.patch("/versioned", headers=headers).status_code for _ in range(amount + 1)
        ]
        assert answers == [428] * amount + [429]
        assert small.get("/versioned").status_code == 200

    def test_made_up_addresses_do_not_make_us_work(self, small: FlaskClient, notes: Notes) -> None:
        amount = MAKING[0].amount
        headers = {"X-Device-Token": "m" * 20}
        answers = [
            small.get(f"/cached?n={n}", headers=headers).status_code for n in range(amount + 1)
        ]
        assert answers == [200] * amount + [429]
        assert notes.rendered == amount
        # What lies ready costs nothing.
        assert small.get(f"/cached?n={amount - 1}", headers=headers).status_code == 200

    def test_those_who_name_no_device_are_their_network_and_not_one_caller(
        self, small: FlaskClient
    ) -> None:
        of_caller, of_network = MAKING
        few = of_caller.amount + 5
        _limiter("").hit(
            of_network, "public_cache", "network:127.0.0.1", cost=of_network.amount - few
        )
        answers = [small.get(f"/cached?n={n}").status_code for n in range(few + 1)]
        assert answers == [200] * few + [429]
        elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
        assert small.get("/cached?n=new", environ_base=elsewhere).status_code == 200


def test_a_token_that_ran_out_does_not_close_a_public_door(
    small: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expired(_request: object) -> None:
        raise Unauthenticated("auth.expired")

    monkeypatch.setitem(auth._loaders, "expired", expired)
    config.use(replace(db.config, rate_limits=True))
    _limiter.cache_clear()
    assert small.get("/limited").status_code == 200
    assert small.post("/notes", json={"area": "a"}).status_code == 401


def test_made_up_methods_are_counted_as_one(small: FlaskClient) -> None:
    small.open("/cached", method="MADE")
    before = len(REQUESTS._metrics)
    for number in range(20):
        assert small.open("/cached", method=f"MADE{number}").status_code == 405
    assert len(REQUESTS._metrics) == before


def test_every_answer_carries_the_headers_that_keep_browsers_safe(small: FlaskClient) -> None:
    for path in ("/cached", "/nothing", "/broken"):
        headers = small.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_document_names_access_and_failures(small: FlaskClient) -> None:
    paths = small.get("/openapi.json").json["paths"]
    assert paths["/staff-only"]["get"]["security"] == [{"cookie": []}, {"bearer": []}]
    assert {"401", "403"} <= paths["/staff-only"]["get"]["responses"].keys()
    assert "security" not in paths["/cached"]["get"]
    assert "409" in paths["/notes"]["post"]["responses"]
