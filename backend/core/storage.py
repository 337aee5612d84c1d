"""Objects (photos, audio, documents): a folder or an S3 bucket behind the same few functions.

Keys are paths such as ``uploads/0192…/3``. An object is written whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, from_url

from backend.core import config

CHUNK = 256 * 1024


class ObjectMissingError(LookupError):
    """There is no object of that key."""


@dataclass(frozen=True, slots=True)
class Stat:
    """Size in bytes and the store's own tag."""

    size: int
    etag: str | None


@lru_cache(maxsize=2)
def _open(url: str, *, plain_http: bool) -> Any:
    if url.startswith("file://"):
        folder = Path(urlsplit(url).path)
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(folder)
    return from_url(
        url, client_options={"timeout": timedelta(seconds=30), "allow_http": plain_http}
    )


def _store() -> Any:
    settings = config.current()
    return _open(settings.storage_url, plain_http=settings.storage_plain_http)


def put(key: str, data: bytes | Iterable[bytes]) -> None:
    """Write an object, whole or (when ``data`` raises) not at all; an existing one is replaced at once."""
    if isinstance(data, bytes):
        obstore.put(_store(), key, data)
        return
    # Not handed over as an iterator: obstore would draw from it inside its own runtime, where it cannot read objects.
    with obstore.open_writer(_store(), key) as writer:
        for chunk in data:
            writer.write(chunk)


def get(key: str) -> bytes:
    """Read a whole (small) object.

    Raises:
        ObjectMissingError: it is not there.
    """
    try:
        return bytes(obstore.get(_store(), key).bytes())
    except (NotFoundError, FileNotFoundError) as error:
        raise ObjectMissingError(key) from error


def stream(key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Read ``length`` bytes from ``start`` in chunks, never the whole in memory.

    Raises:
        ObjectMissingError: it is not there (at the first chunk).
    """
    found = stat(key)
    if found is None:
        raise ObjectMissingError(key)
    end = found.size if length is None else min(found.size, start + length)
    place = start
    while place < end:
        size = min(CHUNK, end - place)
        yield bytes(obstore.get_range(_store(), key, start=place, length=size))
        place += size


def stat(key: str) -> Stat | None:
    """Size and tag, or None when there is no such object."""
    try:
        meta = obstore.head(_store(), key)
    except (NotFoundError, FileNotFoundError):
        return None
    return Stat(int(meta["size"]), meta.get("e_tag"))


def delete(*keys: str) -> None:
    """Remove objects; missing ones are no error."""
    for key in keys:
        try:
            obstore.delete(_store(), key)
        except (NotFoundError, FileNotFoundError):
            continue


def compose(parts: Iterable[str], destination: str) -> None:
    """Join objects in order into one."""
    put(destination, (chunk for part in parts for chunk in stream(part)))


def under(prefix: str) -> Iterator[str]:
    """The keys below a folder."""
    for batch in obstore.list(_store(), prefix):
        for meta in batch:
            yield str(meta["path"])


def check() -> None:
    """Write, read and remove a small object; raises whatever goes wrong."""
    put("probe/ready", b"ok")
    get("probe/ready")
    delete("probe/ready")
