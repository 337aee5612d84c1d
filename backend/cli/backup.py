"""One file with everything an installation is: the database, the objects, the keys. And back again.

The database is copied as of one moment while everything keeps running; objects are copied after it, so that whatever
the copied rows refer to is there. A backup holds the keys that open contact data: keep it as you keep those.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import inspect

from backend.core import clock, db
from backend.core.config import Config, load_config
from backend.core.failures import told

FORMAT = 1
MANIFEST = "manifest.json"
# Made anew by whoever needs them: bells of the queue, figures, what was done already, photos being received.
NOT_KEPT = frozenset({"bells.sqlite3", "metrics", "stamps"})


class BackupError(RuntimeError):
    """The backup or the restore cannot be done; the message says why and what to do."""


def save(config: Config, target: Path) -> str:
    """Write everything into ``target`` (a tar file that only its owner may read); say what is in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    with tempfile.TemporaryDirectory(prefix="tieng-lang-backup-") as name:
        folder = Path(name)
        database = _dump(config, folder)
        entries = [(database, f"database/{database.name}"), *_files(config, target)]
        fresh.touch(mode=0o600)
        sums = {}
        try:
            with tarfile.open(fresh, "w") as archive:
                for path, inside in entries:
                    sums[inside] = _sum(path)
                    archive.add(path, inside, recursive=False)
                manifest = folder / MANIFEST
                about = {"format": FORMAT, "made_at": clock.now().isoformat(), "sha256": sums}
                manifest.write_text(json.dumps(about, indent=1))
                archive.add(manifest, MANIFEST)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)  # half a backup is none
    return f"{len(entries)} files, {target.stat().st_size / 1e6:.1f} MB: {target}"


def restore(config: Config, source: Path) -> str:
    """Bring ``source`` back into an installation that has no database yet; say what was restored.

    Raises:
        BackupError: something is there already, or the file is damaged.
    """
    if not source.is_file():
        raise BackupError(f"{source} is not there")
    file = _sqlite_file(config)
    if file is not None and file.exists():
        raise BackupError(f"{file} exists: move it away first, nothing is overwritten")
    if file is None and _has_tables(config.database_url):
        raise BackupError(
            "the database has tables already: name an empty one, nothing is overwritten"
        )
    with tempfile.TemporaryDirectory(prefix="tieng-lang-restore-") as name:
        folder = Path(name)
        about = _read(source, folder)
        _put_back(folder / "objects", _objects(config))
        _put_back(folder / "var", config.var_dir)
        _load(config, folder / "database")
    return f"restored the state of {about['made_at']}"


def _read(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack ``source`` into ``folder`` and make sure that every file is as it was saved; what the backup says of itself."""
    try:
        with tarfile.open(source) as archive:
            _unpack(archive, folder)
        about: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        kind, sums = about["format"], dict(about["sha256"])
    except (
        tarfile.TarError,
        EOFError,
        FileNotFoundError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise BackupError(f"{source} is no backup of ours, or only a part of one") from error
    if kind != FORMAT:
        raise BackupError(f"this is a backup of format {kind}; we read {FORMAT}")
    for inside, expected in sums.items():
        file = folder / inside
        if not file.is_file() or _sum(file) != expected:
            raise BackupError(f"{inside} is damaged in {source}: nothing was restored")
    return about


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Plain files only, inside ``folder`` only (tarfile's own filter came after Python 3.11.2, which Debian 12 has)."""
    for member in archive:
        place = (folder / member.name).resolve()
        content = archive.extractfile(member) if member.isfile() else None
        if content is None or not place.is_relative_to(folder.resolve()):
            raise BackupError(
                f"{member.name!r} does not belong into a backup: nothing was restored"
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        with content, place.open("wb") as file:
            shutil.copyfileobj(content, file)


def _sqlite_file(config: Config) -> Path | None:
    prefix = "sqlite:///"
    url = config.database_url
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None


def _has_tables(url: str) -> bool:
    try:
        with db.connect(url).connect() as connection:
            return bool(inspect(connection).get_table_names())
    finally:
        db.disconnect()


def _dump(config: Config, folder: Path) -> Path:
    file = _sqlite_file(config)
    if file is None:
        dump = folder / "postgresql.dump"
        _postgresql("pg_dump", "--format=custom", f"--file={dump}", config.database_url)
        return dump
    if not file.is_file():
        raise BackupError(f"{file} is not there")
    copy = folder / "sqlite.db"
    with closing(sqlite3.connect(file)) as running, closing(sqlite3.connect(copy)) as ours:
        running.backup(ours)
    return copy


def _load(config: Config, folder: Path) -> None:
    file = _sqlite_file(config)
    if file is not None:
        if not (folder / "sqlite.db").is_file():
            raise BackupError("this is a backup of PostgreSQL: set TIENGLANG_DATABASE_URL")
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(file.name + ".new")
        try:
            shutil.copyfile(folder / "sqlite.db", fresh)
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
        return
    dump = folder / "postgresql.dump"
    if not dump.is_file():
        raise BackupError("this is a backup of SQLite: leave TIENGLANG_DATABASE_URL empty")
    # Fails on tables that exist already, and then changes nothing.
    options = ("--single-transaction", "--no-owner", "--exit-on-error")
    _postgresql("pg_restore", *options, f"--dbname={config.database_url}", str(dump))


def _postgresql(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise BackupError(f"{program} is missing: apt-get install postgresql-client")
    finished = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if finished.returncode:
        raise BackupError(f"{program} failed: {finished.stderr.strip()[-2000:]}")


def _objects(config: Config) -> Path:
    return Path(urlsplit(config.storage_url).path)


def _files(config: Config, target: Path) -> Iterator[tuple[Path, str]]:
    """Objects, then what lies in the var folder besides them: keys and the demo's sign-ins."""
    objects = _objects(config)
    if config.storage_url.startswith("file://"):
        for path in _walk([objects]):
            yield path, f"objects/{path.relative_to(objects).as_posix()}"
    skipped = {target.resolve(), target.with_name(target.name + ".new").resolve()}
    tops = [top for top in config.var_dir.iterdir() if top.name.split("-")[0] not in NOT_KEPT]
    database = _sqlite_file(config)
    for path in _walk(top for top in tops if top != objects):
        is_database = database is not None and path.name.startswith(database.name)
        if not is_database and path.resolve() not in skipped and path.suffix != ".tar":
            yield path, f"var/{path.relative_to(config.var_dir).as_posix()}"


def _walk(tops: Iterable[Path]) -> Iterator[Path]:
    for top in tops:
        if top.is_dir():
            yield from _walk(sorted(top.iterdir()))
        elif top.is_file():
            yield top


def _put_back(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """``python -m backend.cli.backup save|restore FILE``."""
    parser = argparse.ArgumentParser(prog="backup", description=__doc__)
    parser.add_argument("deed", choices=["save", "restore"])
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    deed = save if chosen.deed == "save" else restore

    def work() -> int:
        try:
            print(deed(load_config(os.environ), chosen.file))
        except BackupError as error:
            print(error, file=sys.stderr)
            return 1
        return 0

    return told(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
