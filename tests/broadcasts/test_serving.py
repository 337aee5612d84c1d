"""Byte ranges over HTTP: the matrix of RFC 9110, section 14, on the public address."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from email.utils import format_datetime

import pytest
from flask.testing import FlaskClient

from backend.broadcasts.models import BroadcastState, Rendition
from backend.core import clock, storage
from backend.core.db import transaction
from tests.broadcasts.conftest import House
from tests.factories.accounts import sign_in
from tests.factories.broadcasts import make_broadcast

DATA = bytes(range(256)) * 40
SIZE = len(DATA)


@pytest.fixture
def address(ayun: House) -> str:
    with transaction() as session:
        broadcast = make_broadcast(session, ayun.commune, data=DATA)
    return f"/media/audio/{broadcast.approved_sha256}.mp3"


def test_the_whole_file_is_immutable_and_says_that_it_takes_ranges(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.data == DATA
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{address[13:77]}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=5000-999999999", 5000, SIZE - 1),
    ],
)
def test_one_range_gives_just_those_bytes(
    client: FlaskClient, address: str, asked: str, first: int, last: int
) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == DATA[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", "bytes=999999-1000000"])
def test_a_range_behind_the_end_is_416_with_the_size(
    client: FlaskClient, address: str, asked: str
) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["code"] == "range_not_satisfiable"


@pytest.mark.parametrize(
    "asked", ["bytes=0-9,20-29", "bytes=9-1", "bytes=x-", "lines=0-1", "bytes=", "garbage"]
)
def test_several_ranges_and_nonsense_give_the_whole_file(
    client: FlaskClient, address: str, asked: str
) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, DATA)


def test_head_has_the_headers_of_the_whole_file_and_no_bytes(
    client: FlaskClient, address: str
) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}):
        answer = client.head(address, headers=headers)
        assert answer.status_code == 200
        assert answer.data == b""
        assert answer.headers["Content-Length"] == str(SIZE)


def test_a_broken_download_goes_on_only_while_the_file_is_the_same(
    client: FlaskClient, address: str
) -> None:
    whole = client.get(address)
    etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
    for condition, status in [
        (etag, 206),
        (modified, 206),
        ('"another"', 200),
        (f"W/{etag}", 200),
        (format_datetime(clock.now() - timedelta(days=9), usegmt=True), 200),
        ("nonsense", 200),
        ("*", 200),
        (f'{etag}, "another"', 200),  # one validator, no list
    ]:
        headers = {"Range": "bytes=10-19", "If-Range": condition}
        answer = client.get(address, headers=headers)
        assert answer.status_code == status, condition
        assert len(answer.data) == (10 if status == 206 else SIZE)
    # What cannot be had is refused only to whoever still means this file.
    behind = {"Range": f"bytes={SIZE}-", "If-Range": etag}
    assert client.get(address, headers=behind).status_code == 416
    assert client.get(address, headers={**behind, "If-Range": '"x"'}).status_code == 200
    assert client.get(address, headers={"If-Range": etag}).status_code == 200


def test_whoever_has_it_is_told_so(client: FlaskClient, address: str) -> None:
    whole = client.get(address)
    etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
    for headers, status in [
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": f'"x", W/{etag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": etag, "Range": "bytes=0-1"}, 304),
        ({"If-None-Match": '"x"', "If-Modified-Since": modified}, 200),
        ({"If-Modified-Since": modified}, 304),
        ({"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
    ]:
        answer = client.get(address, headers=headers)
        assert answer.status_code == status, headers
        if status == 304:
            assert answer.data == b""
            assert answer.headers["ETag"] == etag


def test_whoever_means_another_file_is_told_so_in_words(client: FlaskClient, address: str) -> None:
    whole = client.get(address)
    etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
    before = format_datetime(clock.now() - timedelta(days=9), usegmt=True)
    for headers, status in [
        ({"If-Match": etag}, 200),
        ({"If-Match": f'"x", {etag}'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": f"W/{etag}"}, 412),  # the strong comparison
        ({"If-Match": '"x"', "Range": "bytes=0-1"}, 412),
        ({"If-Match": '"x"', "If-None-Match": etag}, 412),
        ({"If-Unmodified-Since": modified}, 200),
        ({"If-Unmodified-Since": before}, 412),
        ({"If-Unmodified-Since": "yesterday"}, 200),
        ({"If-Match": etag, "If-Unmodified-Since": before}, 200),  # the date counts only alone
        ({"If-Match": etag, "Range": "bytes=0-1"}, 206),
        ({"If-Match": etag, "If-None-Match": etag}, 304),
    ]:
        answer = client.get(address, headers=headers)
        assert answer.status_code == status, headers
        if status == 412:
            assert answer.content_type == "application/problem+json"
            assert answer.get_json()["code"] == "broadcasts.other_file"
            assert "ETag" not in answer.headers
            assert "immutable" not in answer.headers["Cache-Control"]
    gone = client.head(address, headers={"If-Match": '"x"'})
    assert (gone.status_code, gone.data) == (412, b"")


@pytest.mark.parametrize(
    "state",
    [each for each in BroadcastState if each not in {"aired", "archived"}],
)
def test_what_is_not_on_the_air_is_not_there(
    client: FlaskClient, ayun: House, state: BroadcastState
) -> None:
    with transaction() as session:
        broadcast = make_broadcast(session, ayun.commune, state=state, data=b"hidden" * 99)
        rendition = session.query(Rendition).filter_by(broadcast_id=broadcast.id).one()
    assert client.get(f"/media/audio/{rendition.sha256}.mp3").status_code == 404
    assert client.get(f"/api/v1/console/broadcasts/{broadcast.id}/audio").status_code == 401


def test_those_who_make_it_hear_it_before_it_airs(client: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        broadcast = make_broadcast(session, ayun.commune, state=BroadcastState.SUBMITTED, data=DATA)
    sign_in(client, ayun.dung)
    answer = client.get(
        f"/api/v1/console/broadcasts/{broadcast.id}/audio", headers={"Range": "bytes=0-9"}
    )
    assert answer.status_code == 206
    assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("name", ["0" * 64, "Z" * 64, "0" * 63, "..%2f..%2fetc%2fpasswd"])
def test_names_that_are_no_hash_of_ours_are_not_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/media/audio/{name}.mp3").status_code == 404


def test_a_lost_object_is_a_clear_answer(client: FlaskClient, address: str) -> None:
    sha256 = address[13:77]
    storage.delete(f"audio/{sha256[:2]}/{sha256}.mp3")
    assert client.get(address).status_code == 404


@pytest.mark.sqlite
def test_a_listener_costs_a_chunk_of_memory_not_a_file(client: FlaskClient, ayun: House) -> None:
    with transaction() as session:
        broadcast = make_broadcast(session, ayun.commune, data=b"\0" * 30_000_000)
    address = f"/media/audio/{broadcast.approved_sha256}.mp3"
    client.get(address, headers={"Range": "bytes=0-0"})
    tracemalloc.start()
    answer = client.get(address, buffered=False)
    size = sum(len(chunk) for chunk in answer.response)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer.close()
    assert size == 30_000_000
    assert peak < 3_000_000
