"""Objects, in a folder and in an S3 bucket: the same functions, the same promises."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.core import config, storage
from tests.conftest import free_port, make_config
from tests.databases import wait_for

pytestmark = pytest.mark.usefixtures("store")
KEY_ID, SECRET = "tienglang", "tests-talk-to-their-own-bucket"
BYTES = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture(scope="module")
def bucket_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3 server on loopback with one bucket."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / "objects").mkdir()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "nanio", "serve", "--data-dir", str(folder), "--port", str(port)],
        env={**os.environ, "NANIO_ACCESS_KEY": KEY_ID, "NANIO_SECRET_KEY": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _listens(port), "the S3 server to listen")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=["folder", "s3"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The store of this test; S3 is configured as an operator would, by address and AWS variables."""
    url = f"file://{tmp_path}/objects"
    if request.param == "s3":
        endpoint = request.getfixturevalue("bucket_url")
        for name, value in {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        url = f"s3://objects/{tmp_path.name}"
    config.use(make_config(tmp_path, "", storage_url=url, storage_plain_http=True))
    yield
    storage._open.cache_clear()


def test_what_was_put_is_read_whole_and_in_parts() -> None:
    storage.put("a/b", BYTES)
    assert storage.get("a/b") == BYTES
    assert b"".join(storage.stream("a/b")) == BYTES
    assert b"".join(storage.stream("a/b", 1000, 300_000)) == BYTES[1000:301_000]
    assert b"".join(storage.stream("a/b", len(BYTES) - 5, 100)) == BYTES[-5:]
    found = storage.stat("a/b")
    assert found is not None
    assert found.size == len(BYTES)


def test_parts_are_joined_in_order() -> None:
    for number in range(12):
        storage.put(f"parts/{number}", f"{number},".encode() * 1000)
    storage.compose((f"parts/{number}" for number in range(12)), "whole")
    assert storage.get("whole") == b"".join(f"{number},".encode() * 1000 for number in range(12))
    assert len(list(storage.under("parts"))) == 12


def test_a_writer_that_fails_leaves_nothing() -> None:
    def chunks() -> Iterator[bytes]:
        yield BYTES
        raise RuntimeError

    with pytest.raises(RuntimeError):
        storage.put("half", chunks())
    assert storage.stat("half") is None


def test_what_is_missing_is_said_so() -> None:
    assert storage.stat("nothing") is None
    storage.delete("nothing")
    with pytest.raises(storage.ObjectMissingError):
        storage.get("nothing")
    with pytest.raises(storage.ObjectMissingError):
        next(storage.stream("nothing"))


@pytest.mark.parametrize("key", ["../secrets.json", "a/../../secrets.json", "/etc/passwd"])
def test_a_key_never_leaves_the_store(tmp_path: Path, key: str) -> None:
    (tmp_path / "secrets.json").write_text("secret")
    try:
        found = storage.get(key)
    except Exception:  # noqa: BLE001 - refusing in whichever way is right
        found = b""
    assert b"secret" not in found
    assert b"root:" not in found
